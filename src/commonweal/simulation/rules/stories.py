"""Tell what happens to each case of a made-up city, so that every state occurs."""

import random  # noqa: TID251  (one generator, made here of the seed that comes in)
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from commonweal.cases.types import CategoryCard, State
from commonweal.kernel.types import Channel
from commonweal.simulation.rules import phrases, places
from commonweal.simulation.rules.plots import Plot
from commonweal.simulation.rules.timing import hour_of_writing
from commonweal.simulation.types import Book, Step, Story, Town

Chance = random.Random

RESIDENT = "resident@tinglan.example"
PAST = timedelta(days=60)  # of which the whole city is told
YEAR = timedelta(days=365)  # of which older stories are told
QUIET = timedelta(days=2)  # nothing of an older story happens so shortly before today
MOST_TRIES = 60
MOST_PHOTOS = 14
PHOTOGRAPHED, TELLS_WHEN, IN_THE_STORM = 0.25, 0.07, 0.6
STORMS = (23, 141, 268)  # nights so many days ago in which trees fell and streets were flooded
WITH_PHOTOS_IN = 10  # of older stories, one in so many may have photos

# How many of 300 cases stand where today, and how many days ago they may have begun.
SHARES: Mapping[State, int] = {
    State.CONFIRMED: 74,
    State.ANSWERED: 84,
    State.IN_WORK: 27,
    State.RECEIVED: 16,
    State.ACKNOWLEDGED: 15,
    State.ASSIGNED: 15,
    State.WAITING: 13,
    State.SCHEDULED: 13,
    State.NOT_OURS: 12,
    State.WITHDRAWN: 9,
    State.CONTESTED: 8,
    State.CANNOT: 8,
    State.ON_HOLD: 6,
}
AGES: Mapping[State, tuple[float, float]] = {
    State.RECEIVED: (0.0, 1.5),
    State.ACKNOWLEDGED: (0.3, 5),
    State.ASSIGNED: (1, 12),
    State.IN_WORK: (1, 35),
    State.WAITING: (2, 20),
    State.SCHEDULED: (3, 22),
    State.ON_HOLD: (4, 30),
    State.CONTESTED: (4, 30),
}
OLDER: Mapping[State, int] = {  # how older stories ended
    State.ANSWERED: 46,
    State.CONFIRMED: 38,
    State.NOT_OURS: 6,
    State.WITHDRAWN: 5,
    State.CANNOT: 5,
}
LANGUAGES = {"zh-Hant": 50, "zh-Hans": 30, "en": 20}
OFTEN = {
    "street-lamp": 6,
    "pothole": 5,
    "full-bin": 5,
    "noise": 5,
    "parking": 5,
    "fallen-tree": 5,
    "flooding": 4,
    "pavement": 4,
    "blocked-drain": 3,
    "missed-collection": 3,
    "barrier": 3,
    "bus-stop": 2,
    "street-cleaning": 3,
    "playground": 2,
    "park-facility": 2,
    "burst-pipe": 2,
    "pests": 2,
}
STORMY = {"fallen-tree", "flooding", "blocked-drain", "signboard", "no-water"}
SEEN = {  # what people photograph
    "street-lamp",
    "pothole",
    "pavement",
    "obstruction",
    "flooding",
    "drain-cover",
    "full-bin",
    "fly-tipping",
    "fallen-tree",
    "playground",
    "bicycles",
    "barrier",
    "signboard",
    "road-sign",
}


def stories(book: Book, town: Town, *, seed: int, until: datetime, count: int) -> list[Story]:
    """Tell the stories of a city's last sixty days; the same seed tells the same ones."""
    chance = Chance(seed)
    until = until.astimezone(UTC)
    ends = _ends(count)
    chance.shuffle(ends)
    deck = _deck(chance, town.categories, count)
    told: list[Story] = []
    photos = 0
    for number, end in enumerate(ends, start=1):
        category = _fitting(book, town, chance, deck, end)
        one = _one(book, town, chance, number, category, end, until)
        wants = one.photos if photos < MOST_PHOTOS * count / 300 + 1 else 0
        photos += wants
        told.append(replace(one, photos=wants))
    return _given_to_resident(told)


def older(
    book: Book, town: Town, *, seed: int, until: datetime, numbers: Sequence[int]
) -> list[Story]:
    """Tell stories of the ten months before, all at their end; each has a seed of its own."""
    ages = (PAST / timedelta(days=1), YEAR / timedelta(days=1))
    weights = [OFTEN.get(category.code, 1) for category in town.categories]
    told = []
    for number in numbers:
        chance = Chance(f"{seed}/{number}")
        end = chance.choices(list(OLDER), list(OLDER.values()))[0]
        deck = chance.choices(town.categories, weights)
        category = _fitting(book, town, chance, deck, end)
        before = until.astimezone(UTC) - QUIET
        one = _one(book, town, chance, number, category, end, before, ages)
        told.append(one if number % WITH_PHOTOS_IN == 0 else replace(one, photos=0))
    return told


def _ends(count: int) -> list[State]:
    whole = sum(SHARES.values())
    ends: list[State] = []
    for state, share in SHARES.items():
        ends += [state] * max(1, round(share * count / whole))
    most = max(SHARES, key=lambda state: SHARES[state])
    ends += [most] * (count - len(ends))
    while len(ends) > count and len(set(ends)) < len(ends):
        ends.remove(max(set(ends), key=lambda state: (ends.count(state), state)))
    return ends


def _deck(chance: Chance, categories: Sequence[CategoryCard], count: int) -> list[CategoryCard]:
    """Deal each category about twice, the frequent ones more."""
    deck = [*categories, *categories][: max(count // 2, 1)]
    weights = [OFTEN.get(category.code, 1) for category in categories]
    deck += chance.choices(categories, weights, k=max(0, count - len(deck)))
    chance.shuffle(deck)
    return deck


def _fitting(
    book: Book, town: Town, chance: Chance, deck: list[CategoryCard], end: State
) -> CategoryCard:
    """Draw a category; one that can end so, where only some can."""
    kinds = {State.NOT_OURS: "referrals", State.CANNOT: "refusals"}.get(end)
    if kinds:
        can = {code for kind in book.voices[kinds].values() for code in kind["for"]}
        fitting = [place for place, category in enumerate(deck) if category.code in can]
        if not fitting:  # a small deck may hold none that can end so
            return chance.choice([category for category in town.categories if category.code in can])
        return deck.pop(chance.choice(fitting))
    return deck.pop(chance.randrange(len(deck)))


def _one(
    book: Book,
    town: Town,
    chance: Chance,
    number: int,
    category: CategoryCard,
    end: State,
    until: datetime,
    ages: tuple[float, float] | None = None,
) -> Story:
    language = chance.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    name, somewhere = places.somewhere(book, town, chance, language=language)
    channel, mail, phone = places.way(book, chance, number)
    said = phrases.report(
        book,
        chance,
        category=category.code,
        language=language,
        place=name,
        is_typed=channel is Channel.WEB,
    )
    if end is State.WAITING and not (mail or phone):
        phone = f"555 1{number:03}"
    at, steps, text = _life(
        Plot(book, chance, town.calendar, category, language, said, bool(mail or phone)),
        end,
        until,
        ages or AGES.get(end, (2, PAST / timedelta(days=1) - 0.5)),
    )
    day = at.astimezone(ZoneInfo(town.calendar.zone)).date()
    return Story(
        number=number,
        category=category.code,
        language=language,
        text=text,
        public_text=said.public,
        somewhere=somewhere if category.needs_place else replace(somewhere, lat=None, lng=None),
        answers=places.answers(chance, category, text, language=language, day=day),
        channel=channel,
        mail=mail,
        phone=phone,
        photos=_photos(chance, category, channel),
        happened_on=_days_before(chance, day),
        at=at,
        steps=steps,
        ends=end,
    )


def _photos(chance: Chance, category: CategoryCard, channel: Channel) -> int:
    can = category.code in SEEN and channel is Channel.WEB
    return chance.choice([1, 1, 2]) if can and chance.random() < PHOTOGRAPHED else 0


def _days_before(chance: Chance, day: date) -> date | None:
    """Say that it began some days before, as few people do."""
    began = day - timedelta(days=chance.randrange(1, 9))
    return began if chance.random() < TELLS_WHEN else None


def _life(
    plot: Plot, end: State, until: datetime, ages: tuple[float, float]
) -> tuple[datetime, tuple[Step, ...], str]:
    """Draw beginnings, ever older, until everything has happened before today."""
    youngest, oldest = ages
    most = max(PAST / timedelta(days=1) - 0.5, oldest)
    at, steps = until, []
    for attempt in range(MOST_TRIES):  # a long holiday may stand between a step and the next
        share = attempt / MOST_TRIES
        eldest = min(oldest * (1 + 4 * share), most)
        at = _begin(plot, end, until, youngest + (eldest - youngest) * share, eldest)
        steps = plot.told(end, at, until)
        if at < until and all(step.at < until - timedelta(minutes=5) for step in steps):
            break
    else:
        steps = [step for step in steps if step.at < until]
    return at, tuple(steps), plot.said.text


def _begin(plot: Plot, end: State, until: datetime, least: float, oldest: float) -> datetime:
    chance = plot.chance
    storms = [days for days in STORMS if least <= days <= oldest]
    if (
        plot.category.code in STORMY
        and end not in AGES
        and chance.random() < IN_THE_STORM
        and storms
    ):
        night = until - timedelta(days=chance.choice(storms) if storms[1:] else storms[0])
        night = night.replace(hour=12, minute=0, second=0, microsecond=0)
        return night + timedelta(minutes=chance.randrange(14 * 60))
    day = until - timedelta(days=chance.uniform(least, oldest))
    wanted = hour_of_writing(chance, day, plot.calendar)
    return wanted if wanted < until else day.replace(microsecond=0)


def _given_to_resident(told: list[Story]) -> list[Story]:
    """Give the resident's demo account a few stories of its own, each standing elsewhere."""
    taken: set[State] = set()
    wanted = {
        State.RECEIVED,
        State.WAITING,
        State.ANSWERED,
        State.CONFIRMED,
        State.IN_WORK,
        State.SCHEDULED,
        State.CONTESTED,
    }
    given = []
    for one in told:
        if one.channel is Channel.WEB and one.ends in wanted - taken and one.language == "zh-Hant":
            taken.add(one.ends)
            given.append(replace(one, mail=RESIDENT, phone=""))
        else:
            given.append(one)
    return given
