"""Tell webhooks of a step of a case: kept with the step's own work, sent outside, tried again."""

from datetime import datetime
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction

from commonweal.cases import queries as cases
from commonweal.cases.types import PublicCard
from commonweal.city import queries as the_city
from commonweal.kernel.actions import announce
from commonweal.kernel.types import Actor
from commonweal.partners import rules
from commonweal.partners.actions.hooks import give_up
from commonweal.partners.adapters import outgoing
from commonweal.partners.errors import HookIsOff, NoSuchDelivery
from commonweal.partners.events import DeliveryWanted
from commonweal.partners.models import Delivery, Hook
from commonweal.partners.types import Answer, Because, DeliveryState, Tells, Trouble

WITHIN_S = 10.0
LARGEST_ANSWER = 64 * 1024  # nobody reads it; more than that is no answer to a webhook


@transaction.atomic
def tell(
    *, tells: Tells, case_id: UUID, state: str, before: str, subject: str, seq: int, at: datetime
) -> None:
    """Keep what the webhooks that want it are to be told, and have it sent."""
    wanting = [hook for hook in Hook.objects.filter(is_on=True) if tells.value in hook.tells]
    if not wanting:
        return
    card = cases.public_card(cases.card(case_id, at=at).number, at=at)
    payload = _payload(card, tells, state, before, seq, at)
    rows = [
        Delivery(
            hook=hook,
            tells=tells,
            subject=subject,
            seq=seq,
            payload=payload,
            created_at=at,
        )
        for hook in wanting
    ]
    Delivery.objects.bulk_create(rows)
    for row in rows:
        announce(DeliveryWanted(at=at, subject=subject, seq=seq, delivery_id=row.pk, turn=0))


def _payload(
    card: PublicCard, tells: Tells, state: str, before: str, seq: int, at: datetime
) -> dict[str, object]:
    """Say what everybody may know: no words of anybody, no point, times by the hour."""
    district = the_city.district(card.district_id).code if card.district_id else None
    return {
        "type": tells.value,
        "timestamp": rules.hour(at),
        "data": {
            "number": card.number,
            "seq": seq,
            "state": state,
            "before": before or None,
            "category": cases.category(card.category_id).code,
            "district": district,
            "unit": the_city.unit(card.unit_id).code,
            "received_at": rules.hour(card.received_at),
            "url": f"{settings.ADDRESS}/cases/{card.number}/",
        },
    }


def deliver(*, delivery_id: UUID, at: datetime) -> datetime | None:
    """Send a delivery, outside any transaction; say when to try again, if ever.

    Raises
    ------
    NothingCame
        When the last try failed: an operator has to look.

    """
    row = Delivery.objects.select_related("hook").filter(pk=delivery_id).first()
    if row is None or row.state in {DeliveryState.ARRIVED, DeliveryState.DROPPED}:
        return None
    if not row.hook.is_on:
        _kept(row, state=DeliveryState.DROPPED)
        return None
    if row.hook.rests_until and row.hook.rests_until > at:
        return row.hook.rests_until  # whoever is slow or away is not asked for every delivery
    began = monotonic()
    answer: Answer | None = None
    try:
        answer = _sent(row, at)
        trouble = None if answer.is_yes else Trouble.STATUS
    except outgoing.NothingCame as none:
        trouble = none.trouble
    row.tries += 1
    seen = {
        "tries": row.tries,
        "tried_at": at,
        "took_ms": round((monotonic() - began) * 1000),
        "status": answer.status if answer else None,
        "trouble": trouble.value if trouble else "",
    }
    if trouble is None:
        _kept(row, state=DeliveryState.ARRIVED, **seen)
        Hook.objects.filter(pk=row.hook_id).update(
            failing_since=None, rests_until=None, arrived_at=at
        )
        return None
    return _failed(row, trouble, seen, at)


def _failed(
    row: Delivery, trouble: Trouble, seen: dict[str, object], at: datetime
) -> datetime | None:
    Hook.objects.filter(pk=row.hook_id, failing_since=None).update(failing_since=at)
    since = Hook.objects.values_list("failing_since", flat=True).get(pk=row.hook_id) or at
    Hook.objects.filter(pk=row.hook_id).update(rests_until=at + rules.rest_after(at - since))
    is_gone = seen["status"] == rules.GONE
    if is_gone or at - since >= rules.GIVES_UP_AFTER:
        _kept(row, state=DeliveryState.FAILED, **seen)
        because = Because.GONE if is_gone else Because.FAILED
        give_up(hook_id=row.hook_id, because=because, at=at)
        return None
    wait = rules.wait_after(row.tries)
    if wait is None:
        _kept(row, state=DeliveryState.FAILED, **seen)
        raise outgoing.NothingCame(trouble)
    _kept(row, state=DeliveryState.WAITING, **seen)
    return at + wait


def _kept(row: Delivery, **seen: object) -> None:
    """Keep what came of a try; one that arrived meanwhile stays so."""
    Delivery.objects.filter(pk=row.pk).exclude(state=DeliveryState.ARRIVED).update(**seen)


def _sent(row: Delivery, at: datetime) -> Answer:
    body, timestamp, id_ = rules.body_of(row.payload), int(at.timestamp()), f"msg_{row.pk.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": rules.signature(
            row.hook.secret, id_=id_, timestamp=timestamp, body=body
        ),
    }
    return outgoing.send(
        "POST", row.hook.url, headers=headers, body=body, within_s=WITHIN_S, largest=LARGEST_ANSWER
    )


@transaction.atomic
def send_again(*, delivery_id: UUID, by: Actor, at: datetime) -> None:
    """Let a delivery be sent once more at once, under the same id."""
    rules.check_may_connect(by)
    row = Delivery.objects.select_related("hook").select_for_update(of=("self",))
    found = row.filter(pk=delivery_id).first()
    if found is None:
        raise NoSuchDelivery
    if not found.hook.is_on:
        raise HookIsOff
    found.state, found.tries, found.turn = DeliveryState.WAITING, 0, found.turn + 1
    found.save(update_fields=["state", "tries", "turn"])
    Hook.objects.filter(pk=found.hook_id).update(rests_until=None)
    announce(
        DeliveryWanted(
            at=at, subject=found.subject, seq=found.seq, delivery_id=found.pk, turn=found.turn
        )
    )


@transaction.atomic
def sweep(*, created_before: datetime) -> None:
    """Forget old deliveries."""
    Delivery.objects.filter(created_at__lt=created_before).delete()
