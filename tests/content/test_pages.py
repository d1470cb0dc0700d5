"""The city's own pages: what stands by itself, how they are rewritten, what never gets through."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from commonweal.city import queries as city
from commonweal.city.actions import check_folder, load_folder, save_folder, save_profile
from commonweal.city.types import LANGUAGES
from commonweal.content import actions, errors, queries, rules
from commonweal.content.actions import PAGES
from commonweal.content.adapters.markdown import html_of
from commonweal.content.models import PageVersion
from commonweal.content.types import PageCode, PageSource
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, Refusal, SignInFirst
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Actor
from commonweal.ledger.queries import check_chain, disclosed, entries_of
from commonweal.ledger.types import subject_of
from tests.factories.content import ADMINISTRATOR, AT, OFFICER
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = pytest.mark.django_db

ADDRESS = "https://commonweal.example"


def saved(
    body: str = "Everything.",
    *,
    title: str = "Privacy",
    code: str = "privacy",
    language: str = "en",
    seen: int = 0,
    reason: str = "The law changed.",
    by: Actor = ADMINISTRATOR,
) -> PageSource:
    return actions.save_page(
        code=code,
        language=language,
        title=title,
        body=body,
        reason=reason,
        seen=seen,
        by=by,
        at=AT,
    )


def city_named(name: str, **values: str) -> None:
    save_profile(
        name=dict.fromkeys(LANGUAGES, name),
        languages=LANGUAGES,
        zone="Asia/Taipei",
        phone=values.get("phone", ""),
        email=values.get("email", ""),
        address=dict.fromkeys(LANGUAGES, values.get("address", "")),
        reason="so it is",
        seen=city.profile().version,
        by=ADMINISTRATOR,
        at=AT,
    )


# What stands by itself


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(PageCode))
def test_every_page_stands_in_every_language_before_anybody_writes(
    code: PageCode, language: str
) -> None:
    city_named("Riverton", phone="02 555 0100", email="hello@riverton.example", address="1 Quay")

    page = queries.page(code, language.lower(), page_address="/about/{code}")

    assert (page.language, page.version, page.updated_at) == (language, 0, None)
    assert page.is_default
    assert "Riverton" in page.html or "02 555 0100" in page.html
    assert not set("{}") & set(page.html)
    assert "page:" not in page.html
    assert "<h1" not in page.html


@pytest.mark.parametrize("code", list(PageCode))
def test_the_three_languages_say_the_same_number_of_things(code: PageCode) -> None:
    sources = [queries.page_source(code, language) for language in LANGUAGES]

    for mark in ("## ", "### ", "- ", "{phone}", "{mail}", "page:"):
        assert len({source.body.count(mark) for source in sources}) == 1, mark


def test_links_between_pages_lead_where_the_site_says() -> None:
    page = queries.page("privacy", "en", page_address="/about/{code}/")

    assert 'href="/about/what-is-public/"' in page.html


def test_what_the_city_has_not_said_is_shown_as_missing() -> None:
    page = queries.page("imprint", "zh-hant")

    assert "電話：［尚未填寫］" in page.html


def test_an_unknown_page_is_told_and_an_unknown_language_is_english() -> None:
    for code in ("", "../../etc/passwd", "PRIVACY", "terms"):
        with pytest.raises(errors.NoSuchPage):
            queries.page(code, "en")

    assert queries.page("privacy", "fr").language == "en"


# Versions


@pytest.mark.database
def test_a_saved_page_is_a_new_version_with_its_entry() -> None:
    first = saved("One.")
    second = saved("Two.", seen=1, reason="  Better\nwords. ")

    page = queries.page("privacy", "en")
    assert (page.html, page.version, page.updated_at) == ("<p>Two.</p>\n", 2, AT)
    history = queries.page_versions("privacy", "en")
    assert [source.version for source in history] == [2, 1, 0]
    assert history[:2] == [second, first]
    subject = subject_of("page", rules.page_id(PageCode.PRIVACY, "en"))
    *_, entry = entries_of(subject)
    assert (entry.type, entry.actor, entry.facts["version"]) == (
        "content.page-saved",
        "administrator",
        2,
    )
    assert disclosed(entry.id) == {"reason": "Better words."}
    assert not check_chain(subject).breaks


def test_an_older_version_can_be_read_and_saved_again() -> None:
    saved("One.")
    saved("Two.", seen=1)

    old = queries.page_source("privacy", "en", version=1)
    again = saved(old.body, seen=2, reason="One was right.")

    assert (again.version, again.body) == (3, "One.")
    with pytest.raises(errors.NoSuchPage):
        queries.page_source("privacy", "en", version=9)


def test_the_same_text_again_changes_nothing() -> None:
    first = saved("One.")

    assert saved("One.\r\n", seen=1, title=" Privacy ") == first
    standing = queries.page_source("imprint", "en")
    same = saved(standing.body, title=standing.title, code="imprint")
    assert same.version == 0
    assert PageVersion.objects.count() == 1


def test_each_language_has_a_life_of_its_own() -> None:
    saved("只有繁體。", title="隱私權", language="zh-hant")

    assert queries.page("privacy", "zh-Hant").title == "隱私權"
    assert queries.page("privacy", "zh-Hans").is_default
    assert queries.page_titles("zh-Hant")[PageCode.PRIVACY] == "隱私權"
    assert queries.page_titles("en")[PageCode.IMPRINT] == "Imprint"


def test_who_saw_an_older_version_is_told() -> None:
    saved("One.")

    with pytest.raises(ChangedSinceYouLooked):
        saved("Mine.", seen=0)


@pytest.mark.parametrize(("by", "refusal"), [(ANONYMOUS, SignInFirst), (OFFICER, NotAllowed)])
def test_only_an_administrator_writes_pages(by: Actor, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        saved(by=by)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"title": " \n"}, errors.EmptyPage),
        ({"body": "\x00 "}, errors.EmptyPage),
        ({"reason": ""}, errors.ReasonMissing),
        ({"title": "x" * 201}, errors.PageTooLong),
        ({"body": "x" * 60_001}, errors.PageTooLong),
        ({"reason": "x" * 501}, errors.PageTooLong),
        ({"body": "Call {fax}."}, errors.UnknownPlaceholder),
        ({"code": "terms"}, errors.NoSuchPage),
    ],
)
def test_what_is_no_page_is_refused(fields: dict[str, str], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        saved(**fields)  # type: ignore[arg-type]  # texts only

    assert not PageVersion.objects.exists()


@pytest.mark.database
def test_no_version_is_ever_changed_or_deleted() -> None:
    saved("One.")

    for change in ({"body": "Other."}, {"reason": "none"}, {"at": AT + timedelta(1)}):
        with pytest.raises(IntegrityError, match="no entry"), transaction.atomic():
            PageVersion.objects.update(**change)
    with pytest.raises(IntegrityError, match="no entry"), transaction.atomic():
        PageVersion.objects.all().delete()


@needs_many_writers
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told() -> None:
    answers = at_once([partial(saved, "One."), partial(saved, "Two.")])

    (told,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(told, ChangedSinceYouLooked)
    assert PageVersion.objects.count() == 1


# What never gets through

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "<iframe src=https://a.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=https://a.example><input name=key></form>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    '[x](page:"><script>alert(1)</script>)',
    '[x](<page:"><script>alert(1)</script>>)',
    "| a |\n|---|\n| <script>alert(1)</script> |",
]


@pytest.mark.parametrize("body", SCRIPTS)
def test_no_script_gets_through_markdown(body: str) -> None:
    html = html_of(body, "/pages/{code}").lower()

    for tag in ("<script", "<img", "<svg", "<iframe", "<style", "<form", "<input", "<!--"):
        assert tag not in html
    hrefs = [part.partition('"')[0] for part in html.split('href="')[1:]]
    assert all(href.startswith(("https://a.example", "/pages/")) for href in hrefs), html
    assert 'onmouseover="' not in html


def test_pictures_from_elsewhere_do_not_load() -> None:
    assert "<img" not in html_of("![x](https://a.example/pixel.gif)", "")


def test_headings_lists_tables_and_links_come_through() -> None:
    html = html_of(
        f"# A\n\n- **b**\n\n| c |\n|---|\n| d |\n\n[e]({ADDRESS}) [f](tel:+1) [g](mailto:a@b.c)",
        "",
    )

    for piece in ("<h2>A</h2>", "<li><strong>b</strong></li>", "<td>d</td>", f'href="{ADDRESS}"'):
        assert piece in html
    assert 'href="tel:+1"' in html
    assert 'rel="noopener"' in html


@pytest.mark.parametrize(
    "name", ["<b>Bold</b>", "*Star* _City_", "[x](javascript:alert(1))", "A & B"]
)
def test_a_citys_name_is_shown_as_it_is(name: str) -> None:
    city_named(name, address="1 Quay\n\n2nd floor\n# not a heading")
    saved("{city}\n\n{address}")

    html = queries.page("privacy", "en").html

    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<p>{escaped}</p>" in html
    assert "<p>1 Quay<br>\n2nd floor<br>\n# not a heading</p>" in html


def test_phone_and_mail_can_be_clicked() -> None:
    city_named("Riverton", phone="+886 2 555-0100", email="a+b@riverton.example")
    saved("{phone} {mail}")

    html = queries.page("privacy", "en").html

    assert '<a href="tel:+88625550100" rel="noopener">+886 2 555-0100</a>' in html
    assert 'href="mailto:a+b@riverton.example"' in html


# In the profile folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pages").mkdir()
    yield tmp_path  # noqa: PT022  (the type says what it is)


def write(folder: Path, name: str, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    (folder / "pages" / name).write_bytes(data)


@pytest.mark.database
def test_pages_are_saved_and_load_back_to_the_same(folder: Path) -> None:
    saved("一。\n\n- 二", title="隱私", language="zh-Hant")
    saved("Help.", title="Help", code="help-and-contact")

    PAGES.save(folder)
    assert PAGES.check(folder) == []
    (changes,) = PAGES.load(folder, by=SYSTEM, at=AT, reason="from files")

    assert sorted(path.name for path in (folder / "pages").iterdir()) == [
        "help-and-contact.en.md",
        "privacy.zh-Hant.md",
    ]
    assert (changes.added, changes.changed, changes.unchanged) == (0, 0, 2)
    assert PageVersion.objects.count() == 2


def test_changed_files_become_new_versions(folder: Path) -> None:
    saved("One.")
    write(folder, "privacy.en.md", "\ufeff# Privacy\r\n\r\nTwo.\r\n")
    write(folder, "imprint.en.md", "# Imprint\n\nOurs.")

    (changes,) = PAGES.load(folder, by=ADMINISTRATOR, at=AT, reason="from files")

    assert (changes.added, changes.changed, changes.unchanged) == (1, 1, 0)
    assert queries.page_source("privacy", "en").body == "Two."
    assert queries.page_source("privacy", "en").reason == "from files"


def test_every_problem_of_the_files_is_named_with_its_line(folder: Path) -> None:
    write(folder, "privacy.en.md", "# Privacy\n\nCall {phone}\nor {fax}.\n")
    write(folder, "terms.en.md", "# Terms\n\nx")
    write(folder, "privacy.fr.md", "# Vie\n\nx")
    write(folder, "imprint.en.md", "No title\n")
    write(folder, "imprint.zh-Hant.md", b"# \xa5\xa5")
    write(folder, "accessibility.en.md", "# Only a title\n")

    found = {(problem.file, problem.line) for problem in PAGES.check(folder)}

    assert found == {
        ("pages/privacy.en.md", 4),
        ("pages/terms.en.md", 0),
        ("pages/privacy.fr.md", 0),
        ("pages/imprint.en.md", 1),
        ("pages/imprint.zh-Hant.md", 0),
        ("pages/accessibility.en.md", 0),
    }


def test_no_folder_is_no_problem(tmp_path: Path) -> None:
    assert PAGES.check(tmp_path) == []
    (changes,) = PAGES.load(tmp_path, by=SYSTEM, at=AT, reason="from files")
    assert (changes.added, changes.changed, changes.unchanged) == (0, 0, 0)


def test_a_whole_profile_folder_carries_the_pages(tmp_path: Path) -> None:
    saved("One.")

    names = save_folder(tmp_path)
    problems = check_folder(tmp_path)
    changes = load_folder(folder=tmp_path, by=ADMINISTRATOR, at=AT, reason="from files")

    assert "pages/privacy.en.md" in names
    assert [problem for problem in problems if problem.file.startswith("pages/")] == []
    assert [done.unchanged for done in changes if done.part == "pages"] == [1]
