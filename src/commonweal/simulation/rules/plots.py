"""The course of one case: which steps lead to where it ends, when, and in which words."""

import random  # noqa: TID251  (a seeded generator comes in; nothing here draws by itself)
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from commonweal.cases.types import CategoryCard, Review, State
from commonweal.methods.worktime import Calendar
from commonweal.simulation.rules import phrases, timing
from commonweal.simulation.rules.phrases import Said
from commonweal.simulation.types import Book, Do, Step

Chance = random.Random

LATE = 0.15
BY_RESIDENT = {Do.REPLY, Do.CORRECT, Do.ADD_PHOTO, Do.CONFIRM, Do.CONTEST, Do.WITHDRAW}
ON_THE_WAY = {Do.ACKNOWLEDGE, Do.PUBLISH, Do.WITHHOLD, Do.NOTE, Do.TAKE_DOWN}
LEISURE: Mapping[Do, float] = {Do.CONFIRM: 3.0, Do.CONTEST: 2.0, Do.WITHDRAW: 2.0}
WORK = [State.CONFIRMED, State.ANSWERED, State.CONTESTED]


@dataclass(frozen=True)
class Plot:
    """All that a course is made of."""

    book: Book
    chance: Chance
    calendar: Calendar
    category: CategoryCard
    language: str
    said: Said
    can_be_asked: bool

    def told(self, end: State, at: datetime, until: datetime) -> list[Step]:
        """Tell the steps from the report to the end."""
        course = self._course(end)
        whole_day, hours = timing.length(self.category.term)
        late = self._may(LATE)
        hours *= self.chance.uniform(1.05, 2.2) if late else self.chance.uniform(0.2, 0.9)
        turns = sum(do not in BY_RESIDENT | ON_THE_WAY for do in course) or 1
        steps: list[Step] = []
        begin = at.astimezone(ZoneInfo(self.calendar.zone)).date()
        for do in course:
            at = self._when(do, at, hours / turns, whole_day=whole_day)
            is_second = do is Do.ANSWER and any(step.do is Do.ANSWER for step in steps)
            planned = until if end is State.SCHEDULED and self._may(0.85) else at
            steps.append(self._step(do, at, planned, begin, is_second=is_second))
        return steps

    def _course(self, end: State) -> list[Do]:
        if end is State.RECEIVED:
            return [Do.CORRECT] if self._may(0.1) else []
        if end is State.WITHDRAWN:
            return [Do.ACKNOWLEDGE, Do.WITHDRAW] if self._may(0.5) else [Do.WITHDRAW]
        course = [Do.CORRECT] if self._may(0.06) else []
        course.append(Do.ACKNOWLEDGE)
        course += self._review(end)
        if end is State.ACKNOWLEDGED:
            return course
        if end is State.ASSIGNED or self._may(0.3):
            course.append(Do.ASSIGN)
        if end is State.ASSIGNED:
            return course
        course += self._work(end)
        return course + self._ending(end)

    def _review(self, end: State) -> list[Do]:
        if self.category.review is Review.NEVER:
            return []
        published = 0.75 if end not in {State.ACKNOWLEDGED, State.ASSIGNED} else 0.45
        if self._may(published):
            return [Do.PUBLISH, Do.TAKE_DOWN] if self._may(0.02) else [Do.PUBLISH]
        return [Do.WITHHOLD] if self._may(0.3) else []

    def _work(self, end: State) -> list[Do]:
        if end is State.WAITING:
            return [Do.ASK]
        course = []
        if self.can_be_asked and self._may(0.16):
            course += [Do.ASK, Do.REPLY]
            course += [Do.ADD_PHOTO] if self._may(0.2) and self.category.needs_place else []
        elif end not in {State.NOT_OURS, State.CANNOT} or self._may(0.4):
            course.append(Do.START)
        course += [Do.NOTE] if self._may(0.3) else []
        if end in WORK and self._may(0.15):
            course.append(Do.SCHEDULE)
        return course

    def _ending(self, end: State) -> list[Do]:
        last = {
            State.SCHEDULED: [Do.SCHEDULE],
            State.ON_HOLD: [Do.HOLD],
            State.NOT_OURS: [Do.REFER],
            State.CANNOT: [Do.DECLINE],
            State.ANSWERED: [Do.ANSWER],
            State.CONTESTED: [Do.ANSWER, Do.CONTEST],
            State.CONFIRMED: [Do.ANSWER, Do.CONFIRM],
        }.get(end, [])
        if end is State.CONFIRMED and self._may(0.15):
            return [Do.ANSWER, Do.CONTEST, Do.START, Do.ANSWER, Do.CONFIRM]
        return last

    def _when(self, do: Do, at: datetime, hours: float, *, whole_day: bool) -> datetime:
        if do in {Do.CORRECT, Do.ADD_PHOTO}:
            return at + timedelta(minutes=self.chance.randrange(4, 50))
        if do in BY_RESIDENT:
            days = LEISURE.get(do, 1.2)
            return timing.at_leisure(self.chance, at, self.calendar, days=days)
        if do in ON_THE_WAY:
            hours = min(hours, 3.0 if do is Do.ACKNOWLEDGE else 1.5)
        if whole_day:
            return timing.day_and_night(self.chance, at, hours=hours)
        return timing.at_work(self.chance, at, self.calendar, hours=hours)

    def _step(
        self, do: Do, at: datetime, planned: datetime, begin: date, *, is_second: bool
    ) -> Step:
        zone = ZoneInfo(self.calendar.zone)
        day = at.astimezone(zone).date()
        voices, code, language = self.book.voices, self.category.code, self.language
        text, on = "", None
        match do:
            case Do.PUBLISH:
                text = self.said.public
            case Do.CORRECT:
                text = self.said.text + self._pick("corrections")
            case Do.ASK | Do.REPLY:
                kind = phrases.of_kind(voices["asks"], code) or {}
                text = self.chance.choice(kind[do.value][language])
            case Do.HOLD | Do.REFER | Do.DECLINE:
                kinds = {Do.HOLD: "holds", Do.REFER: "referrals", Do.DECLINE: "refusals"}[do]
                kind = phrases.of_kind(voices[kinds], code) or {}
                text = self.chance.choice(kind[language])
            case Do.SCHEDULE:
                text = self._pick("plans")
                later = timedelta(days=self.chance.randrange(1, 12))
                on = max(day, planned.astimezone(zone).date()) + later
            case Do.ANSWER:
                text = self._pick("second") if is_second else self._answer()
            case Do.CONTEST:
                text = self._pick("contests")
            case Do.WITHDRAW:
                text = self._pick("withdrawals")
            case Do.NOTE:
                text = str(self.chance.choice(voices["notes"]["zh-Hant"]))
            case Do.ASSIGN | Do.WITHHOLD | Do.TAKE_DOWN:
                text = str(self.chance.choice(voices["reasons"][do.value.replace("-", "_")]))
        done = day - timedelta(days=1) if day - timedelta(days=1) > begin else day
        text = phrases.fill(
            self.book, self.chance, text, language=language, category=code, day=done
        )
        return Step(do=do, at=at, text=text, on=on)

    def _pick(self, name: str) -> str:
        return str(self.chance.choice(self.book.voices[name][self.language]))

    def _answer(self) -> str:
        return str(self.chance.choice(self.book.answers[self.category.code][self.language]))

    def _may(self, share: float) -> bool:
        return self.chance.random() < share
