"""A city that would harm its residents does not start, and says all that is wrong with remedies."""

import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from pytest_django import Settings

from commonweal.site import disks, keys, safety

HERE, WIDE = "127.0.0.1", "0.0.0.0"  # noqa: S104  (what is refused)
SMTP = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_FILE_PATH": "",
    "EMAIL_HOST": "mail.city.example",
    "MAIL_FROM": "reports@city.example",
}
MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /run rw,nosuid - tmpfs tmpfs rw
41 22 0:50 / /srv rw,relatime shared:9 - nfs4 store:/srv rw
42 41 8:2 / /srv/my\\040city rw,relatime - xfs /dev/sdb1 rw
43 22 0:51 / /mnt/memory rw,relatime - tmpfs tmpfs rw
"""


@pytest.fixture
def city(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Set everything as a careful operator does."""
    settings.HOME, settings.IS_LOCAL, settings.IS_SECURE = tmp_path, False, True
    settings.PROXIES, settings.TLS_CERT = ["127.0.0.1/32"], None
    for name, value in SMTP.items():
        setattr(settings, name, value)
    monkeypatch.setattr("os.geteuid", lambda: 999)
    monkeypatch.setattr(disks, "EMPTIED", ())
    monkeypatch.setattr(disks, "IN_MEMORY", frozenset())
    return settings


pytestmark = pytest.mark.django_db


@pytest.mark.database
def test_what_a_careful_operator_set_up_starts(city: Settings) -> None:
    keys.make_missing(city.HOME)

    assert safety.troubles(HERE) == []


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        ({"EMAIL_BACKEND": "a.console.EmailBackend", "EMAIL_HOST": ""}, "into the log. Set it to"),
        ({"MAIL_FROM": "noreply@localhost.localdomain"}, "Set it to an address of the city's own"),
        ({"EMAIL_HOST_PASSWORD": "secret"}, "Add ?starttls=yes"),
    ],
)
def test_mail_that_nobody_gets_or_everybody_reads_is_refused(
    city: Settings, changed: dict[str, Any], remedy: str
) -> None:
    for name, value in changed.items():
        setattr(city, name, value)

    (said,) = safety.troubles(HERE)

    assert remedy in said


def test_a_password_may_go_to_this_machine_or_encrypted(city: Settings) -> None:
    city.EMAIL_HOST_PASSWORD, city.EMAIL_HOST = "secret", "127.0.0.1"
    assert safety.troubles(HERE) == []

    city.EMAIL_HOST, city.EMAIL_USE_TLS = "mail.city.example", True
    assert safety.troubles(HERE) == []


def test_a_city_without_any_post_is_refused_and_a_chosen_folder_is_not(city: Settings) -> None:
    city.EMAIL_BACKEND = "commonweal.messages.adapters.folder.EmailBackend"
    city.EMAIL_HOST, city.EMAIL_FILE_PATH = "", str(city.HOME / "outbox")
    (said,) = safety.troubles(HERE)
    assert "COMMONWEAL_MAIL_URL is not set" in said

    city.EMAIL_FILE_PATH = str(city.HOME / "mail")
    assert safety.troubles(HERE) == []


@pytest.mark.parametrize(
    ("endpoint", "is_refused"),
    [
        ("http://s3.example.org", True),
        ("http://169.254.169.254", True),
        ("https://s3.example.org", False),
        ("http://127.0.0.1:9000", False),
        ("", False),
    ],
)
def test_photos_go_to_another_machine_only_encrypted(
    city: Settings, endpoint: str, is_refused: bool
) -> None:
    city.STORAGES = {
        **city.STORAGES,
        "default": {"BACKEND": "s3", "OPTIONS": {"endpoint": endpoint}},
    }

    found = [line for line in safety.troubles(HERE) if "COMMONWEAL_S3_ENDPOINT" in line]

    assert bool(found) is is_refused


@pytest.mark.usefixtures("city")
def test_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)

    (said,) = safety.troubles(HERE)

    assert "as a user of its own" in said


def test_listening_past_the_proxy_is_refused(city: Settings) -> None:
    (said,) = safety.troubles(WIDE)
    assert "past your proxy" in said

    city.PROXIES = ["10.89.0.0/24"]
    assert safety.troubles(WIDE) == []


@pytest.mark.parametrize("name", ["city.sqlite3", "people.sqlite3", "media"])
def test_a_store_that_others_can_read_is_refused(city: Settings, name: str) -> None:
    city.HOME.chmod(0o755)
    (city.HOME / name).touch(mode=0o600)
    assert safety.troubles(HERE) == []

    (city.HOME / name).chmod(0o644)

    (said,) = safety.troubles(HERE)
    assert said.endswith(f"Type: chmod -R o= {city.HOME / name}")


def test_a_store_in_a_closed_home_is_not_within_reach(city: Settings) -> None:
    (city.HOME / "city.sqlite3").touch(mode=0o644)
    city.HOME.chmod(0o700)

    assert safety.troubles(HERE) == []


def test_a_home_that_everybody_writes_to_is_refused(city: Settings) -> None:
    city.HOME.chmod(0o1777)

    assert any(f"chmod o= {city.HOME}" in line for line in safety.troubles(HERE))


class Away:
    """Stands for a database that nobody has started."""

    vendor = "postgresql"

    def cursor(self) -> Any:
        """Refuse."""
        raise OperationalError("connection refused")


@pytest.mark.usefixtures("city")
def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(safety, "connections", {"default": Away()})

    (said,) = safety.troubles(HERE)

    assert said.endswith("connection refused. Start it, or correct DATABASE_URL.")


class Latin:
    """Stands for a database that was made with a narrow encoding."""

    vendor = "postgresql"

    def cursor(self) -> Any:
        """Answer every question with the encoding."""
        said = MagicMock()
        said.__enter__.return_value.fetchone.return_value = ("LATIN1",)
        return said


@pytest.mark.usefixtures("city")
def test_a_database_that_cannot_hold_every_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(safety, "connections", {"default": Latin()})

    (said,) = safety.troubles(HERE)

    assert "keeps text as LATIN1" in said
    assert "createdb --encoding UTF8" in said


def test_a_home_that_the_system_empties_is_refused(
    city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "EMPTIED", (str(city.HOME.parent),))

    (said,) = safety.troubles(HERE)

    assert "Set COMMONWEAL_HOME to a folder that lasts" in said


@pytest.mark.usefixtures("city")
@pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="its files lie elsewhere")
def test_sqlite_over_a_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "kind_of", lambda *_where: "nfs4")

    (said,) = safety.troubles(HERE)

    assert "lies on another machine (nfs4)" in said
    assert "DATABASE_URL to a PostgreSQL database" in said


@pytest.mark.parametrize(
    ("folder", "kind", "network", "passing"),
    [
        ("/home/city", "ext4", False, False),
        ("/srv/town", "nfs4", True, False),
        ("/srv/my city/home", "xfs", False, False),
        ("/mnt/memory/home", "tmpfs", False, True),
        ("/var/tmp/home", "ext4", False, True),  # noqa: S108  (what is refused)
        ("/runner", "ext4", False, False),
    ],
)
def test_the_disk_under_a_folder_is_the_nearest_mount(
    tmp_path: Path, folder: str, kind: str, network: bool, passing: bool
) -> None:
    mounts, place = tmp_path / "mountinfo", Path(folder)
    mounts.write_text(MOUNTS, encoding="utf-8")

    assert disks.kind_of(place, mounts) == kind
    assert disks.is_over_a_network(place, mounts) is network
    assert disks.is_passing(place, mounts) is passing


def test_where_the_kernel_does_not_tell_nothing_is_claimed(tmp_path: Path) -> None:
    assert disks.kind_of(Path("/srv"), tmp_path / "nothing") == ""


def test_a_trial_on_this_machine_needs_neither_mail_nor_a_user(settings: Settings) -> None:
    settings.IS_LOCAL = True

    assert safety.troubles(HERE) == []


def test_serve_says_all_that_is_wrong_before_it_touches_anything(
    city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    city.MAIL_FROM = "noreply@localhost.localdomain"

    with pytest.raises(CommandError) as refused:
        call_command("serve", "--no-prepare", "--host", WIDE)

    assert str(refused.value).count("\n  - ") == 3
    assert list(city.HOME.iterdir()) == []


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    made = folder / f"{name}.pem", folder / f"{name}.key"
    want = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=city.example"]
    subprocess.run(
        [*want, "-out", str(made[0]), "-keyout", str(made[1])],
        check=True,
        capture_output=True,
    )
    made[1].chmod(0o640)
    return made


def test_a_certificate_is_looked_at_before_anybody_calls(tmp_path: Path) -> None:
    (one, key), (other, _) = certificate(tmp_path, "one"), certificate(tmp_path, "other")

    assert keys.flaw_of_certificate(one, key) == ""
    assert "do not fit together" in keys.flaw_of_certificate(other, key)
    key.chmod(0o644)
    assert f"chmod o= {key}" in keys.flaw_of_certificate(one, key)
