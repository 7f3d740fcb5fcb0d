#!/bin/sh
# Make .venv ready for `make site`: installs the dependency group `docs` where it is not there yet.
set -eu

CDPATH='' cd -- "$(dirname -- "$0")/.."
python=.venv/bin/python
here='import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, ["material", "mkdocstrings", "mkdocs_jupyter"])))'
! "$python" -c "$here" 2>/dev/null || exit 0

echo "Installing what the site needs."
"$python" - >.venv/docs-requirements.txt <<'PY'
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["docs"]))
PY
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv pip install --quiet --python "$python" -r .venv/docs-requirements.txt
else
    "$python" -m pip install --quiet --disable-pip-version-check -r .venv/docs-requirements.txt
fi
