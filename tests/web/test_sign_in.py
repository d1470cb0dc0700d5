"""People come in by a mailed code or a password; strangers learn nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse

from commonweal.identity import actions, queries
from commonweal.identity.models import Account
from commonweal.identity.types import ContactKind
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM
from commonweal.messages.queries import preferences, stop_token
from commonweal.messages.types import Frequency

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.web.sign_in_urls"),
    pytest.mark.usefixtures("_frame"),
]
KNOWN, UNKNOWN, PASSWORD = "wang@example.org", "nobody@example.org", "four plain words here"


@pytest.fixture
def _frame() -> Iterator[None]:
    cache.clear()
    templates: list[dict[str, Any]] = [
        settings.TEMPLATES[0] | {"DIRS": [settings.SOURCE.parents[1] / "tests/web/templates"]}
    ]
    with override_settings(TEMPLATES=templates):
        yield
    cache.clear()


@pytest.fixture
def known() -> str:
    actions.make_account(mail=KNOWN, language="en", at=clock())
    account = Account.objects.get(email=KNOWN)
    account.set_password(PASSWORD)
    account.save()
    return KNOWN


def _post(client: Client, name: str, follow: bool = True, **data: str) -> Any:
    return client.post(reverse(name), data, follow=follow)


def _mailed(pattern: str) -> str:
    run_waiting(clock=clock)
    found = re.search(pattern, str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def _is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


PAGES = [
    "account_login",
    "account_request_login_code",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
    "account_logout",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands(client: Client, name: str) -> None:
    page = client.get(reverse(name), follow=True)

    assert page.status_code == 200
    assert "<h1" in page.content.decode()


def test_a_mailed_code_opens_the_door(client: Client, known: str) -> None:
    _post(client, "account_request_login_code", email=known)

    page = _post(client, "account_confirm_login_code", code=_mailed(r"\n([A-Z0-9-]{6,})\n"))

    assert page.status_code == 200
    assert _is_in(client)


def test_a_wrong_code_opens_nothing_and_three_end_it(client: Client, known: str) -> None:
    _post(client, "account_request_login_code", email=known)

    first = _post(client, "account_confirm_login_code", code="XXXX-YYYY")
    for _ in range(2):
        last = _post(client, "account_confirm_login_code", code="XXXX-YYYY")

    assert "This is not the code we sent" in first.content.decode()
    assert last.redirect_chain[-1][0] == reverse("account_request_login_code")
    assert not _is_in(client)


def test_a_password_opens_the_door(client: Client, known: str) -> None:
    _post(client, "account_login", login=known.upper(), password=PASSWORD)

    assert _is_in(client)


def test_known_and_unknown_addresses_get_the_same_pages(known: str) -> None:
    def answers(address: str) -> list[tuple[int, str]]:
        client = Client()
        pages = [
            _post(client, "account_login", login=address, password="wrong"),
            _post(client, "account_request_login_code", email=address),
            _post(Client(), "account_reset_password", email=address),
            _post(Client(), "account_signup", email=address),
            _post(Client(), "account_signup", email=address),
        ]
        return [(page.status_code, _without(page.content.decode(), address)) for page in pages]

    fresh = "fresh@example.org"  # signing up with it makes an account: compared with the known one
    known_, unknown, new = answers(known), answers(UNKNOWN), answers(fresh)
    assert known_[:3] == unknown[:3]
    assert known_[3:] == new[3:]


def _without(page: str, address: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return page.replace(address, "ADDRESS")


def test_an_unknown_address_is_told_by_mail_only(client: Client) -> None:
    _post(client, "account_request_login_code", email=UNKNOWN)

    link = _mailed(r"(http://\S+)")

    assert link == f"{settings.ADDRESS}{reverse('account_signup')}"


def test_signing_up_asks_for_an_address_and_proves_it(client: Client) -> None:
    client.cookies["django_language"] = "zh-hans"
    _post(client, "account_signup", email="Li@Example.org")
    assert not _is_in(client)

    _post(client, "account_email_verification_sent", code=_mailed(r"\n([A-Z0-9-]{6,})\n"))

    account = Account.objects.get()
    assert _is_in(client)
    assert account.email == "li@example.org"
    assert account.person.language == "zh-hans"
    assert not account.has_usable_password()
    assert "确认" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "address", ["", "x", "名@example.org", "a@b", "a@example.org\nBcc: b@c.de"]
)
def test_what_is_no_address_is_told_and_makes_no_account(client: Client, address: str) -> None:
    page = _post(client, "account_signup", email=address)

    assert page.status_code == 200
    assert "govuk-error-summary" in page.content.decode()
    assert not Account.objects.exists()


def test_a_forgotten_password_is_set_anew_once(client: Client, known: str) -> None:
    _post(client, "account_reset_password", email=known)
    link = _mailed(r"http://[^/]+(/\S+)")

    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "another five plain words", "password2": "x"}
    )
    done = client.post(
        form.redirect_chain[-1][0],
        {"password1": "another five plain words", "password2": "another five plain words"},
        follow=True,
    )
    again = Client().get(link, follow=True)

    assert done.redirect_chain[-1][0] == reverse("account_reset_password_from_key_done")
    assert "does not work any more" in again.content.decode()
    _post(client, "account_login", login=known, password="another five plain words")
    assert _is_in(client)
    run_waiting(clock=clock)
    assert "was changed" in mail.outbox[-1].subject


def test_new_staff_set_a_password_by_mail(client: Client) -> None:
    person_id = actions.make_staff(mail="officer@example.org", name="Chen", by=SYSTEM, at=clock())
    link = _mailed(r"http://[^/]+(/\S+)")

    form = client.get(link, follow=True)
    words = "another five plain words"
    client.post(form.redirect_chain[-1][0], {"password1": words, "password2": words})
    _post(client, "account_login", login="officer@example.org", password=words)

    assert _is_in(client)
    assert queries.name_of(person_id) == "Chen"


@pytest.mark.parametrize(
    "link",
    [
        "/account/password/reset/key/x-y/",
        "/account/password/reset/key/00000000000000000000000000000000-abc-def/",
        "/account/password/reset/key/zzzz-%00/",
    ],
)
def test_a_made_up_password_link_is_told_so(client: Client, link: str) -> None:
    page = client.get(link, follow=True)

    assert page.status_code in {200, 404}
    if page.status_code == 200:
        assert "does not work any more" in page.content.decode()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/pieces?x=1", "/pieces?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
    ],
)
def test_next_stays_in_the_city(client: Client, known: str, wanted: str, reached: str) -> None:
    page = _post(client, "account_login", follow=False, login=known, password=PASSWORD, next=wanted)

    assert page["Location"] == reached


def test_guessing_a_password_is_slowed_down(client: Client, known: str) -> None:
    pages = [_post(client, "account_login", login=known, password="guess") for _ in range(6)]
    right = _post(client, "account_login", login=known, password=PASSWORD)

    assert "Too many attempts" in pages[-1].content.decode()
    assert "Too many attempts" in right.content.decode()
    assert not _is_in(client)


def test_asking_for_codes_is_slowed_down(known: str) -> None:
    for _ in range(4):
        page = _post(Client(), "account_request_login_code", email=known)

    run_waiting(clock=clock)
    assert "Too many attempts" in page.content.decode()
    assert len(mail.outbox) == 3


def test_a_closed_account_stays_outside(client: Client, known: str) -> None:
    Account.objects.update(is_active=False)

    _post(client, "account_login", login=known, password=PASSWORD)

    assert not _is_in(client)


@pytest.mark.parametrize("is_demo", [True, False])
def test_accounts_of_the_demo_open_nothing_elsewhere(client: Client, is_demo: bool) -> None:
    actions.make_demo_account(
        mail="demo@example.org",
        name="Demo",
        password=PASSWORD,
        language="en",
        by=SYSTEM,
        at=clock(),
    )

    with override_settings(DEMO=is_demo):
        _post(client, "account_login", login="demo@example.org", password=PASSWORD)

    assert _is_in(client) is is_demo


def test_sessions_live_in_the_people_store(client: Client, known: str) -> None:
    _post(client, "account_login", login=known, password=PASSWORD)

    with connections["people"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        (count,) = cursor.fetchone()

    assert count == 1


def test_signing_in_gives_a_new_session(client: Client, known: str) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["x"] = "1"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)

    _post(client, "account_login", login=known, password=PASSWORD)

    assert client.session.session_key != session.session_key
    assert client.session.get_expire_at_browser_close()


def test_the_account_page_shows_its_owner(client: Client, known: str) -> None:
    stranger = client.get(reverse("account_email"))
    client.force_login(Account.objects.get())

    page = client.get(reverse("account_email"))

    assert stranger.status_code == 302
    assert known in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_mail_programs_and_people_can_stop_messages(client: Client) -> None:
    contact = actions.keep_contact(kind=ContactKind.MAIL, value=KNOWN, language="en", at=clock())
    link = reverse("stop-messages", kwargs={"token": stop_token(contact)})

    looked = client.get(link)
    before = preferences(contact).frequency
    Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})

    assert looked.status_code == 200
    assert before is None
    assert preferences(contact).frequency is Frequency.NONE
