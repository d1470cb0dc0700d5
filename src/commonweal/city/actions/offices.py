"""Save units."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import entering
from commonweal.city.errors import CodeTaken, NoSuchUnit
from commonweal.city.models import Unit
from commonweal.city.types import UnitCard
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
    reason = entering.begin(by, reason, "units")
    row = entering.held(Unit, unit_id, seen, NoSuchUnit)
    languages = queries.profile().languages
    is_new, row = row is None, row or Unit(id=uuid4())
    values: dict[str, Any] = {
        "code": rules.check_code(code),
        "names": rules.check_words("name", names, languages),
        "parent_id": parent_id,
        "duties": rules.check_words(
            "duties", duties or {}, languages, most=rules.LONGEST_TEXT, needed=False
        ),
        "phone": rules.check_phone(phone),
        "email": rules.check_mail(email),
        "opened_on": opened_on,
        "closed_on": closed_on,
    }
    cards = {card.id: card for card in queries.units()}
    parents = {card.id: card.parent_id for card in cards.values()}
    rules.check_parent(row.id, parent_id, parents, name=code)
    rules.check_dates(opened_on, closed_on)
    rules.check_below(
        closed_on,
        cards[parent_id].closed_on if parent_id else None,
        [card.closed_on for card in cards.values() if card.parent_id == row.id],
    )
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.unit(row.id)
    if any(card.code == code and card.id != row.id for card in cards.values()):
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
    entering.renew("units")
    return queries.unit(row.id)
