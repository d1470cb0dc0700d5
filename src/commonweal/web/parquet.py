"""Tables that leave the house as Parquet: typed columns, written a row group at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.util import find_spec
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse

ROWS = 10_000  # of a row group: what is in memory at once


@cache
def is_installed() -> bool:
    """Say whether the extra `parquet` is installed here."""
    return find_spec("pyarrow") is not None


class _Basket:
    """A file that keeps only what was written since it was last emptied."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def write(self, part: Any) -> int:
        kept = bytes(part)
        self._parts.append(kept)
        self._at += len(kept)
        return len(kept)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Keep everything: nothing lies behind this file."""

    def close(self) -> None:
        self.closed = True

    def empty(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def parquet_parts(
    columns: Mapping[str, type], rows: Iterable[Sequence[Any]], *, at_once: int = ROWS
) -> Iterator[bytes]:
    """Write rows as the parts of one file; however many there are, one row group is in memory."""
    import pyarrow as pa  # noqa: PLC0415  (an extra)
    from pyarrow import parquet  # noqa: PLC0415

    types = {str: pa.string(), float: pa.float64(), bool: pa.bool_(), date: pa.date32()}
    schema = pa.schema([(name, types[type_]) for name, type_ in columns.items()])
    basket, rest = _Basket(), iter(rows)
    with parquet.ParquetWriter(basket, schema, compression="zstd") as writer:
        while group := list(islice(rest, at_once)):
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield basket.empty()
    yield basket.empty()


def parquet_response(
    columns: Mapping[str, type], rows: Iterable[Sequence[Any]], name: str
) -> StreamingHttpResponse:
    """Stream a table as a file to keep; one that breaks off has no end and opens nowhere."""
    response = StreamingHttpResponse(
        parquet_parts(columns, rows), content_type="application/vnd.apache.parquet"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
