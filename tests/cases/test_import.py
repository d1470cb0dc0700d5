"""Reports of other systems come in with their own dates, or have their reason."""

import csv
import gzip
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from commonweal.cases import actions, queries
from commonweal.cases.actions.from_file import code_of
from commonweal.cases.adapters import tables
from commonweal.cases.errors import BadMapping
from commonweal.cases.models import Case
from commonweal.cases.types import FileReport, Filter, Foreign, Place, State
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import ANONYMOUS, Channel, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from tests.factories.cases import ADMINISTRATOR, NOW, Town, draft, staff, town
from tests.factories.city import given_district, square

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


@pytest.fixture
def here() -> Town:
    return town()


def brought(
    tmp_path: Path, *lines: str, mapping: str = MAPPING, dry: bool = False, **more: Any
) -> FileReport:
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    body = "\n".join([HEAD, *lines])
    (tmp_path / "in.csv").write_bytes(body.encode("utf-8", "surrogateescape"))
    return actions.import_file(
        path=tmp_path / "in.csv",
        kind="csv",
        plan_file=tmp_path / "map.yaml",
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
        dry_run=dry,
        **more,
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
        (GOOD.replace("No water", "x" * 150_000), "not CSV: field larger than field limit"),
        (GOOD.replace("No water", "x" * 1_500_000), "a line of over 1000000 characters"),
        (GOOD.replace("No water", "a\x00b"), "characters that cannot be read"),
        (GOOD.replace("1,2018", f"{'9' * 101},2018", 1), "the id has 101 characters"),
        (GOOD.replace("2018-01-05", "0001-01-01"), "before 1900 or still"),
        (GOOD.replace("2018-01-05", "9999-12-31"), "received on"),
        (GOOD.replace("2018-01-05", "1700-01-05"), "before 1900 or still to come"),
        (GOOD.replace("2018-01-09", "2017-01-09"), "before it was received"),
        (GOOD.replace("2018-01-09", "2900-01-09"), "or still to come"),
        (GOOD.replace("22.05", "nan"), "lat is not a number"),
        (GOOD.replace("22.05,114.05", "114.05,22.05"), "nowhere on the earth"),
        (GOOD.replace("No water", '"No water'), "a quotation mark is never closed"),
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
        (MAPPING.replace("received: opened, ", ""), "columns must name"),
        (MAPPING.replace("nr,", "number,"), "has no column"),
        (MAPPING.replace("in-work", "working"), "working"),
        (MAPPING.replace("America/Chicago", "Mars/North"), "Mars"),
        (MAPPING + 'coordinates: "EPSG:0"\n', "is not known"),
        (MAPPING + 'delimiter: "||"\n', "must be one character"),
        (MAPPING.replace("states: {open: in-work, shut: answered}", "states: [a]"), "a table"),
        (MAPPING + "dates: {a: 5}\n", "a list of words"),
        (MAPPING + "encoding: klingon\n", "is not known"),
        (MAPPING.replace("source: elsewhere", f"source: {'s' * 70}"), "at most 60"),
        (MAPPING + f"language: {'l' * 11}\n", "at most 10"),
        (MAPPING + "defaults: {state: gone}\n", "cannot be gone"),
        ("[" * 100_000, "is not YAML"),
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
    assert code_of("Snow ice") == code_of("SNOW-ICE") == "snow-ice"
    assert code_of("路燈") == code_of("路燈") != code_of("垃圾")


def test_names_that_differ_never_meet_in_one_code() -> None:
    names = ["Trash/Bulk", "Trash-Bulk", f"{'very ' * 12}long, north", f"{'very ' * 12}long, south"]

    codes = [code_of(name) for name in names]

    assert len(set(codes)) == 4
    assert all(len(code) <= 40 for code in codes)


def test_only_who_sets_up_may_import(here: Town, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")

    with pytest.raises(NotAllowed):
        actions.import_file(
            path=tmp_path / "in.csv",
            kind="csv",
            plan_file=tmp_path / "map.yaml",
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


OPEN311 = [
    {
        "service_request_id": "7",
        "status": "closed",
        "service_name": "Potholes",
        "service_code": "pot",
        "description": "deep hole",
        "requested_datetime": "2018-01-05T10:00:00-06:00",
        "updated_datetime": "2018-01-06T10:00:00-06:00",
        "address": "Mill Rd",
        "lat": 22.05,
        "long": 114.05,
        "media_url": None,
    },
    {
        "service_request_id": 8,
        "status": "open",
        "service_code": "pot",
        "requested_datetime": "2018",
    },
    {
        "service_request_id": 9,
        "status": "open",
        "service_code": "pot",
        "requested_datetime": "2018-01-05T10:00:00Z",
    },
]


def from_open311(tmp_path: Path, text: str) -> FileReport:
    (tmp_path / "requests").write_text(text, encoding="utf-8")
    return actions.import_file(
        path=tmp_path / "requests",
        kind="open311",
        plan_file=None,
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
    )


def as_xml(requests: list[dict[str, Any]]) -> str:
    fields = [
        "".join(f"<{k}>{'' if v is None else v}</{k}>" for k, v in one.items()) for one in requests
    ]
    inner = "".join(f"<request>{one}</request>" for one in fields)
    return f'<?xml version="1.0" encoding="utf-8"?><service_requests>{inner}</service_requests>'


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("written", [lambda r: json.dumps(r, indent=1), as_xml])
def test_what_an_open311_server_answers_comes_in(tmp_path: Path, written: Any) -> None:
    report = from_open311(tmp_path, written(OPEN311))

    assert (report.new, report.rejected, report.categories) == (2, 1, 3)
    card = queries.listing(Filter(text="deep hole"), at=NOW).items[0]
    assert (card.state, card.closed_at) == (State.ANSWERED, datetime(2018, 1, 6, 16, tzinfo=UTC))
    assert reasons(tmp_path) == ["received is not a date: 2018"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "new", "reason"),
    [
        (
            as_xml(OPEN311[:1]).replace("</service_requests>", "<request><a b='" + "A" * 3_000_000),
            1,
            "within one mark",
        ),
        (
            as_xml(OPEN311[:1]).replace("</service_requests>", "<!--" + "A" * 3_000_000),
            1,
            "within one mark",
        ),
        ("<a><b>" + f"<{'n' * 50}/>" * 30_000, 0, "longer than any report"),
        ("<a>" + "".join(f"<n{i:06}/>" for i in range(200_000)), 0, "more names of fields"),
        ("[" + json.dumps(OPEN311[0]) + ", " + "[" * 100_000, 1, "from here on"),
        ("[" + json.dumps(OPEN311[0]) + ', {"a": ', 1, "from here on"),
        ('[{"service_request_id": "\\ud800"}, ' + json.dumps(OPEN311[0]) + "]", 1, "characters"),
        ('[5, "a"]', 0, "not a service request"),
        (as_xml(OPEN311[:1]).replace("</service_requests>", ""), 1, "not read from here on"),
        (
            '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a><r><d>&c;</d></r></a>',
            0,
            "declarations",
        ),
        ("<a>" * 1000, 0, "nested too deeply"),
    ],
)
def test_a_hostile_answer_is_read_as_far_as_it_goes(
    tmp_path: Path, text: str, new: int, reason: str
) -> None:
    report = from_open311(tmp_path, text)

    assert report.new == new
    assert reason in reasons(tmp_path)[-1]


def requests(*numbers: int) -> list[str]:
    return [json.dumps({**OPEN311[0], "service_request_id": i}) for i in numbers]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"service_request_id": ' + "9" * 5000 + "}", "4300 digits"),
        ('{"a": 1 "b"}', "not JSON: Expecting ','"),
        ('{"a": "}, {", "b": nothing}', "not JSON"),
        ('{"a": "\\"}, {\\"", b}', "not JSON"),
        ('{"a": "never closed}', "never ends"),
        ('{"a": {"b": 1}', "not JSON"),
        ('{"a": "never closed}, {"b": "never closed}', "not JSON"),
        ('{"a": 1}}', "no id"),
        ('{"a": ' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * 1_200_000 + '"}', "never ends"),
        ("nothing", "not JSON"),
        ("1, 2 3", "not a service request"),
    ],
)
def test_a_bad_record_of_a_list_hides_no_other(tmp_path: Path, bad: str, reason: str) -> None:
    text = ", ".join([*requests(1), bad, *requests(2, 3, 4, 5, 6, 7, 8, 9)])

    report = from_open311(tmp_path, f"[{text}]")

    assert (report.new, report.rejected >= 1) == (9, True)
    assert reason in reasons(tmp_path)[0]
    assert not any("from here on" in one for one in reasons(tmp_path))


@pytest.mark.parametrize(
    "piece",
    ['{"a}, ', '{"}, {" ', '{"a": x}, ', "}, {", "[", '"', '{"a": [1}, {"b": 2]}, ', '\\"}, {"'],
)
def test_the_work_on_a_list_grows_with_its_length_only(
    monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    monkeypatch.setattr(tables, "LONGEST_RECORD", 10_000)
    monkeypatch.setattr(tables, "PIECE", 1_000)
    text = "[" + piece * (200_000 // len(piece))
    elements = tables._Elements(io.StringIO(text), "")
    elements.has_next()
    elements._at += 1

    while elements.has_next():
        taken = elements.take()
        if taken is None and not elements.skip_to_next_record():
            break
        if taken is not None:
            elements.go_back_into(taken)
        assert len(elements._text) < 13_000

    assert elements._read == len(text)
    assert elements._scanned < (tables.MOST_READS + 2) * len(text)


@pytest.mark.parametrize(
    ("piece", "count"),
    [('a","\n', 3000), ('"\n', 3000), ('a,"\n', 3000), ('a,""b"\n', 3000), ('a","a,"\n', 3000)],
)
def test_the_work_on_a_table_grows_with_its_length_only(
    monkeypatch: pytest.MonkeyPatch, piece: str, count: int
) -> None:
    reads = held = 0
    plain = tables._Lines.__next__

    def counted(lines: tables._Lines) -> str:
        nonlocal reads, held
        reads += 1
        held = max(held, len(lines._back) + len(lines._record))
        return plain(lines)

    monkeypatch.setattr(tables._Lines, "__next__", counted)
    file = io.StringIO("a,b,c,d\n" + piece * count + "1,2,3,4\n")

    records = list(tables.read_csv(file, ",", lambda _head: None))

    assert reads < 6 * count
    assert held <= 2 * tables.MOST_LINES
    assert isinstance(records[-1], tables.Record)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "bad",
    [
        '0,2018-01-05,,"No water',
        '0,2018-01-05,,No water,,,,,,"22',
        '0,2018-01-05,,"No water,"",""',
        "0," * 200_000,
    ],
)
@pytest.mark.parametrize("after", ["", "x" * 1_500_000, 'a","', '9,2018-01-05,,"two\nlines",'])
def test_a_bad_row_hides_no_other(tmp_path: Path, bad: str, after: str) -> None:
    lines = [GOOD.replace("1,2018", f"{i},2018", 1) for i in range(1, 8)]

    report = brought(tmp_path, lines[0], bad, *lines[1:4], *filter(None, [after]), *lines[4:])

    assert report.new == 7


def test_a_table_with_endless_columns_is_refused() -> None:
    with pytest.raises(BadMapping, match="columns; at most"):
        list(tables.read_csv(io.StringIO(",".join("ab" * 2000)), ",", lambda _head: None))


@pytest.mark.usefixtures("here")
def test_no_spreadsheet_runs_what_was_rejected(tmp_path: Path) -> None:
    brought(tmp_path, GOOD.replace("No water", "=1+1").replace("shut", "@gone"))

    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as file:
        _head, row = csv.reader(file)
    assert row[5] == "'=1+1"
    assert row[9] == "'@gone"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.usefixtures("here")
def test_a_rejected_row_of_any_length_can_be_read_again(tmp_path: Path) -> None:
    from_open311(tmp_path, json.dumps([{"description": "x" * 500_000}]))

    assert reasons(tmp_path) == ["no id"]


@pytest.mark.usefixtures("here")
def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="neither"):
        from_open311(tmp_path, "hello")


@pytest.mark.usefixtures("here")
def test_rows_without_a_number_come_in_once_each(tmp_path: Path) -> None:
    mapping = MAPPING.replace("id: nr, ", "") + "defaults: {category: Other}\n"
    same = GOOD.replace("NOWATER", "")

    first = brought(tmp_path, same, same, GOOD, mapping=mapping)
    again = brought(tmp_path, same, same, GOOD, mapping=mapping)

    assert (first.new, first.rejected) == (3, 0)
    assert (again.new, again.known) == (0, 3)


def test_a_district_is_found_by_its_name_or_told(here: Town, tmp_path: Path) -> None:
    mapping = MAPPING.replace("text: what", "text: what, district: where") + (
        f"districts: {{Upper end: {here.north.code}}}\n"
    )
    lines = [
        GOOD.replace("75 Mill Rd", name)
        .replace("1,2018", f"{i},2018", 1)
        .replace("22.05,114.05", ",")
        for i, name in enumerate([here.north.names["en"], "Upper end", "Atlantis"])
    ]

    report = brought(tmp_path, *lines, mapping=mapping)

    found = queries.listing(Filter(districts=(here.north.id,)), at=NOW).total
    assert (report.new, found, report.unknown_districts) == (3, 2, ("Atlantis",))


def test_exchanged_coordinates_are_told_where_the_city_shows_it(tmp_path: Path) -> None:
    given_district("low", geometry=square(10.0, 50.0))

    brought(tmp_path, GOOD.replace("22.05,114.05", "10.05,50.05"))

    assert "exchanged" in reasons(tmp_path)[0]


@pytest.mark.usefixtures("here")
def test_made_categories_are_closed_to_new_reports(tmp_path: Path) -> None:
    before = queries.categories(only_open=True)

    brought(tmp_path, GOOD)

    assert queries.categories(only_open=True) == before


@pytest.mark.usefixtures("here")
def test_an_unclosed_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    lines = [GOOD.replace("1,2018", f"{i},2018", 1) for i in range(5)]
    lines[1] = lines[1].replace("No water", '"No water')

    report = brought(tmp_path, *lines)

    assert (report.new, report.rejected) == (4, 1)


@pytest.mark.usefixtures("here")
def test_a_stopped_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    lines = [GOOD.replace("1,2018", f"{i},2018", 1) for i in range(450)]
    stops = iter([None, KeyboardInterrupt])

    def stop(_share: float, _rows: int) -> None:
        if (raised := next(stops)) is not None:
            raise raised

    with pytest.raises(KeyboardInterrupt):
        brought(tmp_path, *lines, progress=stop)
    held = Case.objects.count()
    report = brought(tmp_path, *lines)

    assert (held, report.new, report.known) == (400, 50, 400)


@pytest.mark.usefixtures("here")
def test_a_packed_file_in_another_encoding_comes_in(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAPPING + "encoding: gb18030\n", encoding="utf-8")
    text = "\n".join([HEAD, GOOD.replace("No water", "水管漏水"), ""])
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(text.encode("gb18030")) + b"rest")

    actions.import_file(
        path=tmp_path / "in.csv.gz",
        kind="csv",
        plan_file=tmp_path / "map.yaml",
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
    )

    assert queries.listing(Filter(text="漏水"), at=NOW).total == 1
    assert "from here on the file cannot be read" in reasons(tmp_path)[0]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "rows", "new"),
    [
        ("stl-csb", 1554, 1532),
        ("chicago-311", 55159, 54983),
        ("zurich", 62245, 62245),
    ],
)
def test_every_row_of_a_real_city_comes_in_or_has_its_reason(
    tmp_path: Path, name: str, rows: int, new: int
) -> None:
    """Long ones only read here; `benchmarks/imports.py` takes them in."""
    files = {
        "stl-csb": "stl_csb/january_2018.csv",
        "chicago-311": "chicago_sanitation/requests_2011_2013.csv.gz",
        "zurich": "zurich/zueri_wie_neu_reports_cleaned.csv",
    }
    folder = os.environ.get("COMMONWEAL_DATA", "")
    file = Path(folder) / "cases" / files[name]
    if not folder or not file.is_file():
        pytest.skip(f"COMMONWEAL_DATA holds no {files[name]}: the file of {name} is not tried")

    report = actions.import_file(
        path=file,
        kind=name,
        plan_file=None,
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
        dry_run=name != "stl-csb",
    )

    assert (report.rows, report.new, report.rejected) == (rows, new, rows - new)
    assert all("stands in line" in reason for reason in reasons(tmp_path))
    if name == "stl-csb":
        assert queries.listing(Filter(text="WILLMORE"), at=NOW).total >= 1
        assert queries.public_listing(Filter(only_open=True), at=NOW).total > 50
        assert len(queries.public_points(Filter(), at=NOW)) > 1400
        assert queries.counts(Filter(), at=NOW + timedelta(days=1))["unreviewed"] < 1532 / 4


HAND = (
    "Case Number;Date Opened;Date Closed;Problem Type;Street Address;Status;"
    "Latitude;Longitude;Note\n"
    "A-1;01/31/2018 03:15:00 PM;02/02/2018 09:00:00 AM;Lamp;Mill Rd;Closed;22.05;114.05;x\n"
    "A-2;02/01/2018 08:00:00 AM;;Hole;Mill Rd;In Progress;22.06;114.06;y\n"
)


@pytest.mark.usefixtures("here")
def test_a_guessed_mapping_reads_a_file_nobody_described(tmp_path: Path) -> None:
    (tmp_path / "hand.csv").write_text(HAND, encoding="utf-8")
    guessed = actions.guess_mapping(tmp_path / "hand.csv")
    (tmp_path / "map.yaml").write_text(guessed, encoding="utf-8")

    report = actions.import_file(
        path=tmp_path / "hand.csv",
        kind="csv",
        plan_file=tmp_path / "map.yaml",
        rejected=tmp_path / "rejected.csv",
        by=ADMINISTRATOR,
        at=NOW,
    )

    assert (report.new, report.rejected) == (2, 0)
    assert {c.state for c in queries.listing(Filter(), at=NOW).items} == {
        State.ANSWERED,
        State.IN_WORK,
    }


def test_a_chinese_head_is_understood(tmp_path: Path) -> None:
    head = "工单编号,受理时间,办结时间,类别,地址,状态,内容"
    text = f"{head}\n1,2024年3月1日,,路灯,大学路,处理中,灯不亮\n"
    (tmp_path / "zh.csv").write_bytes(text.encode("gb18030"))

    said = yaml.safe_load(actions.guess_mapping(tmp_path / "zh.csv"))

    assert said["encoding"] == "gb18030"
    assert said["dates"] == ["%Y年%m月%d日"]
    assert said["states"] == {"处理中": "in-work"}
    assert said["columns"] == {
        "id": "工单编号",
        "received": "受理时间",
        "category": "类别",
        "text": "内容",
        "place": "地址",
        "state": "状态",
    }


def test_a_file_that_cannot_be_guessed_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(BadMapping, match=r"received.*category"):
        actions.guess_mapping(tmp_path / "in.csv")


def test_the_command_wants_a_guess_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town()
    monkeypatch.chdir(tmp_path)
    Path("hand.csv").write_text(HAND, encoding="utf-8")

    with pytest.raises(CommandError, match="Look through"):
        call_command("cases", "import", "hand.csv")
    assert Case.objects.count() == 0
    with pytest.raises(CommandError, match="is here already"):
        call_command("cases", "import", "hand.csv")
    call_command("cases", "import", "hand.csv", "--mapping", "hand.csv.mapping.yaml")

    assert Case.objects.count() == 2
    assert "2 came in" in capsys.readouterr().out
