"""What is not safe does not start, and says what to do instead."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from commonweal.site import env, keys
from tests.kernel.rig import ROOT

KEYS = {
    "COMMONWEAL_SECRET_KEY": "only-for-this-test-and-nowhere-else-0123456789",
    "COMMONWEAL_FIELD_KEYS": Fernet.generate_key().decode(),
}
SAFE = {**KEYS, "COMMONWEAL_ADDRESS": "https://city.example", "COMMONWEAL_PROXIES": "127.0.0.1"}
S3 = {"COMMONWEAL_S3_BUCKET": "photos", "COMMONWEAL_S3_KEY": "k", "COMMONWEAL_S3_SECRET": "s"}
SHOW = """
import json, sys
from commonweal.site import env
try:
    from commonweal.site.settings import {module} as read
except env.BadEnvironment as wrong:
    print(json.dumps({{"refused": str(wrong)}}))
else:
    plain = {{k: v for k, v in vars(read).items() if k.isupper()}}
    print(json.dumps(plain, default=str))
"""


def settings(module: str, home: Path, **variables: str) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COMMONWEAL_", "DJANGO_", "DATABASE_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(module=module)],
        env=kept | {"PYTHONPATH": str(ROOT / "src"), "COMMONWEAL_HOME": str(home)} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({}, "Put the folder 'keys' of this home back"),
        ({**SAFE, "COMMONWEAL_SECRET_KEY": "short"}, "use 32 random signs"),
        ({**SAFE, "COMMONWEAL_SECRET_KEY": "s" * 50}, "Make one by: commonweal new_key"),
        ({**SAFE, "COMMONWEAL_FIELD_KEYS": "nonsense"}, "Field key 1 is not a key"),
        ({**SAFE, "COMMONWEAL_DEBUG": "yes"}, "take it out"),
        ({**SAFE, "COMMONWEAL_S3_BUCKET": "photos"}, "Set COMMONWEAL_S3_KEY"),
        ({**SAFE, **S3, "COMMONWEAL_S3_ENDPOINT": "s3.example"}, "such as https://s3.example.org"),
        ({**SAFE, **S3, "COMMONWEAL_S3_PATH_STYLE": "perhaps"}, "write yes or no"),
        ({**SAFE, "COMMONWEAL_DEBUG": "perhaps"}, "write yes or no"),
        ({**SAFE, "COMMONWEAL_ADDRESS": "city.example"}, "write https://city.example"),
        ({**SAFE, "COMMONWEAL_ADDRESS": "http://city.example"}, "COMMONWEAL_PLAIN_HTTP=yes"),
        ({**SAFE, "COMMONWEAL_PROXIES": ""}, "Set COMMONWEAL_PROXIES"),
        ({**SAFE, "COMMONWEAL_PROXIES": "my proxy"}, "COMMONWEAL_PROXIES='my proxy'"),
        ({**SAFE, "COMMONWEAL_PROXIES": "0.0.0.0/0"}, "COMMONWEAL_PROXIES holds 0.0.0.0/0"),
        ({**SAFE, "COMMONWEAL_PROXIES": "127.0.0.1, ::/0"}, "Name your own addresses"),
        ({**SAFE, "COMMONWEAL_OUTGOING_INSIDE": "128.0.0.0/1"}, "COMMONWEAL_OUTGOING_INSIDE"),
        ({**SAFE, "COMMONWEAL_HOSTS": "*"}, "Name each, separated by commas"),
        ({**SAFE, "COMMONWEAL_HOSTS": "a.example, .b.example"}, "whole names only"),
        ({**SAFE, "COMMONWEAL_ADDRESS": "https://a.example/app"}, "Write https://a.example"),
        ({**SAFE, "COMMONWEAL_TLS_CERT": __file__}, "set both, or neither"),
        (
            {**SAFE, "COMMONWEAL_TLS_CERT": __file__, "COMMONWEAL_TLS_KEY": __file__},
            "chmod o=" if Path(__file__).stat().st_mode & 0o007 else "do not fit together",
        ),
        ({**SAFE, "DATABASE_URL": "postgresql://u:p@db.example/city"}, "Add ?sslmode=require"),
        ({**SAFE, "COMMONWEAL_UPLOAD_MB": "0"}, "whole number above zero"),
        ({**SAFE, "COMMONWEAL_TLS_CERT": "/nowhere.pem"}, "there is no such file"),
        ({**SAFE, "DATABASE_URL": "mysql://a/b"}, "postgresql://"),
        ({**SAFE, "COMMONWEAL_MAIL_URL": "carrier-pigeon"}, "smtp://"),
    ],
)
def test_what_is_not_safe_is_refused_with_what_to_do(
    tmp_path: Path, variables: dict[str, str], remedy: str
) -> None:
    assert remedy in settings("serve", tmp_path, **variables)["refused"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///city",
        "postgresql://u:p@127.0.0.1/city",
        "postgresql://u:p@db.example/city?sslmode=require",
        "postgresql://u:p@db/city?sslmode=disable",
    ],
)
def test_a_database_whose_way_is_known_is_taken(tmp_path: Path, url: str) -> None:
    assert "DATABASES" in settings("serve", tmp_path, **SAFE, DATABASE_URL=url)


def test_the_home_of_a_demo_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").touch()

    assert "its accounts are known" in settings("serve", tmp_path, **SAFE)["refused"]


def test_a_real_city_writes_every_act_to_the_disk(tmp_path: Path) -> None:
    found = settings("serve", tmp_path, **SAFE)

    for store in found["DATABASES"].values():
        assert "synchronous=FULL" in store["OPTIONS"]["init_command"]
        assert store["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_real_city_behind_a_proxy_keeps_its_cookies_safe(tmp_path: Path) -> None:
    found = settings("serve", tmp_path, **SAFE)

    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["SECURE_HSTS_SECONDS"] == 30 * 86_400
    assert "city.example" in found["ALLOWED_HOSTS"]
    assert (found["DEBUG"], found["DEMO"]) == (False, False)


def test_strict_transport_can_be_set_or_left_out(tmp_path: Path) -> None:
    found = settings("serve", tmp_path, **SAFE, COMMONWEAL_HSTS_DAYS="0")

    assert found["SECURE_HSTS_SECONDS"] == 0


def test_a_trial_inside_the_own_network_may_go_without_tls(tmp_path: Path) -> None:
    trial = {"COMMONWEAL_ADDRESS": "http://10.0.0.5:8000", "COMMONWEAL_PLAIN_HTTP": "yes"}

    assert settings("serve", tmp_path, **KEYS, **trial)["SESSION_COOKIE_SECURE"] is False


def test_the_demo_is_for_this_machine_and_posts_nothing(tmp_path: Path) -> None:
    found = settings("demo", tmp_path, COMMONWEAL_HOSTS="city.example")

    assert set(found["ALLOWED_HOSTS"]) == {"127.0.0.1", "localhost", "[::1]"}
    assert found["EMAIL_FILE_PATH"] == str(tmp_path / "outbox")
    assert "synchronous=NORMAL" in found["DATABASES"]["default"]["OPTIONS"]["init_command"]
    assert found["DEMO"] is True


def test_new_keys_are_made_once_and_never_beside_values(tmp_path: Path) -> None:
    assert keys.make_missing(tmp_path)
    first = keys.read(tmp_path)
    assert not keys.make_missing(tmp_path)

    (tmp_path / "people.sqlite3").touch()
    (tmp_path / "keys" / "fields").unlink()

    assert not keys.make_missing(tmp_path)
    with pytest.raises(env.BadEnvironment, match="no keys in"):
        keys.read(tmp_path)
    assert len(first.fields) == 1


def test_keys_that_others_can_read_are_named(tmp_path: Path) -> None:
    keys.make_missing(tmp_path)
    assert keys.readable_by_others(tmp_path) == []

    (tmp_path / "keys" / "fields").chmod(0o644)

    assert keys.readable_by_others(tmp_path) == [tmp_path / "keys" / "fields"]


def test_a_key_is_changed_by_writing_the_new_one_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Fernet.generate_key().decode(), keys.new_field_key()
    monkeypatch.setenv("COMMONWEAL_SECRET_KEY", KEYS["COMMONWEAL_SECRET_KEY"])
    monkeypatch.setenv("COMMONWEAL_FIELD_KEYS", f"{new}, {old}")

    assert keys.read(tmp_path).fields == [new, old]


def test_a_key_is_made_where_there_are_none_yet(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commonweal", "new_key"],
        env=os.environ | {"COMMONWEAL_HOME": str(tmp_path), "COMMONWEAL_FIELD_KEYS": "nonsense"},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "src",
    )

    assert Fernet(done.stdout.strip())


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commonweal", "doctor"],
        env=os.environ
        | {
            "COMMONWEAL_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "commonweal.site.settings.serve",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT / "src",
    )

    assert done.returncode == 2
    assert done.stderr.startswith("commonweal: There are no keys")
    assert "Traceback" not in done.stderr


def test_photos_lie_in_a_folder_or_in_the_bucket_that_the_environment_names(tmp_path: Path) -> None:
    folder = settings("serve", tmp_path, **SAFE)["STORAGES"]["default"]
    bucket = settings(
        "serve", tmp_path, **SAFE, **S3, COMMONWEAL_S3_ENDPOINT="https://s3.example.org/"
    )["STORAGES"]["default"]

    assert folder["OPTIONS"] == {"location": str(tmp_path / "media")}
    assert bucket["BACKEND"].endswith(".S3Storage")
    assert bucket["OPTIONS"] == {
        "bucket": "photos",
        "endpoint": "https://s3.example.org",
        "region": "us-east-1",
        "key": "k",
        "secret": "s",
        "path_style": False,
    }
