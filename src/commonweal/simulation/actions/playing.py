"""Play stories: every step is the real action that a person would have taken, at its time."""

import heapq
import io
import random  # noqa: TID251  (pictures are drawn by the story's own seed)
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from commonweal.cases import actions as cases
from commonweal.cases import queries as the_cases
from commonweal.cases.types import CaseCard, ContactDraft, Draft, Place, Reporter
from commonweal.city import queries as the_city
from commonweal.content import actions as content
from commonweal.content import queries as the_content
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.simulation.actions.people import People
from commonweal.simulation.adapters import pictures
from commonweal.simulation.rules.plots import BY_RESIDENT
from commonweal.simulation.types import Do, Step, Story

ROOT_GOES_TO = "care"  # what nobody but the service centre got is about easy information
_DARK = 7, 18
_SILENT: Mapping[Do, Callable[..., CaseCard]] = {
    Do.ACKNOWLEDGE: cases.acknowledge,
    Do.START: cases.start,
}
_GIVING_REASONS: Mapping[Do, Callable[..., CaseCard]] = {
    Do.WITHHOLD: cases.withhold,
    Do.TAKE_DOWN: cases.take_down,
}
_SPEAKING: Mapping[Do, Callable[..., CaseCard]] = {
    Do.PUBLISH: cases.publish,
    Do.ASK: cases.ask,
    Do.HOLD: cases.hold,
    Do.ANSWER: cases.answer,
    Do.REFER: cases.refer,
    Do.DECLINE: cases.decline,
}


@dataclass
class Player:
    """Plays all stories at once, in the order of time, as a city lives."""

    people: People
    zone: ZoneInfo
    photos: int = 0
    _cards: dict[int, CaseCard] = field(default_factory=dict)  # as last seen by anybody
    _reporters: dict[int, Reporter] = field(default_factory=dict)
    _units: dict[str, UUID] = field(default_factory=dict)
    _places: dict[str, UUID] = field(default_factory=dict)
    _categories: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._units = {unit.code: unit.id for unit in the_city.units()}
        self._places = {card.code: card.id for card in the_city.districts()}
        self._places |= {card.code: card.id for card in the_city.all_landmarks()}
        self._categories = {card.code: card.id for card in the_cases.categories()}

    def play(self, told: Iterable[Story], *, since: datetime, until: datetime) -> None:
        """Do everything that happens from one time to another."""
        turns: list[tuple[datetime, int, int, Story, Step | None]] = []
        for story in told:
            happens = [(story.at, None), *((step.at, step) for step in story.steps)]
            turns += [
                (at, story.number, turn, story, step)
                for turn, (at, step) in enumerate(happens)
                if since <= at < until
            ]
        heapq.heapify(turns)
        while turns:
            *_, story, step = heapq.heappop(turns)
            if step is None:
                self._report(story)
            else:
                self._take(step, story)

    def _report(self, story: Story) -> None:
        by = self.people.reporter_of(story)
        where = story.somewhere
        draft = Draft(
            category_id=self._categories[story.category],
            text=story.text,
            language=story.language,
            place=Place(
                words=where.words,
                district_id=self._places.get(where.district),
                landmark_id=self._places.get(where.landmark),
                lat=where.lat,
                lng=where.lng,
            ),
            answers=story.answers,
            contact=ContactDraft(mail=story.mail, phone=story.phone),
            happened_on=story.happened_on,
            attachments_of=self._photographed(story, story.photos, by, story.at),
        )
        receipt = cases.report(draft=draft, by=by, at=story.at)
        self._cards[story.number] = the_cases.card(receipt.case_id, at=story.at)
        self._reporters[story.number] = the_cases.reporter_by_key(receipt.key)

    def _photographed(self, story: Story, count: int, by: Actor, at: datetime) -> str:
        """Take photos as a form takes them in, and have them made anew at once."""
        if not count:
            return ""
        name = f"sample-city/{story.number}/{at.isoformat()}"
        subject = subject_of("draft", uuid5(NAMESPACE_URL, name))
        chance = random.Random(name)  # noqa: S311  (a drawing, not a secret)
        local = at.astimezone(self.zone)
        night = not _DARK[0] <= local.hour < _DARK[1]
        for _ in range(count):
            raw = io.BytesIO(pictures.photo(chance, story.category, night=night))
            name = f"IMG_{chance.randrange(1000, 9999)}.jpg"
            card = content.receive(data=raw, name=name, subject=subject, by=by, at=at)
            content.finish(attachment_id=card.id, at=at + timedelta(seconds=20))
            self.photos += 1
        return subject

    def _take(self, step: Step, story: Story) -> None:
        taken = self._said(step, story) if step.do in BY_RESIDENT else self._worked(step, story)
        self._cards[story.number] = taken

    def _said(self, step: Step, story: Story) -> CaseCard:
        """Let the reporter do something."""
        reporter, at = self._reporters[story.number], step.at
        match step.do:
            case Do.REPLY:
                return cases.reply(reporter=reporter, text=step.text, at=at)
            case Do.CORRECT:
                return cases.correct(reporter=reporter, text=step.text, at=at)
            case Do.ADD_PHOTO:
                subject = self._photographed(story, 1, self.people.reporter_of(story), at)
                return cases.add_photos(reporter=reporter, attachments_of=subject, at=at)
            case Do.CONFIRM:
                return cases.confirm(reporter=reporter, at=at)
            case Do.CONTEST:
                return cases.contest(reporter=reporter, text=step.text, at=at)
        return cases.withdraw(reporter=reporter, text=step.text, at=at)

    def _worked(self, step: Step, story: Story) -> CaseCard:
        """Let a member of staff do something, as one who has seen the case as it is now."""
        card = self._cards[story.number]
        by = self.people.staff_for(step.do, card, story)
        if step.do is Do.NOTE:
            return cases.note(case_id=card.id, text=step.text, by=by, at=step.at)
        if step.do is Do.ASSIGN:
            return self._assigned(step, card, by)
        if step.do is Do.SCHEDULE and step.on is not None:
            return cases.schedule(
                case_id=card.id, on=step.on, text=step.text, seen=card.version, by=by, at=step.at
            )
        if step.do in _GIVING_REASONS:
            return _GIVING_REASONS[step.do](
                case_id=card.id, reason=step.text, seen=card.version, by=by, at=step.at
            )
        if step.do in _SILENT:
            return _SILENT[step.do](case_id=card.id, seen=card.version, by=by, at=step.at)
        taken = _SPEAKING[step.do](
            case_id=card.id, text=step.text, seen=card.version, by=by, at=step.at
        )
        if step.do is Do.PUBLISH:
            self._publish_photos(card.id, by, step.at)
        return taken

    def _assigned(self, step: Step, card: CaseCard, by: Actor) -> CaseCard:
        root = card.unit_id == the_city.units()[0].id
        unit_id = self._units[ROOT_GOES_TO] if root else card.unit_id
        return cases.assign(
            case_id=card.id,
            unit_id=unit_id,
            assignee_id=self.people.officers[unit_id].id,
            reason=step.text,
            seen=card.version,
            by=by,
            at=step.at,
        )

    def _publish_photos(self, case_id: UUID, by: Actor, at: datetime) -> None:
        subject = subject_of("case", case_id)
        for photo in the_content.attachments(subject, public_only=False):
            if photo.is_ready:
                content.publish(attachment_id=photo.id, seen=photo.version, by=by, at=at)
