"""The reporter follows, answers, adds, corrects, takes back, confirms or contests."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.models import AccessKey
from commonweal.cases.types import ContactDraft, Receipt, State
from commonweal.content import queries as content
from commonweal.edge import limits
from commonweal.kernel import queries as kernel
from commonweal.kernel.actions import run_waiting
from commonweal.web.pages import my_cases
from tests.factories.cases import Town, card, reported, town
from tests.web.walk import Resident, hidden, photo, receipt_in

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def ada() -> Resident:
    return Resident()


@pytest.fixture
def receipt(here: Town) -> Receipt:
    return reported(here.lamp)


def staff_does(here: Town, receipt: Receipt, act: Any, **said: Any) -> None:
    act(
        case_id=receipt.case_id,
        seen=card(receipt).version,
        by=here.officer,
        at=kernel.clock(),
        **said,
    )


class TestPage:
    def test_it_says_where_the_case_stands_and_what_was_promised(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        page = ada.read(f"/mine/{receipt.key}/")

        assert "Received" in page
        assert "The city promise" in page
        assert "Your report arrived and went to: Roads." in page
        assert "The lamp at the bridge is dark." in page

    def test_it_is_kept_from_everybody_else(self, receipt: Receipt, ada: Resident) -> None:
        answer = ada.get(f"/mine/{receipt.key}/")

        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]

    @pytest.mark.usefixtures("receipt")
    @pytest.mark.parametrize(
        "key", ["00000-00000-00000-00000", "x", "%00", "%F0%9F%A6%8A", "a" * 3000, "U" * 23]
    )
    def test_a_wrong_key_opens_nothing(self, ada: Resident, key: str) -> None:
        assert ada.get(f"/mine/{key}/").status_code == 404

    def test_a_wrong_and_a_revoked_key_are_answered_alike(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        actions.replace_keys(reporter=queries.reporter_by_key(receipt.key), at=kernel.clock())

        said = [
            re.sub(r"[0-9a-f]{16}", "", ada.get(f"/mine/{key}/").content.decode()).replace(key, "")
            for key in (receipt.key, "00000-00000-00000-00000")
        ]

        assert said[0] == said[1]

    def test_trying_keys_is_slowed_down(self, receipt: Receipt, ada: Resident) -> None:
        tries = [
            ada.get(f"/mine/{n:05}-00000-00000-00000/").status_code
            for n in range(limits.LOOK_UP.burst + 1)
        ]

        assert tries == [404] * limits.LOOK_UP.burst + [429]
        assert ada.get(f"/mine/{receipt.key}/").status_code == 200

    @pytest.mark.parametrize("page", ["reply", "photo", "correct", "withdraw", "receipt"])
    def test_its_pages_open(self, receipt: Receipt, ada: Resident, page: str) -> None:
        assert receipt.number in ada.read(f"/mine/{receipt.key}/{page}/")


class TestActs:
    def test_a_question_is_answered_on_the_page(
        self, here: Town, receipt: Receipt, ada: Resident
    ) -> None:
        staff_does(here, receipt, actions.ask, text="Which side?")
        assert "Which side?" in ada.read(f"/mine/{receipt.key}/")

        answer = ada.send(f"/mine/{receipt.key}/reply/", text="The left one.")

        assert answer.status_code == 302
        assert card(receipt).state is State.IN_WORK
        page = ada.read(f"/mine/{receipt.key}/")
        assert "The left one." in page
        assert "Your reply has gone to the unit." in page

    def test_a_reply_sent_twice_arrives_once(self, receipt: Receipt, ada: Resident) -> None:
        address = f"/mine/{receipt.key}/reply/"
        fields = hidden(ada.read(address))

        for _ in range(2):
            assert ada.client.post(address, {**fields, "text": "Left."}).status_code == 302

        assert [word.text for word in queries.words(receipt.case_id)] == ["Left."]

    @pytest.mark.parametrize("page", ["reply", "correct", "contest"])
    def test_empty_and_endless_words_come_back_with_what_was_typed(
        self, receipt: Receipt, ada: Resident, page: str
    ) -> None:
        for text in ("", "x" * 5_001):
            answer = ada.send(f"/mine/{receipt.key}/{page}/", text=text)
            assert answer.status_code == 422
            assert text in answer.content.decode()

    def test_the_text_is_corrected_and_read_anew_before_it_is_public(
        self, here: Town, receipt: Receipt, ada: Resident
    ) -> None:
        staff_does(here, receipt, actions.publish, text="A lamp is dark.")

        ada.send(f"/mine/{receipt.key}/correct/", text="Two lamps are dark.")

        assert card(receipt).text == "Two lamps are dark."
        assert "A lamp is dark." not in ada.read(f"/cases/{receipt.number}/")
        assert "Two lamps are dark." not in ada.read(f"/cases/{receipt.number}/")

    def test_it_is_taken_back_after_being_asked(self, receipt: Receipt, ada: Resident) -> None:
        assert "Take the report back?" in ada.read(f"/mine/{receipt.key}/withdraw/")
        assert card(receipt).state is State.RECEIVED

        ada.send(f"/mine/{receipt.key}/withdraw/", text="")

        assert card(receipt).state is State.WITHDRAWN
        page = ada.read(f"/mine/{receipt.key}/")
        assert "You took the report back." in page
        assert "/correct/" not in page

    def test_an_answer_is_confirmed(self, here: Town, receipt: Receipt, ada: Resident) -> None:
        staff_does(here, receipt, actions.answer, text="A new bulb is in.")
        page = ada.read(f"/mine/{receipt.key}/")
        assert "A new bulb is in." in page
        assert "Yes, it is settled" in page

        ada.send(f"/mine/{receipt.key}/confirm/")

        assert card(receipt).state is State.CONFIRMED
        assert "Yes, it is settled" not in ada.read(f"/mine/{receipt.key}/")

    def test_an_answer_is_contested_with_a_reason(
        self, here: Town, receipt: Receipt, ada: Resident
    ) -> None:
        staff_does(here, receipt, actions.answer, text="A new bulb is in.")

        ada.send(f"/mine/{receipt.key}/contest/", text="It is dark again.")

        assert card(receipt).state is State.CONTESTED
        assert "It is dark again." in ada.read(f"/mine/{receipt.key}/")
        assert "It is dark again." not in ada.read(f"/cases/{receipt.number}/")

    def test_what_the_state_does_not_allow_is_a_clear_no(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        answer = ada.send(f"/mine/{receipt.key}/confirm/")

        assert answer.status_code == 409
        assert "Reload the page" in answer.content.decode()

    def test_photos_are_added_and_shown_to_their_sender_only(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        assert ada.send(f"/mine/{receipt.key}/photo/", photo=photo()).status_code == 302
        run_waiting(clock=kernel.clock)

        (kept,) = content.attachments(f"case:{receipt.case_id.hex}", public_only=False)
        assert str(kept.id) in ada.read(f"/mine/{receipt.key}/")
        mine = ada.get(f"/mine/{receipt.key}/photos/{kept.id}/thumb/")
        assert mine["Content-Type"] == "image/jpeg"
        assert "no-store" in mine["Cache-Control"]
        assert ada.get(f"/photos/{kept.id}/thumb/").status_code == 404
        assert str(kept.id) not in ada.read(f"/cases/{receipt.number}/")

    def test_a_bad_photo_adds_none(self, receipt: Receipt, ada: Resident) -> None:
        bad = photo("bad.jpg")
        bad.seek(0)
        bad.write(b"GIF89a not really")
        bad.seek(0)

        answer = ada.send(f"/mine/{receipt.key}/photo/", photo=[photo("good.jpg"), bad])

        assert answer.status_code == 422
        assert "bad.jpg:" in answer.content.decode()
        assert content.attachments(f"case:{receipt.case_id.hex}", public_only=False) == []

    def test_more_photos_than_find_room_are_said_beside_the_field(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        address = f"/mine/{receipt.key}/photo/"
        for _ in range(3):
            assert ada.send(address, photo=[photo() for _ in range(5)]).status_code == 302
        assert ada.send(address, photo=[photo() for _ in range(4)]).status_code == 302

        answer = ada.send(address, photo=[photo(), photo()])

        page = answer.content.decode()
        error = page.split('id="photo-error">')[1].split("<")[0]
        assert answer.status_code == 422
        assert error == "At most 20 photos can be kept here, and 19 are here already. Send fewer."
        assert len(content.attachments(f"case:{receipt.case_id.hex}", public_only=False)) == 19
        assert ada.send(address, photo=photo()).status_code == 302

    def test_the_link_is_replaced_and_a_second_press_does_not_lock_out(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        address = f"/mine/{receipt.key}/replace-link/"
        fields = hidden(ada.read(address))

        first, second = (ada.client.post(address, fields) for _ in range(2))

        assert ada.get(f"/mine/{receipt.key}/").status_code == 404
        for answer in (first, second):
            number, key = receipt_in(ada.read(answer.url))  # type: ignore[attr-defined]
            assert number == receipt.number
            assert ada.get(f"/mine/{key}/").status_code == 200

    def test_a_second_press_gets_the_same_link_though_the_first_answer_was_lost(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        address = f"/mine/{receipt.key}/replace-link/"
        fields = hidden(ada.read(address))
        cookie = ada.client.cookies["sessionid"].value
        first = ada.client.post(address, fields)

        other = Client()
        other.cookies["sessionid"] = cookie
        second = other.post(address, fields)

        assert second.url == first.url  # type: ignore[attr-defined]
        assert AccessKey.objects.filter(case_id=receipt.case_id).count() == 2

    def test_an_old_form_gives_no_link_once_the_links_were_replaced_again(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        thief, address = Resident(), f"/mine/{receipt.key}/replace-link/"
        fields = hidden(thief.read(address))
        stolen = thief.client.post(address, fields)
        opened = queries.reporter_by_key(stolen.url.split("/")[2])  # type: ignore[attr-defined]
        actions.replace_keys(reporter=opened, at=kernel.clock())  # the reporter, by mailed link
        keys = AccessKey.objects.filter(case_id=receipt.case_id).count()

        answers = [one.client.post(address, fields).status_code for one in (thief, ada)]

        assert answers == [404, 404]
        assert thief.get(stolen.url).status_code == 404  # type: ignore[attr-defined]
        assert AccessKey.objects.filter(case_id=receipt.case_id).count() == keys

    def test_another_session_gets_no_link_by_a_form_that_was_sent(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        address = f"/mine/{receipt.key}/replace-link/"
        fields = hidden(ada.read(address))
        assert ada.client.post(address, fields).status_code == 302

        assert Client().post(address, fields).status_code == 404

    def test_replacing_is_slowed_down_for_each_case_and_not_for_each_address(
        self, here: Town, receipt: Receipt, ada: Resident
    ) -> None:
        def replace(key: str) -> tuple[int, str]:
            answer = ada.send(f"/mine/{key}/replace-link/")
            url = answer.get("Location", "")
            return answer.status_code, url.split("/")[2] if url else key

        key, codes = receipt.key, []
        for _ in range(limits.REPLACE_LINK.burst + 1):
            code, key = replace(key)
            codes.append(code)

        assert codes == [302] * limits.REPLACE_LINK.burst + [429]
        assert replace(reported(here.lamp).key)[0] == 302

    def test_guesses_lock_nobody_behind_the_same_address_out(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        codes = [
            ada.client.post(f"/mine/{n:05}-00000-00000-00000/replace-link/", fields).status_code
            for n in range(limits.LOOK_UP.burst + 1)
            for fields in [hidden(ada.read(f"/mine/{receipt.key}/replace-link/"))]
        ]

        assert codes == [404] * limits.LOOK_UP.burst + [429]
        assert ada.send(f"/mine/{receipt.key}/replace-link/").status_code == 302
        assert ada.send("/my-cases/", mail="ada@example.org").status_code == 302

    def test_forms_need_the_key_the_server_made(self, receipt: Receipt, ada: Resident) -> None:
        answer = ada.client.post(f"/mine/{receipt.key}/withdraw/", {"form_key": "forged"})

        assert answer.status_code == 422
        assert card(receipt).state is State.RECEIVED


class TestMyCases:
    def ask(self, ada: Resident, address: str) -> str:
        """Ask for the link, and read the page that follows."""
        answer = ada.send("/my-cases/", mail=address)
        assert answer.url == "/my-cases/link/"  # type: ignore[attr-defined]
        return ada.read("/my-cases/link/")

    def link(self) -> str:
        run_waiting(clock=kernel.clock)
        told = "\n".join(str(one.body) for one in mail.outbox)
        return str(re.findall(r"/my-cases/open/[^/\s]+/", told)[-1])

    def test_guessed_links_lock_nobody_behind_the_same_address_out(
        self, receipt: Receipt, ada: Resident
    ) -> None:
        guesser, most = Client(), limits.OPEN_LINK.burst
        codes = [guesser.post(f"/my-cases/open/{n}/").status_code for n in range(most + 1)]
        assert codes[-2:] == [codes[0], 429]

        self.ask(ada, "ada@example.org")

        assert ada.client.post(self.link()).url == "/my-cases/"  # type: ignore[attr-defined]
        assert receipt.number in ada.read("/my-cases/")

    def test_a_link_by_mail_opens_the_own_cases_for_an_hour(
        self, receipt: Receipt, ada: Resident, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.ask(ada, "ada@example.org")
        link = self.link()
        assert "Open my reports" in ada.read(link)  # a mail program that looks uses nothing up

        assert ada.client.post(link).url == "/my-cases/"  # type: ignore[attr-defined]
        assert receipt.number in ada.read("/my-cases/")
        assert "is dark" in ada.read(f"/my-cases/{receipt.number}/")

        monkeypatch.setattr(
            my_cases, "now_of", lambda _request: kernel.clock() + timedelta(hours=2)
        )
        assert receipt.number not in ada.read("/my-cases/")

    @pytest.mark.usefixtures("receipt")
    def test_the_link_works_once(self, ada: Resident) -> None:
        self.ask(ada, "ada@example.org")
        link = self.link()
        ada.client.post(link)

        assert Client().post(link).status_code == 404

    @pytest.mark.usefixtures("receipt")
    def test_an_unknown_address_is_answered_the_same(self, ada: Resident) -> None:
        assert self.ask(ada, "ada@example.org") == self.ask(Resident(), "nobody@example.org")

    def test_other_peoples_cases_stay_shut(self, here: Town, ada: Resident) -> None:
        reported(here.lamp)
        other = reported(here.lamp, contact=ContactDraft(mail="ben@example.org"))
        self.ask(ada, "ada@example.org")
        ada.client.post(self.link())

        assert other.number not in ada.read("/my-cases/")
        assert ada.get(f"/my-cases/{other.number}/").status_code == 404

    def test_acts_work_from_the_list_too(self, receipt: Receipt, ada: Resident) -> None:
        self.ask(ada, "ada@example.org")
        ada.client.post(self.link())

        ada.send(f"/my-cases/{receipt.number}/reply/", text="Left.")

        assert "Left." in ada.read(f"/my-cases/{receipt.number}/")

    def test_the_list_can_be_closed(self, receipt: Receipt, ada: Resident) -> None:
        self.ask(ada, "ada@example.org")
        ada.client.post(self.link())

        ada.client.post("/my-cases/close/")

        assert receipt.number not in ada.read("/my-cases/")
        assert ada.get(f"/my-cases/{receipt.number}/").url == "/my-cases/"  # type: ignore[attr-defined]

    @pytest.mark.usefixtures("receipt")
    @pytest.mark.parametrize("address", ["", "nonsense", "a@b.c\r\nBcc: d@e.f", "x" * 300 + "@y.z"])
    def test_what_is_no_address_comes_back(self, ada: Resident, address: str) -> None:
        assert ada.send("/my-cases/", mail=address).status_code == 422
        assert mail.outbox == []
