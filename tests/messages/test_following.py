"""Following by mail: asked for, confirmed, ended; nothing of it can be used against somebody."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.messages import actions, queries, rules
from commonweal.messages.actions import registering
from commonweal.messages.errors import (
    BadStopLink,
    FollowLinkUsedUp,
    NoSuchArea,
    NoSuchFollow,
    TooManyFollows,
)
from commonweal.messages.models import Follow, Message
from commonweal.messages.types import FollowKind, MessageState, Rhythm, Target
from tests.factories.messages import NOW, told

pytestmark = pytest.mark.django_db
ANNA, BO = UUID(int=1), UUID(int=2)
ADDRESSES = {ANNA: "anna@example.org", BO: "bo@example.org"}
CASE = Target(kind=FollowKind.CASE, subject=f"case:{uuid4().hex}")
NORTH = Target(kind=FollowKind.DISTRICT, subject=f"district:{uuid4().hex}")
CIRCLE = Target(kind=FollowKind.CIRCLE, lat=22.05, lng=114.05, metres=500)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_resolvers", [ADDRESSES.get])
    links = {"confirm": "https://c.example/y/{}".format, "stop": "https://c.example/n/{}".format}
    monkeypatch.setattr(registering, "_follow_links", links)


def ask(target: Target = CASE, rhythm: Rhythm = Rhythm.AT_ONCE, at: datetime = NOW) -> str:
    """Ask to follow, and give the token of the link in the mail."""
    actions.ask_to_follow(
        contact_id=ANNA, language="en", target=target, rhythm=rhythm, what="the lamp", at=at
    )
    run_waiting(clock=clock)
    return str(mail.outbox[-1].body).partition("https://c.example/y/")[2].split()[0]


def test_nobody_follows_before_the_link_is_opened() -> None:
    token = ask()

    assert queries.follows([ANNA]) == []
    assert not queries.is_followed(CASE.subject)
    actions.confirm_follow(token=token, at=NOW)
    assert [one.target for one in queries.follows([ANNA])] == [CASE]
    assert queries.is_followed(CASE.subject)


def test_the_link_confirms_once_and_does_no_harm_again() -> None:
    token = ask(NORTH, Rhythm.WEEKLY)

    first = actions.confirm_follow(token=token, at=NOW)
    again = actions.confirm_follow(token=token, at=NOW + timedelta(days=30))

    assert again == first
    assert first.told_until == NOW.replace(minute=0)


def test_asked_twice_it_is_one_wish_and_the_later_rhythm_counts() -> None:
    ask(NORTH, Rhythm.WEEKLY)
    token = ask(NORTH, Rhythm.DAILY, NOW + timedelta(minutes=1))

    actions.confirm_follow(token=token, at=NOW)

    (one,) = queries.follows([ANNA])
    assert one.rhythm is Rhythm.DAILY
    assert Follow.objects.count() == 1


def test_an_old_a_forged_and_a_swept_link_say_what_to_do() -> None:
    token = ask()
    late = NOW + rules.FOLLOW_LINK_LIFE + timedelta(seconds=1)

    for wrong, at in ((token, late), (token[:-1] + "?", NOW), ("", NOW), ("x:y", NOW)):
        with pytest.raises(FollowLinkUsedUp) as refusal:
            actions.confirm_follow(token=wrong, at=at)
        assert "3 days" in str(refusal.value)
    actions.sweep(at=late)
    assert not Follow.objects.exists()
    with pytest.raises(FollowLinkUsedUp):
        actions.confirm_follow(token=token, at=NOW)


def test_what_is_followed_is_not_swept() -> None:
    actions.follow(contact_id=ANNA, target=CASE, rhythm=Rhythm.AT_ONCE, at=NOW)

    actions.sweep(at=NOW + timedelta(days=400))

    assert queries.is_followed(CASE.subject)


@pytest.mark.parametrize(
    ("target", "rhythm"),
    [
        (CASE, Rhythm.DAILY),
        (NORTH, Rhythm.AT_ONCE),
        (replace(CASE, subject=NORTH.subject), Rhythm.AT_ONCE),
        (replace(CASE, lat=1.0, lng=1.0), Rhythm.AT_ONCE),
        (replace(CIRCLE, metres=50_000), Rhythm.DAILY),
        (replace(CIRCLE, metres=None), Rhythm.DAILY),
        (replace(CIRCLE, lat=None), Rhythm.DAILY),
        (replace(CIRCLE, lat=91.0), Rhythm.DAILY),
        (replace(CIRCLE, lng=float("nan")), Rhythm.DAILY),
    ],
)
def test_what_is_no_area_cannot_be_followed(target: Target, rhythm: Rhythm) -> None:
    with pytest.raises(NoSuchArea):
        actions.follow(contact_id=ANNA, target=target, rhythm=rhythm, at=NOW)

    assert not Follow.objects.exists()


def test_the_middle_of_a_circle_is_kept_no_finer_than_a_street() -> None:
    exact = replace(CIRCLE, lat=22.0512345, lng=114.0587654)

    card = actions.follow(contact_id=ANNA, target=exact, rhythm=Rhythm.DAILY, at=NOW)

    assert (card.target.lat, card.target.lng) == (22.0512, 114.0588)


def test_one_contact_follows_only_so_much() -> None:
    for number in range(rules.MOST_FOLLOWS):
        one = Target(kind=FollowKind.CASE, subject=f"case:{UUID(int=number).hex}")
        actions.follow(contact_id=ANNA, target=one, rhythm=Rhythm.AT_ONCE, at=NOW)

    with pytest.raises(TooManyFollows):
        actions.follow(contact_id=ANNA, target=NORTH, rhythm=Rhythm.DAILY, at=NOW)
    actions.follow(contact_id=BO, target=NORTH, rhythm=Rhythm.DAILY, at=NOW)


def step_told(stops: str) -> None:
    """Tell Anna of a step, in a mail whose stop link ends this."""
    actions.register_template("test.step", {"en": ("Step", "A step.")}, facts=())
    told(template="test.step", contact_id=ANNA, key=stops, stops=stops, subject=CASE.subject)


def test_each_mail_is_stopped_by_one_click_as_rfc_8058_says() -> None:
    card = actions.follow(contact_id=ANNA, target=CASE, rhythm=Rhythm.AT_ONCE, at=NOW)
    actions.follow(contact_id=ANNA, target=NORTH, rhythm=Rhythm.DAILY, at=NOW)
    step_told(f"follow:{card.id.hex}")

    run_waiting(clock=clock)

    headers = mail.outbox[-1].extra_headers
    link = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in str(mail.outbox[-1].body)
    token = link.removeprefix("https://c.example/n/")
    assert queries.stopped_by(token) == [card]
    actions.stop_following(token=token)
    actions.stop_following(token=token)
    assert [one.target for one in queries.follows([ANNA])] == [NORTH]


def test_the_stop_link_of_a_digest_ends_every_area_and_no_case() -> None:
    for target, rhythm in (
        (CASE, Rhythm.AT_ONCE),
        (NORTH, Rhythm.DAILY),
        (CIRCLE, Rhythm.WEEKLY),
    ):
        actions.follow(contact_id=ANNA, target=target, rhythm=rhythm, at=NOW)
    actions.follow(contact_id=BO, target=NORTH, rhythm=Rhythm.DAILY, at=NOW)

    actions.stop_following(token=queries.unfollow_token(f"areas:{ANNA.hex}"))

    assert [one.target for one in queries.follows([ANNA])] == [CASE]
    assert [one.target for one in queries.follows([BO])] == [NORTH]


@pytest.mark.parametrize("token", ["", "follow:1", "x", queries.confirm_token(ANNA)])
def test_a_forged_stop_link_stops_nothing(token: str) -> None:
    with pytest.raises(BadStopLink):
        actions.stop_following(token=token)


def test_what_waits_to_leave_is_taken_back_when_words_are_taken_down() -> None:
    card = actions.follow(contact_id=ANNA, target=CASE, rhythm=Rhythm.AT_ONCE, at=NOW)
    step_told(f"follow:{card.id.hex}")
    own = told(key="own", subject=CASE.subject)

    actions.take_back(subject=CASE.subject)
    run_waiting(clock=clock)

    assert len(mail.outbox) == 1
    assert Message.objects.get(id=own).state == MessageState.SENT
    assert Message.objects.get(stops=f"follow:{card.id.hex}").state == MessageState.SUPPRESSED


def test_only_the_owner_changes_or_ends_a_follow_in_the_list() -> None:
    card = actions.follow(contact_id=ANNA, target=NORTH, rhythm=Rhythm.DAILY, at=NOW)

    with pytest.raises(NoSuchFollow):
        actions.unfollow(follow_id=card.id, contacts=[BO])
    with pytest.raises(NoSuchFollow):
        actions.change_rhythm(follow_id=card.id, contacts=[], rhythm=Rhythm.WEEKLY)
    with pytest.raises(NoSuchArea):
        actions.change_rhythm(follow_id=card.id, contacts=[ANNA], rhythm=Rhythm.AT_ONCE)
    actions.change_rhythm(follow_id=card.id, contacts=[ANNA], rhythm=Rhythm.WEEKLY)
    assert queries.follows([ANNA])[0].rhythm is Rhythm.WEEKLY
    actions.unfollow(follow_id=card.id, contacts=[ANNA])
    assert queries.follows([ANNA]) == []


def test_erasure_ends_what_somebody_follows() -> None:
    actions.follow(contact_id=ANNA, target=CASE, rhythm=Rhythm.AT_ONCE, at=NOW)
    actions.follow(contact_id=BO, target=CASE, rhythm=Rhythm.AT_ONCE, at=NOW)

    actions.forget(contact_id=ANNA)

    assert queries.followers([ANNA, BO]) == {BO}


def test_due_areas_come_contact_by_contact_and_never_a_part_of_one() -> None:
    for contact in (ANNA, BO):
        for target in (NORTH, CIRCLE):
            actions.follow(contact_id=contact, target=target, rhythm=Rhythm.DAILY, at=NOW)
    until = NOW + timedelta(days=1)

    first = queries.areas_to_tell(Rhythm.DAILY, before=until, contacts=1)
    rest = queries.areas_to_tell(Rhythm.DAILY, before=until, after=ANNA, contacts=5)
    actions.mark_told(follow_ids=[one.id for one in first], until=until)

    assert [one.contact_id for one in (*first, *rest)] == [ANNA, ANNA, BO, BO]
    due = queries.areas_to_tell(Rhythm.DAILY, before=until, contacts=5)
    assert {one.contact_id for one in due} == {BO}


@pytest.mark.parametrize(
    ("rhythm", "at", "until"),
    [
        (Rhythm.DAILY, datetime(2026, 3, 11, 7, tzinfo=UTC), datetime(2026, 3, 11, 7, tzinfo=UTC)),
        (Rhythm.WEEKLY, datetime(2026, 3, 11, 7, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        (Rhythm.WEEKLY, datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        (
            Rhythm.DAILY,
            datetime.combine(datetime(2026, 3, 11, tzinfo=UTC), time(2, 30), UTC),
            datetime(2026, 3, 11, 2, tzinfo=UTC),
        ),
    ],
)
def test_a_digest_tells_up_to_a_whole_hour(rhythm: Rhythm, at: datetime, until: datetime) -> None:
    assert rules.told_up_to(rhythm, at, "Asia/Kolkata" if at.minute else "UTC") == until
