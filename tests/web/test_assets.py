"""The built assets carry nobody's brand, and are built anew when what they are made of changes."""

import importlib.util
import re
import shutil
from pathlib import Path

import polib
import pytest

import hatch_build


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a copy of what the assets are made of, and of the assets."""
    for name in ("package-lock.json", "hatch_build.py"):
        shutil.copy(hatch_build.ROOT / name, tmp_path)
    shutil.copytree(hatch_build.ROOT / "frontend", tmp_path / "frontend")
    shutil.copytree(hatch_build.VENDOR, tmp_path / "web/static/vendor")
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    monkeypatch.setattr(hatch_build, "WEB", tmp_path / "web")
    monkeypatch.setattr(hatch_build, "VENDOR", tmp_path / "web/static/vendor")
    return tmp_path


def test_what_is_shipped_is_whole_and_unbranded() -> None:
    for name in (*hatch_build.COPIES.values(), "commonweal.css", "THIRD-PARTY-NOTICES.txt"):
        assert (hatch_build.VENDOR / name).stat().st_size > 0

    css = (hatch_build.VENDOR / "commonweal.css").read_text(encoding="utf-8")
    assert not hatch_build.REFUSED.search(css)
    assert "url(" not in css
    notices = (hatch_build.VENDOR / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    assert "govuk-frontend" in notices
    assert "Crown Copyright" in notices
    assert "leaflet" in notices


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (hatch_build.ROOT / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    packages = re.findall(r'"node_modules/', lock)
    assert lock.count('"integrity": "sha512-') == len(packages)


@pytest.mark.parametrize("source", ["package-lock.json", "hatch_build.py", "frontend/_page.scss"])
def test_a_changed_source_makes_the_assets_stale(copy: Path, source: str) -> None:
    assert not hatch_build.is_stale()

    (copy / source).write_text("changed", encoding="utf-8")

    assert hatch_build.is_stale()


def test_half_a_build_is_stale(copy: Path) -> None:
    (copy / "web/static/vendor/stamp").unlink()

    assert hatch_build.is_stale()


@pytest.mark.parametrize(
    "found", ["x-crest.svg", '"GDS Transport"', "@font-face {", "url( 'https://cdn.example/x')"]
)
def test_brands_fonts_and_addresses_are_refused(found: str) -> None:
    assert hatch_build.REFUSED.search(f"a {{ {found} }}")


def test_a_missing_node_is_said_with_the_line_to_type(
    monkeypatch: pytest.MonkeyPatch, copy: Path
) -> None:
    (copy / "web/static/vendor/stamp").unlink()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match=r"pip install --require-hashes -r requirements/assets"):
        hatch_build.build_assets()


def test_catalogues_are_compiled_once(copy: Path) -> None:
    source = copy / "web/locale/zh_Hant/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="Street", msgstr="街道"))
    catalogue.save(str(source))

    assert hatch_build.build_catalogues()
    assert not hatch_build.build_catalogues()
    compiled = polib.mofile(str(source.with_suffix(".mo")))
    assert [entry.msgstr for entry in compiled] == ["街道"]


def test_a_broken_catalogue_names_its_file(copy: Path) -> None:
    source = copy / "web/locale/zh_Hant/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "Street\nmsgstr', encoding="utf-8")

    with pytest.raises(SystemExit, match=r"django\.po"):
        hatch_build.build_catalogues()
