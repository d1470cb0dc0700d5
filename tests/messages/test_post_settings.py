"""Where mail goes is one variable; the folder of the demo holds letters that mail programs open."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import override_settings

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.messages.models import Message
from commonweal.messages.types import MessageState
from commonweal.site.mail import settings_for
from tests.factories.messages import told


def test_a_mail_server_is_written_as_an_address() -> None:
    post = settings_for("smtp://city%40example.org:p%2Fw@mail.example.org:587?starttls=yes")

    assert (post.host, post.port) == ("mail.example.org", 587)
    assert (post.user, post.password) == ("city@example.org", "p/w")
    assert post.starttls
    assert not post.ssl


def test_what_is_left_out_is_usual() -> None:
    assert settings_for("smtp://mail.example.org").port == 25
    assert settings_for("smtps://mail.example.org").port == 465
    assert settings_for("smtps://mail.example.org").ssl
    assert settings_for("console:").backend.endswith("console.EmailBackend")
    assert settings_for("file:///var/out%20box").folder == "/var/out box"


@pytest.mark.parametrize(
    "url",
    ["", "mail.example.org", "smtp:", "smtp://h:x", "http://x/", "file:", "smtp://h?starttls=x"],
)
def test_what_is_no_address_of_a_post_is_told(url: str) -> None:
    with pytest.raises(ValueError, match=r"write|port"):
        settings_for(url)


@pytest.mark.django_db
def test_the_folder_holds_one_file_per_letter_however_often_it_is_sent(tmp_path: Path) -> None:
    told("wang@example.org", language="zh-hant", key="k")

    with override_settings(
        EMAIL_BACKEND="commonweal.messages.adapters.folder.EmailBackend",
        EMAIL_FILE_PATH=str(tmp_path / "outbox"),
    ):
        run_waiting(clock=clock)
        Message.objects.update(state=MessageState.QUEUED)
        Job.objects.update(state=Job.State.WAITING, attempts=1)
        run_waiting(clock=clock)

    [file] = (tmp_path / "outbox").iterdir()
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["To"] == "wang@example.org"
    assert "測試信" in letter["Subject"]
