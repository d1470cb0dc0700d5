"""Who acts in a made-up city: residents, and an officer for each unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from commonweal.cases.types import CaseCard
from commonweal.city import queries as the_city
from commonweal.identity import actions as identity
from commonweal.identity import queries as the_people
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Actor, Channel, Role
from commonweal.simulation.queries import ACCOUNTS, OFFICERS
from commonweal.simulation.rules.stories import RESIDENT
from commonweal.simulation.types import Do, Story

REASON = "member of the sample city"
LATER = timedelta(hours=1)  # when those come in as whom nobody signs in


@dataclass(frozen=True)
class People:
    """Everybody who acts, by what they are."""

    resident: Actor
    dispatcher: Actor
    lead: Actor
    clerk: UUID
    officers: dict[UUID, Actor]  # by unit
    since: datetime

    def reporter_of(self, story: Story) -> Actor:
        """Say who sends a report: a resident, or a clerk who writes down what somebody says."""
        if story.channel is not Channel.WEB:
            return the_people.actor_of_person(self.clerk, at=self.since, channel=story.channel)
        return self.resident if story.mail == RESIDENT else ANONYMOUS

    def staff_for(self, do: Do, card: CaseCard, story: Story) -> Actor:
        """Say which member of staff takes a step."""
        officer = self.officers[card.unit_id]
        if do is Do.ASSIGN:
            return self.lead if self.lead.works_for(card.unit_id) else self.dispatcher
        shared = {Do.ACKNOWLEDGE, Do.PUBLISH, Do.WITHHOLD}
        return self.dispatcher if do in shared and story.number % 3 == 0 else officer

    def to_json(self) -> dict[str, Any]:
        """Write down who acts, for work that goes on later."""
        one = {name: str(getattr(self, name).id) for name in ("resident", "dispatcher", "lead")}
        officers = {str(unit_id): str(actor.id) for unit_id, actor in self.officers.items()}
        since = self.since.isoformat()
        return {**one, "clerk": str(self.clerk), "officers": officers, "since": since}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "People":
        """Find them again, as they were appointed."""
        since = datetime.fromisoformat(body["since"])
        later = since + LATER
        return cls(
            **{
                name: _actor(UUID(body[name]), since) for name in ("resident", "dispatcher", "lead")
            },
            clerk=UUID(body["clerk"]),
            officers={
                UUID(unit_id): _actor(UUID(person_id), later)
                for unit_id, person_id in body["officers"].items()
            },
            since=since,
        )


def settle(*, at: datetime) -> People:
    """Make the demo accounts and an officer for each unit."""
    units = {unit.code: unit.id for unit in the_city.units()}
    ids: dict[Role, UUID] = {}
    for account in ACCOUNTS:
        ids[account.role] = identity.make_demo_account(
            mail=account.mail,
            name=account.name,
            password=settings.DEMO_PASSWORD,
            language=account.language,
            is_staff=account.role is not Role.RESIDENT,
            by=SYSTEM,
            at=at,
        )
        if account.role is not Role.RESIDENT:
            unit_id = units[account.unit] if account.unit else None
            _appoint(ids[account.role], account.role, unit_id, at)
    officers = {units["roads"]: ids[Role.OFFICER]}
    later = at + LATER  # those one can sign in as are the first of their role
    for code, name in OFFICERS.items():
        person_id = identity.make_staff(
            mail=f"{code}@tinglan.example",
            name=name,
            language="zh-Hant",
            is_demo=True,
            by=SYSTEM,
            at=later,
        )
        _appoint(person_id, Role.OFFICER, units[code], later)
        officers[units[code]] = person_id
    return People(
        resident=the_people.actor_of_person(ids[Role.RESIDENT], at=at),
        dispatcher=_actor(ids[Role.DISPATCHER], at),
        lead=_actor(ids[Role.LEAD], at),
        clerk=ids[Role.CLERK],
        officers={unit_id: _actor(person_id, later) for unit_id, person_id in officers.items()},
        since=at,
    )


def _appoint(person_id: UUID, role: Role, unit_id: UUID | None, at: datetime) -> None:
    identity.grant(person_id=person_id, role=role, unit_id=unit_id, reason=REASON, by=SYSTEM, at=at)


def _actor(person_id: UUID, at: datetime) -> Actor:
    return the_people.actor_of_person(person_id, at=at)
