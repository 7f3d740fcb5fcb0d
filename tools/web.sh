#!/bin/sh
# The lab's front end: `web.sh build` rebuilds what the package carries, `web.sh check` checks its types and that the
# package carries what the sources give. Node is needed only by those who change the front end: without it, build says
# so and check passes over it.
set -eu

CDPATH='' cd -- "$(dirname -- "$0")/.."
static=src/hinges/lab/static

say() { printf '%s\n' "$*"; }
fail() {
    printf 'make: %s\n' "$*" >&2
    exit 1
}

# node_modules as the lock file has it; its sum stands in a stamp.
modules() {
    sum=$(cat web/package.json web/package-lock.json | cksum)
    stamp=web/node_modules/.hinges-ready
    if ! [ -f "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ]; then
        command -v npm >/dev/null 2>&1 || fail "the front end needs npm beside node, which is not on PATH."
        say "Installing what the front end is built with."
        (cd web && npm ci --silent --no-audit --no-fund --ignore-scripts) || fail "npm did not finish: its message is above."
        say "$sum" >"$stamp"
    fi
}

node_works() {
    command -v node >/dev/null 2>&1 && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null
}

case ${1:-} in
    build)
        node_works || fail "the front end needs node 20 or newer on PATH; the built one in $static works without."
        modules
        node web/build.mjs
        ;;
    check)
        if ! node_works; then
            say "Front end: not checked, for want of node 20 or newer."
            exit 0
        fi
        modules
        (cd web && node node_modules/typescript/bin/tsc --noEmit)
        fresh=$(mktemp -d)
        trap 'rm -rf "$fresh"' EXIT
        node web/build.mjs --quiet --out "$fresh/static"
        diff -rq "$fresh/static" "$static" >&2 || fail "$static is not what web/ builds: run make web and commit it."
        say "Front end: types pass, and $static is what web/ builds."
        ;;
    *) fail "web.sh build | check" ;;
esac
