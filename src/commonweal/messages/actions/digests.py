"""Once a day, one mail for everything that waited."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from commonweal.city.queries import parameter, profile
from commonweal.messages import rules
from commonweal.messages.actions.posting import address_of, rendered
from commonweal.messages.actions.telling import keep
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import Frequency, MessageState, Recipient

MOST_IN_DIGEST = 100


@transaction.atomic
def send_digests(*, at: datetime) -> int:
    """Tell everybody for whom something waits since before the digest hour; one mail each."""
    cutoff = rules.digest_moment(at, parameter("digest_hour", at), profile().zone)
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .filter(state=MessageState.HELD, created_at__lt=cutoff)
        .order_by("created_at", "id")
    )
    envelopes = Envelope.objects.in_bulk([row.id for row in rows])
    groups: dict[tuple[str, str], list[Message]] = {}
    for row in rows:
        address = address_of(row, envelopes.get(row.id))
        groups.setdefault((address.lower(), row.language), []).append(row)
    for (address, language), members in groups.items():
        ids = [member.id for member in members]
        if not address:
            Message.objects.filter(id__in=ids).update(
                state=MessageState.SUPPRESSED, error="the address was forgotten", done_at=at
            )
            continue
        digest_id = _send_digest(members, envelopes, language, cutoff, at)
        Message.objects.filter(id__in=ids).update(
            state=MessageState.GATHERED, digest_id=digest_id, done_at=at
        )
    return sum(1 for address, _language in groups if address)


def _send_digest(
    members: list[Message],
    envelopes: Mapping[UUID, Envelope],
    language: str,
    cutoff: datetime,
    at: datetime,
) -> UUID:
    told = [rendered(row, envelopes[row.id]) for row in members[:MOST_IN_DIGEST]]
    first = members[0]
    return keep(
        "messages.digest",
        Recipient(
            address="" if first.contact_id else envelopes[first.id].address,
            contact_id=first.contact_id,
            language=language,
        ),
        {
            "count": str(len(members)),
            "items": "\n\n".join(f"{title}\n{text}" for title, text in told),
        },
        f"digest:{first.id.hex}",
        f"digest:{first.id.hex}:{cutoff.isoformat()}",
        at,
        usual=Frequency.EACH,
    )
