"""Every page: who opens it, with what in its address, and how it comes to show an error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page

from tests.web.journeys.world import Who, World

Steps = Callable[[Page], None]


@dataclass(frozen=True)
class Stop:
    """One page to look at."""

    name: str
    who: Who = Who.GUEST
    args: dict[str, str] = field(default_factory=dict)  # of the route -> what of the world
    before: Steps | None = None  # what must be done before the page can be opened
    query: str = ""  # behind the address
    wrong: Steps | None = None  # how the open page comes to show an error

    def address(self, world: World) -> str:
        """Give the address of the page in this world."""
        if self.name == "account_reset_password_from_key":
            return str(world.args["reset"])
        fixed: dict[str, Any] = {
            "size": "thumb",
            "code": "privacy",
            "language": "en",
            "name": "digest_hour",
            "token": "a-token",
            "key": world.args["asked_key"],
            "number": world.args["answered"],
        }
        wanted = {name: world.args[value] for name, value in self.args.items() if value}
        taken = {name: fixed[name] for name, value in self.args.items() if not value}
        return reverse(self.name, kwargs=wanted | taken) + self.query

    def __str__(self) -> str:
        return self.name


def press(page: Page) -> None:
    """Send the form of the page as it stands."""
    page.locator("main form[method='post'] button.govuk-button").last.click()


def first(page: Page) -> None:
    """Send the first form of a page that has several."""
    page.locator("main form[method='post'] button.govuk-button").first.click()


def without(field_: str) -> Steps:
    """Empty a field, then send the form."""

    def steps(page: Page) -> None:
        page.fill(field_, "")
        press(page)

    return steps


def typed(field_: str, text: str, then: Steps = first) -> Steps:
    """Write something, then send the form."""

    def steps(page: Page) -> None:
        page.fill(field_, text)
        then(page)

    return steps


def no_answer(page: Page) -> None:
    """Send a form that asks for a choice, with none made."""
    page.evaluate("document.querySelectorAll('main input:checked').forEach(i => i.checked = false)")
    page.locator("main form[method='post'] > button.govuk-button").last.click()


def empty_answer(page: Page) -> None:
    """Unfold the answer of a case and send it without words."""
    page.locator("#answer > summary").click()
    page.locator("#answer button").click()


def empty_note(page: Page) -> None:
    """Unfold the note of a case and send it without words."""
    page.locator("#note > summary").click()
    page.locator("#note button").click()


def forged_district(page: Page) -> None:
    """Ask a list for a district that is not there."""
    page.goto(page.url + "?district=nowhere")


def half_a_night(page: Page) -> None:
    """Say from when no mail should come, and not until when."""
    page.fill("#id_quiet_from", "22:00")
    press(page)


def ask_for_code(page: Page) -> None:
    page.goto("/account/login/code/")
    page.fill("input[name='email']", "person@example.org")
    first(page)


def sign_up(page: Page) -> None:
    page.goto("/account/signup/")
    page.fill("input[name='email']", "new@example.org")
    first(page)


G, R, P, S, A = Who.GUEST, Who.RESIDENT, Who.PERSON, Who.STAFF, Who.ADMINISTRATOR
KEY, NUMBER = {"key": ""}, {"number": ""}
ANSWERED = {"key": "answered_key"}
no_reason = without("#id_reason")

STOPS = (
    Stop("home"),
    Stop("report", R),
    Stop("report-place", R, wrong=without("#id_place")),
    Stop("report-details", R, wrong=without("#id_text")),
    Stop("report-questions", R, wrong=no_answer),
    Stop("report-photos", R, wrong=lambda page: page.click("button[name='add']")),
    Stop("report-contact", R, wrong=typed("#id_mail", "no address", press)),
    Stop("report-check", R),
    Stop("report-sent", R),
    Stop("my-cases", G, wrong=first),
    Stop("my-cases", R),
    Stop("my-cases-link"),
    Stop("my-cases-open", args={"token": ""}),
    Stop("my-case", R, {"number": "asked"}),
    Stop("follow-case", args=NUMBER, wrong=press),
    Stop("follow-area", wrong=press),
    Stop("follow-sent"),
    Stop("follow-confirm", args={"token": "confirm"}),
    Stop("follow-stop", args={"token": "unfollow"}),
    Stop("following"),
    Stop("following", R, wrong=half_a_night),
    Stop("mine", args=KEY, wrong=first),
    Stop("mine", args=ANSWERED),
    Stop("mine-reply", args=KEY, wrong=without("#id_text")),
    Stop("mine-photo", args=KEY, wrong=press),
    Stop("mine-correct", args=KEY, wrong=without("#id_text")),
    Stop("mine-withdraw", args=KEY),
    Stop("mine-confirm", args=ANSWERED),
    Stop("mine-contest", args=ANSWERED, wrong=without("#id_text")),
    Stop("mine-replace-link", args=KEY),
    Stop("receipt", args=KEY),
    Stop("cases", wrong=forged_district),
    Stop("cases-map", wrong=forged_district),
    Stop("statistics", wrong=forged_district),
    Stop("case", args=NUMBER),
    Stop("flag-case", args=NUMBER, wrong=no_answer),
    Stop("flag-word", args={**NUMBER, "word_id": "answer"}, wrong=no_answer),
    Stop("flag-photo", args={"photo_id": "photo"}, wrong=no_answer),
    Stop("flagged"),
    Stop("page", args={"code": ""}),
    Stop("help"),
    Stop("gallery", wrong=press),
    Stop("stop-messages", args={"token": "stop"}),
    # sign-in
    Stop("account_login", wrong=first),
    Stop("account_signup", wrong=first),
    Stop("account_request_login_code", wrong=first),
    Stop("account_confirm_login_code", before=ask_for_code, wrong=first),
    Stop("account_email_verification_sent", before=sign_up, wrong=first),
    Stop("account_reset_password", wrong=first),
    Stop("account_reset_password_done"),
    Stop("account_reset_password_from_key", wrong=first),
    Stop("account_reset_password_from_key_done"),
    Stop("account_inactive"),
    Stop("account_email", P),
    Stop("account_logout", P),
    Stop("account_change_password", P, wrong=first),
    Stop("account_set_password", A, wrong=first),
    Stop("account_reauthenticate", P, wrong=first),
    # staff
    Stop("staff", S),
    Stop("staff-filters", S),
    Stop("staff-filter-new", S, wrong=press),
    Stop("staff-filter", S, {"filter_id": "filter"}, wrong=typed("#id_name", "")),
    Stop("staff-bulk-new", S, query="?act=answer&which=all", wrong=press),
    Stop("staff-bulk", S, {"bulk_id": "bulk"}),
    Stop("staff-bulk", S, {"bulk_id": "bulk_done"}),
    Stop("staff-review", S),
    Stop("staff-flags", S),
    Stop("staff-calls", S),
    Stop("staff-intake", S, wrong=press),
    Stop("staff-intake-receipt", Who.TAKER, {"number": "fresh"}),
    Stop("staff-case", S, {"number": "asked"}, wrong=empty_answer),
    Stop("staff-pass-on", S, {"number": "fresh"}, wrong=press),
    Stop("staff-case", S, {"number": "answered"}),
    Stop("staff-case", S, {"number": "called"}, wrong=empty_note),
    Stop("operator", A),
    # setup
    Stop("setup", A),
    Stop("setup-history", A),
    Stop("setup-categories", A),
    Stop("setup-category-new", A, wrong=press),
    Stop("setup-category", A, {"category_id": "category"}, wrong=no_reason),
    Stop("setup-question-new", A, {"category_id": "category"}, wrong=press),
    Stop("setup-question", A, {"category_id": "category", "code": "question"}, wrong=no_reason),
    Stop("setup-question-remove", A, {"category_id": "category", "code": "question"}, wrong=press),
    Stop("setup-rules", A),
    Stop("setup-rule-new", A, wrong=press),
    Stop("setup-rule", A, {"rule_id": "rule"}, wrong=no_reason),
    Stop("setup-units", A),
    Stop("setup-unit-new", A, wrong=press),
    Stop("setup-unit", A, {"unit_id": "unit"}, wrong=no_reason),
    Stop("setup-staff", A),
    Stop("setup-invite", A, wrong=press),
    Stop("setup-person", A, {"person_id": "person"}),
    Stop("setup-grant", A, {"person_id": "person"}, wrong=press),
    Stop("setup-grant-end", A, {"person_id": "person", "grant_id": "grant"}, wrong=press),
    Stop("setup-person-close", A, {"person_id": "person"}, wrong=press),
    Stop("setup-keys", A),
    Stop("setup-key-new", A, wrong=press),
    Stop("setup-key-end", A, {"key_id": "api_key"}, wrong=press),
    Stop("setup-webhooks", A),
    Stop("setup-webhook-new", A, wrong=press),
    Stop("setup-webhook", A, {"hook_id": "webhook"}),
    Stop("setup-webhook-change", A, {"hook_id": "webhook"}, wrong=press),
    Stop("setup-webhook-switch", A, {"hook_id": "webhook"}, wrong=press),
    Stop("setup-neighbours", A),
    Stop("setup-neighbour-new", A, wrong=press),
    Stop("setup-neighbour", A, {"neighbour_id": "neighbour"}),
    Stop("setup-neighbour-change", A, {"neighbour_id": "neighbour"}, wrong=press),
    Stop("setup-neighbour-kinds", A, {"neighbour_id": "neighbour"}, wrong=press),
    Stop("setup-neighbour-switch", A, {"neighbour_id": "neighbour"}, wrong=press),
    Stop("setup-templates", A),
    Stop("setup-template", A, {"code": "template", "language": ""}, wrong=press),
    Stop("setup-template-reset", A, {"code": "template", "language": ""}, wrong=press),
    Stop("setup-hours", A, wrong=press),
    Stop("setup-holidays", A),
    Stop("setup-holiday-new", A, wrong=press),
    Stop("setup-holiday", A, {"holiday_id": "holiday"}, wrong=no_reason),
    Stop("setup-holiday-withdraw", A, {"holiday_id": "holiday"}, wrong=press),
    Stop("setup-parameters", A),
    Stop("setup-parameter", A, {"name": ""}, wrong=press),
    Stop("setup-pages", A),
    Stop("setup-page", A, {"code": "", "language": ""}, wrong=press),
    Stop("setup-city", A, wrong=press),
    Stop("setup-districts", A),
    Stop("setup-borders", A, wrong=press),
    Stop("setup-district", A, {"district_id": "district"}, wrong=no_reason),
    Stop("setup-export", A),
)
ONLY_SENT = {
    "following-change",
    "following-quiet",
    "my-cases-close",
    "report-discard",
    "operator-release",
    "setup-neighbour-ask",
    "setup-webhook-again",
    "staff-bulk-do",
    "staff-bulk-undo",
    "staff-filter-delete",
    "staff-filter-move",
    "staff-flag",
    "staff-pass-again",
    "staff-reveal",
    "staff-act",
    "staff-call",
    "staff-photo",
}
NO_PAGE = {
    "api-root",
    "openapi-json",
    "v1-case",
    "v1-cases",
    "v1-categories",
    "v1-districts",
    "v1-flag-case",
    "v1-flag-photo",
    "v1-flag-word",
    "v1-landmarks",
    "v1-mine",
    "v1-mine-confirm",
    "v1-mine-contest",
    "v1-mine-correct",
    "v1-mine-key",
    "v1-mine-photo",
    "v1-mine-photos",
    "v1-mine-reply",
    "v1-mine-withdraw",
    "v1-reports",
    "v1-staff-acknowledge",
    "v1-staff-alike",
    "v1-staff-answer",
    "v1-staff-ask",
    "v1-staff-assign",
    "v1-staff-call",
    "v1-staff-calls",
    "v1-staff-case",
    "v1-staff-cases",
    "v1-staff-counts",
    "v1-staff-decline",
    "v1-staff-flag",
    "v1-staff-flags",
    "v1-staff-hold",
    "v1-staff-note",
    "v1-staff-photo",
    "v1-staff-photo-publish",
    "v1-staff-photo-take-down",
    "v1-staff-photo-withhold",
    "v1-staff-publish",
    "v1-staff-recategorise",
    "v1-staff-refer",
    "v1-staff-reports",
    "v1-staff-schedule",
    "v1-staff-start",
    "v1-staff-take-down",
    "v1-staff-take-down-word",
    "v1-staff-withhold",
    "v1-units",
    "v1-uploads",
    "open311-discovery",
    "open311-v2-discovery",
    "open311-services",
    "open311-service",
    "open311-requests",
    "open311-request",
    "open311-token",
    "open311-updates",
    "livez",
    "readyz",
    "metrics",
    "city-style",
    "language",
    "text-size",
    "cases-points",
    "cases-csv",
    "cases-geojson",
    "cases-parquet",
    "cases-atom",
    "statistics-months",
    "statistics-kinds",
    "statistics-districts",
    "statistics-units",
    "case-point",
    "districts",
    "report-photo",
    "mine-photo-file",
    "my-case-photo-file",
    "photo",
}
# The same views as the pages behind the secret link, opened by a proven mail address.
TWINS = {
    "my-case-reply": "mine-reply",
    "my-case-photo": "mine-photo",
    "my-case-correct": "mine-correct",
    "my-case-withdraw": "mine-withdraw",
    "my-case-confirm": "mine-confirm",
    "my-case-contest": "mine-contest",
    "my-case-receipt": "receipt",
    "my-case-replace-link": "mine-replace-link",
}
__all__ = ["NO_PAGE", "ONLY_SENT", "STOPS", "TWINS", "Stop"]
