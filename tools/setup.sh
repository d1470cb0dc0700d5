#!/bin/sh
# Environment, locked dependencies, page assets. Usage: sh tools/setup.sh PYTHON VENV
# Safe to run again at any time: what is already there and fits is left alone.
set -eu

python=${1:-python3}
venv=${2:-.venv}
bin=$venv/bin

say() { printf '  %s\n' "$*"; }
stop() { printf 'Setup stopped. %s\n' "$*" >&2; exit 1; }

[ -f requirements/dev.txt ] || stop "Run it in the folder that holds pyproject.toml."
command -v "$python" >/dev/null 2>&1 || stop "There is no $python here. Install Python 3.11 or later
(Debian, Ubuntu: apt install python3 python3-venv), or name yours: make setup PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "$("$python" --version) is too old.
Install Python 3.11 or later and name it: make setup PYTHON=/path/to/python3.11"

# A half-made environment, or one whose Python has gone, is made anew
if [ ! -x "$bin/python" ] || ! "$bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    if ! command -v uv >/dev/null 2>&1; then
        "$python" -c 'import ensurepip, venv' 2>/dev/null || stop "Python's venv module is missing.
Install it (Debian, Ubuntu: apt install python3-venv), then do it again."
    fi
    say "making the environment $venv"
    rm -rf "$venv"
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --no-project --python "$python" "$venv"
    else
        "$python" -m venv "$venv"
    fi
fi

install() {
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python "$bin/python" "$@"
    else
        "$bin/python" -m pip --version >/dev/null 2>&1 || "$bin/python" -m ensurepip >/dev/null
        "$bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    fi
}

wanted=$("$bin/python" -c '
import hashlib, pathlib, sys
files = ["requirements/build.txt", "requirements/dev.txt", "pyproject.toml"]
text = b"".join(pathlib.Path(name).read_bytes() for name in files)
print(hashlib.sha256(text + sys.version.encode() + str(pathlib.Path.cwd()).encode()).hexdigest())')
if [ "$(cat "$venv/.commonweal-locked" 2>/dev/null || true)" = "$wanted" ]; then
    locked=yes
else
    locked=no
    say "installing the locked packages (a minute or less)"
    install --require-hashes -r requirements/build.txt -r requirements/dev.txt ||
        stop "The packages could not be installed: see the lines above.
Check that this machine reaches the package index, then do it again."
fi

if "$bin/python" hatch_build.py --needs-node; then
    say "fetching Node.js as a Python package, to build the page assets once"
    install --require-hashes -r requirements/assets.txt ||
        stop "Node.js could not be fetched: see the lines above.
Install Node.js 18 or later with npm yourself, then do it again."
fi
say "page assets and translations"
"$bin/python" hatch_build.py | sed 's/^/    /'
"$bin/python" hatch_build.py --stale && exit 1

if [ "$locked" = no ] || [ ! -x "$bin/commonweal" ]; then
    say "installing Commonweal itself, from this folder"
    install --no-deps --no-build-isolation -e .
    printf '%s\n' "$wanted" >"$venv/.commonweal-locked"
fi
touch "$bin/.commonweal-ready"
say "ready: $bin/commonweal"
