#!/usr/bin/env bash
# Runs a command beside a real PostgreSQL server that is thrown away afterwards.
#
#   scripts/postgres.sh COMMAND...
#
# The command finds the server's address in STORE_TEST_STATE, the program pg_ctl in STORE_TEST_PG_CTL
# and the server's folder in STORE_TEST_PG_DATA. The server waits for the disk at every commit, as
# a real one does, and speaks through a socket in its own folder, so nothing else is touched.
set -euo pipefail

if (($# == 0)); then
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit 2
fi

bin=${PG_BIN:-}
if [[ -z $bin ]]; then
    for folder in "$(dirname "$(command -v initdb || echo /nowhere/initdb)")" \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [[ -x $folder/initdb && -x $folder/pg_ctl ]] && bin=$folder
    done
fi
if [[ -z $bin ]]; then
    echo "no PostgreSQL server on this machine: install it (Debian: apt-get install postgresql)," \
        "or say in PG_BIN where initdb and pg_ctl are" >&2
    exit 1
fi

# PostgreSQL refuses to run as root.
as=()
if ((EUID == 0)); then
    as=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp)
fi

# A socket's path is short: the folder is not made below a deep TMPDIR.
root=$(mktemp -d /tmp/deskmeter-pg.XXXXXX)
data=$root/data
if ((EUID == 0)); then chown postgres: "$root"; fi
stop() {
    "${as[@]}" "$bin/pg_ctl" --pgdata "$data" --mode immediate stop >/dev/null 2>&1 || true
    rm -rf "$root"
}
trap stop EXIT

cd /
"${as[@]}" "$bin/initdb" --pgdata "$data" --auth trust --username deskmeter --encoding UTF8 \
    --locale C >"$root.log" 2>&1 || { cat "$root.log" >&2; exit 1; }
rm -f "$root.log"
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$root'
max_connections = 400
CONF
"${as[@]}" "$bin/pg_ctl" --pgdata "$data" --log "$data/server.log" --wait start >/dev/null \
    || { cat "$data/server.log" >&2; exit 1; }
cd "$OLDPWD"

export STORE_TEST_STATE="postgres://deskmeter@${root//\//%2F}/postgres"
export STORE_TEST_PG_CTL="$bin/pg_ctl" STORE_TEST_PG_DATA="$data"
"$@"
