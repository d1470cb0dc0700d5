"""Who may open what: every route, every role, own unit, unit below, other unit. Total by test."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from commonweal.api.v1.interface import METHODS, PRIVATE
from commonweal.cases import actions, queries
from commonweal.cases.types import Deed, Filter
from commonweal.edge import keys
from commonweal.edge.access import Access, Open, access_of
from commonweal.edge.keys import Scope
from commonweal.identity import actions as identity
from commonweal.identity.models import Account
from commonweal.kernel.types import Role
from tests.factories.cases import ADMINISTRATOR, NOW, Town, reported, town
from tests.factories.edge import api_key

NOT_OURS = ("account_", "stop-messages")  # allauth's own pages, and the token's page


def patterns(resolver: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


ROUTES = {
    str(p.name): (path, access_of(p.callback))
    for path, p in patterns(get_resolver())
    if not str(p.name).startswith(NOT_OURS)
}
FIXED = {
    name: (path, access)
    for name, (path, access) in ROUTES.items()
    if "<" not in path and access is not None and access.to in {Open.STAFF, Open.ROLES}
}


def test_every_route_says_who_may_open_it() -> None:
    assert {name for name, (_, access) in ROUTES.items() if access is None} == set()


def test_whatever_is_about_one_person_is_kept_from_caches_and_search_engines() -> None:
    about_persons = ("mine", "my-case", "report", "receipt", "staff", "operator")
    lax = {
        name
        for name, (_, access) in ROUTES.items()
        if name.startswith(about_persons) and access is not None and not access.personal
    }

    assert lax == set()


def test_everything_below_staff_and_setup_is_closed_to_residents() -> None:
    open_ = {
        name
        for name, (path, access) in ROUTES.items()
        if path.startswith(("staff/", "setup/")) and access is not None and access.to is Open.ALL
    }

    assert open_ == set()


def client_of(role: Role | None, unit_id: UUID | None) -> Client:
    """Sign in somebody with a role; a resident has an account and no role; None is nobody."""
    client = Client()
    if role is None:
        return client
    mail = f"{uuid4().hex}@example.org"
    if role is Role.RESIDENT:
        person_id = identity.make_account(mail=mail, language="en", at=NOW)
        client.force_login(Account.objects.get(person_id=person_id))
        return client
    person_id = identity.make_staff(mail=mail, name="Lin", by=ADMINISTRATOR, at=NOW, language="en")
    of_a_unit = role in {Role.CLERK, Role.OFFICER, Role.LEAD}
    identity.grant(
        person_id=person_id,
        role=role,
        unit_id=unit_id if of_a_unit else None,
        until=None,
        reason="a test",
        by=ADMINISTRATOR,
        at=NOW,
    )
    client.force_login(Account.objects.get(person_id=person_id))
    return client


def expected(access: Access, role: Role | None) -> int:
    if role is None:
        return 302  # to the sign-in page
    if role is Role.RESIDENT:
        return 403
    return 200 if access.to is Open.STAFF or role in access.roles else 403


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role])
def test_every_staff_page_opens_for_its_roles_and_for_nobody_else(role: Role | None) -> None:
    here = town()
    client = client_of(role, here.roads.id)

    said = {name: client.get(f"/{path}").status_code for name, (path, _) in FIXED.items()}

    wanted = {name: expected(access, role) for name, (_, access) in FIXED.items()}
    allowed = {
        name: {status, 405, 302} if status == 200 else {status} for name, status in wanted.items()
    }
    assert {n: s for n, s in said.items() if s not in allowed[n]} == {}


OWN, BELOW, OTHER = "own unit", "unit below", "other unit"
SEES = {
    Role.CLERK: {OWN, BELOW, OTHER},
    Role.OFFICER: {OWN, BELOW},
    Role.LEAD: {OWN, BELOW},
    Role.DISPATCHER: {OWN, BELOW, OTHER},
    Role.ADMINISTRATOR: {OWN, BELOW, OTHER},
}
ANSWERS = {Role.OFFICER: {OWN, BELOW}, Role.LEAD: {OWN, BELOW}}
ASSIGNS = {Role.LEAD: {OWN, BELOW}, Role.DISPATCHER: {OWN, BELOW, OTHER}}
REVIEWS = {
    Role.OFFICER: {OWN, BELOW},
    Role.LEAD: {OWN, BELOW},
    Role.DISPATCHER: {OWN, BELOW, OTHER},
}


def unit_for(here: Town, where: str) -> UUID:
    """Give the unit in which somebody works for whom the lamp's unit (roads) lies so."""
    return {OWN: here.roads.id, BELOW: here.centre.id, OTHER: here.other.id}[where]


TAKES_DOWN = REVIEWS | {Role.ADMINISTRATOR: {OWN, BELOW, OTHER}}


@pytest.mark.django_db
@pytest.mark.parametrize("where", [OWN, BELOW, OTHER])
@pytest.mark.parametrize("role", [None, *Role])
def test_a_case_opens_and_is_worked_on_as_the_table_says(role: Role | None, where: str) -> None:
    here = town()
    client = client_of(role, unit_for(here, where))
    receipt = reported(here.lamp)
    actions.hold(case_id=receipt.case_id, text="No parts", seen=1, by=here.officer, at=NOW)
    (word,) = queries.words(receipt.case_id, only_public=True)
    number = receipt.number
    url = f"/staff/cases/{number}/"

    seen = client.get(url).status_code
    wanted = {
        "assign": {"unit": str(here.roads.id), "reason": "x"},
        "publish": {"text": "x"},
        "note": {"text": "x"},
        "answer": {"text": "x"},
        "take-down-word": {"word": str(word.id), "reason": "x"},
    }
    acts = {}
    for slug, fields in wanted.items():
        version = queries.by_number(number, at=NOW).version
        data = {f"{slug}-{k}": v for k, v in {**fields, "seen": str(version)}.items()}
        acts[slug] = client.post(f"{url}{slug}/", data).status_code

    if role is None:
        assert {seen, *acts.values()} == {302}
        return
    assert seen == (200 if where in SEES.get(role, set()) else 403)
    done = {slug: status == 302 for slug, status in acts.items()}
    assert done == {
        "assign": where in ASSIGNS.get(role, set()),
        "publish": where in REVIEWS.get(role, set()),
        "note": where in SEES.get(role, set()) and role is not Role.ADMINISTRATOR,
        "answer": where in ANSWERS.get(role, set()),
        "take-down-word": where in TAKES_DOWN.get(role, set()),
    }


# Programs: what is public is so for everybody, and a session opens nothing that needs a key.

OPEN311 = {
    name: path.replace("<form:form>", "json")
    .replace("<str:code>", "lamp")
    .replace("<str:number>", "{number}")
    for name, (path, _) in ROUTES.items()
    if name.startswith("open311-")
}
SENT = {"open311-requests", "open311-updates"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role])
def test_every_resource_of_open311_is_read_by_all_and_written_with_a_key_only(
    role: Role | None,
) -> None:
    here = town()
    client, nobody = client_of(role, here.roads.id), Client()
    number = reported(here.lamp).number
    said = {"service_code": "lamp", "lat": "22.05", "long": "114.05", "update_id": "1"}

    for name, path in OPEN311.items():
        url = "/" + path.format(number=number)
        seen, public = client.get(url), nobody.get(url)
        assert (seen.status_code, seen.content) == (200, public.content), name
        sent = client.post(url, {**said, "service_request_id": number, "description": "x"})
        assert sent.status_code == (403 if name in SENT else 405), name
        assert client.put(url).status_code == client.delete(url).status_code == 405, name
    assert len(OPEN311) >= 8
    assert queries.public_listing(Filter(), at=NOW).total == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role])
def test_every_resource_of_version_1_tells_all_readers_the_same(role: Role | None) -> None:
    here = town()
    client, nobody = client_of(role, here.roads.id), Client()
    number = reported(here.lamp).number
    resources = {
        name: path
        for name, (path, access) in ROUTES.items()
        if path.startswith("api/v1/") and access is not None and not access.personal
    }

    for name, path in resources.items():
        url = "/" + path.replace("<number>", number)
        seen, public = client.get(url), nobody.get(url)
        assert seen.content == public.content, name
        assert seen.status_code == (404 if name == "api-root" else 200), name
        assert client.post(url).status_code in {404, 405}, name
    assert len(resources) >= 8


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role])
def test_what_needs_a_key_in_version_1_opens_for_no_session(role: Role | None) -> None:
    here = town()
    client = client_of(role, here.roads.id)
    number = reported(here.lamp).number
    filled = {"<number>": number, "<size>": "thumb"}

    for name in PRIVATE:
        slots = partial(re.sub, r"<\w+>", lambda slot: filled.get(slot[0], str(uuid4())))
        url = "/" + slots(ROUTES[name][0])
        for method in METHODS[name]:
            said = client.generic(method, url, "{}", "application/json")
            assert said.status_code == 401, name
            assert said["WWW-Authenticate"] in {"Bearer", "X-Case-Key"}, name
            assert said["Cache-Control"] == "no-store", name
    assert {"v1-reports", "v1-uploads"} <= PRIVATE
    assert queries.public_listing(Filter(), at=NOW).total == 1


@pytest.mark.django_db
@pytest.mark.parametrize("where", [OWN, BELOW, OTHER])
@pytest.mark.parametrize("scope", [None, *Scope])
def test_a_key_reaches_as_far_as_its_scope_and_its_unit(scope: Scope | None, where: str) -> None:
    here = town()
    unit_id = unit_for(here, where) if scope in keys.ROLES else None
    secret = api_key(scope, unit_id=unit_id)[1] if scope else ""
    number = reported(here.lamp).number
    about = {"api_key": secret, "service_request_id": number, "update_id": "1"}

    acts = {
        "requests": {"service_code": "lamp", "lat": "22.05", "long": "114.05"},
        "servicerequestupdates": {**about, "status": "FIXED", "description": "Mended."},
    }
    done = {
        what: Client().post(f"/open311/v2/{what}.json", {"api_key": secret, **said}).status_code
        for what, said in acts.items()
    }

    may_work = scope is Scope.UPDATE and where in ANSWERS[Role.OFFICER]
    assert done == {
        "requests": 201 if scope is Scope.REPORT else 403,
        "servicerequestupdates": 201 if may_work else 403,
    }


DEEDS = {
    "acknowledge": {},
    "note": {"text": "x"},
    "hold": {"text": "x"},
    "ask": {"text": "x"},
    "schedule": {"text": "x", "on": "2999-01-01"},
    "refer": {"text": "x"},
    "decline": {"text": "x"},
    "start": {},
    "publish": {"text": "x"},
    "withhold": {"reason": "x"},
    "take-down": {"reason": "x"},
    "take-down-word": {"reason": "x", "word": str(uuid4())},
    "recategorise": {"reason": "x", "category": "lamp"},
    "answer": {"text": "x"},
    "assign": {"reason": "x", "unit": "other"},
}
OF_READING = {"staff/cases/{number}", "staff/counts", "staff/cases", "staff/calls", "staff/flags"}


@pytest.mark.django_db
@pytest.mark.parametrize("where", [OWN, BELOW, OTHER])
@pytest.mark.parametrize("scope", [None, *Scope])
def test_in_version_1_a_key_reaches_as_far_as_its_scope_and_its_unit(
    scope: Scope | None, where: str
) -> None:
    here = town()
    unit_id = unit_for(here, where) if scope in keys.ROLES else None
    secret = api_key(scope, unit_id=unit_id, per_hour=100_000)[1] if scope else "-"
    receipt = reported(here.lamp)
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def sent(path: str, **said: Any) -> int:
        return client.post(f"/api/v1/{path}", said, content_type="application/json").status_code

    opened = {
        path: client.get(f"/api/v1/{path}".format(number=receipt.number)).status_code == 200
        for path in OF_READING
    }
    refused = {
        slug: sent(f"staff/cases/{receipt.number}/{slug}", seen=1, **said) == 403
        for slug, said in DEEDS.items()
    }
    report = {"category": "lamp", "text": "x", "place": {"district": "north"}}
    by_phone = {"channel": "phone", "speaks_for": "oneself"}

    reads, is_near = scope is Scope.READ, where in ANSWERS[Role.OFFICER]
    assert opened == {path: reads and ("{" not in path or is_near) for path in OF_READING}
    leads = {"assign", "recategorise"}
    assert refused == {
        slug: not is_near or scope is not (Scope.ASSIGN if slug in leads else Scope.WORK)
        for slug in DEEDS
    }
    assert (sent("reports", **report) == 201) == (scope is Scope.REPORT)
    assert (sent("staff/reports", **report, **by_phone) == 201) == (scope is Scope.INTAKE)
    assert set(DEEDS) == {deed.value for deed in Deed}
