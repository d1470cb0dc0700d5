import subprocess
from pathlib import Path

import pytest

from tools import house

DOCUMENTED = '''
def _half(x: int) -> int:
    if x % 2:
        raise ValueError("odd")
    return x // 2


def quarter(x: int) -> int:
    """Say a quarter.

    Parameters
    ----------
    x : int
        A multiple of four.

    Returns
    -------
    int
        A quarter.

    Raises
    ------
    ValueError
        Otherwise.

    Notes
    -----
    O(1).

    Examples
    --------
    >>> quarter(8)
    2

    """
    return _half(_half(x))


def silent() -> None:
    """Do nothing.

    Notes
    -----
    O(1).

    Examples
    --------
    >>> silent()

    """
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    write(tmp_path / "package-lock.json", '{"integrity": "sha512-x"}\n')
    write(tmp_path / "requirements" / "run.txt", "django==5.2 --hash=sha256:00\n")
    write(tmp_path / "src" / "commonweal" / "kernel" / "__init__.py", "")
    write(tmp_path / "src" / "commonweal" / "cases" / "actions.py", "")
    write(tmp_path / "src" / "commonweal" / "cases" / "README.md", "# Cases\n")
    write(tmp_path / "src" / "commonweal" / "methods" / "parts.py", DOCUMENTED)
    write(tmp_path / "src" / "commonweal" / "methods" / "README.md", "# Methods\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_tidy_house_passes(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.main(checkout) == 0
    assert "no breaches" in capsys.readouterr().out


def test_this_house_is_tidy() -> None:
    root = Path(house.__file__).parent.parent

    assert [str(breach) for rule in house.RULES for breach in rule(root)] == []


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("package-lock.json", '{\n"resolved": ""}', "package-lock.json:2: names the address"),
        ("requirements/run.txt", "--index-url https://x\n", "requirements/run.txt:1: names an"),
        (
            "src/commonweal/cases/a/b/c/d.py",
            "",
            "src/commonweal/cases/a/b/c: lies 5 folders deep; 4 are allowed",
        ),
        ("src/commonweal/city/actions.py", "", "src/commonweal/city/README.md: is missing"),
        (
            "src/commonweal/cases/README.md",
            "\n" * 41,
            "src/commonweal/cases/README.md: has 41 lines; 40 are allowed",
        ),
        (
            "src/commonweal/content/defaults/a.zh-Hans.md",
            "# 資料\n",
            "src/commonweal/content/defaults/a.zh-Hans.md: Traditional characters",
        ),
    ],
)
def test_a_breach_is_told_with_its_place(
    checkout: Path, capsys: pytest.CaptureFixture[str], path: str, text: str, told: str
) -> None:
    write(checkout / path, text)

    refused = house.main(checkout)

    out = capsys.readouterr().out
    assert refused == 1
    assert told in out
    assert "1 breaches" in out


@pytest.mark.parametrize("name", ["uv.lock", "frontend/pylock.toml"])
def test_a_second_lock_is_told_once_it_is_tracked(
    checkout: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    write(checkout / name, "")
    before = house.main(checkout)

    subprocess.run(["git", "add", "-f", name], cwd=checkout, check=True)

    assert (before, house.main(checkout)) == (0, 1)
    assert f"git rm --cached {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        ("Parameters\n    ----------", "lacks Parameters"),
        ("x : int", "lacks the parameter x"),
        ("Returns\n    -------", "lacks Returns"),
        ("Raises\n    ------", "lacks Raises"),
        ("Notes\n    -----", "lacks Notes"),
        ("Examples\n    --------", "lacks Examples"),
    ],
)
def test_a_method_that_says_too_little_is_told(
    checkout: Path, capsys: pytest.CaptureFixture[str], removed: str, told: str
) -> None:
    parts = checkout / "src" / "commonweal" / "methods" / "parts.py"
    write(parts, DOCUMENTED.replace(removed, "", 1))

    refused = house.main(checkout)

    assert refused == 1
    assert f"parts.py:8: the docstring of quarter {told}" in capsys.readouterr().out
