"""What people write is text wherever it appears: stored, sent back, on pages and in mails."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from commonweal.cases import actions as cases
from commonweal.cases.actions.setup import CategoryDraft, RuleDraft
from commonweal.city import actions as city
from commonweal.city.types import DayKind
from commonweal.content import actions as content
from commonweal.kernel.queries import clock
from commonweal.messages import actions as messages
from commonweal.messages.queries import template
from tests.factories.cases import ADMINISTRATOR, NORTH, named
from tests.scenarios.town import Town, town, work
from tests.web.journeys.atlas import STOPS
from tests.web.journeys.markup import SCRIPT, SHOWN, alive
from tests.web.journeys.world import Who, world

pytestmark = pytest.mark.django_db

# Pages on which the words of residents, of staff or of the city must be seen, as text.
SHOWS = {
    "home", "report", "report-place", "report-details", "report-questions", "report-check",
    "report-sent", "my-cases", "my-case", "mine", "mine-correct", "mine-confirm", "receipt",
    "cases", "cases-map", "case", "statistics", "flag-case", "page", "staff", "staff-review",
    "staff-flags",
    "staff-intake", "staff-case", "operator", "setup", "setup-history", "setup-categories",
    "setup-category", "setup-question", "setup-rules", "setup-rule", "setup-units", "setup-unit",
    "setup-person", "setup-template", "setup-holidays", "setup-holiday", "setup-page",
    "setup-districts", "setup-district",
}  # fmt: skip


def poison(here: Town) -> None:
    """Write a script into every text that the city itself keeps."""
    by: dict[str, Any] = {"reason": SCRIPT, "by": ADMINISTRATOR, "at": clock()}
    shape = {"type": "Polygon", "coordinates": NORTH}
    names = named(SCRIPT)
    draft = CategoryDraft(
        code="lamp",
        names=names,
        hints=names,
        keywords={"en": [SCRIPT]},
        questions=here.lamp.questions,
        parent_id=here.lamp.parent_id,
    )
    cases.save_category(draft=draft, category_id=here.lamp.id, seen=1, **by)
    rule = RuleDraft(names=names, unit_id=here.roads.id, words=[SCRIPT])
    cases.save_rule(draft=rule, rule_id=None, seen=None, **by)
    city.save_unit(
        unit_id=here.roads.id,
        code="roads",
        names=names,
        duties=names,
        parent_id=here.centre.id,
        seen=1,
        **by,
    )
    city.save_district(
        district_id=here.north.id, code="north", names=names, geometry=shape, seen=1, **by
    )
    city.save_landmark(
        landmark_id=None, code="pole", names=names, lat=22.01, lng=114.01, seen=0, **by
    )
    city.save_holiday(
        holiday_id=None, day=date(2027, 5, 1), kind=DayKind.CLOSED, names=names, seen=0, **by
    )
    content.save_page(code="privacy", language="en", title=SCRIPT, body=SCRIPT, seen=0, **by)
    words = template("cases.received", "en")
    messages.save_template(
        code="cases.received",
        language="en",
        subject=words.subject + SCRIPT,
        body=words.body + SCRIPT,
        seen=words.version,
        **by,
    )


def test_stored_script_is_text_on_every_page_and_in_every_mail() -> None:
    here = town()
    poison(here)
    the_world = world(here, SCRIPT)

    shown, ran = set(), {}
    for stop in STOPS:
        answer = the_world.client(stop.who).get(
            stop.address(the_world),
            {"year": "2027"} if stop.name == "setup-holidays" else {},
            follow=True,
        )
        page = answer.content.decode()
        if found := alive(page):
            ran[stop.name] = found
        if SHOWN in page:
            shown.add(stop.name)
    work()

    assert ran == {}
    assert SHOWS - shown == set()
    posted = [one for one in mail.outbox if isinstance(one, EmailMultiAlternatives)]
    letters = [str(body) for one in posted for body, _kind in one.alternatives]
    assert any(SHOWN in letter for letter in letters)
    assert [letter for letter in letters if "<script" in letter or "<img" in letter] == []
    assert [letter.subject for letter in mail.outbox if "\n" in letter.subject] == []


ECHOES = (
    "/report/?q={}",
    "/report/place/?find={}",
    "/cases/?q={}",
    "/cases/?q={0}&category={0}&district={0}&state={0}&since={0}&sort={0}&page={0}",
    "/cases/map/?q={}",
    "/cases/{}/",
    "/mine/{}/",
    "/my-cases/{}/",
    "/my-cases/open/{}/",
    "/stop-messages/{}/",
    "/pages/{}/",
    "/account/login/?next={}",
    "/account/login/?next=javascript:alert(1)",
    "/nothing/{}/",
    "/staff/?text={0}&category={0}&state={0}&sort={0}&show={0}&page={0}",
    "/staff/cases/{}/",
    "/setup/history/?page={0}&kind={0}",
    "/setup/holidays/?year={}",
    "/setup/rules/?text={0}&category={0}&district={0}&channel={0}",
    "/setup/policy/{}/",
    "/setup/messages/{0}/{0}/",
)


def test_what_stands_in_an_address_is_text() -> None:
    the_world = world(town())

    found = {}
    for who in Who:
        client = the_world.client(who)
        for address in ECHOES:
            answer = client.get(address.format(quote(SCRIPT, safe="")), follow=True)
            if (ran := alive(answer.content.decode())) or answer.status_code >= 500:
                found[who, address] = [answer.status_code, *ran]

    assert found == {}


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("page", ["/language?language=en", "/text-size?size=larger"])
def test_no_link_of_ours_leads_elsewhere(page: str, target: str) -> None:
    answer = Client().get(f"{page}&next={quote(target)}")

    assert answer["Location"] == "/"
