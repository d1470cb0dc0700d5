"""A resident tells the city about a problem, without JavaScript, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.actions.setup import CategoryDraft
from commonweal.cases.models import Case
from commonweal.cases.types import Publication, Question, QuestionKind
from commonweal.content import queries as content
from commonweal.identity import queries as people
from commonweal.kernel import queries as kernel
from commonweal.kernel.actions import run_waiting
from commonweal.web import drafts
from tests.factories.cases import ADMINISTRATOR, NOW, Town, category, named, town
from tests.web.walk import Resident, hidden, photo, receipt_in

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def ada() -> Resident:
    return Resident()


def one_case() -> Any:
    return queries.card(Case.objects.get().pk, at=kernel.clock())


class TestWalk:
    def test_a_report_goes_from_the_first_word_to_the_receipt(
        self, here: Town, ada: Resident
    ) -> None:
        assert "Street lamp" in ada.read("/report/?q=dark")
        ada.fill_in(here.lamp)

        page = ada.read("/report/check/")
        for told in ("Street lamp", "At the bridge", "is dark", "One", "ada@example.org"):
            assert told in page
        assert ada.press_send().url == "/report/sent/"  # type: ignore[attr-defined]

        number, key = receipt_in(ada.read("/report/sent/"))
        case = one_case()
        assert (case.number, case.text) == (number, "The lamp at the bridge is dark.")
        assert queries.reporter_by_key(key).case_id == case.id
        assert case.answers == {"how-many": "one"}
        assert case.publication is Publication.WAITING

    def test_the_receipt_tells_what_one_needs_to_know(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        ada.press_send()

        page = ada.read("/report/sent/")

        assert "<svg" in page
        assert "Roads" in page
        assert "data-draft-sent" in page
        assert "What happens next" in page

    def test_the_steps_of_a_kind_without_place_and_questions_are_fewer(
        self, here: Town, ada: Resident
    ) -> None:
        asks = category("ask", "A question", parent_id=here.lamp.parent_id, needs_place=False)

        assert ada.begin(asks).url == "/report/details/"  # type: ignore[attr-defined]
        assert "Step 2 of 5" in ada.read("/report/details/")

    def test_a_page_out_of_turn_leads_to_what_is_missing(self, here: Town, ada: Resident) -> None:
        assert ada.get("/report/check/").url == "/report/"  # type: ignore[attr-defined]

        ada.begin(here.lamp)
        assert ada.get("/report/check/").url == "/report/place/"  # type: ignore[attr-defined]

    def test_one_change_leads_back_to_the_check(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)

        answer = ada.client.post("/report/details/", {"text": "It flickers."})

        assert answer.url == "/report/check/"  # type: ignore[attr-defined]
        assert "It flickers." in ada.read("/report/check/")

    def test_what_will_be_public_is_said_before_sending(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        assert "Only after a member of staff has read it" in ada.read("/report/check/")

        ada.fill_in(here.private)
        assert "No, never" in ada.read("/report/check/")

    def test_words_typed_to_find_the_kind_are_not_typed_twice(
        self, here: Town, ada: Resident
    ) -> None:
        ada.begin(here.lamp, q="lamp dark at the bridge")
        ada.client.post("/report/place/", {"place": "here"})

        assert "lamp dark at the bridge" in ada.read("/report/details/")

    def test_staff_may_look_at_a_report_of_their_own_making(
        self, here: Town, ada: Resident
    ) -> None:
        ada.fill_in(here.lamp, contact={"how": "none"})
        ada.press_send()

        assert "Nobody can give you the link again" in ada.read("/report/sent/")
        assert not one_case().has_reporter


class TestPlace:
    @pytest.mark.parametrize(
        "said",
        [{"place": "by the school"}, {"district": "north"}, {"lat": "22.05", "lng": "114.05"}],
    )
    def test_one_way_to_say_it_is_enough(
        self, here: Town, ada: Resident, said: dict[str, str]
    ) -> None:
        if "district" in said:
            said = {"district": str(here.north.id)}
        ada.begin(here.lamp)

        assert ada.client.post("/report/place/", said).status_code == 302

    def test_no_place_at_all_is_refused_where_one_is_needed(
        self, here: Town, ada: Resident
    ) -> None:
        ada.begin(here.lamp)

        answer = ada.client.post("/report/place/", {})

        assert answer.status_code == 422
        assert "Please say where it is" in answer.content.decode()

    def test_a_pin_outside_the_city_is_kept_with_friendly_help(
        self, here: Town, ada: Resident
    ) -> None:
        ada.begin(here.lamp)
        outside = {"lat": "48.2", "lng": "16.3"}

        page = ada.client.post("/report/place/", outside).content.decode()
        assert "lies outside the city" in page
        assert hidden(page)["outside"] == "known"

        ada.fill_in(here.lamp, place={**outside, "outside": "known"})
        assert "outside the city" in ada.read("/report/check/")
        ada.press_send()
        assert one_case().is_outside

    @pytest.mark.parametrize(
        "said",
        [
            {"lat": "nan", "lng": "1"},
            {"lat": "91", "lng": "1"},
            {"lat": "1", "lng": ""},
            {"lat": "1e999", "lng": "1"},
            {"lat": "<script>", "lng": "1"},
        ],
    )
    def test_a_pin_nowhere_is_refused(
        self, here: Town, ada: Resident, said: dict[str, str]
    ) -> None:
        ada.begin(here.lamp)

        answer = ada.client.post("/report/place/", {**said, "place": "at home"})

        assert answer.status_code == 422
        assert "at home" in answer.content.decode()

    def test_looking_for_a_landmark_loses_nothing_typed(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)

        said = {"place": "two doors on", "find": "no such", "search": "1"}
        page = ada.client.post("/report/place/", said).content.decode()

        assert "two doors on" in page
        assert "No known place has this name" in page
        assert "There is something to mend" not in page

    def test_a_pin_can_be_taken_away(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)

        said = {"lat": "22.05", "lng": "114.05", "unpin": "1"}
        page = ada.client.post("/report/place/", said).content.decode()

        assert 'name="lat" id="id_lat"' in page
        assert "A pin is set" not in page


class TestQuestions:
    @pytest.fixture
    def branching(self, here: Town) -> Any:
        return category(
            "water",
            "Water",
            parent_id=here.lamp.parent_id,
            needs_place=False,
            questions=(
                Question(
                    code="flows",
                    kind=QuestionKind.YES_NO,
                    words=named("Does it flow?"),
                    is_required=True,
                ),
                Question(
                    code="where-to",
                    kind=QuestionKind.TEXT,
                    words=named("Where to?"),
                    after="flows",
                    after_is=("yes",),
                    is_required=True,
                ),
                Question(code="since", kind=QuestionKind.DATE, words=named("Since when?")),
                Question(code="deep", kind=QuestionKind.NUMBER, words=named("How deep?")),
            ),
        )

    def test_an_answer_brings_up_the_next_question(self, branching: Any, ada: Resident) -> None:
        ada.begin(branching)
        ada.client.post("/report/details/", {"text": "A flood."})
        page = ada.read("/report/questions/")
        assert "Where to?" not in page

        said = {"q-flows": "yes", "shown": ["flows", "since", "deep"]}
        answer = ada.client.post("/report/questions/", said)

        assert answer.status_code == 200
        assert "Where to?" in answer.content.decode()
        assert "Please answer" not in answer.content.decode()

    def test_a_branch_not_taken_asks_nothing_and_keeps_nothing(
        self, branching: Any, ada: Resident
    ) -> None:
        ada.begin(branching)
        ada.client.post("/report/details/", {"text": "A flood."})

        said = {"q-flows": "no", "q-where-to": "left over", "shown": ["flows", "since", "deep"]}
        assert ada.client.post("/report/questions/", said).status_code == 302

        page = ada.read("/report/photos/")
        assert "Do you have photos?" in page
        assert "left over" not in str(ada.client.session["report"])

    @pytest.mark.parametrize(
        "wrong",
        [
            {"q-flows": "perhaps"},
            {"q-flows": ""},
            {"q-flows": "no", "q-deep": "very"},
            {"q-flows": "no", "q-deep": "1e400"},
            {"q-flows": "no", "q-since_day": "31", "q-since_month": "2", "q-since_year": "2026"},
        ],
    )
    def test_what_cannot_be_an_answer_comes_back_with_a_sentence(
        self, branching: Any, ada: Resident, wrong: dict[str, str]
    ) -> None:
        ada.begin(branching)
        shown = {"shown": ["flows", "where-to", "since", "deep"]}

        answer = ada.client.post("/report/questions/", {**wrong, **shown})

        assert answer.status_code == 422
        assert "There is something to mend" in answer.content.decode()

    def test_with_scripts_the_branch_comes_at_once_and_alone(
        self, branching: Any, ada: Resident
    ) -> None:
        ada.begin(branching)

        answer = ada.client.post(
            "/report/questions/", {"q-flows": "yes"}, headers={"HX-Request": "true"}
        )

        page = answer.content.decode()
        assert "Where to?" in page
        assert "<html" not in page


class TestPhotos:
    def test_a_photo_is_kept_at_once_and_shown_when_it_is_ready(
        self, here: Town, ada: Resident
    ) -> None:
        ada.begin(here.lamp)
        ada.client.post("/report/photos/", {"photo": photo(), "add": "1"})
        assert "is being prepared" in ada.read("/report/photos/")

        run_waiting(clock=kernel.clock)
        page = ada.read("/report/photos/")
        assert 'alt="Photo: lamp.jpg"' in page
        address = page.partition('<img src="')[2].partition('"')[0]

        mine = ada.get(address)
        assert mine["Content-Type"] == "image/jpeg"
        assert "no-store" in mine["Cache-Control"]
        assert Client().get(address).status_code == 404

    def test_photos_go_with_the_report(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp, photos={"photo": photo(), "next": "1"})
        ada.press_send()

        case = one_case()
        kept = content.attachments(f"case:{case.id.hex}", public_only=False)
        assert [one.name for one in kept] == ["lamp.jpg"]
        assert not kept[0].is_public

    def test_what_is_no_photo_is_refused_and_the_good_ones_stay(
        self, here: Town, ada: Resident
    ) -> None:
        ada.begin(here.lamp)
        script = photo("script.jpg")
        script.truncate(0)
        script.seek(0)
        script.write(b"<script>alert(1)</script>")
        script.seek(0)

        answer = ada.client.post(
            "/report/photos/", {"photo": [photo("good.jpg"), script], "add": 1}
        )

        page = answer.content.decode()
        assert answer.status_code == 422
        assert "script.jpg: This file is not a photo" in page
        assert "good.jpg" in page

    def test_a_sixth_photo_is_too_many(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)

        six = [photo(f"{n}.jpg") for n in range(6)]
        answer = ada.client.post("/report/photos/", {"photo": six, "add": "1"})

        assert answer.status_code == 422
        assert "5.jpg was not added" in answer.content.decode()
        assert "Choose photos" not in answer.content.decode()

    def test_a_photo_can_be_removed_by_its_sender_only(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)
        ada.client.post("/report/photos/", {"photo": photo(), "add": "1"})
        kept = content.attachments(f"draft:{ada.client.session['report']['id']}", public_only=False)
        other = Resident()
        other.begin(here.lamp)

        other.client.post("/report/photos/", {"remove": str(kept[0].id)})
        assert "lamp.jpg" in ada.read("/report/photos/")

        ada.client.post("/report/photos/", {"remove": str(kept[0].id)})
        assert "lamp.jpg" not in ada.read("/report/photos/")


class TestContact:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({}, "Please choose one of the three ways."),
            ({"how": "mail", "mail": "nonsense"}, "This e-mail address cannot be used"),
            ({"how": "mail", "mail": "a@b.example\nBcc: c@d.example"}, "cannot be used"),
            ({"how": "phone", "phone": "call me"}, "This phone number cannot be used"),
            ({"how": "pigeon"}, "Please choose from the list."),
        ],
    )
    def test_what_cannot_reach_anybody_is_refused(
        self, here: Town, ada: Resident, said: dict[str, str], words: str
    ) -> None:
        ada.begin(here.lamp)

        answer = ada.client.post("/report/contact/", said)

        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_no_personal_value_is_in_a_cookie(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)

        cookies = "".join(morsel.value for morsel in ada.client.cookies.values())

        assert "ada" not in cookies
        assert "bridge" not in cookies

    def test_a_mail_address_becomes_a_contact_of_its_own(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        ada.press_send()

        contact_id = queries.contact_of(one_case().id)
        assert people.contacts_of_mail("ada@example.org") == [contact_id]


class TestDraft:
    def test_it_is_there_when_one_comes_back(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)
        ada.client.post("/report/place/", {"place": "two doors on"})

        page = ada.read("/report/")

        assert "You have begun a report" in page
        assert "two doors on" in ada.read("/report/place/")

    def test_it_goes_after_two_days(
        self, here: Town, ada: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada.begin(here.lamp)
        monkeypatch.setattr(drafts, "KEPT", timedelta())

        assert ada.get("/report/place/").url == "/report/"  # type: ignore[attr-defined]
        assert "report" not in ada.client.session

    def test_it_can_be_thrown_away_with_its_photos(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)
        ada.client.post("/report/photos/", {"photo": photo(), "add": "1"})
        subject = f"draft:{ada.client.session['report']['id']}"

        ada.client.post("/report/discard/")

        assert "You have begun" not in ada.read("/report/")
        assert {one.state for one in content.attachments(subject, public_only=False)} == {
            "taken-down"
        }

    def test_a_draft_of_another_release_does_no_harm(self, here: Town, ada: Resident) -> None:
        ada.begin(here.lamp)
        session = ada.client.session
        session["report"] = {**session["report"], "strange": "field"}
        session.save()

        assert "Where is it?" in ada.read("/report/place/")


class TestSending:
    def test_a_second_press_shows_the_same_receipt(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        page = ada.read("/report/check/")
        ada.press_send()
        first = receipt_in(ada.read("/report/sent/"))

        again = ada.client.post("/report/check/", hidden(page))

        assert again.url == "/report/sent/"  # type: ignore[attr-defined]
        assert receipt_in(ada.read("/report/sent/")) == first
        assert Case.objects.count() == 1

    def test_a_press_that_lost_its_answer_gets_the_same_number_with_a_new_key(
        self, here: Town, ada: Resident
    ) -> None:
        ada.fill_in(here.lamp)
        draft = dict(ada.client.session["report"])
        ada.press_send()
        first = receipt_in(ada.read("/report/sent/"))
        session = ada.client.session  # the answer never arrived, nor did the session change
        session["report"] = draft
        del session["receipt"]
        session.save()

        ada.press_send()

        second = receipt_in(ada.read("/report/sent/"))
        assert second[0] == first[0]
        assert second[1] != first[1]
        assert queries.reporter_by_key(second[1]) == queries.reporter_by_key(first[1])
        assert Case.objects.count() == 1

    def test_two_reports_one_after_the_other_are_two(self, here: Town, ada: Resident) -> None:
        for _ in range(2):
            ada.fill_in(here.lamp)
            ada.press_send()

        assert Case.objects.count() == 2

    def test_a_form_filled_in_by_a_program_is_refused_and_nothing_is_lost(
        self, here: Town, ada: Resident
    ) -> None:
        ada.fill_in(here.lamp)
        fields = hidden(ada.read("/report/check/"))

        answer = ada.client.post("/report/check/", {**fields, "second_name": "Robot"})

        assert answer.status_code == 422
        assert "At the bridge" in answer.content.decode()
        assert ada.press_send().status_code == 302

    def test_a_refusal_names_the_step_to_mend(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        session = ada.client.session
        session["report"] = {**session["report"], "lat": 95.0}
        session.save()

        answer = ada.press_send()

        assert answer.status_code == 422
        assert 'href="/report/place/"' in answer.content.decode()
        assert Case.objects.count() == 0

    def test_a_press_from_a_session_that_is_gone_says_so(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        fields = hidden(ada.read("/report/check/"))
        ada.client.session.flush()

        answer = ada.client.post("/report/check/", fields, follow=True)

        assert "Please begin again" in answer.content.decode()
        assert Case.objects.count() == 0

    def test_a_forged_key_sends_nothing(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)

        answer = ada.client.post("/report/check/", {"key": "forged"})

        assert answer.status_code == 200
        assert "Check before you send" in answer.content.decode()
        assert Case.objects.count() == 0

    def test_the_receipt_is_not_shown_for_ever(
        self, here: Town, ada: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada.fill_in(here.lamp)
        ada.press_send()
        monkeypatch.setattr("commonweal.web.pages.report.SENT_SHOWN", timedelta())

        assert ada.get("/report/sent/").url == "/report/"  # type: ignore[attr-defined]

    def test_the_secret_is_not_readable_in_the_session(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        ada.press_send()
        _number, key = receipt_in(ada.read("/report/sent/"))

        assert key not in str(dict(ada.client.session))

    def test_a_category_closed_in_between_is_chosen_anew(self, here: Town, ada: Resident) -> None:
        ada.fill_in(here.lamp)
        closed = CategoryDraft(
            code="lamp", names=here.lamp.names, parent_id=here.lamp.parent_id, is_open=False
        )
        actions.save_category(
            draft=closed,
            category_id=here.lamp.id,
            seen=here.lamp.version,
            reason="no more",
            by=ADMINISTRATOR,
            at=NOW,
        )

        assert ada.get("/report/check/").url == "/report/"  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", ["place", "details", "questions", "photos", "contact", "check"])
def test_every_step_is_private(here: Town, ada: Resident, step: str) -> None:
    ada.begin(here.lamp)

    answer = ada.get(f"/report/{step}/")

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
