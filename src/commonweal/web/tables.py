"""Tables that leave the house: CSV that no spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from commonweal.methods.sheet import harmless

BOM = "\ufeff"  # without it, some spreadsheets read Chinese as noise


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Write rows as lines, one by one; a text that a spreadsheet would run is quoted."""
    writer = csv.writer(_Echo())
    yield BOM
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def csv_response(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    """Stream a table as a file to keep."""
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
