"""Save units."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import entering
from commonweal.city.errors import CodeTaken, NoSuchUnit
from commonweal.city.models import Unit
from commonweal.city.types import UnitCard
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import Actor, Words


@transaction.atomic
def save_unit(
    *,
    unit_id: UUID | None,
    code: str,
    names: Words,
    parent_id: UUID | None = None,
    duties: Words | None = None,
    phone: str = "",
    email: str = "",
    opened_on: date | None = None,
    closed_on: date | None = None,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> UnitCard:
    """Set up a unit, change it, move it in the tree, or close it; a closed one stays readable."""
    values: dict[str, Any] = {
        "code": code,
        "names": names,
        "parent_id": parent_id,
        "duties": duties or {},
        "phone": phone,
        "email": email,
        "opened_on": opened_on,
        "closed_on": closed_on,
    }
    card = put_unit(unit_id, values, reason=reason, seen=seen, by=by, at=at)
    check_closing([card.id])
    return card


def check_closing(unit_ids: Iterable[UUID]) -> None:
    """Keep open units from standing below closed ones."""
    cards = {card.id: card for card in queries.units()}
    for card in (cards[unit_id] for unit_id in unit_ids):
        rules.check_below(
            card.closed_on,
            cards[card.parent_id].closed_on if card.parent_id else None,
            [below.closed_on for below in cards.values() if below.parent_id == card.id],
        )


def put_unit(
    unit_id: UUID | None,
    values: dict[str, Any],
    *,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> UnitCard:
    """Write one unit; whoever writes several checks their closing dates when all are written."""
    reason = entering.begin(by, reason, "units")
    row = entering.held(Unit, unit_id, seen, NoSuchUnit)
    languages = queries.profile().languages
    is_new, row = row is None, row or Unit(id=uuid4())
    code, parent_id = rules.check_code(values["code"]), values["parent_id"]
    opened_on, closed_on = values["opened_on"], values["closed_on"]
    values = values | {
        "names": rules.check_words("name", values["names"], languages),
        "duties": rules.check_words(
            "duties", values["duties"], languages, most=rules.LONGEST_TEXT, needed=False
        ),
        "phone": rules.check_phone(values["phone"]),
        "email": rules.check_mail(values["email"]),
    }
    cards = queries.units()
    rules.check_parent(row.id, parent_id, {card.id: card.parent_id for card in cards}, name=code)
    rules.check_dates(opened_on, closed_on)
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.unit(row.id)
    if any(card.code == code and card.id != row.id for card in cards):
        raise CodeTaken(value=code)
    entered = entering.enter(
        "unit-saved",
        ("unit", row.id),
        by=by,
        at=at,
        facts={
            "code": code,
            "parent": str(parent_id) if parent_id else None,
            "opened_on": opened_on.isoformat() if opened_on else None,
            "closed_on": closed_on.isoformat() if closed_on else None,
            "changed": changed,
        },
        hidden={name: values[name] for name in ("names", "duties", "phone", "email")}
        | {"reason": reason},
    )
    entering.write(row, values, entered.id, is_new=is_new)
    kernel.renew("units")
    return queries.unit(row.id)
