"""What other contexts bring when the city starts: keepers, judges, links."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.conf import settings

from commonweal.identity.types import LinkKind
from commonweal.kernel.types import Actor

Judge = Callable[[Actor, str, UUID], bool]
Keeper = Callable[[Sequence[UUID]], Iterable[UUID]]

_keepers: list[Keeper] = []
_judges: dict[str, Judge] = {}
_links: dict[LinkKind, Callable[[str], str]] = {}


def register_keeper(function: Keeper) -> None:
    """Say who still needs contacts: of the ids given, return those in use; the rest is swept."""
    if function not in _keepers:
        _keepers.append(function)


def register_judge(kind: str, function: Judge) -> None:
    """Say who decides about subjects of a kind: may this actor see this contact of this subject."""
    _judges[kind] = function


def register_link(kind: LinkKind, function: Callable[[str], str]) -> None:
    """Say how the full address of a page is made of a token (or, for passwords, an account id)."""
    _links[kind] = function


def kept(ids: Sequence[UUID]) -> set[UUID] | None:
    """Ask which of these contacts are in use; None while nobody could say so."""
    if not _keepers:
        return None
    return set[UUID]().union(*(set(keeper(ids)) for keeper in _keepers))


def may_see(by: Actor, subject: str, contact_id: UUID) -> bool:
    """Ask the judge of the subject's kind; without a judge nobody may see anything."""
    judge = _judges.get(subject.partition(":")[0])
    return judge is not None and judge(by, subject, contact_id)


def link(kind: LinkKind, token: str) -> str:
    """Give the full address of a page."""
    return _links[kind](token) if kind in _links else f"{settings.ADDRESS}/{kind}/{token}/"
