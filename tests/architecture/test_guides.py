"""What the guides say of the software is compared with the software."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db.models import Model

from commonweal.kernel.types import Personal

ROOT = Path(__file__).resolve().parents[2]
GUIDES, SOURCE = ROOT / "docs" / "guides", ROOT / "src"
ROW = re.compile(r"^\| `([a-z]+\.[A-Za-z]+)` \| (city|people) \|.*\| (\d+) \|", re.MULTILINE)


def holding_people() -> dict[str, tuple[str, str]]:
    """List the tables that hold something about persons, with their store and days."""
    found: dict[str, tuple[str, str]] = {}
    for model in apps.get_models():
        personal = getattr(model, "personal", None)
        if isinstance(personal, Personal) and model.__module__.startswith("commonweal."):
            found[model._meta.label] = (_store(model), str(personal.keep_days))
    return found


def _store(model: type[Model]) -> str:
    return "people" if getattr(model, "people", False) else "city"


def test_the_record_of_processing_names_every_table_with_its_store_and_days() -> None:
    text = (GUIDES / "records-of-processing.md").read_text(encoding="utf-8")

    told = {label: (store, days) for label, store, days in ROW.findall(text)}

    assert told == holding_people(), "Correct the table of section 3."


@pytest.mark.parametrize("guide", sorted(GUIDES.glob("*.md")), ids=lambda path: path.name)
def test_links_of_the_guides_lead_somewhere(guide: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", guide.read_text(encoding="utf-8"))

    missing = [
        target for target in targets if ":" not in target and not (guide.parent / target).exists()
    ]

    assert missing == []


def test_commands_and_settings_of_the_operators_guide_exist() -> None:
    text = (GUIDES / "operate.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))

    verbs = set(re.findall(r"^commonweal ([a-z_]+)|`commonweal ([a-z_]+)", text, re.MULTILINE))
    variables = set(re.findall(r"COMMONWEAL_([A-Z0-9_]+)", text))

    assert {first or second for first, second in verbs} <= set(get_commands())
    unknown = [name for name in variables - {"HOME"} if f'env.read("{name}"' not in source]
    unread = [name for name in unknown if not re.search(rf'read\(\s*"{name}"', source)]
    assert unread == []


def test_units_of_the_guide_start_what_is_installed_as_a_user_of_its_own() -> None:
    text = (GUIDES / "operate.md").read_text(encoding="utf-8")
    units = [
        unit for unit in re.findall(r"```ini\n(.*?)```", text, re.DOTALL) if "[Service]" in unit
    ]

    assert len(units) == 2
    for unit in units:
        assert re.search(
            r"^ExecStart=/srv/commonweal/venv/bin/commonweal (serve|backup) ", unit, re.MULTILINE
        )
        assert "User=commonweal" in unit
        assert "NoNewPrivileges=yes" in unit
        assert "ReadWritePaths=/srv/commonweal/home" in unit


def test_the_container_holds_no_secret_and_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)", text, re.MULTILINE)
        for name in line.split()[:-1]
    ]

    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases)
    assert re.search(r"^USER [1-9]\d*", text, re.MULTILINE)
    assert "/readyz" in text
    assert not re.search(r"SECRET|PASSWORD|FIELD_KEYS|DATABASE_URL", text)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert allowed.splitlines()[0] == "*"
    assert [name for name in copied if f"!{name.split('/')[0]}" not in allowed] == []
