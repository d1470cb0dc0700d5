"""Mail over a real line: what arrives, what is refused, what is tried again."""

from datetime import timedelta

import pytest
from django.test import override_settings

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.messages import actions, queries, rules
from commonweal.messages.adapters.post import NotNow
from commonweal.messages.models import Message
from commonweal.messages.types import MessageState
from tests.factories.mail_server import MailServer
from tests.factories.messages import NOW, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words() -> None:
    actions.register_template(
        "test.notice",
        {
            "en": ("About {what}", "Hello,\n\n{what}\n\nSee {link}"),
            "zh-Hant": ("關於{what}", "您好：\n\n{what}\n\n{link}"),
        },
        facts=("what", "link"),
    )


def _tell(what: str = "a lamp", *, key: str = "k", language: str = "en") -> str:
    facts = {"what": what, "link": "https://city.example.org/c/1?a=1&b=2"}
    told(template="test.notice", facts=facts, key=key, language=language, subject="case:1")
    return key


def _state() -> MessageState:
    return queries.outbox("case:1")[0].state


def test_a_letter_arrives_as_text_and_as_simple_html(mail_server: MailServer) -> None:
    _tell("The lamp works again.")

    run_waiting(clock=clock)

    [letter] = mail_server.letters
    text, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "The lamp works again." in text.get_content()
    assert '<a href="https://city.example.org/c/1?a=1&amp;b=2">' in page.get_content()
    assert "<script" not in page.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == rules.message_id("k", "example.org")
    assert _state() is MessageState.SENT


def test_chinese_arrives_whole(mail_server: MailServer) -> None:
    _tell("中山路的路燈🏮修好了。", language="zh-hant")

    run_waiting(clock=clock)

    [letter] = mail_server.letters
    text = letter.get_body(("plain",))
    assert text is not None
    assert letter["Subject"] == "關於中山路的路燈🏮修好了。"
    assert "中山路的路燈🏮修好了。" in text.get_content()
    assert letter["Content-Language"] == "zh-Hant"


@pytest.mark.parametrize(
    "what",
    [
        "x\nBcc: all@example.org",
        "x\r\nBcc: all@example.org\r\n\r\nOther text",
        "x\u2028Bcc: all@example.org",
        "x\x0bBcc: all@example.org",
        "x\x85Bcc: all@example.org",
        "=?utf-8?q?x=0ABcc=3A_all=40example.org?=",
    ],
)
def test_a_fact_never_becomes_a_header(mail_server: MailServer, what: str) -> None:
    _tell(what)

    run_waiting(clock=clock)

    [letter] = mail_server.letters
    assert letter["Bcc"] is None
    assert mail_server.recipients == [["resident@example.org"]]
    assert letter["Subject"].startswith("About")
    head = mail_server.raw[0].replace(b"\r\n ", b" ").split(b"\r\n\r\n")[0]
    assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))


def test_a_fact_is_neither_markup_nor_a_place_to_fill(mail_server: MailServer) -> None:
    _tell('<img src=x onerror="alert(1)"> {link} {{7*7}}')

    run_waiting(clock=clock)

    page = mail_server.letters[0].get_body(("html",))
    assert page is not None
    html = page.get_content()
    assert "<img" not in html
    assert "{link}" in html
    assert "{{7*7}}" in html


def test_an_address_refused_for_ever_ends_as_failed(mail_server: MailServer) -> None:
    mail_server.to_recipient = "550 5.1.1 no such user resident@example.org"
    _tell()

    run_waiting(clock=clock)

    [card] = queries.failed()
    assert card.state is MessageState.FAILED
    assert "550" in card.error
    assert "resident" not in card.error
    assert not Job.objects.filter(state=Job.State.WAITING).exists()


def test_words_refused_for_ever_end_as_failed(mail_server: MailServer) -> None:
    mail_server.to_data = "554 5.7.1 spam"
    _tell()

    run_waiting(clock=clock)

    assert _state() is MessageState.FAILED


def test_a_busy_server_is_tried_again_later_with_the_same_message_id(
    mail_server: MailServer,
) -> None:
    mail_server.to_recipient = "451 4.7.1 come back later"
    _tell()
    run_waiting(clock=clock)
    assert _state() is MessageState.QUEUED
    mail_server.to_recipient = "250 OK"

    run_waiting(clock=lambda: clock() + timedelta(minutes=2))

    [letter] = mail_server.letters
    assert letter["Message-ID"] == rules.message_id("k", "example.org")
    assert _state() is MessageState.SENT


def test_a_line_that_drops_is_tried_again(mail_server: MailServer) -> None:
    mail_server.hangs_up = True
    _tell()
    run_waiting(clock=clock)
    assert _state() is MessageState.QUEUED
    mail_server.hangs_up = False

    run_waiting(clock=lambda: clock() + timedelta(minutes=2))

    assert len(mail_server.letters) == 1
    assert _state() is MessageState.SENT


def test_a_server_that_took_it_and_fell_silent_gets_the_same_letter_again(
    mail_server: MailServer,
) -> None:
    mail_server.keeps_and_hangs_up = True
    _tell()
    run_waiting(clock=clock)
    mail_server.keeps_and_hangs_up = False

    run_waiting(clock=lambda: clock() + timedelta(minutes=2))

    one, two = mail_server.letters
    same = ("Message-ID", "Date", "Subject", "To", "From")
    assert [one[name] for name in same] == [two[name] for name in same]


def test_a_server_too_slow_is_tried_again(mail_server: MailServer) -> None:
    mail_server.waits_s = 1.5
    _tell()

    run_waiting(clock=clock)

    assert _state() is MessageState.QUEUED
    assert "cannot be used" in queries.outbox("case:1")[0].error


def test_no_server_at_all_is_tried_again_and_in_the_end_given_to_an_operator() -> None:
    _tell()
    message_id = queries.outbox("case:1")[0].id
    nowhere = override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=1,
    )

    with nowhere:
        again = actions.deliver(message_id=message_id, tries=0, at=NOW)
        with pytest.raises(NotNow):
            actions.deliver(message_id=message_id, tries=rules.MOST_TRIES, at=NOW)

    assert again == NOW + timedelta(minutes=1)
    assert _state() is MessageState.QUEUED


def test_a_worker_killed_after_sending_repeats_the_same_letter(mail_server: MailServer) -> None:
    _tell()
    run_waiting(clock=clock)
    Message.objects.update(state=MessageState.QUEUED)  # as if the mark had not been written
    Job.objects.update(state=Job.State.WAITING, attempts=1)

    run_waiting(clock=clock)

    one, two = mail_server.letters
    assert one["Message-ID"] == two["Message-ID"]
    assert mail_server.letters[0].get_body(("plain",)) is not None


def test_words_changed_between_two_tries_are_not_told(mail_server: MailServer) -> None:
    mail_server.to_data = "451 later"
    _tell("old")
    run_waiting(clock=clock)
    mail_server.to_data = "250 OK"
    actions.register_template(
        "test.notice", {"en": ("New words", "New words")}, facts=("what", "link")
    )

    run_waiting(clock=lambda: clock() + timedelta(minutes=2))

    assert mail_server.letters[0]["Subject"] == "About old"
