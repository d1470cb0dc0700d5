"""Reports of other systems come in with their own dates, or have their reason."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commonweal.cases import actions, queries
from commonweal.cases.actions.from_file import code_of
from commonweal.cases.errors import BadMapping
from commonweal.cases.models import Case
from commonweal.cases.types import FileReport, Filter, Foreign, Place, State
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import ANONYMOUS, Channel, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from tests.factories.cases import ADMINISTRATOR, NOW, Town, draft, staff, town

pytestmark = [pytest.mark.django_db]

MAPPING = """
source: elsewhere
zone: America/Chicago
missing: ["", "NA"]
columns:
  {id: nr, received: opened, closed: done, text: what, place: where, category: kind,
   unit: office, state: status, lat: lat, lng: lng}
states: {open: in-work, shut: answered}
"""
HEAD = "nr,opened,done,what,where,kind,office,status,lat,lng"
GUIDES = Path(__file__).parents[2] / "docs" / "guides"


@pytest.fixture
def here() -> Town:
    return town()


def brought(tmp_path: Path, *lines: str, mapping: str = MAPPING, dry: bool = False) -> FileReport:
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    body = "\n".join([HEAD, *lines])
    (tmp_path / "in.csv").write_bytes(body.encode("utf-8", "surrogateescape"))
    return actions.import_file(
        path=tmp_path / "in.csv",
        mapping=tmp_path / "map.yaml",
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
        dry_run=dry,
    )


def reasons(tmp_path: Path) -> list[str]:
    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as file:
        return [row["reason"] for row in csv.DictReader(file)]


GOOD = (
    "1,2018-01-05 10:00:00,2018-01-09 12:00:00,No water,75 Mill Rd,NOWATER,Water Div,shut,"
    "22.05,114.05"
)


def test_a_row_comes_in_with_the_dates_its_source_claims(here: Town, tmp_path: Path) -> None:
    report = brought(tmp_path, GOOD)

    (card,) = queries.listing(Filter(), at=NOW).items
    assert (report.new, report.categories, report.units) == (1, 2, 1)
    assert card.received_at == datetime(2018, 1, 5, 16, tzinfo=UTC)
    assert card.closed_at == datetime(2018, 1, 9, 18, tzinfo=UTC)
    assert (card.state, card.district_id) == (State.ANSWERED, here.north.id)
    assert card.happened == "2018-01-05T16:00:00Z elsewhere"


def test_an_import_pretends_no_history(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    brought(tmp_path, GOOD)

    (card,) = queries.listing(Filter(), at=NOW).items
    (entry,) = queries.history(card.id)
    assert entry.type == "cases.imported"
    assert entry.happened == "2018-01-05T16:00:00Z elsewhere"
    assert len(entry.facts["file"]) == len(entry.facts["row"]) == 64
    assert ledger.check_chain(subject_of("case", card.id)).breaks == ()


def test_an_import_pretends_no_promise(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    brought(tmp_path, GOOD, GOOD.replace("1,2018", "2,2018", 1).replace("shut", "open"))

    cards = queries.listing(Filter(), at=NOW).items
    assert [(card.is_promised, card.is_overdue) for card in cards] == [(False, False)] * 2
    assert queries.listing(Filter(only_overdue=True), at=NOW).total == 0
    assert queries.counts(Filter(), at=NOW)["overdue"] == 0
    assert queries.counts(Filter(), at=NOW)["open"] == 1


def test_a_second_run_takes_in_only_what_is_new(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    brought(tmp_path, GOOD)

    report = brought(tmp_path, GOOD, GOOD.replace("1,2018", "2,2018", 1))

    assert (report.new, report.known, Case.objects.count()) == (1, 1, 2)


def test_a_dry_run_changes_nothing(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    before = len(queries.categories())

    report = brought(tmp_path, GOOD, dry=True)

    assert (report.new, Case.objects.count(), len(queries.categories())) == (1, 0, before)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.replace("1,2018", ",2018", 1), "no id"),
        (GOOD.replace("2018-01-05 10:00:00", "NA"), "no received"),
        (GOOD.replace("2018-01-05 10:00:00", "5 Jan"), "received is not a date: 5 Jan"),
        (GOOD.replace("NOWATER", ""), "no category"),
        (GOOD.replace("shut", "gone"), "the mapping does not say what the state 'gone' means"),
        (GOOD.replace("22.05", "north"), "lat is not a number: north"),
        (GOOD.replace("22.05", "99"), "the coordinates lie nowhere on the earth"),
        (GOOD.replace("No water", "\udcff"), "characters that cannot be read"),
        (GOOD + ",more", "11 cells where the header has 10"),
        (GOOD.replace("No water", "x" * 5001), "The text has 5001 characters"),
    ],
)
def test_a_row_that_cannot_come_in_has_its_reason(
    here: Town,  # noqa: ARG001
    tmp_path: Path,
    line: str,
    reason: str,
) -> None:
    report = brought(tmp_path, line, GOOD.replace("1,2018", "2,2018", 1))

    assert (report.new, report.rejected) == (1, 1)
    assert reason in reasons(tmp_path)[0]


def test_an_id_that_comes_twice_is_said_with_its_line(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    brought(tmp_path, GOOD, GOOD, GOOD.replace("No water", "Water is back"))

    assert reasons(tmp_path) == [
        "the same row stands in line 2",
        "another row with the id 1 stands in line 2",
    ]


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ("", "must hold keys"),
        ("a: [", "is not YAML"),
        (MAPPING.replace("source", "sauce"), "unknown keys"),
        (MAPPING.replace("id: nr, ", ""), "columns must name"),
        (MAPPING.replace("nr,", "number,"), "has no column"),
        (MAPPING.replace("in-work", "working"), "working"),
        (MAPPING.replace("America/Chicago", "Mars/North"), "Mars"),
        (MAPPING + 'coordinates: "EPSG:0"\n', "is not known"),
    ],
)
def test_a_mapping_that_does_not_fit_is_explained(
    here: Town,  # noqa: ARG001
    tmp_path: Path,
    mapping: str,
    problem: str,
) -> None:
    with pytest.raises(BadMapping, match=problem):
        brought(tmp_path, GOOD, mapping=mapping)


def test_a_name_in_any_script_makes_a_code() -> None:
    assert code_of("Snow/Ice - Residnl") == "snow-ice-residnl"
    assert code_of("路燈") == code_of("路燈") != code_of("垃圾")


def test_only_who_sets_up_may_import(here: Town, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")

    with pytest.raises(NotAllowed):
        actions.import_file(
            path=tmp_path / "in.csv",
            mapping=tmp_path / "map.yaml",
            rejected=tmp_path / "r.csv",
            by=staff(Role.OFFICER, here.roads.id),
            at=NOW,
        )


def told_alike(here: Town, count: int) -> None:
    """Bring the same reports in one by one and in bulk, and compare what stands then."""
    places = [
        Place(lat=22.05, lng=114.05),
        Place(words="at the mill"),
        Place(district_id=here.north.id),
        Place(lat=48.0, lng=2.0, words="far away"),
    ]
    drafts = [
        draft(
            here.lamp if i % 3 else here.private,
            text=f"  Report no{i} of the 路燈\r\nby the mill",
            place=places[i % 4],
        )
        for i in range(count)
    ]
    singles = [actions.report(draft=one, by=ANONYMOUS, at=NOW) for one in drafts]
    foreign = [
        Foreign(
            source="twin",
            source_id=str(i),
            row_digest="0" * 64,
            category_id=one.category_id,
            unit_id=None,
            state=State.RECEIVED,
            received=NOW,
            text=one.text,
            place=one.place,
            channel=Channel.WEB,
        )
        for i, one in enumerate(drafts)
    ]
    actions.import_cases(foreign=foreign, file_digest="0" * 64, by=ADMINISTRATOR, at=NOW)

    fields = (
        "state",
        "category_id",
        "unit_id",
        "district_id",
        "place",
        "is_outside",
        "channel",
        "language",
        "text",
        "publication",
        "received_at",
        "due_at",
        "promised_at",
    )
    for i, receipt in enumerate(singles):
        one = queries.card(receipt.case_id, at=NOW)
        twin = queries.card(Case.objects.get(source="twin", source_id=str(i)).pk, at=NOW)
        assert [getattr(one, f) for f in fields] == [getattr(twin, f) for f in fields]
    for text in ("路灯", "mill", "report no7"):
        found = queries.listing(Filter(text=text), at=NOW, size=5000).items
        assert len([c for c in found if c.source]) == len([c for c in found if not c.source]) > 0


def test_the_bulk_act_does_what_the_single_act_does(here: Town) -> None:
    told_alike(here, 60)


@pytest.mark.prove
def test_the_bulk_act_does_what_the_single_act_does_a_thousand_times(here: Town) -> None:
    told_alike(here, 1000)


def test_every_st_louis_row_comes_in_or_has_its_reason(here: Town, tmp_path: Path) -> None:  # noqa: ARG001
    folder = os.environ.get("COMMONWEAL_DATA", "")
    file = Path(folder) / "cases" / "stl_csb" / "january_2018.csv"
    if not folder or not file.is_file():
        pytest.skip("COMMONWEAL_DATA holds no cases/stl_csb: the St. Louis file is not tried")

    report = actions.import_file(
        path=file,
        mapping=GUIDES / "st-louis.yaml",
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
    )

    assert report.rows == 1554
    assert report.new + report.rejected == 1554
    assert report.new == 1532
    assert all("stands in line" in reason for reason in reasons(tmp_path))
    assert queries.listing(Filter(text="WILLMORE"), at=NOW).total >= 1
    assert queries.public_listing(Filter(only_open=True), at=NOW).total > 50
    assert len(queries.public_points(Filter(), at=NOW)) > 1400
    assert queries.counts(Filter(), at=NOW + timedelta(days=1))["all"] == 1532
