#!/bin/sh
# Every test on SQLite, and those marked `database` on PostgreSQL too, where one can be found.
# Usage: BIN=.venv/bin sh tools/test.sh [what pytest shall run]
set -u
bin=${BIN:-.venv/bin}
export PYTHONPATH=src:.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$PWD/var/pycache"   # processes that tests start begin sooner

own="" beside=""
leave() {
    [ -z "$beside" ] || kill "$beside" 2>/dev/null
    [ -z "$own" ] || { as_other "$programs/pg_ctl" -D "$own/data" -m immediate stop >/dev/null 2>&1; rm -rf "$own"; }
}
trap leave EXIT
trap 'exit 130' INT TERM HUP PIPE

# PostgreSQL refuses to run as root
as_other() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi
}

answers() {
    "$bin/python" - "$1" 2>/dev/null <<'PYTHON'
import sys
import psycopg
with psycopg.connect(sys.argv[1], connect_timeout=3) as server:
    sys.exit(not server.execute(
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()[0])
PYTHON
}

# The address that is given, a server on this machine, or one of our own for as long as this takes
find_postgresql() {
    for url in "${DATABASE_URL:-}" "postgresql://$(id -un)@127.0.0.1:5432/postgres" \
        postgresql://postgres@127.0.0.1:5432/postgres; do
        if [ -n "$url" ] && answers "$url"; then postgresql=$url; return 0; fi
    done
    programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$programs" ] || { found=$(command -v initdb) && programs=$(dirname "$found"); } || return 1
    port=$("$bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    ours=postgresql://postgres@127.0.0.1:$port/postgres
    own=$(mktemp -d) && chmod 755 "$own" && mkdir "$own/data"
    [ "$(id -u)" != 0 ] || chown nobody:nogroup "$own" "$own/data"
    as_other "$programs/initdb" -D "$own/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null 2>&1 &&
        as_other "$programs/pg_ctl" -D "$own/data" -w -l "$own/log" -o \
            "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200" \
            start >/dev/null 2>&1 &&
        answers "$ours" && postgresql=$ours
}

postgresql=""
if find_postgresql; then
    echo "Tests run on SQLite, and those marked 'database' on PostgreSQL too (${postgresql##*@})."
else
    echo "Tests run on SQLite only: no PostgreSQL is here (Debian: apt install postgresql)."
fi

# Both at once: each keeps one core busy. What PostgreSQL said is shown at the end
mkdir -p var
if [ -n "$postgresql" ]; then
    DATABASE_URL=$postgresql "$bin/python" -m pytest -m "database and not prove" -p no:cacheprovider "$@" \
        >var/postgresql.log 2>&1 &
    beside=$!
fi
env -u DATABASE_URL "$bin/python" -m pytest -m "not prove" "$@"
result=$?
if [ -n "$postgresql" ]; then
    wait "$beside"
    second=$?
    beside=""
    echo "On PostgreSQL:"
    cat var/postgresql.log
    # 5: what was asked for holds no test of databases
    [ "$result" != 0 ] || [ "$second" = 5 ] || result=$second
fi
[ "$result" = 0 ] || echo "At least one test failed on one of the databases: see above." >&2
exit "$result"
