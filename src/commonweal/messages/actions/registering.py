"""What others bring when the city starts: kinds of messages, who knows addresses, links."""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import yaml

from commonweal.messages import queries
from commonweal.messages.types import Shipped

_resolvers: list[Callable[[UUID], str | None]] = []
_stop_links: list[Callable[[str], str]] = []
_follow_links: dict[str, Callable[[str], str]] = {}


def register_resolver(function: Callable[[UUID], str | None]) -> None:
    """Say who knows the address of a contact; called when the apps are ready."""
    _resolvers[:] = [function]


def register_stop_link(function: Callable[[str], str]) -> None:
    """Say how the address of the page that stops messages is made of its token."""
    _stop_links[:] = [function]


def register_follow_links(*, confirm: Callable[[str], str], stop: Callable[[str], str]) -> None:
    """Say how the addresses of the pages that confirm and end a follow are made of a token."""
    _follow_links.update(confirm=confirm, stop=stop)


def register_template(
    code: str,
    defaults: Mapping[str, tuple[str, str]],
    *,
    facts: tuple[str, ...],
    is_essential: bool = False,
) -> None:
    """Make a kind of message known: its shipped words (language -> subject, body), its facts."""
    queries._shipped[code] = Shipped(  # noqa: SLF001  (one registry, written here only)
        code=code, words=dict(defaults), facts=facts, is_essential=is_essential
    )


def register_folder(folder: Path) -> None:
    """Register every CODE.yaml of a folder: facts, essential, and subject and body per language."""
    for file in sorted(folder.glob("*.yaml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        words = {
            name: (said["subject"], said["body"].strip("\n"))
            for name, said in told["words"].items()
        }
        register_template(
            file.stem,
            words,
            facts=tuple(told.get("facts", ())),
            is_essential=bool(told.get("essential", False)),
        )


def address_of(contact_id: UUID | None) -> str:
    """Ask who knows the address of a contact; empty when it was forgotten."""
    if contact_id is None:
        return ""
    return next((found for resolve in _resolvers if (found := resolve(contact_id))), "")


def confirm_link(follow_id: UUID) -> str:
    """Make the address of the page that confirms a follow."""
    return _follow_links["confirm"](queries.confirm_token(follow_id))


def stop_link(contact_id: UUID | None, stops: str = "") -> str:
    """Make the address of the page that stops messages like this one; empty when there is none."""
    if stops and _follow_links:
        return _follow_links["stop"](queries.unfollow_token(stops))
    if contact_id is None or not _stop_links:
        return ""
    return _stop_links[0](queries.stop_token(contact_id))
