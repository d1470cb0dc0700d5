"""Fill an empty place with the sample city: profile, people, and the cases of a year.

The cases of the last sixty days are there at once; the older ones come in behind them, a few at a
time, as work of the outbox, so that nobody waits for them and none is lost or told twice.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from commonweal.cases import queries as the_cases
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import SYSTEM
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry
from commonweal.simulation import queries, rules
from commonweal.simulation.actions.people import People, settle
from commonweal.simulation.actions.playing import Player
from commonweal.simulation.adapters import texts
from commonweal.simulation.errors import CityIsTaken
from commonweal.simulation.events import OlderCasesWanted
from commonweal.simulation.rules.stories import YEAR
from commonweal.simulation.types import Made, Town

SEED = 20260301
CASES = 500
OLDER = 2500
CHAPTER = 5  # so many older cases share a transaction; visitors write in between
BEHIND = 9  # after everything that somebody waits for
TELLING = (  # handlers that write mails
    "cases.handlers.send_receipt",
    "cases.handlers.tell_reporter",
    "cases.handlers.tell_followers",
    "cases.handlers.tell_unit_of_new_case",
    "cases.handlers.tell_unit_of_rerouted_case",
    "cases.handlers.tell_unit_of_a_call_to_make",
    "cases.handlers.tell_unit_of_overdue_case",
    "cases.handlers.tell_unit_of_a_contested_answer",
    "cases.handlers.tell_unit_of_news",
    "cases.handlers.tell_unit_of_a_failed_passing",
    "cases.handlers.tell_reporter_of_news_elsewhere",
)
MAILED = timedelta(days=1)  # of what happened longer ago nobody is told any more
SET_UP = timedelta(days=5)  # before the first case


def make(*, at: datetime, seed: int = SEED, count: int = CASES, older: int = OLDER) -> Made:
    """Make the sample city as of a time, all or nothing; where it stands already, do nothing.

    Only this package lets actions happen at another time than now. Everything of the past is done
    in one transaction; the mails of the last day leave after it, by the outbox, as they always do.
    """
    known = queries.made()
    if known is not None:
        return Made(
            is_new=False,
            seed=int(known.facts["seed"]),
            cases=int(known.facts["cases"]),
            older=int(known.facts["older"]),
            photos=int(known.facts["photos"]),
            accounts=queries.ACCOUNTS,
        )
    if the_city.is_set_up():
        raise CityIsTaken
    with transaction.atomic(using="people"), transaction.atomic():
        people, photos = _live(at=at, seed=seed, count=count)
        entry = ledger.append(
            Entry(
                type="simulation.city-made",
                subject=queries.SUBJECT,
                actor="system",
                facts={"seed": seed, "cases": count, "older": older, "photos": photos},
            ),
            at=at,
        )
        kernel.announce(
            OlderCasesWanted(
                at=at,
                subject=queries.SUBJECT,
                seq=entry.seq,
                people=people.to_json(),
                seed=seed,
                first=count + 1,
                last=count + older,
            )
        )
    kernel.run_waiting(clock=lambda: at, before=BEHIND)
    return Made(
        is_new=True,
        seed=seed,
        cases=count,
        older=older,
        photos=photos,
        accounts=queries.ACCOUNTS,
    )


@transaction.atomic
def make_older(
    *, people: People, seed: int, until: datetime, first: int, last: int, at: datetime
) -> int:
    """Make a few older cases; say the number with which to go on."""
    numbers = range(first, min(first + CHAPTER, last + 1))
    told = rules.older(texts.book(), town(), seed=seed, until=until, numbers=numbers)
    player = Player(people, ZoneInfo(the_city.profile().zone))
    player.play(told, since=people.since, until=until - MAILED)
    kernel.pass_over(handlers=TELLING, until=until - MAILED, at=at)
    return numbers.stop


def _live(*, at: datetime, seed: int, count: int) -> tuple[People, int]:
    begin = at - YEAR - SET_UP
    city.load_folder(
        folder=texts.PROFILE, by=SYSTEM, at=begin, reason="the sample city is made by a seed"
    )
    people = settle(at=begin)
    told = rules.stories(texts.book(), town(), seed=seed, until=at, count=count)
    player = Player(people, ZoneInfo(the_city.profile().zone))
    player.play(told, since=begin, until=at - MAILED)
    city.run_out(at=at - MAILED, limit=count)
    kernel.pass_over(handlers=TELLING, until=at - MAILED, at=at)
    player.play(told, since=at - MAILED, until=at)
    return people, player.photos


def town() -> Town:
    """Gather what a storyteller has to know, in an order that does not depend on chance."""
    codes = {card.id: card.code for card in the_city.districts()}
    landmarks = sorted(the_city.all_landmarks(), key=lambda card: card.code)
    return Town(
        categories=tuple(
            sorted(
                (card for card in the_cases.categories(only_open=True) if card.parent_id),
                key=lambda card: card.code,
            )
        ),
        landmarks=tuple(card for card in landmarks if card.district_id),
        districts={card.code: codes[card.district_id] for card in landmarks if card.district_id},
        calendar=the_city.calendar(),
    )
