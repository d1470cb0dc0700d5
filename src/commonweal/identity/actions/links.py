"""The link to "my cases": mailed to whoever asks, opened once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from commonweal.identity import queries, rules
from commonweal.identity.actions.registering import link
from commonweal.identity.errors import LinkUsedUp
from commonweal.identity.models import MagicLink
from commonweal.identity.types import LinkKind
from commonweal.kernel.fields import blind_index
from commonweal.messages import actions as messages
from commonweal.messages.queries import address_as_sent
from commonweal.messages.types import Recipient


def send_magic_link(*, mail: str, language: str, at: datetime) -> None:
    """Mail a link that opens "my cases" once; the same for an address we know and one we do not."""
    address = address_as_sent(mail)
    index = blind_index(address)
    recent = MagicLink.objects.filter(mail_index=index, created_at__gt=at - rules.LINK_LIFE)
    if recent.count() >= rules.LINKS_PER_LIFE:
        return
    token = secrets.token_urlsafe(24)
    row = MagicLink.objects.create(
        token_hash=_hash(token),
        mail_index=index,
        created_at=at,
        expires_at=at + rules.LINK_LIFE,
    )
    messages.send(
        template="identity.magic_link",
        to=Recipient(address=address, language=language),
        facts={
            "link": link(LinkKind.MY_CASES, token),
            "minutes": str(rules.LINK_LIFE // timedelta(minutes=1)),
        },
        subject="",
        key=f"identity.magic_link:{row.token_hash}",
        at=at,
    )


def redeem_magic_link(*, token: str, at: datetime) -> tuple[UUID, ...]:
    """Use a link up and give the contacts of its mail address; of two at once one succeeds."""
    fresh = MagicLink.objects.filter(
        token_hash=_hash(token), used_at__isnull=True, expires_at__gt=at
    )
    index = fresh.values_list("mail_index", flat=True).first()
    if index is None or not fresh.update(used_at=at):
        raise LinkUsedUp
    return tuple(queries.contacts_of_index(index))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
