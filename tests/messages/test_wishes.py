"""What people want to hear: each, together once a day, nothing; and not at night."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import transaction

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.messages import actions, queries, rules
from commonweal.messages.actions import registering
from commonweal.messages.errors import BadStopLink
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import Frequency, MessageState, Recipient
from tests.factories.messages import told

pytestmark = pytest.mark.django_db
ANNA, BO = UUID(int=1), UUID(int=2)
ADDRESSES = {ANNA: "anna@example.org", BO: "bo@example.org"}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_resolvers", [ADDRESSES.get])
    monkeypatch.setattr(
        registering, "_stop_links", [lambda token: f"https://c.example.org/s/{token}"]
    )
    actions.register_template(
        "test.news", {"en": ("News of {what}", "{what} has news.")}, facts=("what",)
    )
    actions.register_template(
        "test.code", {"en": ("Code", "{code}")}, facts=("code",), is_essential=True
    )


def _news(contact_id: UUID = ANNA, what: str = "the lamp", *, key: str = "") -> UUID:
    return told(
        template="test.news", contact_id=contact_id, facts={"what": what}, key=key, at=clock()
    )


def _gathered(what: str, at: datetime, contact_id: UUID = ANNA) -> UUID:
    with transaction.atomic():
        return actions.gather(
            template="test.news",
            to=Recipient(contact_id=contact_id, language="en"),
            facts={"what": what},
            subject="case:1",
            key=f"news:{what}:{contact_id}",
            at=at,
        )


def test_a_contacts_address_is_looked_up_when_the_mail_leaves() -> None:
    _news(ANNA)

    run_waiting(clock=clock)

    assert [letter.to for letter in mail.outbox] == [["anna@example.org"]]


def test_who_wants_nothing_gets_nothing_but_what_was_asked_for() -> None:
    actions.set_preference(contact_id=ANNA, frequency=Frequency.NONE, at=clock())
    quiet = _news(ANNA)
    told(template="test.code", contact_id=ANNA, facts={"code": "1234"})

    run_waiting(clock=clock)

    card = queries.message(quiet)
    assert card is not None
    assert card.state is MessageState.SUPPRESSED
    assert [letter.subject for letter in mail.outbox] == ["Code"]
    assert not Envelope.objects.filter(message_id=quiet).exists()


def test_who_says_stop_before_the_mail_leaves_is_heard() -> None:
    message_id = _news(ANNA)
    actions.stop(token=queries.stop_token(ANNA), at=clock())

    run_waiting(clock=clock)

    assert mail.outbox == []
    assert Message.objects.get(id=message_id).state == MessageState.SUPPRESSED


def test_every_news_mail_says_how_to_stop_it() -> None:
    _news(ANNA)

    run_waiting(clock=clock)

    [letter] = mail.outbox
    link = f"https://c.example.org/s/{queries.stop_token(ANNA)}"
    assert letter.extra_headers["List-Unsubscribe"] == f"<{link}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.body


@pytest.mark.parametrize("token", ["", "x", "a:b", UUID(int=1).hex, "\ud800"])
def test_a_made_up_stop_link_stops_nobody(token: str) -> None:
    with pytest.raises(BadStopLink):
        actions.stop(token=token, at=clock())

    assert queries.preferences(ANNA).frequency is None


def test_who_was_forgotten_is_not_written_to() -> None:
    message_id = _news(uuid4())

    run_waiting(clock=clock)

    assert mail.outbox == []
    assert Message.objects.get(id=message_id).state == MessageState.SUPPRESSED


def test_the_wanted_language_comes_before_the_callers() -> None:
    actions.set_preference(contact_id=ANNA, frequency=None, language="zh-hans", at=clock())
    told(template="messages.test", contact_id=ANNA, language="en")

    run_waiting(clock=clock)

    assert mail.outbox[0].subject.endswith("测试邮件")


def test_a_digest_tells_everything_in_one_mail_per_person() -> None:
    early = datetime(2026, 3, 9, 3, tzinfo=UTC)
    for what in ("a lamp", "a hole", "a tree"):
        _gathered(what, early, ANNA)
    _gathered("a bench", early, BO)
    late = _gathered("a bin", datetime(2026, 3, 9, 8, tzinfo=UTC), ANNA)

    sent = actions.send_digests(at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    again = actions.send_digests(at=datetime(2026, 3, 9, 10, tzinfo=UTC))
    run_waiting(clock=clock)

    assert (sent, again) == (2, 0)
    to_anna = next(letter for letter in mail.outbox if letter.to == ["anna@example.org"])
    assert all(f"{what} has news" in to_anna.body for what in ("a lamp", "a hole", "a tree"))
    assert "a bin" not in to_anna.body
    assert Message.objects.get(id=late).state == MessageState.HELD


def test_two_contacts_of_one_address_share_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_resolvers", [lambda _contact: "same@example.org"])
    early = datetime(2026, 3, 9, 3, tzinfo=UTC)
    _gathered("a lamp", early, ANNA)
    _gathered("a hole", early, BO)

    sent = actions.send_digests(at=datetime(2026, 3, 9, 9, tzinfo=UTC))

    assert sent == 1


def test_who_wants_each_gets_what_others_gather() -> None:
    actions.set_preference(contact_id=ANNA, frequency=Frequency.EACH, at=clock())
    _gathered("a lamp", clock(), ANNA)

    run_waiting(clock=clock)

    assert len(mail.outbox) == 1


def test_a_digest_to_a_forgotten_contact_is_dropped() -> None:
    gone = _gathered("a lamp", datetime(2026, 3, 9, 3, tzinfo=UTC), uuid4())

    sent = actions.send_digests(at=datetime(2026, 3, 9, 9, tzinfo=UTC))

    assert sent == 0
    assert Message.objects.get(id=gone).state == MessageState.SUPPRESSED


def test_night_is_quiet() -> None:
    message_id = _news(ANNA)
    actions.set_preference(
        contact_id=ANNA,
        frequency=Frequency.EACH,
        quiet_from=time(22),
        quiet_until=time(7),
        at=clock(),
    )

    again = actions.deliver(message_id=message_id, tries=0, at=datetime(2026, 3, 9, 23, tzinfo=UTC))

    assert again == datetime(2026, 3, 10, 7, tzinfo=UTC)
    assert mail.outbox == []


def test_an_address_forgotten_takes_its_words_and_wishes_with_it() -> None:
    _news(ANNA)
    actions.set_preference(contact_id=ANNA, frequency=Frequency.EACH, at=clock())

    actions.forget(contact_id=ANNA)

    assert not Envelope.objects.exists()
    assert queries.preferences(ANNA).frequency is None


def test_envelopes_without_a_message_and_old_ones_are_swept() -> None:
    now = clock()
    kept = _news(ANNA)
    Envelope.objects.create(message_id=uuid4(), created_at=now - timedelta(days=2))
    Envelope.objects.create(message_id=uuid4(), created_at=now)
    old = told(at=now - timedelta(days=rules_days() + 1))

    swept = actions.sweep(at=now)

    assert swept == 2
    assert Envelope.objects.filter(message_id=kept).exists()
    assert not Envelope.objects.filter(message_id=old).exists()


def rules_days() -> int:
    personal = Envelope.personal
    assert personal is not None
    return int(personal.keep_days)


@pytest.mark.parametrize(
    ("hour", "is_quiet"), [(21, False), (22, True), (0, True), (6, True), (7, False)]
)
def test_quiet_hours_may_cross_midnight(hour: int, is_quiet: bool) -> None:
    at = datetime(2026, 3, 9, hour, tzinfo=UTC)

    assert (rules.quiet_end(at, time(22), time(7), "UTC") is not None) is is_quiet


def test_quiet_hours_are_the_citys() -> None:
    at = datetime(2026, 3, 9, 15, tzinfo=UTC)  # 23:00 in Taipei

    end = rules.quiet_end(at, time(22), time(7), "Asia/Taipei")

    assert end == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert rules.quiet_end(at, time(9), time(9), "UTC") is None
    assert rules.quiet_end(at, None, time(9), "UTC") is None


def test_the_digest_hour_is_the_citys() -> None:
    before, after = datetime(2026, 3, 8, 22, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC)

    assert rules.digest_moment(before, 7, "Asia/Taipei") == datetime(2026, 3, 7, 23, tzinfo=UTC)
    assert rules.digest_moment(after, 7, "Asia/Taipei") == datetime(2026, 3, 8, 23, tzinfo=UTC)
