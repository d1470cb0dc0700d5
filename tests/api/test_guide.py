"""Every example of the guides is run as it is written, by curl against a running city."""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from commonweal.cases import queries
from commonweal.cases.models import Case
from commonweal.cases.types import State
from commonweal.edge.keys import Scope
from commonweal.kernel.models import Given
from tests.api.conftest import now, told
from tests.api.test_v1_reports import uploaded
from tests.factories.cases import Town
from tests.factories.content import photo
from tests.factories.edge import api_key

STAFF = (Scope.READ, Scope.WORK, Scope.ASSIGN, Scope.INTAKE)
GUIDES = Path(__file__).parents[2] / "docs" / "guides"


def examples(guide: str) -> list[str]:
    """Read the commands of a guide, those over several lines whole."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    commands = [line for block in blocks for line in re.split(r"\n(?=curl )", block)]
    return [command.strip() for command in commands if command.strip()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(("guide", "least"), [("open311.md", 18), ("api.md", 36)])
def test_every_example_of_a_guide_does_what_it_says(
    guide: str, least: int, here: Town, live_server: LiveServer, tmp_path: Path
) -> None:
    assert shutil.which("curl"), "The examples need curl: apt-get install curl"
    receipt, commands, key = told(here), examples(guide), api_key()[1]
    (tmp_path / "lamp.jpg").write_bytes(photo())
    known = {
        "CITY": live_server.url,
        "NUMBER": receipt.number,
        "KEY": key,
        "CASE_KEY": receipt.key,
        "STAFF_KEY": api_key(*STAFF, unit_id=here.roads.id)[1],
        "UPLOAD": uploaded(key, photo()).json()["upload"],
        "UNIT_KEY": api_key(Scope.UPDATE, unit_id=here.roads.id)[1],
        "TOMORROW": (now() + timedelta(days=1)).date().isoformat(),
        "PATH": "/usr/bin:/bin",
    }

    for command in commands:
        example, _hash, expected = command.partition("  # ")
        sends = " -d " in example or " -F " in example
        wanted = int(expected or (201 if sends else 200))
        ask = f'{example} -s -o answer -w "%{{http_code}} %{{content_type}}"'
        ran = subprocess.run(
            ["sh", "-c", ask], cwd=tmp_path, env=known, capture_output=True, text=True, check=True
        )
        status, content_type = ran.stdout.split(" ", 1)
        answer = (tmp_path / "answer").read_text(encoding="utf-8")
        assert int(status) == wanted, (example, answer)
        form = "text/xml" if ".xml" in example else "application/json"
        plain = {"application/json", "application/problem+json"} if guide == "api.md" else set()
        assert content_type in {f"{form}; charset=utf-8"} | plain
        assert answer

    assert len(commands) >= least
    if guide == "open311.md":
        assert Case.objects.count() == 3
        assert queries.card(receipt.case_id, at=now()).state is State.ANSWERED
    else:
        assert Case.objects.count() == 4
        assert queries.card(receipt.case_id, at=now()).state is State.CONFIRMED
    assert Given.objects.filter(key="app-4711").count() == 1
