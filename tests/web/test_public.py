"""Everybody sees what is public of a case, finds it again, and nothing else."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from commonweal.cases import actions, queries
from commonweal.cases.types import ContactDraft, Filter, Foreign, Place, Receipt, State
from commonweal.content import actions as content_actions
from commonweal.content import queries as content
from commonweal.edge import limits
from commonweal.edge.access import Open
from commonweal.kernel import queries as kernel
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.types import ANONYMOUS, Channel, Role
from commonweal.web import words
from tests.architecture.test_access_matrix import ROUTES
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    draft,
    reported,
    reporter,
    staff,
    town,
)
from tests.web.walk import Resident, photo

pytestmark = [pytest.mark.django_db]
SECRETS = ("ada@example.org", "At the bridge, second door", "secret words")


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def eve() -> Resident:
    return Resident()


def told(here: Town, **values: Any) -> Receipt:
    """Report with everything that must not leak."""
    place = Place(words="At the bridge, second door", lat=22.051234567, lng=114.051234567)
    return reported(here.lamp, **{"text": "secret words", "place": place, **values})


class TestCase:
    def test_it_shows_what_decision_says_and_no_more(self, here: Town, eve: Resident) -> None:
        receipt = told(here)

        page = eve.read(f"/cases/{receipt.number}/")

        for shown in ("Street lamp", "North", "Roads", "Received", "The city promise"):
            assert shown in page
        for hidden in (*SECRETS, "22.0512345", receipt.key):
            assert hidden not in page
        assert "The words of the report are not published." in page

    def test_published_words_and_the_answer_are_shown(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        by: dict[str, Any] = {"by": here.officer, "at": NOW}
        actions.publish(case_id=receipt.case_id, text="A lamp is dark.", seen=1, **by)
        actions.answer(case_id=receipt.case_id, text="A new bulb is in.", seen=2, **by)

        page = eve.read(f"/cases/{receipt.number}/")

        assert "A lamp is dark." in page
        assert page.count("A new bulb is in.") == 2  # the answer, and the history
        assert "secret words" not in page

    def test_its_history_names_units_and_numbers_never_people(
        self, here: Town, eve: Resident
    ) -> None:
        receipt = told(here)
        actions.note(case_id=receipt.case_id, text="he is angry", by=here.officer, at=NOW)

        page = eve.read(f"/cases/{receipt.number}/")

        assert "he is angry" not in page
        assert "Such notes are not public" in page
        numbers = [entry.number for entry in queries.history(receipt.case_id)]
        assert all(number in page for number in numbers)

    def test_a_broken_promise_is_said_plainly(self, here: Town, eve: Resident) -> None:
        receipt = actions.report(
            draft=draft(here.lamp), by=ANONYMOUS, at=kernel.clock() - timedelta(days=60)
        )

        assert "It is late." in eve.read(f"/cases/{receipt.number}/")
        assert receipt.number in eve.read("/cases/?state=overdue")

    def test_a_number_is_found_however_it_is_typed(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        typed = receipt.number.lower().replace("-", " ")

        found = eve.get(f"/cases/?q={typed}")

        assert found.url == f"/cases/{receipt.number}/"  # type: ignore[attr-defined]
        answer = eve.get(f"/cases/{receipt.number.lower()}/")
        assert answer.url == f"/cases/{receipt.number}/"  # type: ignore[attr-defined]

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize("number", ["00000-00000-1", "x", "%00", "%ff", "9" * 500, "../etc"])
    def test_a_guessed_number_opens_nothing(self, eve: Resident, number: str) -> None:
        assert eve.get(f"/cases/{number}/").status_code == 404

    def test_a_place_outside_is_said_so(self, here: Town, eve: Resident) -> None:
        receipt = told(here, place=Place(lat=48.2, lng=16.3))

        assert "Outside the city" in eve.read(f"/cases/{receipt.number}/")


class TestList:
    def test_filters_leave_what_was_asked_for(self, here: Town, eve: Resident) -> None:
        lamp, private = told(here), reported(here.private, place=Place(words="somewhere"))
        actions.answer(
            case_id=private.case_id,
            text="So it is.",
            seen=1,
            by=staff(Role.LEAD, here.centre.id),
            at=NOW,
        )

        for query, (is_in, is_out) in {
            "category=lamp": (lamp, private),
            "district=north": (lamp, private),
            "state=open": (lamp, private),
            "state=ended": (private, lamp),
            "state=answered": (private, lamp),
            "q=next+door": (private, lamp),
        }.items():
            page = eve.read(f"/cases/?{query}")
            assert is_in.number in page, query
            assert is_out.number not in page, query

    def test_dates_count_from_the_day_to_the_day(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        day = NOW.date()

        assert receipt.number in eve.read(f"/cases/?since={day}&until={day}")
        assert receipt.number not in eve.read(f"/cases/?since={day + timedelta(days=1)}")

    def test_words_of_residents_are_found_only_when_they_are_public(
        self, here: Town, eve: Resident
    ) -> None:
        receipt = told(here)
        assert receipt.number not in eve.read("/cases/?q=secret")

        actions.publish(
            case_id=receipt.case_id, text="A secret door", seen=1, by=here.officer, at=NOW
        )
        assert receipt.number in eve.read("/cases/?q=secret")

    def test_it_has_25_a_page(self, here: Town, eve: Resident) -> None:
        numbers = {told(here, contact=ContactDraft()).number for _ in range(27)}

        pages = [eve.read(f"/cases/?page={n}") for n in (1, 2)]

        found = [set(re.findall(r'href="/cases/([^/]+-[^/]+)/"', page)) for page in pages]
        assert [len(one) for one in found] == [25, 2]
        assert found[0] | found[1] == numbers

    @pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "2", "%00", "٣"])
    def test_any_page_number_shows_some_page(self, here: Town, eve: Resident, page: str) -> None:
        told(here)

        assert "1 report" in eve.read(f"/cases/?page={page}")

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize(
        "query", ["since=banana", "until=99999-1-1", "category=nope", "state=nope", "q=%2B%2B%21"]
    )
    @pytest.mark.parametrize("address", ["/cases/", "/cases/map/"])
    def test_a_filter_that_cannot_be_read_is_said(
        self, eve: Resident, address: str, query: str
    ) -> None:
        answer = eve.get(f"{address}?{query}")

        assert answer.status_code == 422
        assert "There is something to mend" in answer.content.decode()

    def test_the_map_has_an_equal_table(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        nowhere = reported(here.private, place=Place(words="somewhere"))

        page = eve.read("/cases/map/?category=lamp")

        assert receipt.number in page
        assert nowhere.number not in page
        assert "/cases/points.geojson?category=lamp" in page


class TestPoints:
    def test_dots_are_on_street_level_and_say_little(self, here: Town, eve: Resident) -> None:
        receipt = told(here)

        answer = eve.get("/cases/points.geojson")

        assert answer["Content-Type"] == "application/geo+json"
        (dot,) = json.loads(answer.content)["features"]
        assert dot["geometry"]["coordinates"] == [114.0512, 22.0512]
        assert set(dot["properties"]) == {"title", "state", "tone", "url"}
        assert dot["properties"]["url"] == f"/cases/{receipt.number}/"

    @pytest.mark.parametrize("address", ["/cases/points.geojson", "/districts.geojson"])
    def test_what_did_not_change_is_not_sent_again(
        self, here: Town, eve: Resident, address: str
    ) -> None:
        told(here)
        tag = eve.get(address)["ETag"]

        again = eve.get(address, **{"If-None-Match": tag})

        assert (again.status_code, again.content) == (304, b"")

    def test_a_new_case_changes_the_tag(self, here: Town, eve: Resident) -> None:
        before = eve.get("/cases/points.geojson")["ETag"]
        told(here)

        assert eve.get("/cases/points.geojson")["ETag"] != before

    def test_a_filter_that_cannot_be_read_gives_no_dots_and_no_error(
        self, here: Town, eve: Resident
    ) -> None:
        told(here)

        assert json.loads(eve.get("/cases/points.geojson?q=%2B").content)["features"] == []

    def test_a_case_has_its_own_dot(self, here: Town, eve: Resident) -> None:
        receipt = told(here)

        (dot,) = json.loads(eve.get(f"/cases/{receipt.number}/point.geojson").content)["features"]

        assert dot["geometry"]["coordinates"] == [114.0512, 22.0512]


class TestPhotos:
    @pytest.fixture
    def sent(self, here: Town) -> Any:
        """Report with a photo that is ready."""
        at = kernel.clock()
        kept = content_actions.receive(
            data=photo(), name="lamp.jpg", subject="draft:1", by=ANONYMOUS, at=at
        )
        receipt = told(here, attachments_of="draft:1")
        run_waiting(clock=kernel.clock)
        return receipt, content.attachment(kept.id)

    def test_only_a_published_one_is_public(self, here: Town, eve: Resident, sent: Any) -> None:
        receipt, kept = sent
        assert eve.get(f"/photos/{kept.id}/full/").status_code == 404

        content_actions.publish(
            attachment_id=kept.id, seen=kept.version, by=here.officer, at=kernel.clock()
        )
        answer = eve.get(f"/photos/{kept.id}/full/")

        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline")
        assert "public" in answer["Cache-Control"]
        assert f"/photos/{kept.id}/thumb/" in eve.read(f"/cases/{receipt.number}/")
        again = eve.get(f"/photos/{kept.id}/full/", **{"If-None-Match": answer["ETag"]})
        assert again.status_code == 304

    def test_staff_of_the_unit_see_it_before_and_others_do_not(
        self, here: Town, sent: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _receipt, kept = sent
        for actor, status in (
            (here.officer, 200),
            (staff(Role.OFFICER, here.centre.id), 404),
            (staff(Role.DISPATCHER), 200),
        ):
            monkeypatch.setattr("commonweal.edge.requests._read_actor", lambda _r, who=actor: who)
            answer = Resident().get(f"/photos/{kept.id}/thumb/")
            assert answer.status_code == status
            if status == 200:
                assert "no-store" in answer["Cache-Control"]

    def test_one_that_was_taken_down_is_gone(self, here: Town, eve: Resident, sent: Any) -> None:
        _receipt, kept = sent
        by: dict[str, Any] = {"by": here.officer, "at": kernel.clock()}
        content_actions.publish(attachment_id=kept.id, seen=kept.version, **by)
        content_actions.take_down(attachment_id=kept.id, reason="person", **by)

        assert eve.get(f"/photos/{kept.id}/full/").status_code == 404
        assert eve.get(f"/photos/{kept.id}/thumb/").status_code == 404

    @pytest.mark.parametrize("size", ["huge", "raw", "FULL"])
    def test_there_are_two_sizes(self, here: Town, eve: Resident, sent: Any, size: str) -> None:
        _receipt, kept = sent
        content_actions.publish(
            attachment_id=kept.id, seen=kept.version, by=here.officer, at=kernel.clock()
        )

        assert eve.get(f"/photos/{kept.id}/{size}/").status_code == 404

    def test_anybody_may_say_that_a_photo_should_not_be_public(
        self, here: Town, eve: Resident, sent: Any
    ) -> None:
        _receipt, kept = sent
        assert eve.get(f"/flag/photos/{kept.id}/").status_code == 404
        content_actions.publish(
            attachment_id=kept.id, seen=kept.version, by=here.officer, at=kernel.clock()
        )

        answer = eve.send(f"/flag/photos/{kept.id}/", reason="person", words="That is me.")

        assert answer.url == "/flag/thanks/"  # type: ignore[attr-defined]
        (flag,) = content.flags_of(f"attachment:{kept.id.hex}")
        assert flag.words == "That is me."


class TestFlags:
    def test_a_published_text_can_be_flagged_once_per_form(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        address = f"/flag/cases/{receipt.number}/"
        assert eve.get(address).status_code == 404
        actions.publish(case_id=receipt.case_id, text="He did it.", seen=1, by=here.officer, at=NOW)

        assert eve.send(address, reason="person").status_code == 302

        assert len(content.flags_of(f"case:{card(receipt).id.hex}")) == 1
        assert "Thank you" in eve.read("/flag/thanks/")

    @pytest.mark.parametrize(
        "said", [{}, {"reason": "boredom"}, {"reason": "person", "words": "x" * 1001}]
    )
    def test_what_cannot_be_a_flag_comes_back(
        self, here: Town, eve: Resident, said: dict[str, str]
    ) -> None:
        receipt = told(here)
        actions.publish(case_id=receipt.case_id, text="He did it.", seen=1, by=here.officer, at=NOW)

        assert eve.send(f"/flag/cases/{receipt.number}/", **said).status_code == 422

    def test_flags_are_limited(self, here: Town, eve: Resident) -> None:
        receipt = told(here)
        actions.publish(case_id=receipt.case_id, text="He did it.", seen=1, by=here.officer, at=NOW)
        address = f"/flag/cases/{receipt.number}/"

        sent = [eve.send(address, reason="person").status_code for _ in range(11)]

        assert sent == [302] * 10 + [429]
        assert limits.REPORT.burst > 1


EVERY_PUBLIC = {
    name: path
    for name, (path, access) in ROUTES.items()
    if access is not None
    and access.to is Open.ALL
    and not access.personal
    and not path.startswith(("open311/", "api/"))  # programs read hours: tests/api
}
NO_WORDS = {
    "livez",
    "readyz",
    "metrics",
    "city-style",
    "language",
    "text-size",
    "photo",
    "cases-parquet",
}
FINER_THAN_A_DAY = re.compile(r"\dT(?!00:00:00)\d\d:|\b0?7:4[14]\b")


def test_no_public_page_tells_an_act_of_a_resident_finer_than_by_its_day(
    here: Town, eve: Resident
) -> None:
    at = kernel.clock().replace(hour=7, minute=41, second=53, microsecond=123456)
    content_actions.receive(data=photo(), name="lamp.jpg", subject="draft:1", by=ANONYMOUS, at=at)
    run_waiting(clock=kernel.clock)
    receipt = actions.report(draft=draft(here.lamp, attachments_of="draft:1"), by=ANONYMOUS, at=at)
    by: dict[str, Any] = {"case_id": receipt.case_id, "by": here.officer, "at": at}
    (kept,) = content.attachments(f"case:{receipt.case_id.hex}", public_only=False)
    actions.publish_photo(attachment_id=kept.id, seen=kept.version, **by)
    actions.publish(text="A lamp is dark.", seen=1, **by)
    actions.ask(text="Which?", seen=2, **by)
    own, later = reporter(receipt), at + timedelta(minutes=3)
    actions.reply(reporter=own, text="That one", at=later)
    actions.answer(text="Done", seen=4, **{**by, "at": later})
    actions.contest(reporter=own, text="No", at=later)
    actions.answer(text="Done now", seen=6, **{**by, "at": later})
    actions.confirm(reporter=own, at=later)
    word = queries.words(receipt.case_id, only_public=True)[0]
    filled = {
        "<str:number>": receipt.number,
        "<uuid:word_id>": str(word.id),
        "<uuid:photo_id>": str(kept.id),
        "<slug:code>": "privacy",
    }

    for name in EVERY_PUBLIC.keys() - NO_WORDS:
        path = re.sub(r"<\w+:\w+>", lambda slot: filled[slot[0]], EVERY_PUBLIC[name])
        for query in ("", "?q=lamp", "?state=ended") if name.startswith("cases") else ("",):
            page = eve.read(f"/{path}{query}")
            assert FINER_THAN_A_DAY.findall(page) == [], name


def test_a_report_of_another_system_shows_no_promise(here: Town, eve: Resident) -> None:
    foreign = Foreign(
        source="elsewhere",
        source_id="1",
        row_digest="0" * 64,
        category_id=here.lamp.id,
        unit_id=None,
        state=State.ANSWERED,
        received=NOW - timedelta(days=900),
        closed=NOW - timedelta(days=600),
        text="No water",
        place=Place(),
        channel=Channel.IMPORT,
    )
    actions.import_cases(foreign=[foreign], file_digest="0" * 64, by=ADMINISTRATOR, at=NOW)
    (found,) = queries.public_listing(Filter(), at=NOW).items

    page = eve.get(f"/cases/{found.number}/").content.decode()
    table = eve.get("/cases/").content.decode()

    assert "From another system: no promise was given here." in page
    assert "Promised until" not in page
    assert "can confirm" not in page
    assert "Imported" in page
    assert "Administrator" not in page
    assert words.day(found.due_at) not in table


def test_the_first_page_says_what_to_do(here: Town, eve: Resident) -> None:
    receipt = told(here)
    actions.answer(case_id=receipt.case_id, text="A new bulb.", seen=1, by=here.officer, at=NOW)

    page = eve.read("/")

    for way in ("/report/", "/cases/", "/my-cases/", "/help/"):
        assert f'href="{way}"' in page
    assert "A new bulb." in page
    assert 'name="q"' in page


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "code",
    ["privacy", "what-is-public", "imprint", "accessibility", "help-and-contact", "how-it-works"],
)
def test_the_citys_texts_are_there(eve: Resident, code: str) -> None:
    assert "<h1" in eve.read(f"/pages/{code}/")


@pytest.mark.usefixtures("here")
def test_a_text_that_does_not_exist_is_a_plain_no(eve: Resident) -> None:
    assert eve.get("/pages/secrets/").status_code == 404


@pytest.mark.usefixtures("here")
def test_help_names_phone_and_hours(eve: Resident) -> None:
    assert "<h1" in eve.read("/help/")


def test_a_search_shows_the_line_in_which_the_words_stand(here: Town, eve: Resident) -> None:
    receipt = reported(here.lamp, text="橋頭的路燈 <i>壞了</i>")
    unseen = eve.get("/cases/?q=路灯").content.decode()
    actions.publish(
        case_id=receipt.case_id,
        text="橋頭的路燈 <i>壞了</i>",
        seen=1,
        by=here.officer,
        at=NOW,
    )

    page = eve.get("/cases/?q=桥头+壞").content.decode()

    assert receipt.number not in unseen
    assert "<mark>橋頭</mark>的路燈 &lt;i&gt;<mark>壞</mark>了&lt;/i&gt;" in page
    assert "<mark>" not in eve.get("/cases/").content.decode()
