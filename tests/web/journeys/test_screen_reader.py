"""What a screen reader says on the way through the two journeys, in its order."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.scenarios.town import Town
from tests.web.journeys.atlas import empty_answer, without
from tests.web.journeys.world import Who, World, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINE = re.compile(r"""^\s*- '?(?P<role>[a-z]+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?P<more>[^:]*)""")
SAID = {
    "alert", "banner", "button", "checkbox", "combobox", "complementary", "contentinfo", "heading",
    "main", "navigation", "radio", "radiogroup", "region", "search", "searchbox", "status", "table",
    "textbox",
}  # fmt: skip
FRAME = ["banner", "navigation Language", "navigation Main menu", "navigation Back", "main"]


def heard(part: Locator) -> list[str]:
    """List what is said of a part of a page: landmarks, headings with their level, fields."""
    said = []
    for line in part.aria_snapshot().splitlines():
        found = LINE.match(line)
        if found is None or not (
            found["role"] in SAID or (found["role"] == "group" and found["name"])
        ):
            continue
        level = re.search(r"level=(\d)", found["more"])
        role = f"h{level[1]}" if level else found["role"]
        name = (found["name"] or "").replace("''", "'")
        said.append(f"{role} {name}".strip())
    return said


def in_main(page: Page) -> list[str]:
    return heard(page.locator("main"))[1:]


def joined(field: Locator, error: str) -> None:
    """Say that whoever comes to the field hears what is wrong with it."""
    expect(field).to_have_accessible_description(re.compile(re.escape(error)))
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.fixture
def the_world(here: Town) -> World:
    return world(here, "The lamp is dark.")


@pytest.fixture
def resident(browser: Browser, address: str, the_world: World) -> Iterator[Page]:
    page = the_world.enter(browser, address, Who.RESIDENT, locale="en-GB")
    yield page
    page.context.close()


@pytest.fixture
def officer(browser: Browser, address: str, the_world: World) -> Iterator[Page]:
    page = the_world.enter(browser, address, Who.STAFF, locale="en-GB")
    yield page
    page.context.close()


WRONG = ["alert There is something to mend", "h2 There is something to mend"]
PLACE = [
    "h1 Where is it?",
    "textbox Address, or a few words",
    "combobox District",
    "textbox Look for a place that everybody knows",
    "button Find",
    "combobox Near a place that everybody knows",
    "h2 On the map",
    "button Use the place where I am now",
    "region Map of the city",
    "button Closer",
    "button Further away",
    "button Continue",
]
DETAILS = [
    "h1 What happened?",
    "textbox What happened?",
    "group On which day did you notice it? (optional)",
    "textbox Day",
    "textbox Month",
    "textbox Year",
    "button Continue",
]
QUESTIONS = [
    "h1 Some questions about it",
    "radiogroup How many lamps?",
    "radio One",
    "radio Several",
    "button Continue",
]
CONTACT = [
    "group How may we reach you?",
    "h1 How may we reach you?",
    "radio By mail",
    "textbox Your mail address",
    "radio By phone",
    "radio Not at all: I report without my name",
    "button Continue",
]
CHECK = ["h1 Check before you send", "h2 Who will see what", "table Who will see what"]
SENT = [
    "region Thank you. We have your report.",
    "h1 Thank you. We have your report.",
    "button Print the receipt",
    "h2 What happens next",
    "h3 Your report has gone to: Roads office",
    "h3 A member of staff reads it, and may ask you something",
]


def test_somebody_who_hears_the_pages_can_report(resident: Page) -> None:
    page = resident
    page.goto("/report/place/")
    page.wait_for_selector("[data-map][data-ready]")
    assert [one for one in heard(page.locator("body")) if one.split()[0] in LANDMARKS][:5] == FRAME
    assert in_main(page) == PLACE
    without("#id_place")(page)
    assert in_main(page)[:3] == [*WRONG, "h1 Where is it?"]
    joined(page.get_by_label("Address, or a few words"), "Please say where it is")

    page.goto("/report/details/")
    assert in_main(page) == DETAILS
    without("#id_text")(page)
    assert in_main(page)[:3] == [*WRONG, "h1 What happened?"]
    joined(page.get_by_label("What happened?"), "Please write a few words.")

    page.goto("/report/questions/")
    assert in_main(page) == QUESTIONS
    page.goto("/report/contact/")
    assert in_main(page) == CONTACT
    without("#id_mail")(page)
    joined(page.get_by_label("Your mail address"), "mail address")

    page.goto("/report/check/")
    assert in_main(page) == [*CHECK, "button Send the report"]
    page.goto("/report/sent/")
    assert in_main(page)[: len(SENT)] == SENT


LANDMARKS = {"banner", "navigation", "main"}
QUEUE = [
    "h1 Queue",
    "navigation Kept filters",
    "h2 Kept filters",
    "search Filter the queue",
    "textbox Words or number",
    "combobox State",
    "combobox Kind",
    "combobox District",
    "combobox Unit",
    "combobox Show",
    "combobox Order",
    "button Show",
    "status",
    "table Cases",
    "checkbox Choose NUMBER",
    "checkbox Choose NUMBER",
    "combobox What to do with several cases at once",
    "button Go on with the ticked cases",
    "button Go on with all 2 cases of this filter",
]
CASE = ["h2 The report", "h2 To NEIGHBOUR", "h2 What you can do", "h2 History"]


def test_somebody_who_hears_the_pages_can_answer(officer: Page, the_world: World) -> None:
    page, number = officer, the_world.args["asked"]
    page.goto("/staff/")
    said = [re.sub(r"Choose \S+$", "Choose NUMBER", one) for one in in_main(page)]
    assert said == QUEUE

    page.goto(f"/staff/cases/{number}/")
    said = in_main(page)
    assert said[0] == f"h1 Street lamp {number}"
    heads = [re.sub("^h2 To .+", "h2 To NEIGHBOUR", one) for one in said if one.startswith("h2")]
    assert heads == CASE
    empty_answer(page)
    assert in_main(page)[:3] == [*WRONG, f"h1 Street lamp {number}"]
    joined(page.locator("#answer textarea"), "Please fill this in.")
    expect(page.locator("#answer textarea")).to_have_accessible_name("Your answer")
