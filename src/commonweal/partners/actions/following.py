"""Follow what a neighbour says of its reports that we copied, and of ours that it took over."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction

from commonweal.cases import actions as cases
from commonweal.cases import queries as the_cases
from commonweal.cases.types import News, State
from commonweal.kernel.types import Actor, ActorKind, Channel, Grant, Role
from commonweal.partners import rules
from commonweal.partners.adapters.open311 import Server, id_of, text_of
from commonweal.partners.adapters.reading import Row
from commonweal.partners.models import HeardUpdate, Neighbour, Twin
from commonweal.partners.types import Trouble

IMPORTER = Actor(
    kind=ActorKind.SYSTEM,
    grants=frozenset({Grant(Role.ADMINISTRATOR)}),
    channel=Channel.IMPORT,
)
BATCH = 200
MOST_TOKENS = 10  # exchanged in a visit, those asked longest ago first
MOST_LOOKED_AT = 200  # open twins asked by number in a visit, those unseen longest first
LONGEST_ID, LONGEST_LINK = 100, 500


def is_ours(request: Row) -> bool:
    """Say whether a request is one that came here already: its city says it was passed on to us."""
    more = request.get("extended_attributes")
    where = str(more.get("passed_on_to") or "") if isinstance(more, dict) else ""
    return where.startswith(f"{settings.ADDRESS}/")


def pair(row: Neighbour, requests: Mapping[str, Row], at: datetime) -> None:
    """Make the twins of copies that have none yet."""
    copies = the_cases.of_source(row.source, list(requests))
    known = set(
        Twin.objects.filter(neighbour=row, number__in=copies).values_list("number", flat=True)
    )
    fresh = {number: case_id for number, case_id in copies.items() if number not in known}
    Twin.objects.bulk_create(
        [
            Twin(
                neighbour=row,
                case_id=case_id,
                number=number,
                link=_link(requests[number]),
                is_copy=True,
                state=the_cases.card(case_id, at=at).state,
                told_at=moment(requests[number].get("updated_datetime"), at),
                looked_at=at,
            )
            for number, case_id in fresh.items()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def compare(row: Neighbour, requests: Mapping[str, Row], at: datetime) -> None:
    """Let twins stand where the requests say, as far as open and closed tell."""
    twins = Twin.objects.select_for_update().filter(neighbour=row, number__in=requests)
    for twin in twins:
        request, before = requests[twin.number], State(twin.state)
        status = text_of(request, "status")
        to = rules.state_told(status, before, is_open=the_cases.is_open)
        twin.link = _link(request) or twin.link
        twin.looked_at = at
        if to is not before:
            said = moment(request.get("updated_datetime"), at)
            text = text_of(request, "status_notes") if not the_cases.is_open(to) else ""
            _keep(row, twin, to, said, text, at)
        twin.save()


def hear(row: Neighbour, server: Server, first: datetime, at: datetime) -> None:
    """Take over the updates that were told since the last time, if any twin could be meant."""
    if not Twin.objects.filter(neighbour=row).exists():
        return
    _exchange(row, server, at)
    for begin, end in walked(row, "heard_until", first, at):
        updates = server.updates(begin, end)
        while heard := list(islice(updates, BATCH)):
            _hear(row, heard, at)


def walked(
    row: Neighbour, place: str, first: datetime, at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Give window after window from a place on, and keep the place after each that was finished."""
    begin, size = rules.asked_from(getattr(row, place), first), rules.WINDOW
    if row.failing_since and row.trouble == Trouble.TOO_SLOW:
        # What is asked again for late comers might be all that its time is enough for.
        begin = max(first, getattr(row, place) or first)
        size = rules.window(at - row.failing_since)
    while begin < at:
        end = min(begin + size, at)
        yield begin, end
        # Somebody who has just said what a kind means may have set the place back meanwhile.
        mine = Neighbour.objects.filter(pk=row.pk, version=row.version)
        mine.exclude(**{f"{place}__gte": end}).update(**{place: end})
        begin = end


def look(row: Neighbour, server: Server, at: datetime) -> None:
    """Ask by number for open twins of which nobody spoke, some at a time."""
    are_open = [one for one in State if the_cases.is_open(one)]
    unseen = Twin.objects.filter(neighbour=row, looked_at__lt=at, state__in=are_open)
    named = unseen.exclude(number="").order_by("looked_at")
    numbers = list(named.values_list("number", flat=True)[:MOST_LOOKED_AT])
    if numbers:
        for some, requests in server.numbered(numbers):
            compare(row, {id_of(one): one for one in requests}, at)
            Twin.objects.filter(neighbour=row, number__in=some).update(looked_at=at)


def _exchange(row: Neighbour, server: Server, at: datetime) -> None:
    """Ask for the numbers of reports for which the neighbour has given a token only."""
    tokens = Twin.objects.filter(neighbour=row, number="").exclude(token="")
    for twin in tokens.order_by("looked_at")[:MOST_TOKENS]:
        number = server.number_of(twin.token)[:LONGEST_ID]
        told = {"number": number} if number else {"looked_at": at}
        Twin.objects.filter(pk=twin.pk).update(**told)


@transaction.atomic
def _hear(row: Neighbour, updates: Iterable[Row], at: datetime) -> None:
    """Take over what is new of some updates: all words, and where the last one says it stands."""
    told = {id_of(one, "update_id")[:LONGEST_ID]: one for one in updates}
    numbers = {id_of(one) for one in told.values()}
    twins = {
        twin.number: twin
        for twin in Twin.objects.select_for_update().filter(neighbour=row, number__in=numbers)
    }
    known = set(
        HeardUpdate.objects.filter(neighbour=row, update_id__in=told).values_list(
            "update_id", flat=True
        )
    )
    fresh: dict[str, list[Row]] = defaultdict(list)
    for id_, one in told.items():
        if id_ not in known and id_of(one) in twins:
            fresh[id_of(one)].append(one)
            HeardUpdate.objects.create(neighbour=row, update_id=id_)
    for number, some in fresh.items():
        twin = twins[number]
        ordered = sorted(some, key=lambda one: moment(one.get("updated_datetime"), at))
        saying = [one for one in ordered if _state_in(one)]
        for one in ordered:
            # The steps before the last are over: it stands where the last that says so says.
            is_last = bool(saying) and one is saying[-1]
            to = (_state_in(one) if is_last else None) or State(twin.state)
            said = moment(one.get("updated_datetime"), at)
            _keep(row, twin, to, said, text_of(one, "description"), at)
        twin.save()


def _state_in(update: Row) -> State | None:
    return rules.STATES_TOLD.get(text_of(update, "status").upper())


def _keep(row: Neighbour, twin: Twin, to: State, said: datetime, text: str, at: datetime) -> None:
    if to is State(twin.state) and not text.strip():
        return
    twin.state, twin.told_at = to, said
    news = News(
        case_id=twin.case_id, source=row.source, name=row.name, state=to, said=said, text=text
    )
    cases.take_over(news=news, by=IMPORTER, at=at)


def _link(request: Row) -> str:
    """Give the page of a request for people, where its city tells one on the web."""
    more = request.get("extended_attributes")
    link = str(more.get("html_url") or "") if isinstance(more, dict) else ""
    is_web = link.startswith(("https://", "http://")) and len(link) <= LONGEST_LINK
    return link if is_web and link.isprintable() and " " not in link else ""


def moment(said: Any, at: datetime) -> datetime:
    """Read a time of another city; what cannot be or is still to come is now."""
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return at
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    return min(at, max(zoned, datetime(1970, 1, 1, tzinfo=UTC)))
