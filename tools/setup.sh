#!/bin/sh
# Make .venv ready for `make demo`, `make test` and `make check`: quick when it already is, repairing when it is not.
#
# An installed Python >= 3.11 is used, 3.11 first, then the next newer one. Every candidate on PATH is run, because
# a name on PATH proves nothing (version managers put names there that only print an error). With uv on PATH, uv
# installs, and may fetch a Python where none is found; without it, `python -m venv` and pip do the work.
# POSIX sh and BSD userland only: macOS runs this as it is.
set -eu

extras="plot,train,lab,onnx,sklearn,keras,cluster" # what the demo and the tests use; torch never
CDPATH='' cd -- "$(dirname -- "$0")/.."
root=$(pwd -P)
venv="$root/.venv"
python="$venv/bin/python"
stamp="$venv/.hinges-ready"
unset VIRTUAL_ENV PYTHONHOME

say() { printf '%s\n' "$*"; }
fail() {
    printf 'make: %s\n' "$*" >&2
    exit 1
}

# What the environment was made for: this directory and these files. A moved or outdated one does not match.
key() {
    say "$root"
    cat pyproject.toml src/hinges/_version.py tools/setup.sh | cksum
}

# Everything is there, without importing it: 50 ms.
modules_are_there() {
    "$python" - <<'PY' >/dev/null 2>&1
import importlib.util, platform, sys
names = "hinges numpy scipy numba typer rich matplotlib joblib threadpoolctl sklearn keras h5py onnx onnxruntime distributed pytest hypothesis xdist " \
    "starlette uvicorn websockets anywidget playwright hatchling ruff basedpyright importlinter"
if (sys.platform, platform.machine()) != ("darwin", "x86_64"):
    names += " jax optax"
sys.exit(not all(map(importlib.util.find_spec, names.split())))
PY
}

# The compiled packages really load: only asked after an installation.
modules_load() {
    "$python" -c 'import numpy, scipy.optimize, matplotlib, sklearn, onnx, pytest, hypothesis, hinges'
}

is_ready() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(key)" ] && modules_are_there
}

have_uv() {
    command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1
}

# "MINOR able|unable FILE" for a CPython 3, "other VERSION FILE" for what cannot be used, a failure for what does not
# run. Able means able to make an environment: Debian ships ensurepip in a package of its own. FILE tells names of
# one and the same program.
probe() {
    "$1" -c '
import os, sys
file = "%d:%d" % (os.stat(sys.executable).st_dev, os.stat(sys.executable).st_ino)
kind = getattr(getattr(sys, "implementation", None), "name", "cpython")
if kind != "cpython" or sys.version_info[0] != 3:
    print("other %s-%d.%d %s" % (kind, sys.version_info[0], sys.version_info[1], file))
else:
    try:
        import ensurepip, venv
        able = "able"
    except ImportError:
        able = "unable"
    print("%d %s %s" % (sys.version_info[1], able, file))
' 2>/dev/null </dev/null
}

# One line for each Python on PATH: "MINOR able|unable FILE PATH", or "broken - - PATH", in the order of PATH.
pythons_on_path() {
    names="python3.11 python3.12 python3.13 python3.14 python3.15 python3.16 python3.17 python3.18 python3 python"
    names="$names python3.10 python3.9 python3.8"
    rest="$PATH:"
    while [ -n "$rest" ]; do
        directory=${rest%%:*}
        rest=${rest#*:}
        [ -n "$directory" ] || directory=.
        [ "$directory" != "$venv/bin" ] || continue # perhaps the broken one that is about to be replaced
        for name in $names; do
            program="$directory/$name"
            { [ -f "$program" ] && [ -x "$program" ]; } || continue
            # Without developer tools, Apple's stub opens a dialogue instead of running.
            if [ "$program" = /usr/bin/python3 ] && [ "$(uname -s)" = Darwin ]; then
                xcode-select -p >/dev/null 2>&1 || continue
            fi
            say "$(probe "$program" || echo 'broken - -') $program"
        done
    done | awk '$1 == "broken" || !seen[$3]++'
}

# The best of the list: 3.11, else the next newer one; without uv only one that can make an environment.
choose() {
    number=0
    while read -r minor able _ program; do
        number=$((number + 1))
        case $minor in '' | *[!0-9]*) continue ;; esac
        [ "$minor" -ge 11 ] || continue
        [ "$able" = able ] || [ -n "$uv" ] || continue
        say "$minor $number $program"
    done <<LIST | sort -k1,1n -k2,2n | sed -n '1s/^[0-9]* [0-9]* //p'
$found
LIST
}

# What was found, as the second half of a sentence.
describe() {
    [ -n "$found" ] || {
        say "found no Python on PATH"
        return
    }
    text=""
    while read -r minor able _ program; do
        case $minor in
            broken) item="$program, which does not run" ;;
            other) item="$able ($program)" ;;
            *) item="Python 3.$minor ($program)" ;;
        esac
        if [ "$able" = unable ] && [ "$minor" -ge 11 ]; then
            item="$item, which lacks venv and ensurepip (Debian: apt-get install python3-venv)"
        fi
        text="${text:+$text; }$item"
    done <<LIST
$found
LIST
    say "found only $text"
}

make_venv() {
    rm -rf "$venv"
    found=$(pythons_on_path)
    chosen=$(choose)
    if [ -n "$uv" ]; then
        make_venv_with_uv
    elif [ -n "$chosen" ]; then
        say "Making .venv with $("$chosen" -V) ($chosen)."
        "$chosen" -m venv "$venv" || fail "$chosen could not make .venv: its message is above."
    else
        fail "hinges needs Python 3.11 or newer and $(describe)."
    fi
}

make_venv_with_uv() {
    # An interpreter that only uv knows comes before a fetched one, and a 3.11 before a newer one.
    if [ -z "$chosen" ] || [ "$("$chosen" -c 'import sys; print(sys.version_info[1])')" != 11 ]; then
        for wanted in 3.11 '>=3.11'; do
            known=$(UV_PYTHON_DOWNLOADS=never uv python find --system "$wanted" 2>/dev/null || true)
            if [ -n "$known" ] && probe "$known" >/dev/null; then
                case $wanted in 3.11) chosen=$known ;; *) chosen=${chosen:-$known} ;; esac
            fi
        done
    fi
    if [ -n "$chosen" ]; then
        say "Making .venv with $("$chosen" -V) ($chosen) and uv."
        UV_PYTHON_DOWNLOADS=never uv venv --quiet --no-project --seed --python "$chosen" "$venv" ||
            fail "uv could not make .venv with $chosen: its message is above."
    else
        say "Making .venv with a Python 3.11 that uv fetches."
        UV_PYTHON_DOWNLOADS=automatic uv venv --quiet --no-project --seed --python 3.11 "$venv" ||
            fail "hinges needs Python 3.11 or newer, uv could not fetch one, and this set-up $(describe)."
    fi
}

# A working interpreter of an environment that is new enough, and something to install with.
venv_works() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)' 2>/dev/null &&
        { [ ! -f "$stamp" ] || [ "$(sed -n 1p "$stamp")" = "$root" ]; } &&
        { [ -n "$uv" ] || "$python" -m pip --version >/dev/null 2>&1 ||
            "$python" -m ensurepip >/dev/null 2>&1; }
}

install() {
    requirements="$venv/dev-requirements.txt"
    "$python" - >"$requirements" <<'PY'
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))
PY
    say "Installing what the demo and the tests need: a minute or two the first time."
    if [ -n "$uv" ]; then
        uv pip install --quiet --python "$python" -e ".[$extras]" -r "$requirements"
    else
        "$python" -m pip install --quiet --disable-pip-version-check -e ".[$extras]" -r "$requirements"
    fi || fail "the installation did not finish, its message is above; the next make goes on from here."
}

! is_ready || exit 0
uv=""
! have_uv || uv=yes
adopted=yes
if ! venv_works; then
    [ ! -e "$venv" ] || say "Replacing .venv, which is not usable here."
    make_venv
    adopted=""
fi
rm -f "$stamp"
install
if ! { modules_are_there && modules_load; } && [ -n "$adopted" ]; then
    say "Replacing .venv, in which something is damaged."
    make_venv
    install
fi
modules_are_there && modules_load || fail "a package in .venv does not load: the message is above."
key >"$stamp"
say "Ready: $("$python" -V) in .venv."
