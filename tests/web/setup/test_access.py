"""Setup is open to the administrator alone: every route, every role."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from commonweal.edge.access import Open, access_of
from commonweal.kernel.types import Role
from commonweal.web.pages.setup.urls import inside
from tests.factories.cases import Town
from tests.web.setup.conftest import signed_in

pytestmark = [pytest.mark.django_db]

NAMES = [pattern.name or "" for pattern in inside]
GIVEN = {
    "code": "privacy",
    "language": "en",
    "name": "consent_age",
}


def address(name: str, id_: UUID) -> str:
    pattern = next(one for one in inside if one.name == name)
    kwargs = {key: id_ if key.endswith("_id") else GIVEN[key] for key in pattern.pattern.converters}
    return reverse(name, kwargs=kwargs)


def test_every_view_says_that_it_is_the_administrators() -> None:
    told = {pattern.name: access_of(pattern.callback) for pattern in inside}

    assert len(told) == len(inside)
    assert all(
        one is not None and one.to is Open.ROLES and one.roles == {Role.ADMINISTRATOR}
        for one in told.values()
    )


@pytest.fixture
def others(here: Town) -> dict[Role, Client]:
    return {
        role: signed_in(role, here.roads.id if role in UNIT_ROLES else None)
        for role in (Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER)
    }


UNIT_ROLES = {Role.CLERK, Role.OFFICER, Role.LEAD}


@pytest.mark.parametrize("name", NAMES)
def test_no_other_role_opens_or_sends_a_page(name: str, others: dict[Role, Client]) -> None:
    where = address(name, uuid4())

    for client in others.values():
        assert client.get(where).status_code == 403
        assert client.post(where, {}).status_code == 403


@pytest.mark.parametrize("name", NAMES)
def test_who_has_not_signed_in_is_sent_to_sign_in(name: str, here: Town) -> None:
    answer = Client().get(address(name, here.roads.id))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    [
        one
        for one in NAMES
        if "_id" in str([key for p in inside if p.name == one for key in p.pattern.converters])
    ],
)
def test_an_id_that_nothing_has_is_not_found(name: str, client: Client) -> None:
    for answer in (client.get(address(name, uuid4())), client.post(address(name, uuid4()), {})):
        assert answer.status_code in {404, 422}
        assert answer.status_code == 404


def test_pages_of_setup_are_never_kept_by_a_browser(client: Client) -> None:
    assert "no-store" in client.get("/setup/").headers["Cache-Control"]
