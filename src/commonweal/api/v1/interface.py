"""The interface itself: its description tells refusals as they are told, as problem+json."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from commonweal.api import errors
from commonweal.api.v1 import schemas
from commonweal.content.types import ImageKind
from commonweal.edge.refusals import respond, too_large

REFUSED = 400  # and everything above
PROBLEM, JSON = "application/problem+json", "application/json"
SCOPE = "x-scope"  # in the description of an operation: what the key must include
PICTURE = {  # in the description of an operation: what it answers is no JSON
    "responses": {
        200: {"content": {f"image/{kind}": {"schema": {"type": "string"}} for kind in ImageKind}}
    }
}
METHODS: dict[str, set[str]] = {}  # of each address by its name
PRIVATE: set[str] = set()  # names of addresses that a key opens
F = TypeVar("F", bound=Callable[..., Any])
READ = (401, 403, 404, 429)  # refusals of what is read with a key
SENT = (400, *READ, 409, 413, 422)  # refusals of what is sent


class Interface(NinjaAPI):
    """An interface whose refusals are told at the edge, in another media type than its answers."""

    def get_openapi_schema(self, **about: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**about)
        for methods in schema["paths"].values():
            for operation in methods.values():
                _name_scope(operation)
                for status, told in operation["responses"].items():
                    if int(status) >= REFUSED:
                        told["content"] = {PROBLEM: told["content"][JSON]}
        return schema


def _name_scope(operation: dict[str, Any]) -> None:
    """Say in the security of an operation which scope its key must have."""
    if scope := operation.pop(SCOPE, ""):
        operation["security"] = [{name: [scope] for name in one} for one in operation["security"]]


api = Interface(
    title="Commonweal",
    version="1",
    description="What everybody may see of this city, and what can be done here, for programs.",
    docs_url=None,
    urls_namespace="v1",
)


def refused(*statuses: int) -> dict[int, type[schemas.Problem]]:
    """Declare refusals; a database that does not keep up can refuse everything."""
    return dict.fromkeys((*statuses, 503), schemas.Problem)


def offer(
    method: str,
    path: str,
    name: str,
    answers: Mapping[int, Any],
    *,
    key: Callable[[HttpRequest], object] | None = None,
    **about: Any,
) -> Callable[[F], F]:
    """Offer an operation under an address; `key` opens it, and says so in the description."""
    METHODS.setdefault(name, set()).add(method)
    if key is not None:
        PRIVATE.add(name)
        about["auth"] = key
    if scope := getattr(key, "scope", ""):
        about["openapi_extra"] = {SCOPE: str(scope), **about.get("openapi_extra", {})}
    return api.api_operation([method], path, response=dict(answers), url_name=name, **about)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Refuse what is not as the description says; nothing that was sent is repeated."""
    place = [str(part) for part in error.errors[0]["loc"]] if error.errors else []
    names = [part for part in place if part in schemas.NAMES]
    return respond(request, errors.BadArgument(name=names[-1] if names else "?"))


@api.exception_handler(HttpError)
def not_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Refuse a body that is no JSON, or nested beyond reading."""
    if isinstance(error.__cause__, RequestDataTooBig):
        return respond(request, too_large())
    return respond(request, errors.NotJson())
