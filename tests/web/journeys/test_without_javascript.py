"""Everything else that residents and staff can send, in a browser without JavaScript."""

from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from commonweal.cases import queries
from commonweal.cases.types import State
from commonweal.kernel.queries import clock
from tests.factories.content import photo
from tests.scenarios.people import link_in
from tests.scenarios.town import Town, work
from tests.web.journeys.atlas import press, typed
from tests.web.journeys.world import MEI, Who, World, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Who], Page]
SLOW = 2_100  # nobody fills in a form in less


@pytest.fixture
def the_world(here: Town) -> World:
    return world(here, "The lamp is dark.")


@pytest.fixture
def enter(browser: Browser, address: str, the_world: World) -> Iterator[Enter]:
    opened: list[Page] = []

    def window(who: Who) -> Page:
        page = the_world.enter(browser, address, who, locale="en-GB", java_script_enabled=False)
        page.set_default_timeout(8_000)
        opened.append(page)
        return page

    yield window
    for page in opened:
        page.context.close()


def done(page: Page, words: str) -> None:
    expect(page.locator(".cw-messages")).to_contain_text(words)


def test_a_reporter_adds_corrects_gets_a_new_link_and_takes_back(
    enter: Enter, the_world: World
) -> None:
    page, own = enter(Who.GUEST), f"/mine/{the_world.args['asked_key']}/"
    page.goto(f"{own}correct/")
    typed("#id_text", "Two lamps are dark.", press)(page)
    done(page, "Your text is corrected.")
    page.goto(f"{own}photo/")
    file = {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.set_input_files("#photo", file)  # type: ignore[arg-type]  # a file in memory
    press(page)
    done(page, "Your photos have arrived.")
    page.goto(f"{own}replace-link/")
    press(page)
    done(page, "This is your new link.")
    page.locator(".cw-receipt .cw-link a").first.click()
    page.get_by_role("link", name="Take the report back").click()
    press(page)
    done(page, "You have taken your report back.")

    assert page.request.get(own).status == 404
    number = the_world.args["asked"]
    assert queries.by_number(number, at=clock()).state is State.WITHDRAWN


def test_somebody_without_the_receipt_gets_a_link_and_flags_a_text(
    enter: Enter, the_world: World
) -> None:
    page = enter(Who.GUEST)
    page.goto("/my-cases/")
    page.wait_for_timeout(SLOW)
    typed("#id_mail", MEI)(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    work()
    page.goto(link_in(mail.outbox[-1]))
    press(page)
    page.get_by_role("link", name=the_world.args["asked"]).click()
    expect(page.get_by_label("Your reply")).to_be_visible()

    page.goto("/cases/")
    page.fill("#id_q", the_world.args["answered"])
    page.locator(".cw-filter button").click()
    page.get_by_role("link", name="This answer should not be public").click()
    page.wait_for_timeout(SLOW)
    page.locator("main input[type='radio']").first.check()
    press(page)
    expect(page).to_have_url("/flag/thanks/")


def test_staff_filter_note_reveal_settle_and_release(enter: Enter, the_world: World) -> None:
    page, number = enter(Who.STAFF), the_world.args["asked"]
    page.goto("/staff/")
    page.select_option("#id_state", "answered")
    page.select_option("#id_show", "all")
    page.locator(".cw-filter button").click()
    expect(page.locator(".cw-queue tbody tr")).to_have_count(2)  # by mail, and by phone
    page.goto(f"/staff/cases/{number}/")
    page.locator("#note summary").click()
    page.locator("#note textarea").fill("Ask the electrician.")
    page.locator("#note button").click()
    expect(page.locator(".cw-timeline")).to_contain_text("Ask the electrician.")
    page.get_by_text("Show the address").click()
    page.locator("form[action$='/reveal/'] input[name='reason']").fill("to call back")
    page.locator("form[action$='/reveal/'] button").click()
    expect(page.get_by_text(MEI)).to_be_visible()
    page.goto("/staff/flags/")
    page.locator("button[value='kept']").first.click()
    page.locator("button[value='taken-down']").click()
    expect(page.get_by_text("Nothing is flagged.")).to_be_visible()

    boss = enter(Who.ADMINISTRATOR)
    boss.goto("/staff/operator/")
    boss.locator("form[action$='/release/'] button").click()
    expect(boss.get_by_text("Nothing is parked.")).to_be_visible()
    boss.goto(f"/setup/units/{the_world.args['unit']}/")
    boss.fill("#id_name_en", "Roads and lamps")
    boss.fill("#id_reason", "so the council decided")
    press(boss)
    expect(boss.locator("main")).to_contain_text("Roads and lamps")
