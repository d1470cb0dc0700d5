"""Who asks: a program with its key, or somebody who holds the key of a report."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from commonweal.api import errors
from commonweal.cases import queries
from commonweal.cases.errors import WrongKey
from commonweal.cases.types import Reporter
from commonweal.edge import keys, limits
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.requests import bearer_of

CASE_KEY = "X-Case-Key"


def key_of(request: HttpRequest) -> KeyCard | None:
    """Give the key that came with a request, counted against its limit."""
    return keys.of_request(request, bearer_of(request))


class Key(HttpBearer):
    """An API key that includes this scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> KeyCard:
        return keys.needed(key_of(request), self.scope)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError


class CaseKey(APIKeyHeader):
    """The secret key of a report, as in the link of its receipt; a header is in no log."""

    param_name = CASE_KEY

    def authenticate(self, request: HttpRequest, key: str | None) -> Reporter:
        if not key:
            raise errors.CaseKeyMissing
        try:
            return queries.reporter_by_key(key)
        except WrongKey:
            limits.take(request, limits.LOOK_UP)
            raise
