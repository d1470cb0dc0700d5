"""The city's words: shipped in three languages, changed by administrators with a reason."""

from pathlib import Path

import pytest
import yaml
from django.core import mail

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.queries import clock
from commonweal.kernel.types import ANONYMOUS, Actor, ActorKind, Grant, Role
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from commonweal.messages import actions, queries, rules
from commonweal.messages.actions.profile import WORDS
from commonweal.messages.errors import (
    EmptyTemplate,
    LongTemplate,
    MissingLink,
    NoReason,
    NoSuchTemplate,
    UnknownFact,
)
from commonweal.messages.models import Template
from commonweal.messages.types import TemplateCard
from tests.factories.city import given_profile, words
from tests.factories.messages import NOW, told

ADMINISTRATOR = Actor(kind=ActorKind.PERSON, grants=frozenset([Grant(Role.ADMINISTRATOR)]))
TEXTS = sorted(
    path
    for path in Path("src/commonweal").glob("*/texts/*.yaml")
    if path.parts[2] != "simulation"  # what made-up people say
)


def _save(
    *,
    subject: str = "Test of {city}",
    body: str = "It works.",
    seen: int = 0,
    reason: str = "clearer",
    by: Actor = ADMINISTRATOR,
    code: str = "messages.test",
) -> TemplateCard:
    return actions.save_template(
        code=code,
        language="en",
        subject=subject,
        body=body,
        seen=seen,
        reason=reason,
        by=by,
        at=NOW,
    )


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_every_shipped_text_is_whole_in_three_languages(file: Path) -> None:
    told_ = yaml.safe_load(file.read_text(encoding="utf-8"))

    assert set(told_["words"]) == {"zh-Hant", "zh-Hans", "en"}
    used = {
        language: set(rules.places(said["subject"] + said["body"]))
        for language, said in told_["words"].items()
    }
    assert len({frozenset(places) for places in used.values()}) == 1
    assert used["en"] <= {*told_["facts"], *rules.CITY_FACTS}


@pytest.mark.django_db
def test_own_words_take_the_place_of_the_shipped_ones() -> None:
    card = _save(subject="It can send", body="Yes.")

    told(language="en")
    run_waiting(clock=clock)

    assert card.version == 1
    assert mail.outbox[0].subject == "It can send"
    assert mail.outbox[0].body.startswith("Yes.")


@pytest.mark.django_db
def test_a_change_is_an_entry_without_its_words() -> None:
    _save(body="Secret-looking words")
    _save(body="Others", seen=1)

    [row] = Template.objects.all()
    entries = entries_of(subject_of("template", row.id))
    assert [entry.facts["version"] for entry in entries] == [1, 2]
    assert "Secret" not in str(entries)


@pytest.mark.django_db
@pytest.mark.parametrize("seen", [1, 7])
def test_who_saw_another_version_is_told(seen: int) -> None:
    with pytest.raises(ChangedSinceYouLooked):
        _save(seen=seen)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_change_words(role: Role) -> None:
    with pytest.raises(NotAllowed):
        _save(by=Actor(kind=ActorKind.PERSON, grants=frozenset([Grant(role)])))
    with pytest.raises(NotAllowed):
        _save(by=ANONYMOUS)


@pytest.mark.django_db
def test_words_that_would_make_no_message_are_refused() -> None:
    with pytest.raises(EmptyTemplate):
        _save(body=" \n ")
    with pytest.raises(LongTemplate):
        _save(subject="x" * 151)
    with pytest.raises(UnknownFact, match=r"\{secret\}"):
        _save(body="{secret}")
    with pytest.raises(MissingLink, match=r"\{link\}"):
        _save(code="identity.magic_link", body="No way in. {minutes}")
    with pytest.raises(NoReason):
        _save(reason=" \n")
    with pytest.raises(NoSuchTemplate):
        _save(code="nothing")
    assert not Template.objects.exists()


@pytest.mark.django_db
def test_a_preview_shows_where_facts_will_stand() -> None:
    shown = actions.preview(
        code="identity.magic_link",
        language="en",
        subject="Your <cases>",
        body="Open {link}\n\nwithin {minutes} minutes",
    )

    assert shown.text == "Open [link]\n\nwithin [minutes] minutes"
    assert "Your &lt;cases&gt;" in shown.html


@pytest.mark.django_db
def test_the_list_shows_every_kind_in_every_language() -> None:
    listed = {(card.code, card.language) for card in queries.templates()}

    assert {(file.stem, "zh-Hant") for file in TEXTS} <= listed


def test_links_in_html_end_before_punctuation() -> None:
    page = rules.html_of("t", "請看 https://a.example.org/x。好\n<b>", "zh-Hant")

    assert '<a href="https://a.example.org/x">https://a.example.org/x</a>。好<br>' in page
    assert "&lt;b&gt;" in page
    assert '<html lang="zh-Hant">' in page


@pytest.mark.django_db
def test_every_mail_names_the_city_and_its_phone() -> None:
    given_profile(hours=words("Mon-Fri 9-17\nSat 9-12"))
    told(language="zh-hant")

    run_waiting(clock=clock)

    [letter] = mail.outbox
    assert letter.subject == "Lanting繁：測試信"
    assert "+886 2 1999（Mon-Fri 9-17; Sat 9-12繁）" in letter.body
    assert letter.from_email.endswith("<noreply@localhost.localdomain>")


@pytest.mark.django_db
def test_a_city_without_a_phone_does_not_send_half_a_line() -> None:
    told(language="en")

    run_waiting(clock=clock)

    assert "Call" not in mail.outbox[0].body
    assert "()" not in mail.outbox[0].body
    assert "Our city" in mail.outbox[0].body


@pytest.mark.django_db
def test_own_words_travel_as_files(tmp_path: Path) -> None:
    _save(subject="It can send", body="Yes.\n\nIt can.")
    WORDS.save(tmp_path)
    first = (tmp_path / "messages/messages.test.yaml").read_text(encoding="utf-8")

    unchanged = WORDS.load(tmp_path, by=ADMINISTRATOR, at=NOW, reason="moved in")
    (tmp_path / "messages/messages.test.yaml").write_text(
        first.replace("It can send", "It sends"), encoding="utf-8"
    )
    changed = WORDS.load(tmp_path, by=ADMINISTRATOR, at=NOW, reason="moved in")

    assert (unchanged[0].unchanged, changed[0].changed) == (1, 1)
    assert queries.template("messages.test", "en").subject == "It sends"


@pytest.mark.parametrize(
    ("name", "content", "line", "what"),
    [
        ("nothing.yaml", b"en: {}", 0, "no message"),
        ("messages.test.yaml", b"\xff", 0, "UTF-8"),
        ("messages.test.yaml", b"en:\n  subject: [", 2, "YAML"),
        ("messages.test.yaml", b"- en", 1, "no languages"),
        ("messages.test.yaml", b"fr:\n  subject: x\n  body: y", 1, "no language"),
        ("messages.test.yaml", b"1:\n  subject: x\n  body: y", 1, "no language"),
        ("messages.test.yaml", b"en:\n  subject: x", 1, "missing"),
        ("messages.test.yaml", b"en:\n  subject: x\n  body: 3", 1, "no text"),
        ("messages.test.yaml", b"\nen:\n  subject: x\n  body: '{y}'", 2, "{y}"),
        ("messages.test.yaml", b"", 1, "no languages"),
    ],
)
def test_a_file_that_says_no_message_is_named_with_its_line(
    tmp_path: Path, name: str, content: bytes, line: int, what: str
) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / name).write_bytes(content)

    [problem] = WORDS.check(tmp_path)

    assert (problem.file, problem.line) == (f"messages/{name}", line)
    assert what in problem.what
