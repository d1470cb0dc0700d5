"""Numbers for everybody: right, said in words, and to take away."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pyarrow import ArrowInvalid, parquet

from commonweal.cases import actions
from commonweal.cases.types import Foreign, Place, Receipt, State
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.kernel.types import ANONYMOUS
from commonweal.web.parquet import parquet_parts
from tests.factories.cases import ADMINISTRATOR, NOW, Town, card, draft, named, reported, town

pytestmark = pytest.mark.django_db
SECRETS = ("ada@example.org", "secret words", "second door", "22.0512345")


@pytest.fixture
def here() -> Town:
    return town()


def told(here: Town, **values: Any) -> Receipt:
    place = Place(words="At the bridge, second door", lat=22.051234567, lng=114.051234567)
    return reported(here.lamp, **{"text": "secret words", "place": place, **values})


def answered(here: Town, receipt: Receipt, *, after: timedelta = timedelta()) -> None:
    actions.answer(
        case_id=receipt.case_id,
        text="A new bulb is in.",
        seen=card(receipt).version,
        by=here.officer,
        at=NOW + after,
    )


def read(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def in_csv(value: Any) -> str:
    """Write a value as the table of text does."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def rows_of(address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(Client().get(address)))))


class TestStatistics:
    def test_the_page_says_what_was_counted(self, here: Town) -> None:
        for i in range(12):
            answered(here, told(here), after=timedelta(days=90 if i < 3 else 1))
        told(here)
        actions.count_changed()

        page = Client().get("/statistics/?time=all").content.decode()

        figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
        assert figures == {
            "Reported": "13",
            "Still open": "1",
            "Ended": "12",
            "In time": "75%",
            "Days until the end, on average": "23",
        }
        assert page.count("cw-chart__bar") == 1 + 1 + 2 + 1 + 1  # chart, month, kinds, ...
        assert "Street lamp" in page
        assert "North" in page

    def test_few_reports_get_no_share(self, here: Town) -> None:
        answered(here, told(here))
        actions.count_changed()

        page = Client().get("/statistics/?time=all").content.decode()

        assert "<dd>–</dd>" in page
        assert "%</dd>" not in page

    def test_filters_and_months_without_reports(self, here: Town) -> None:
        told(here)
        reported(here.private)
        actions.count_changed()

        assert {r["Reported"] for r in rows_of("/statistics/kinds.csv?time=all&category=lamp")} == {
            "1"
        }
        assert sum(int(r["Reported"]) for r in rows_of("/statistics/months.csv?time=all")) == 2
        assert len(rows_of(f"/statistics/months.csv?time={NOW.year}")) == 12
        assert len(rows_of("/statistics/months.csv")) in {0, 12}

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize("query", ["time=9999", "time=abc", "category=<b>", "district=%00"])
    def test_what_cannot_be_meant_is_said(self, query: str) -> None:
        assert Client().get(f"/statistics/?{query}").status_code == 422
        assert Client().get(f"/statistics/units.csv?{query}").status_code == 404

    def test_an_empty_city_has_a_page_too(self) -> None:
        page = Client().get("/statistics/")

        assert page.status_code == 200
        assert "No report fits" in page.content.decode()


class TestDownloads:
    def test_the_table_holds_what_everybody_may_see(self, here: Town) -> None:
        receipt = told(here)
        actions.publish(
            case_id=receipt.case_id, text="A lamp is dark.", seen=1, by=here.officer, at=NOW
        )
        answered(here, receipt)
        told(here, text="=HYPERLINK(1)")

        raw = read(Client().get("/cases.csv"))
        rows = list(csv.DictReader(io.StringIO(raw)))

        first = next(row for row in rows if row["number"] == receipt.number)
        assert (first["category"], first["district"], first["latitude"]) == (
            "lamp",
            here.north.code,
            "22.0512",
        )
        assert (first["published_words"], first["published_answer"]) == (
            "A lamp is dark.",
            "A new bulb is in.",
        )
        assert first["address"] == f"http://testserver/cases/{receipt.number}/"
        assert len(rows) == 2
        assert not any(secret in raw for secret in (*SECRETS, "HYPERLINK"))
        assert not re.search(r"T\d\d:", raw)

    def test_a_long_list_comes_whole_and_once(self, here: Town) -> None:
        numbers = {told(here).number for _ in range(7)}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("commonweal.cases.queries.lists.BATCH", 3)
            found = [row["number"] for row in rows_of("/cases.csv")]

        assert sorted(found) == sorted(numbers)

    def test_points_leave_as_geojson(self, here: Town) -> None:
        receipt = told(here)
        reported(here.private, place=Place(lat=22.0512345, lng=114.05))
        told(here, place=Place(words="somewhere"))

        said = json.loads(read(Client().get("/cases.geojson")))

        points = {
            one["properties"]["number"]: one["geometry"]["coordinates"] for one in said["features"]
        }
        assert len(points) == 2
        assert points[receipt.number] == [114.0512, 22.0512]
        assert [114.05, 22.051] in points.values()

    def test_columns_leave_typed_as_parquet_and_say_what_the_table_says(self, here: Town) -> None:
        receipt = told(here)
        actions.publish(
            case_id=receipt.case_id, text="A lamp is dark.", seen=1, by=here.officer, at=NOW
        )
        answered(here, receipt)
        told(here, place=Place(words="somewhere"))

        raw = b"".join(Client().get("/cases.parquet"))
        found = parquet.read_table(io.BytesIO(raw))

        as_text = [
            {name: in_csv(value) for name, value in row.items()} for row in found.to_pylist()
        ]
        assert as_text == rows_of("/cases.csv")
        kinds = {field.name: str(field.type) for field in found.schema}
        assert {kinds.pop(name) for name in ("reported", "promised", "ended")} == {"date32[day]"}
        assert {kinds.pop(name) for name in ("latitude", "longitude")} == {"double"}
        assert kinds.pop("late") == "bool"
        assert set(kinds.values()) == {"string"}
        assert not any(secret in str(found.to_pylist()) for secret in SECRETS)

    def test_columns_come_by_the_filter_and_an_empty_file_opens_too(self, here: Town) -> None:
        told(here)

        raw = b"".join(Client().get("/cases.parquet?state=ended"))

        assert parquet.read_table(io.BytesIO(raw)).num_rows == 0

    def test_any_number_of_rows_is_written_some_at_a_time(self) -> None:
        taken = 0

        def rows() -> Iterator[list[Any]]:
            nonlocal taken
            for taken in range(1, 1001):
                yield [f"n{taken}", None if taken % 2 else taken / 2]

        parts = parquet_parts({"name": str, "half": float}, rows(), at_once=100)
        begun = [next(parts), next(parts)]
        assert taken == 200

        file = parquet.ParquetFile(io.BytesIO(b"".join([*begun, *parts])))
        assert file.num_row_groups == 10
        assert file.read().column("name").to_pylist() == [f"n{n}" for n in range(1, 1001)]
        assert file.read().column("half").null_count == 500

    def test_a_file_that_breaks_off_does_not_open(self) -> None:
        parts = list(parquet_parts({"name": str}, ([f"n{n}"] for n in range(5)), at_once=2))

        with pytest.raises(ArrowInvalid):
            parquet.read_table(io.BytesIO(b"".join(parts[:-1])))

    def test_without_the_extra_there_is_no_link_and_no_file(
        self, here: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told(here)
        assert "/cases.parquet" in Client().get("/cases/").content.decode()
        for page in ("downloads", "public"):
            monkeypatch.setattr(f"commonweal.web.pages.{page}.is_installed", lambda: False)

        assert "/cases.parquet" not in Client().get("/cases/").content.decode()
        assert Client().get("/cases.parquet").status_code == 404

    def test_days_are_those_of_the_city(self, here: Town) -> None:
        city.save_profile(
            name=named("Town"),
            languages=("zh-Hant", "zh-Hans", "en"),
            zone="Pacific/Kiritimati",  # fourteen hours ahead: there it is the tenth already
            seen=the_city.profile().version,
            reason="for a test",
            by=ADMINISTRATOR,
            at=NOW,
        )
        actions.report(draft=draft(here.lamp), by=ANONYMOUS, at=NOW + timedelta(hours=1))

        assert [row["reported"] for row in rows_of("/cases.csv")] == ["2026-03-10"]

    @pytest.mark.usefixtures("here")
    def test_words_that_find_nothing_and_words_that_cannot_be_sought(self) -> None:
        assert rows_of("/cases.csv?q=unheard") == []
        assert Client().get("/cases.csv?q=%3F%3F").status_code == 422
        assert Client().get("/cases.atom?q=%3F%3F").status_code == 200

    @pytest.mark.usefixtures("here")
    def test_downloads_have_a_limit(self) -> None:
        client = Client()

        last = [client.get("/cases.csv").status_code for _ in range(12)][-1]

        assert last == 429

    def test_the_feed_is_atom_and_tells_days_only(self, here: Town) -> None:
        receipt = told(here)

        answer = Client().get("/cases.atom?category=lamp")

        space = "{http://www.w3.org/2005/Atom}"
        entry = ET.fromstring(answer.content).find(f"{space}entry")  # noqa: S314  (our own)
        assert entry is not None
        link, updated = entry.find(f"{space}link"), entry.find(f"{space}updated")
        assert link is not None
        assert updated is not None
        assert link.get("href") == f"http://testserver/cases/{receipt.number}/"
        assert str(updated.text).endswith("T00:00:00+00:00")
        assert answer["Content-Type"].startswith("application/atom+xml")
        assert not any(secret in answer.content.decode() for secret in SECRETS)


class TestMap:
    VIEW = "west=113.9&south=21.9&east=114.3&north=22.3"

    def crowd(self, here: Town) -> None:
        foreign = [
            Foreign(
                source="elsewhere",
                source_id=str(i),
                row_digest="0" * 64,
                category_id=here.lamp.id,
                unit_id=None,
                state=State.ANSWERED if i % 3 else State.RECEIVED,
                received=NOW,
                closed=NOW,
                place=Place(lat=22.05 + i % 2 / 10, lng=114.05),
            )
            for i in range(30)
        ]
        actions.import_cases(foreign=foreign, file_digest="0" * 64, by=ADMINISTRATOR, at=NOW)

    def features(self, query: str) -> list[dict[str, Any]]:
        answer = Client().get(f"/cases/points.geojson?{query}")
        said: list[dict[str, Any]] = json.loads(answer.content)["features"]
        return said

    def test_many_reports_stand_as_numbers_and_few_as_dots(
        self, here: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("commonweal.web.pages.public.MOST_DOTS", 20)
        self.crowd(here)

        far = self.features(f"{self.VIEW}&zoom=11")
        still_open = self.features(f"{self.VIEW}&zoom=11&state=open")
        one_side = self.features("west=114&south=22&east=114.1&north=22.1&zoom=13")
        close = self.features(f"{self.VIEW}&zoom=19")

        assert sorted(one["properties"]["count"] for one in far) == [15, 15]
        assert len(still_open) == 10
        assert len(one_side) == 15
        assert len(close) == 30

    def test_what_the_tallies_do_not_know_is_looked_up(
        self, here: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("commonweal.web.pages.public.MOST_DOTS", 20)
        self.crowd(here)

        assert len(self.features(f"{self.VIEW}&zoom=11&district={here.north.code}")) > 0
        assert all(
            "count" not in one["properties"]
            for one in self.features(f"{self.VIEW}&zoom=11&district={here.north.code}")
        )

    @pytest.mark.usefixtures("here")
    @pytest.mark.parametrize(
        "view", ["west=a&zoom=3", "west=1&south=1&east=1&north=999&zoom=2", "zoom=99", "west=nan"]
    )
    def test_a_view_that_is_none_shows_everything(self, here: Town, view: str) -> None:
        told(here)

        assert len(self.features(view)) == 1


def test_a_long_list_is_counted_to_its_limit(here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.cases.queries.lists.MOST_COUNTED", 3)
    for _ in range(5):
        told(here)

    page = Client().get("/cases/?page=9").content.decode()

    assert "More than 3 reports" in page
