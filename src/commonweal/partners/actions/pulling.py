"""Take in the requests of another city's Open311 server, as many times as one likes."""

import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from commonweal.cases import actions as cases
from commonweal.cases.types import FileReport
from commonweal.kernel.types import Actor
from commonweal.partners import rules
from commonweal.partners.adapters import outgoing
from commonweal.partners.adapters.open311 import Server
from commonweal.partners.errors import NothingInThisSpan


def pull(
    *,
    url: str,
    source: str,
    since: datetime,
    until: datetime,
    key: str = "",
    jurisdiction: str = "",
    mapping: Path | None = None,
    rejected: Path,
    by: Actor,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
) -> FileReport:
    """Take in what a server received in a span; what came in before under this source stays.

    Everything is fetched before anything comes in: whatever stops it, the same call goes on.
    """
    rules.check_may_connect(by)
    outgoing.check(url)
    if since >= until:
        raise NothingInThisSpan
    asked = Server(url, key=key, jurisdiction=jurisdiction).received(since, until)
    with tempfile.TemporaryDirectory(prefix="commonweal-pull-") as folder:
        path = Path(folder) / "requests.json"
        with path.open("w", encoding="utf-8") as file:
            file.write("[")
            for number, row in enumerate(asked):
                file.write(("," if number else "") + "\n" + json.dumps(row, sort_keys=True))
                progress(number + 1)
            file.write("\n]")
        return cases.import_file(
            path=path,
            kind="open311",
            plan_file=mapping,
            source=source,
            rejected=rejected,
            by=by,
            at=at,
            dry_run=dry_run,
        )
