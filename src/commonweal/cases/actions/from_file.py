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
from commonweal.cases.adapters import foreign, guess, mapping
from commonweal.cases.adapters.tables import LONGEST_FIELD, Broken, Source
from commonweal.cases.errors import CoordinatesSwapped
from commonweal.cases.types import LONGEST_PLACE, Act, FileReport, Foreign, Place
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.city.types import DistrictCard
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor, Words
from commonweal.methods.sheet import harmless

BATCH = 200
OPEN311 = "open311"
CSV = "csv"
LONGEST_CODE = 40
MOST_NAMED = 20
REASON = "import of reports from {source}"


def formats() -> list[str]:
    """Name the formats that can be read: those with a mapping of their own, and any CSV."""
    return [*mapping.shipped(), CSV]


def guess_mapping(path: Path) -> str:
    """Guess how a CSV file is to be read; a mapping for a person to look through and correct.

    Raises
    ------
    BadMapping
        When the file cannot be read, or no column can be what is needed.

    """
    return guess.guess(path, zone=the_city.profile().zone)


def import_file(
    *,
    path: Path,
    kind: str,
    plan_file: Path | None,
    source: str = "",
    rejected: Path,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[float, int], None] = lambda _share, _rows: None,
) -> FileReport:
    """Bring a file in, in batches; run again after whatever stopped it, it takes in what is new.

    The mapping is that of the kind, or of the file given; `source` names the source otherwise than
    the mapping does. Categories and units that the city does
    not have are made, under the source's own names, closed to new reports. Rejected rows go to a
    file of their own, with line and reason, fit to be opened in a spreadsheet.
    """
    rules.check_may(by, Act.CONFIGURE, None)
    plan = mapping.load(plan_file or mapping.FORMATS / f"{kind}.yaml")
    plan = mapping.named(plan, source) if source else plan
    places = Places(plan, by=by, at=at, dry_run=dry_run)
    new = known = refused = done = 0
    with Source(path) as rows_of, rejected.open("w", encoding="utf-8", newline="") as file:
        digest = _digest_of(path)
        rows = foreign.read(rows_of, plan, as_open311=kind == OPEN311, at=at)
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        for batch in _batches(rows):
            taken, bad = places.sorted_out(batch)
            if not dry_run:
                came = import_cases(foreign=taken, file_digest=digest, by=by, at=at)
                new, known = new + came.new, known + came.known
            else:
                new += len(taken)
            for row in bad:
                writer.writerow([row.line, *map(_shown, (row.reason, *row.raw))])
            refused, done = refused + len(bad), done + len(batch)
            progress(rows_of.done / max(1, rows_of.size), done)
    return FileReport(
        rows=done,
        new=new,
        known=known,
        rejected=refused,
        categories=places.new_categories,
        units=places.new_units,
        unknown_districts=tuple(sorted(places.unknown_districts)),
    )


def _shown(cell: str) -> str:
    return harmless(cell[:LONGEST_FIELD].encode("utf-8", "replace").decode())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _batches(rows: Iterator[foreign.Row | Broken]) -> Iterator[list[foreign.Row | Broken]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


class Places:
    """Where the rows of a file belong in this city: its categories and units, made as needed."""

    def __init__(self, plan: mapping.Plan, *, by: Actor, at: datetime, dry_run: bool) -> None:
        self.plan, self.by, self.at, self.dry_run = plan, by, at, dry_run
        self.categories = {card.code: card.id for card in queries.categories()}
        self.units = {card.code: card.id for card in the_city.units()}
        self.districts = _by_name(the_city.districts())
        self.unknown_districts: set[str] = set()
        self.box = the_city.bounds()
        self.new_categories = self.new_units = 0
        self.nobody = UUID(int=0)

    def sorted_out(self, batch: list[foreign.Row | Broken]) -> tuple[list[Foreign], list[Broken]]:
        """Part what can come in from what cannot."""
        taken, bad = [], []
        for row in batch:
            if isinstance(row, Broken):
                bad.append(row)
                continue
            try:
                taken.append(self._placed(row))
            except Refusal as refusal:
                bad.append(Broken(line=row.line, reason=str(refusal), raw=row.raw))
        return taken, bad

    def _placed(self, row: foreign.Row) -> Foreign:
        text = rules.clean_text(row.text)
        words = rules.clean_text(row.place, most=LONGEST_PLACE)
        self._check_not_swapped(row)
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
            place=Place(
                words=words,
                lat=row.lat,
                lng=row.lng,
                district_id=self._district(row.district),
            ),
            channel=row.channel,
            language=self.plan.language,
        )

    def _check_not_swapped(self, row: foreign.Row) -> None:
        if self.box is None or row.lat is None or row.lng is None:
            return
        west, south, east, north = self.box
        is_inside = west <= row.lng <= east and south <= row.lat <= north
        if not is_inside and west <= row.lat <= east and south <= row.lng <= north:
            raise CoordinatesSwapped

    def _district(self, name: str) -> UUID | None:
        if not name:
            return None
        found = self.districts.get(self.plan.districts.get(name, name).casefold())
        if found is None and len(self.unknown_districts) < MOST_NAMED:
            self.unknown_districts.add(name[:100])
        return found

    def _category(self, name: str) -> UUID:
        code = self.plan.categories.get(name) or code_of(name)
        if code not in self.categories:
            self.categories[code] = self._made_category(code, name, self._main())
        return self.categories[code]

    def _main(self) -> UUID:
        code = self.plan.main_category
        if code not in self.categories:
            self.categories[code] = self._made_category(code, self.plan.source, None)
        return self.categories[code]

    def _made_category(self, code: str, name: str, parent_id: UUID | None) -> UUID:
        self.new_categories += 1
        if self.dry_run:
            return self.nobody
        draft = CategoryDraft(
            code=code,
            names=self._named(name),
            parent_id=parent_id,
            needs_place=False,
            is_open=False,
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


def _by_name(districts: list[DistrictCard]) -> dict[str, UUID]:
    named = {name.casefold(): card.id for card in districts for name in card.names.values()}
    return named | {card.code.casefold(): card.id for card in districts}


def code_of(name: str) -> str:
    """Make a code of a foreign name; those meet that differ in case and outer marks only."""
    name = name.strip(" ,")
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()
    if not plain:
        return f"x-{digest[:12]}"
    if name.lower().replace(" ", "-") == plain and len(plain) <= LONGEST_CODE:
        return plain
    return f"{plain[: LONGEST_CODE - 7].strip('-')}-{digest[:6]}"
