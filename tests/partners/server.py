"""A server of somebody else, played: it knows pages or cuts its answers, and says what it likes."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from commonweal.partners.types import Answer

SPAN = timedelta(days=90)
SERVICES = [{"service_code": "lamp", "service_name": "Lamps"}]


@dataclass
class Server:
    """A server of somebody else, that knows pages or cuts its answers instead."""

    times: list[datetime]
    knows_pages: bool = True
    most: int = 50
    beyond: int = 200  # the status of a page beyond the last
    code: str = "lamp"
    asked: list[dict[str, str]] = field(default_factory=list)
    fails: list[int] = field(default_factory=list)  # the statuses of the next answers

    def send(self, method: str, url: str, **_how: Any) -> Answer:
        parts = urlsplit(url)
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        what = parts.path.removeprefix("/v2/").removesuffix(".json")
        self.asked.append({"what": what, **said})
        assert method == "GET"
        if self.fails:
            return answer([], self.fails.pop(0))
        if what == "services":
            return answer(SERVICES)
        if what != "requests":
            return answer([], 404)
        return self._requests(said)

    def _requests(self, said: dict[str, str]) -> Answer:
        since, until = min(self.times), max(self.times) + timedelta(1)
        if "start_date" in said:
            since, until = (datetime.fromisoformat(said[x]) for x in ("start_date", "end_date"))
            assert until - since <= SPAN
        rows = [
            {
                "service_request_id": number,
                "status": "open",
                "service_name": "Lamps",
                "service_code": self.code,
                "requested_datetime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            for number, at in enumerate(self.times)
            if since <= at < until
        ]
        number = int(said.get("page", 1)) if self.knows_pages else 1
        page = rows[(number - 1) * self.most : number * self.most]
        return answer(page, self.beyond if number > 1 and not page else 200)


def answer(value: Any, status: int = 200) -> Answer:
    """Give an answer in JSON."""
    return Answer(status=status, headers={}, body=json.dumps(value).encode())
