"""Every example of the guide is run as it is written, by curl against a running city."""

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
from tests.factories.cases import Town
from tests.factories.content import photo
from tests.factories.edge import api_key

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "open311.md"
EXAMPLES = [
    command.strip()
    for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for command in re.split(r"(?<!\\)\n", block)
    if command.strip()
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real")
def test_every_example_of_the_guide_does_what_it_says(
    here: Town, live_server: LiveServer, tmp_path: Path
) -> None:
    assert shutil.which("curl"), "The examples need curl: apt-get install curl"
    receipt = told(here)
    (tmp_path / "lamp.jpg").write_bytes(photo())
    known = {
        "CITY": live_server.url,
        "NUMBER": receipt.number,
        "KEY": api_key()[1],
        "UNIT_KEY": api_key(Scope.UPDATE, unit_id=here.roads.id)[1],
        "TOMORROW": (now() + timedelta(days=1)).date().isoformat(),
        "PATH": "/usr/bin:/bin",
    }

    for command in EXAMPLES:
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
        assert content_type == f"{form}; charset=utf-8"
        assert answer

    assert len(EXAMPLES) >= 18
    assert Case.objects.count() == 3
    assert queries.card(receipt.case_id, at=now()).state is State.ANSWERED
    assert Given.objects.filter(key="app-4711").count() == 1
