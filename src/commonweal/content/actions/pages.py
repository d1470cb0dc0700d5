"""Write the city's pages: each save is a new version, none is ever changed."""

from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction

from commonweal.content import events, queries, rules
from commonweal.content.actions import held
from commonweal.content.adapters import files
from commonweal.content.models import PageVersion
from commonweal.content.queries import pages
from commonweal.content.types import PageSource
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor


@transaction.atomic
def save_page(
    *,
    code: str,
    language: str,
    title: str,
    body: str,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> PageSource:
    """Write a new version of a page in one language; the same text again changes nothing."""
    rules.check_administrator(by)
    known, spoken = rules.page_of(code), pages.spelled(language)
    title, body, reason = rules.clean_line(title), rules.clean_text(body), rules.clean_line(reason)
    rules.check_page(title, body, reason)
    current = queries.page_source(known, spoken)
    if current.version != seen:
        raise ChangedSinceYouLooked
    if (current.title, current.body) == (title, body):
        return current

    page_id, number = rules.page_id(known, spoken), seen + 1
    entered = held.enter(
        page_id,
        "saved",
        by,
        at,
        facts={
            "code": str(known),
            "language": spoken,
            "version": number,
            "sha256": files.digest(f"{title}\n\n{body}".encode()),
        },
        hidden={"reason": reason},
        kind="page",
    )
    if entered.seq != number:
        raise ChangedSinceYouLooked  # somebody was faster: the head of the page waited for them
    try:
        PageVersion.objects.create(
            id=uuid4(),
            page_id=page_id,
            code=known,
            language=spoken,
            number=number,
            title=title,
            body=body,
            reason=reason,
            at=at,
            entry_id=entered.id,
        )
    except IntegrityError:
        raise ChangedSinceYouLooked from None
    announce(
        events.PageSaved(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            code=known,
            language=spoken,
            version=number,
        )
    )
    return queries.page_source(known, spoken)
