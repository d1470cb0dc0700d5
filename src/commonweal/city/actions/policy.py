"""Save the city's profile; set policy parameters from a date on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import entering
from commonweal.city.models import ParameterValue, Profile
from commonweal.city.types import CityProfile, Parameter, ParameterCard
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, Words


@transaction.atomic
def save_profile(
    *,
    name: Words,
    languages: Iterable[str],
    zone: str,
    phone: str = "",
    email: str = "",
    address: Words | None = None,
    hours: Words | None = None,
    brand_colour: str = rules.BRAND_COLOUR,
    link_colour: str = rules.LINK_COLOUR,
    tile_address: str = "",
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> CityProfile:
    """Give the city its name, languages, contact and colours."""
    reason = entering.begin(by, reason, "profile", "calendar")
    row = Profile.objects.first()
    if seen != (row.version if row else 0):
        raise ChangedSinceYouLooked
    chosen = rules.check_languages(languages)
    most = rules.LONGEST_TEXT
    values: dict[str, Any] = {
        "name": rules.check_words("name", name, chosen),
        "languages": list(chosen),
        "zone": rules.check_zone(zone),
        "phone": rules.check_phone(phone),
        "email": rules.check_mail(email),
        "address": rules.check_words("address", address or {}, chosen, most=most, needed=False),
        "hours": rules.check_words("hours", hours or {}, chosen, most=most, needed=False),
        "brand_colour": rules.check_colour(brand_colour),
        "link_colour": rules.check_colour(link_colour),
        "tile_address": rules.check_tiles(tile_address),
    }
    is_new, row = row is None, row or Profile(id=rules.PROFILE_ID)
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.profile()
    shown = ("languages", "zone", "brand_colour", "link_colour")
    texts = ("name", "phone", "email", "address", "hours", "tile_address")
    entered = entering.enter(
        "profile-saved",
        ("profile", row.id),
        by=by,
        at=at,
        facts={name: values[name] for name in shown} | {"changed": changed},
        hidden={name: values[name] for name in texts} | {"reason": reason},
    )
    entering.write(row, values, entered.id, is_new=is_new)
    kernel.renew("profile", "calendar")
    return queries.profile()


def register_parameter(parameter: Parameter) -> None:
    """Make a policy parameter known that a context asks for; called while the city starts."""
    rules.know(parameter)


@transaction.atomic
def set_parameter(
    *,
    name: str,
    value: Any,
    valid_from: datetime,
    source: str,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> ParameterCard:
    """Set a policy parameter from a date on. Earlier values stay; of one date the last counts."""
    reason = entering.begin(by, reason, "parameters")
    parameter = rules.parameter_named(name)
    number = ParameterValue.objects.filter(name=name).count()
    if seen != number:
        raise ChangedSinceYouLooked
    source = rules.check_source(source)
    reads = isinstance(value, str)
    value = rules.read_value(parameter, value) if reads else rules.check_value(parameter, value)
    entered = entering.enter(
        "parameter-set",
        ("parameter", rules.id_of_parameter(name)),
        by=by,
        at=at,
        facts={
            "name": name,
            "value": value,
            "valid_from": valid_from.isoformat(),
            "number": number + 1,
        },
        hidden={"source": source, "reason": reason},
    )
    ParameterValue.objects.create(
        parameter_id=rules.id_of_parameter(name),
        name=name,
        number=number + 1,
        value=value,
        valid_from=valid_from,
        source=source,
        reason=reason,
        entry_id=entered.id,
    )
    kernel.renew("parameters")
    return queries.parameter_card(name, valid_from)
