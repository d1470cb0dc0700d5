"""How often one network may send one form: a bucket of tokens that fills again with time."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from commonweal.edge.models import Bucket
from commonweal.edge.requests import actor_of, address_of, now_of
from commonweal.kernel.errors import TooManyRequests

STORE = "people"
KEEP = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many at once, and so many an hour in the long run, for each network.

    A library or an office is one network with many people in it: be generous.
    """

    form: str
    burst: int
    per_hour: float


REPORT = Limit(form="report", burst=20, per_hour=60)
PHOTOS = Limit(form="photos", burst=40, per_hour=120)
FLAG = Limit(form="flag", burst=10, per_hour=20)
LOOK_UP = Limit(form="look-up", burst=20, per_hour=60)  # keys that open nothing
OPEN_LINK = Limit(form="open-link", burst=20, per_hour=60)  # mailed links that open nothing
MAIL_ME = Limit(form="mail-me", burst=20, per_hour=60)  # each may send a mail
REPLACE_LINK = Limit(form="replace-link", burst=5, per_hour=10)  # of one case, wherever from
SIGN_IN = Limit(form="sign-in", burst=10, per_hour=30)


def take(request: HttpRequest, limit: Limit) -> None:
    """Count one more from this network, or refuse with the seconds to wait; staff is free."""
    if not actor_of(request).is_staff:
        spend(f"{limit.form}|{address_of(request)}", limit, at=now_of(request))


def spend(name: str, limit: Limit, *, at: datetime) -> None:
    """Take one token of a bucket.

    Raises
    ------
    TooManyRequests
        With an empty bucket; its fact `seconds` says when the next token is there.

    """
    key = salted_hmac("commonweal.edge.limits", name, algorithm="sha256").hexdigest()
    full, per_second = float(limit.burst), limit.per_hour / 3600
    with transaction.atomic(using=STORE):
        Bucket.objects.bulk_create([Bucket(key=key, tokens=full, at=at)], ignore_conflicts=True)
        bucket = Bucket.objects.select_for_update().get(key=key)
        passed = max(0.0, (at - bucket.at).total_seconds())
        tokens = min(full, bucket.tokens + passed * per_second)
        if tokens >= 1:
            Bucket.objects.filter(key=key).update(tokens=tokens - 1, at=max(at, bucket.at))
    if tokens < 1:
        raise TooManyRequests(seconds=math.ceil(round((1 - tokens) / per_second, 3)))


def sweep(*, at: datetime) -> None:
    """Forget who knocked more than a day ago."""
    Bucket.objects.filter(at__lt=at - KEEP).delete()
