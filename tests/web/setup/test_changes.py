"""What an administrator changes holds, is entered, and is refused when it must be."""

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.cases import queries as cases
from commonweal.cases.types import Question, QuestionKind, Review
from commonweal.city import actions as city_actions
from commonweal.city import queries as city
from commonweal.city.types import DayKind
from commonweal.content import queries as content
from commonweal.identity import queries as people
from commonweal.kernel import queries as kernel
from commonweal.kernel.types import SYSTEM, Role
from commonweal.ledger import queries as ledger
from commonweal.messages import queries as mails
from tests.factories.cases import ADMINISTRATOR, NOW, Town, named
from tests.factories.city import square
from tests.web.setup.conftest import Send, key_of, signed_in, words

pytestmark = [pytest.mark.django_db]


def page(answer: Any) -> str:
    return str(answer.content.decode())


def reasons(type_: str) -> list[object]:
    found = ledger.newest([type_]).items
    return [one.facts.get("reason") or ledger.disclosed(one.id).get("reason") for one in found]


# Categories


def test_a_kind_of_report_is_added(send: Send) -> None:
    answer = send(
        "/setup/categories/new/",
        code="bench",
        **words("names", "Broken bench"),
        **words("keywords", "seat, bench，sofa"),
        term_amount="7",
    )

    made = cases.category_by_code("bench")
    assert answer.status_code == 302
    assert made is not None
    assert made.names["zh-Hant"] == "Broken bench"
    assert made.keywords["en"] == ("seat", "bench", "sofa")
    assert made.term.amount == 7
    assert reasons("cases.category-set")[0] == "the council asked for it"


def test_a_kind_of_report_is_changed_and_keeps_its_questions(here: Town, send: Send) -> None:
    answer = send(f"/setup/categories/{here.lamp.id}/", review="never", is_open="")

    after = cases.category(here.lamp.id)
    assert answer.status_code == 302
    assert after.review is Review.NEVER
    assert not after.is_open
    assert after.questions == here.lamp.questions
    assert after.keywords == here.lamp.keywords


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"code": "Lamp!"}, "Write small letters, digits and hyphens only"),
        ({"code": "street"}, "already used"),
        ({"names_en": ""}, "Please fill this in."),
        ({"term_amount": "0"}, "greater than or equal to 1"),
        ({"term_amount": "six"}, "whole number"),
        ({"order": "-4"}, "greater than or equal to 0"),
        ({"reason": " "}, "Please fill this in."),
        ({"reason": "x" * 181}, "at most 180"),
        ({"parent": "4b8a7c1e-0000-4000-8000-000000000000"}, "not one of the available choices"),
    ],
)
def test_a_wrong_kind_of_report_comes_back(
    said: dict[str, str], where: str, here: Town, send: Send
) -> None:
    answer = send(f"/setup/categories/{here.lamp.id}/", **{"hints_en": "my own hint"} | said)

    assert answer.status_code == 422
    assert where in page(answer)
    assert "my own hint" in page(answer)
    assert cases.category(here.lamp.id) == here.lamp


def test_who_comes_late_sees_what_changed_and_can_send_again(
    here: Town, client: Client, send: Send
) -> None:
    where = f"/setup/categories/{here.lamp.id}/"
    send(where, **words("names", "Lamp, dark"), reason="somebody was faster")

    late = send(where, seen="1", **words("names", "Light gone"))

    assert late.status_code == 409
    assert "What changed since you opened it" in page(late)
    assert "somebody was faster" in page(late)
    assert "Lamp, dark" in page(late)
    assert "Light gone" in page(late)
    typed = {k: v for k, v in late.context["form"].data.items() if k != "form_key"}
    assert client.post(where, typed | {"form_key": key_of(late)}).status_code == 302
    assert cases.category(here.lamp.id).names["en"] == "Light gone"


def test_a_form_sent_twice_acts_once(client: Client) -> None:
    opened = client.get("/setup/units/new/")
    typed = {"seen": "0", "form_key": key_of(opened), "reason": "twice", "code": "parks"}
    typed |= words("name", "Parks")

    answers = [client.post("/setup/units/new/", typed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [unit.code for unit in city.units()].count("parks") == 1


# Questions


def test_a_question_is_added_after_an_answer(here: Town, client: Client, send: Send) -> None:
    where = f"/setup/categories/{here.lamp.id}/add/question/"

    answer = send(
        where,
        code="which",
        kind="text",
        after="how-many=several",
        place="1",
        **words("words", "Which ones?"),
    )

    made = cases.category(here.lamp.id).questions[1]
    assert answer.status_code == 302
    assert (made.after, made.after_is) == ("how-many", ("several",))
    shown = page(client.get(f"/setup/categories/{here.lamp.id}/"))
    assert "Only after “How many lamps?” with: Several" in shown


def test_answers_are_added_and_removed_without_saving(here: Town, client: Client) -> None:
    where = f"/setup/categories/{here.lamp.id}/how-many/"
    opened = client.get(where)
    typed: dict[str, Any] = {"rows": "2", "seen": "1", "code": "how-many", "kind": "choice"}
    typed |= {"option_0_code": "one", "option_1_code": "several"}
    typed |= words("option_0", "One") | words("option_1", "Several") | words("words", "Asked?")

    more = client.post(where, typed | {"press": "add"})
    less = client.post(where, typed | {"press": "drop-0"})

    assert opened.status_code == more.status_code == less.status_code == 200
    assert 'name="option_2_code"' in page(more)
    assert 'name="option_1_code"' not in page(less)
    assert 'value="several"' in page(less)
    assert "There is something to mend" not in page(less)
    assert cases.category(here.lamp.id) == here.lamp


def test_a_question_is_changed_with_its_answers(here: Town, send: Send) -> None:
    answer = send(
        f"/setup/categories/{here.lamp.id}/how-many/",
        rows="3",
        option_2_code="all",
        **words("option_2", "All of them"),
        is_required="on",
    )

    made = cases.category(here.lamp.id).questions[0]
    assert answer.status_code == 302
    assert [code for code, _words in made.options] == ["one", "several", "all"]
    assert made.is_required


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"code": "how many"}, "small letters"),
        ({"kind": "choice", "rows": "0"}, "at least one answer"),
        ({"kind": "bogus"}, "not one of the available choices"),
        ({"option_0_code": "", "rows": "2"}, "small letters"),
        ({"option_1_code": "one", "rows": "2"}, "Another answer has this code"),
        ({"option_1_en": "", "rows": "2"}, "Please write the answer in English, too."),
        ({"place": "77"}, "not one of the available choices"),
        ({"rows": "999999999999"}, ""),
    ],
)
def test_a_wrong_question_comes_back(
    said: dict[str, str], where: str, here: Town, send: Send
) -> None:
    answer = send(f"/setup/categories/{here.lamp.id}/how-many/", **{"rows": "2"} | said)

    if where:
        assert answer.status_code == 422
        assert where in page(answer)
        assert cases.category(here.lamp.id) == here.lamp
    else:
        assert answer.status_code == 302


def test_a_question_that_others_follow_cannot_go(here: Town, send: Send) -> None:
    send(
        f"/setup/categories/{here.lamp.id}/add/question/",
        code="which",
        kind="text",
        after="how-many=several",
        place="1",
        **words("words", "Which ones?"),
    )

    refused = send(f"/setup/categories/{here.lamp.id}/how-many/remove/")
    moved = send(f"/setup/categories/{here.lamp.id}/how-many/", rows="2", place="1")
    gone = send(f"/setup/categories/{here.lamp.id}/which/remove/")

    assert refused.status_code == moved.status_code == 422
    assert gone.status_code == 302
    assert [one.code for one in cases.category(here.lamp.id).questions] == ["how-many"]


def test_a_new_code_of_a_question_is_followed(here: Town, send: Send) -> None:
    send(
        f"/setup/categories/{here.lamp.id}/add/question/",
        code="which",
        kind="text",
        after="how-many=several",
        place="1",
        **words("words", "Which ones?"),
    )

    answer = send(f"/setup/categories/{here.lamp.id}/how-many/", rows="2", code="number")

    assert answer.status_code == 302
    questions: tuple[Question, ...] = cases.category(here.lamp.id).questions
    assert questions[1].after == "number"
    assert questions[0].kind is QuestionKind.CHOICE


# Rules


def test_a_rule_is_added_moved_and_found_to_be_in_the_way(
    here: Town, client: Client, send: Send
) -> None:
    send("/setup/rules/new/", unit=str(here.centre.id), **words("names", "Everything"))
    everything = cases.rules_in_order()[1]

    moved = send("/setup/rules/", move=f"{everything.id.hex} up")

    assert moved.status_code == 302
    assert [rule.names["en"] for rule in cases.rules_in_order()] == ["Everything", "Lamps to roads"]
    shown = page(client.get("/setup/rules/"))
    assert "The rule “Lamps to roads” never decides: “Everything” stands before it" in shown
    assert "never decides" in page(client.get("/setup/"))


def test_rules_that_somebody_else_moved_are_not_moved(here: Town, send: Send) -> None:
    send("/setup/rules/new/", unit=str(here.centre.id), **words("names", "Everything"))
    first = cases.rules_in_order()[0]

    late = send("/setup/rules/", shown="0:1", move=f"{first.id.hex} down")

    assert late.status_code == 409
    assert "Nothing of yours is lost" in page(late)
    assert cases.rules_in_order()[0] == first


@pytest.mark.parametrize("move", ["", "x up", "00000000000040008000000000000000 up"])
def test_a_move_that_is_none_is_refused(move: str, here: Town, send: Send) -> None:
    before = cases.rules_in_order()

    assert send("/setup/rules/", move=move).status_code == 422
    assert cases.rules_in_order() == before
    assert here


def test_the_first_rule_does_not_move_up(here: Town, send: Send) -> None:
    first = cases.rules_in_order()[0]

    assert send("/setup/rules/", move=f"{first.id.hex} up").status_code == 302
    assert cases.rules_in_order()[0] == first
    assert here


def test_trying_says_unit_rule_and_reason_and_changes_nothing(here: Town, client: Client) -> None:
    before = ledger.newest(["cases.received", "cases.rule-set"]).total

    fits = page(client.get("/setup/rules/?category=lamp&district=north&channel=web&text=dark"))
    none = page(client.get("/setup/rules/?category=neighbour&channel=phone"))
    bogus = client.get("/setup/rules/?category=nothing&channel=smoke")

    assert "It would go to: <strong>Roads</strong>" in fits
    assert "By the rule “Lamps to roads”." in fits
    assert "kind: Street lamp" in fits
    assert "It would go to: <strong>Centre</strong>" in none
    assert "No rule fits." in none
    assert bogus.status_code == 200
    assert "There is something to mend" in page(bogus)
    assert ledger.newest(["cases.received", "cases.rule-set"]).total == before
    assert here


def test_a_rule_to_a_unit_that_is_none_comes_back(here: Town, send: Send) -> None:
    rule = cases.rules_in_order()[0]

    answer = send(f"/setup/rules/{rule.id}/", unit="nothing", said="a, b, <i>c</i>")

    assert answer.status_code == 422
    assert "&lt;i&gt;c&lt;/i&gt;" in page(answer)
    assert here


# Units


def test_a_unit_is_closed_and_opened_again(here: Town, client: Client, send: Send) -> None:
    where = f"/setup/units/{here.roads.id}/"
    ends = {"closed_on_year": "2020", "closed_on_month": "1", "closed_on_day": "31"}

    closed = send(where, **ends)
    assert closed.status_code == 302
    assert city.unit(here.roads.id).closed_on == date(2020, 1, 31)
    assert "leads to a unit that is closed" in page(client.get("/setup/"))
    send(where, closed_on_year="", closed_on_month="", closed_on_day="")

    assert city.unit(here.roads.id).closed_on is None


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"code": "centre"}, "already used"),
        ({"phone": "call me"}, "cannot be read"),
        ({"email": "nobody"}, "cannot be read"),
        (
            {"closed_on_year": "2020", "closed_on_month": "2", "closed_on_day": "31"},
            "This is not a date.",
        ),
        (
            {"closed_on_year": "1", "closed_on_month": "1", "closed_on_day": "1"},
            "very far away",
        ),
        ({"parent": "x"}, "not one of the available choices"),
    ],
)
def test_a_wrong_unit_comes_back(said: dict[str, str], where: str, here: Town, send: Send) -> None:
    answer = send(f"/setup/units/{here.roads.id}/", **words("duties", "Bridges") | said)

    assert answer.status_code == 422
    assert where in page(answer)
    assert city.unit(here.roads.id) == here.roads


def test_a_unit_with_open_ones_below_stays_open(here: Town, send: Send) -> None:
    ends = {"closed_on_year": "2020", "closed_on_month": "1", "closed_on_day": "31"}

    answer = send(f"/setup/units/{here.centre.id}/", **ends)

    assert answer.status_code == 422
    assert "Units below this one stay open" in page(answer)


# Staff


def invited(send: Send) -> str:
    answer = send("/setup/staff/invite/", name="Wu Mei", mail="mei@example.org", language="en")
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_somebody_is_invited_and_given_a_role(here: Town, client: Client, send: Send) -> None:
    where = invited(send)

    answer = send(f"{where}role/", role="officer", unit=str(here.roads.id))

    assert answer.status_code == 302
    assert "Officer, Roads" in page(client.get(where))
    assert reasons("identity.role-given")[0] == "the council asked for it"
    assert reasons("identity.staff-made")[0] == "the council asked for it"
    assert mail.outbox == []  # it leaves after the act, by the worker


def test_a_role_may_begin_later_and_ends_with_its_last_day(
    here: Town, client: Client, send: Send
) -> None:
    where = invited(send)
    start = kernel.clock().date() + timedelta(days=10)
    end = start + timedelta(days=5)
    said = {f"since_{p}": str(getattr(start, p)) for p in ("year", "month", "day")}
    said |= {f"until_{p}": str(getattr(end, p)) for p in ("year", "month", "day")}

    assert send(f"{where}role/", role="dispatcher", **said).status_code == 302

    person_id = UUID(where.rstrip("/").rpartition("/")[2])
    held = people.grants_of(person_id)[0]
    assert held.from_.date() == start
    assert held.until is not None
    assert held.until.date() == end
    assert not people.actor_of_person(person_id, at=kernel.clock()).is_staff
    ended = send(f"{where}role/{held.id}/end/")
    assert ended.status_code == 302
    assert not people.actor_of_person(person_id, at=held.until - timedelta(days=2)).is_staff
    assert here
    assert client


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"role": "clerk"}, "Choose the unit."),
        ({"role": "king"}, "not one of the available choices"),
        (
            {"role": "dispatcher", "since_year": "2020", "since_month": "1", "since_day": "1"},
            "past",
        ),
        (
            {"role": "dispatcher", "until_year": "2020", "until_month": "1", "until_day": "1"},
            "ends",
        ),
    ],
)
def test_a_wrong_role_comes_back(said: dict[str, str], where: str, send: Send) -> None:
    answer = send(f"{invited(send)}role/", **said)

    assert answer.status_code == 422
    assert where in page(answer) or "would end before it begins" in page(answer)


def test_the_last_administrator_cannot_go(client: Client, send: Send) -> None:
    me = next(one for one in people.staff(by=SYSTEM, at=kernel.clock()) if one.grants)
    held = me.grants[0]

    for where in (f"role/{held.id}/end/", "close/"):
        answer = send(f"/setup/staff/{me.person_id}/{where}")
        assert answer.status_code == 422
        assert "This is the last administrator." in page(answer)

    assert client.get("/setup/").status_code == 200


def test_an_account_is_closed_with_its_roles(here: Town, client: Client, send: Send) -> None:
    signed_in(Role.DISPATCHER)
    other = next(
        one
        for one in people.staff(by=SYSTEM, at=kernel.clock())
        if one.grants and one.grants[0].role is Role.DISPATCHER
    )

    answer = send(f"/setup/staff/{other.person_id}/close/")

    assert answer.status_code == 302
    assert not people.actor_of_person(other.person_id, at=kernel.clock()).is_staff
    assert "This account is closed." in page(client.get(f"/setup/staff/{other.person_id}/"))
    assert here


@pytest.mark.parametrize("address", ["nobody", "a@b", "x@example.org\nBcc: y@example.org"])
def test_a_wrong_address_is_not_invited(address: str, send: Send) -> None:
    answer = send("/setup/staff/invite/", name="Wu Mei", mail=address)

    assert answer.status_code == 422
    assert "This e-mail address cannot be used." in page(answer)


# Messages


def test_a_mail_is_previewed_written_anew_and_reset(client: Client, send: Send) -> None:
    where = "/setup/messages/cases.acknowledged/en/"
    shipped = mails.template("cases.acknowledged", "en")

    shown = send(where, press="preview", body="Dear you, <b>{number}</b> {link}", reason="")
    assert shown.status_code == 200
    assert "&lt;b&gt;[number]&lt;/b&gt;" in page(shown)
    assert mails.template("cases.acknowledged", "en") == shipped
    assert send(where, body="Dear you, {number} {link}").status_code == 302
    assert mails.template("cases.acknowledged", "en").is_own
    assert "own words" in page(client.get("/setup/messages/"))
    assert send(f"{where}reset/").status_code == 302

    after = mails.template("cases.acknowledged", "en")
    assert (after.body, after.is_own, after.version) == (shipped.body, False, 2)


@pytest.mark.parametrize(
    ("body", "where"),
    [("{bogus} {link}", "which this message does not have"), ("no link", "{link}"), ("", "fill")],
)
@pytest.mark.parametrize("press", ["", "preview"])
def test_a_wrong_mail_comes_back(body: str, where: str, press: str, send: Send) -> None:
    answer = send("/setup/messages/cases.acknowledged/en/", body=body, press=press)

    assert answer.status_code == 422
    assert where in page(answer)


def test_every_mail_has_a_name_that_says_when_it_is_sent(client: Client) -> None:
    rows = client.get("/setup/messages/").context["rows"]

    assert len(rows) == len(mails.codes())
    assert [row["code"] for row in rows if row["title"] == row["code"]] == []


def test_a_mail_changed_by_somebody_else_is_not_overwritten(send: Send) -> None:
    where = "/setup/messages/cases.acknowledged/en/"
    send(where, body="First {link}")

    late = send(where, body="Second {link}", seen="0")

    assert late.status_code == 409
    assert mails.template("cases.acknowledged", "en").body == "First {link}"
    assert "First {link}" in page(late)


# Calendar


def test_the_week_is_set(send: Send) -> None:
    answer = send("/setup/hours/", day_5="9:00-12:00，13:00–15:00", day_6="")

    assert answer.status_code == 302
    assert city.opening_week().hours[5] == (("09:00", "12:00"), ("13:00", "15:00"))


@pytest.mark.parametrize("hours", ["nine to five", "17:00-09:00", "25:00-26:00", "9" * 5000])
def test_hours_that_cannot_be_read_come_back(hours: str, send: Send) -> None:
    answer = send("/setup/hours/", day_2=hours)

    assert answer.status_code == 422
    assert "cannot be read" in page(answer)


def test_a_city_that_never_opens_is_refused(send: Send) -> None:
    assert send("/setup/hours/", **{f"day_{n}": "" for n in range(7)}).status_code == 422


def test_a_day_is_named_changed_and_taken_out(client: Client, send: Send) -> None:
    on = {"on_year": "2026", "on_month": "6", "on_day": "19"}
    added = send("/setup/holidays/new/", **words("name", "Boat feast"), **on)
    assert added.headers["Location"].endswith("?year=2026")
    card = city.holidays()[0]

    again = send("/setup/holidays/new/", **words("name", "Again"), **on)
    send(f"/setup/holidays/{card.id}/", kind="open", hours="10:00-12:00")

    assert again.status_code == 422
    assert "The calendar already names" in page(again)
    assert city.holiday(card.id).kind is DayKind.OPEN
    assert "open: 10:00-12:00" in page(client.get("/setup/holidays/?year=2026"))
    assert send(f"/setup/holidays/{card.id}/withdraw/").status_code == 302
    assert city.holidays() == []


def test_a_working_day_needs_hours(send: Send) -> None:
    on = {"on_year": "2026", "on_month": "6", "on_day": "20"}

    answer = send("/setup/holidays/new/", **words("name", "Make-up day"), **on, kind="open")

    assert answer.status_code == 422
    assert "needs opening hours" in page(answer)


# Policy


def test_a_policy_value_is_set_from_a_day_on(client: Client, send: Send) -> None:
    said = {"valid_from_year": "2027", "valid_from_month": "1", "valid_from_day": "1"}

    answer = send("/setup/policy/consent_age/", value="16", source="Law 12", **said)

    assert answer.status_code == 302
    card = city.parameters()[0]
    assert (card.value, card.valid_from and card.valid_from.year) == (16, 2027)
    assert "Law 12" in page(client.get("/setup/policy/consent_age/"))


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"value": "99"}, "does not fit"),
        ({"value": "old"}, "does not fit"),
        ({"source": ""}, "Please fill this in."),
        ({"valid_from_year": "99999"}, "This is not a date."),
        ({"valid_from_year": "1"}, "very far away"),
    ],
)
def test_a_wrong_policy_value_comes_back(said: dict[str, str], where: str, send: Send) -> None:
    answer = send("/setup/policy/consent_age/", **{"source": "Law 12"} | said)

    assert answer.status_code == 422
    assert where in page(answer)
    assert city.parameters() == []


def test_a_policy_value_set_meanwhile_is_shown(send: Send) -> None:
    send("/setup/policy/consent_age/", value="16", source="Law 12")

    late = send("/setup/policy/consent_age/", value="18", source="Law 13", seen="0")

    assert late.status_code == 409
    assert city.parameter("consent_age", kernel.clock()) == 16


def test_a_parameter_that_nobody_knows_is_not_found(client: Client) -> None:
    assert client.get("/setup/policy/bogus/").status_code == 404


# City texts


def test_a_city_text_is_previewed_and_saved_as_a_version(client: Client, send: Send) -> None:
    where = "/setup/pages/privacy/en/"
    text = "Call {phone}.\n\n<script>alert(1)</script>\n\n[Bad](javascript:alert(1)) **bold**"

    shown = send(where, press="preview", body=text, reason="")
    assert shown.status_code == 200
    assert "<strong>bold</strong>" in page(shown)
    assert "<script>alert" not in page(shown)
    assert 'href="javascript' not in page(shown)
    assert content.page_source("privacy", "en").version == 0
    assert send(where, body=text).status_code == 302

    assert content.page_source("privacy", "en").version == 1
    assert "Version 1" in page(client.get(where))
    late = send(where, body="other", seen="0")
    assert late.status_code == 409


@pytest.mark.parametrize("where", ["/setup/pages/bogus/en/", "/setup/pages/privacy/fr/"])
def test_a_text_that_is_none_is_not_found(where: str, client: Client) -> None:
    assert client.get(where).status_code == 404


def test_a_text_with_an_unknown_placeholder_comes_back(send: Send) -> None:
    answer = send("/setup/pages/privacy/en/", body="Call {mayor}.")

    assert answer.status_code == 422
    assert "{mayor}" in page(answer)


# The city and its districts


def test_the_city_is_named_and_coloured(client: Client, send: Send) -> None:
    answer = send("/setup/city/", name_en="New Town", brand_colour="#5a1d1d", phone="1823")

    assert answer.status_code == 302
    assert city.profile().name["en"] == "New Town"
    assert "New Town" in page(client.get("/setup/"))


@pytest.mark.parametrize(
    ("said", "field", "where"),
    [
        ({"brand_colour": "#ffff00"}, "brand_colour", "has a contrast of 1.0"),
        ({"link_colour": "#abcdef"}, "link_colour", "has a contrast of 1.6"),
        ({"link_colour": "red"}, "link_colour", "cannot be read"),
        ({"zone": "Asia/Taipeh"}, "zone", "the nearest is Asia/Taipei"),
        ({"tile_address": "http://x"}, "tile_address", "https://"),
        ({"languages": ["fr"]}, "languages", "not one of the available choices"),
        ({"name_zh_hans": ""}, "name_zh_hans", "Please fill this in."),
    ],
)
def test_a_wrong_city_comes_back_at_its_field(
    said: dict[str, Any], field: str, where: str, send: Send
) -> None:
    answer = send("/setup/city/", **said)

    assert answer.status_code == 422
    assert where in " ".join(answer.context["form"].errors[field])


def test_a_city_may_speak_fewer_languages(send: Send) -> None:
    assert send("/setup/city/", languages=["zh-Hant", "en"], name_zh_hans="Test").status_code == 302
    assert city.profile().languages == ("zh-Hant", "en")


def collection(*features: dict[str, Any]) -> SimpleUploadedFile:
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return SimpleUploadedFile("borders.geojson", text.encode())


def feature(code: str, geometry: Any) -> dict[str, Any]:
    properties = {"code": code, "names": named(code.title())}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_borders_come_from_a_file(here: Town, send: Send) -> None:
    file = collection(feature("north", square(0.0, 10.0)), feature("south", square(0.0, 9.0)))

    answer = send("/setup/districts/borders/", borders=file)

    assert answer.status_code == 302
    assert {one.code for one in city.districts()} == {"north", "south"}
    assert city.district(here.north.id).version == 2


def test_another_file_under_a_used_key_is_not_taken_for_done(client: Client, here: Town) -> None:
    where = "/setup/districts/borders/"
    opened = client.get(where)
    typed = {"form_key": key_of(opened), "reason": "new map", "seen": "1"}
    first, second = (
        client.post(where, typed | {"borders": collection(feature(code, square(0.0, 9.0)))})
        for code in ("south", "west")
    )

    assert (first.status_code, second.status_code) == (302, 422)
    assert "already sent with other content" in page(second)
    assert {one.code for one in city.districts()} == {"north", "south"}
    assert here


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", "empty"),
        (b"{", "line 1"),
        (b"\xff\xfe\x00", ""),
        (b"<script>alert(1)</script>", ""),
        (b'{"type": "FeatureCollection"}', "not a GeoJSON FeatureCollection"),
        (b'{"features": [{"properties": {"code": "A B"}}]}', "cannot be used"),
        (b'{"features": [{"properties": {"code": "a"}, "geometry": {"type": "Point"}}]}', "border"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_file_with_wrong_borders_is_told_and_changes_nothing(
    data: bytes, where: str, here: Town, send: Send
) -> None:
    answer = send("/setup/districts/borders/", borders=SimpleUploadedFile("b.geojson", data))

    assert answer.status_code == 422
    assert where.lower() in page(answer).lower()
    assert "<script>alert" not in page(answer)
    assert city.districts() == [here.north]


def test_a_district_gets_another_name_and_keeps_its_border(here: Town, send: Send) -> None:
    before = city.districts_geojson()["features"][0]["geometry"]

    assert send(f"/setup/districts/{here.north.id}/", name_en="Northern").status_code == 302

    assert city.district(here.north.id).names["en"] == "Northern"
    assert city.districts_geojson()["features"][0]["geometry"] == before


# Export


def test_what_is_exported_loads_back_to_the_same(
    here: Town, client: Client, send: Send, tmp_path: Path
) -> None:
    invited(send)
    send("/setup/pages/privacy/en/", body="Call {phone}.")
    answer = client.post("/setup/export/")
    packed = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file response

    with zipfile.ZipFile(io.BytesIO(packed)) as made:
        made.extractall(tmp_path)
        told = b"".join(made.read(name) for name in made.namelist())

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"mei@example.org" not in told
    assert b"Wu Mei" not in told
    assert city_actions.check_folder(tmp_path) == []
    changes = city_actions.load_folder(
        folder=tmp_path, by=ADMINISTRATOR, at=NOW, reason="load it back"
    )
    assert [(one.added, one.changed) for one in changes if one.added or one.changed] == []
    assert here
