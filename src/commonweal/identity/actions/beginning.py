"""The first administrator: a step of setting up a city, and a command."""

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.city.types import Console, Deed
from commonweal.identity import queries, rules
from commonweal.identity.actions.accounts import make_staff, password_link
from commonweal.identity.actions.roles import grant
from commonweal.kernel.types import Actor, Role
from commonweal.messages.queries import address_as_sent


def make_administrator(*, mail: str, name: str, by: Actor, at: datetime, language: str = "") -> str:
    """Make an administrator; give the link by which the password can be set without a mail."""
    person_id = make_staff(mail=mail, name=name, by=by, at=at, language=language)
    if not queries.actor_of_person(person_id, at=at).has(Role.ADMINISTRATOR):
        grant(
            person_id=person_id,
            role=Role.ADMINISTRATOR,
            unit_id=None,
            reason="set up with the city",
            by=by,
            at=at,
        )
    return password_link(person_id=person_id)


class FirstAdministrator:
    """The step of setting up a city that makes somebody its administrator."""

    @property
    def title(self) -> str:
        return _("First administrator")

    def ask(self, io: Console) -> Deed | None:
        """Ask for name and address."""
        name = io.ask(
            "administrator_name", _("Name of the first administrator"), rules.checked_name
        )
        mail = io.ask(
            "administrator_mail", _("E-mail address of the first administrator"), address_as_sent
        )

        def do(by: Actor, at: datetime) -> str:
            link = make_administrator(mail=mail, name=name, by=by, at=at, language=io.languages[0])
            return _("{name} is an administrator and sets a password here: {link}").format(
                name=name, link=link
            )

        return Deed(do=do)
