"""The worked example of the README holds for ever: whoever can redo it can check the record."""

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction

from commonweal.ledger import actions
from commonweal.ledger.models import Entry
from commonweal.ledger.types import Entry as Act
from commonweal.methods.leaf import b64url, leaf_hash

README = Path(actions.__file__).with_name("README.md")
IDS = ("019cadc6-9a80-7abc", "019cb697-8408-7abc")
HASHES = (
    "frnxHYVBOFtUbx6Sru5ec1GV9PVm7a_Dp7j0lTMeOMI",
    "F2P8yt-yX5HER1QDx4e4YAGn16amUj-aje7Nfk8vAew",
)


def examples() -> list[str]:
    (block,) = re.findall(r"```json\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    return [line for line in block.splitlines() if line]


def test_the_readme_shows_two_leaves_and_their_hashes() -> None:
    hashes = tuple(b64url(leaf_hash(leaf.encode())) for leaf in examples())

    assert hashes == HASHES
    assert all(f"`{one}`" in README.read_text(encoding="utf-8") for one in hashes)


@pytest.mark.django_db
@pytest.mark.database
def test_the_city_writes_exactly_what_the_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(UUID(f"{start}-8def-0123456789ab") for start in IDS)
    monkeypatch.setattr(actions, "_new_id", lambda _at: next(ids))
    monkeypatch.setattr(secrets, "token_bytes", lambda size: bytes(range(size)))
    subject = "case:0192f4a86e5b7c3da1f20123456789ab"

    with transaction.atomic():
        actions.append(
            Act(
                type="cases.received",
                subject=subject,
                actor="resident",
                facts={"category": "street-light", "district": "d04", "channel": "web"},
            ),
            at=datetime(2026, 3, 2, 9, 41, 17, tzinfo=UTC),
        )
        actions.append(
            Act(
                type="cases.answered",
                subject=subject,
                actor="unit:public-works",
                facts={"from": "in-work", "to": "answered"},
                hidden={"answer": "路燈已修好。"},
            ),
            at=datetime(2026, 3, 4, 2, 5, 9, tzinfo=UTC),
        )

    assert list(Entry.objects.order_by("seq").values_list("leaf", flat=True)) == examples()
