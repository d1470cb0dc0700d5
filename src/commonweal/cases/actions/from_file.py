"""Take in a file of another system's reports: every row comes in or has its reason."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from commonweal.cases import queries, rules
from commonweal.cases.actions.importing import import_cases
from commonweal.cases.actions.setup import CategoryDraft, save_category
from commonweal.cases.adapters import foreign
from commonweal.cases.errors import BadMapping
from commonweal.cases.types import LONGEST_PLACE, Act, FileReport, Foreign, Place
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor, Words

BATCH = 200
REASON = "import of reports from {source}"


def import_file(
    *,
    path: Path,
    mapping: Path,
    rejected: Path,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> FileReport:
    """Bring a CSV file in, in batches; run again, it takes in only what is new.

    Categories and units that the city does not have are made, under the source's own names.
    Rejected rows go to a file of their own, with line and reason.
    """
    rules.check_may(by, Act.CONFIGURE, None)
    plan = foreign.load(mapping)
    try:
        total, digest = foreign.count_rows(path, plan), foreign.digest_of(path)
    except OSError as error:
        raise BadMapping(problem=f"{path} cannot be read ({error.strerror})") from None
    places = Places(plan, by=by, at=at, dry_run=dry_run)
    new = known = refused = done = 0
    with rejected.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        for batch in _batches(foreign.read(path, plan)):
            taken, bad = places.sorted_out(batch)
            if not dry_run:
                came = import_cases(foreign=taken, file_digest=digest, by=by, at=at)
                new, known = new + came.new, known + came.known
            else:
                new += len(taken)
            for row in bad:
                raw = [cell.encode("utf-8", "replace").decode() for cell in row.raw]
                writer.writerow([row.line, row.reason, *raw])
            refused, done = refused + len(bad), done + len(batch)
            progress(done, total)
    return FileReport(
        rows=done,
        new=new,
        known=known,
        rejected=refused,
        categories=places.new_categories,
        units=places.new_units,
    )


def _batches(
    rows: Iterator[foreign.Row | foreign.Rejected],
) -> Iterator[list[foreign.Row | foreign.Rejected]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


class Places:
    """Where the rows of a file belong in this city: its categories and units, made as needed."""

    def __init__(self, plan: foreign.Plan, *, by: Actor, at: datetime, dry_run: bool) -> None:
        self.plan, self.by, self.at, self.dry_run = plan, by, at, dry_run
        self.categories = {card.code: card.id for card in queries.categories()}
        self.units = {card.code: card.id for card in the_city.units()}
        self.new_categories = self.new_units = 0
        self.nobody = UUID(int=0)

    def sorted_out(
        self, batch: list[foreign.Row | foreign.Rejected]
    ) -> tuple[list[Foreign], list[foreign.Rejected]]:
        """Part what can come in from what cannot."""
        taken, bad = [], []
        for row in batch:
            if isinstance(row, foreign.Rejected):
                bad.append(row)
                continue
            try:
                taken.append(self._placed(row))
            except Refusal as refusal:
                bad.append(foreign.Rejected(line=row.line, reason=str(refusal), raw=row.raw))
        return taken, bad

    def _placed(self, row: foreign.Row) -> Foreign:
        text = rules.clean_text(row.text)
        words = rules.clean_text(row.place, most=LONGEST_PLACE)
        return Foreign(
            source=self.plan.source,
            source_id=row.id,
            row_digest=row.digest,
            category_id=self._category(row.category),
            unit_id=self._unit(row.unit),
            state=row.state,
            received=row.received,
            closed=row.closed,
            text=text,
            place=Place(words=words, lat=row.lat, lng=row.lng),
            channel=row.channel,
            language=self.plan.language,
        )

    def _category(self, name: str) -> UUID:
        code = self.plan.categories.get(name) or code_of(name)
        if code not in self.categories:
            self.categories[code] = self._made_category(code, name, self._main())
        return self.categories[code]

    def _main(self) -> UUID:
        code = self.plan.main_category
        if code not in self.categories:
            name = f"{self.plan.source}"
            self.categories[code] = self._made_category(code, name, None)
        return self.categories[code]

    def _made_category(self, code: str, name: str, parent_id: UUID | None) -> UUID:
        self.new_categories += 1
        if self.dry_run:
            return self.nobody
        draft = CategoryDraft(
            code=code, names=self._named(name), parent_id=parent_id, needs_place=False
        )
        return save_category(
            draft=draft,
            category_id=None,
            seen=None,
            reason=REASON.format(source=self.plan.source),
            by=self.by,
            at=self.at,
        ).id

    def _unit(self, name: str) -> UUID | None:
        if not name:
            return None
        code = self.plan.units.get(name) or code_of(name)
        if code not in self.units:
            self.units[code] = self._made_unit(code, name)
        return self.units[code]

    def _made_unit(self, code: str, name: str) -> UUID:
        self.new_units += 1
        if self.dry_run:
            return self.nobody
        roots = [unit for unit in the_city.units() if unit.parent_id is None]
        return city.save_unit(
            unit_id=None,
            code=code,
            names=self._named(name),
            parent_id=roots[0].id if roots else None,
            reason=REASON.format(source=self.plan.source),
            seen=0,
            by=self.by,
            at=self.at,
        ).id

    def _named(self, name: str) -> Words:
        return dict.fromkeys(the_city.profile().languages, name.strip(" ,")[:100])


def code_of(name: str) -> str:
    """Make a code of a foreign name: the same name always the same code."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    if plain:
        return plain
    return f"x-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
