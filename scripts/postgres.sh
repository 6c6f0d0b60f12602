#!/usr/bin/env bash
# Runs a command beside a real PostgreSQL server that is thrown away afterwards.
#
#   scripts/postgres.sh [--standby] COMMAND...
#
# The command finds the server's address in POSTGRES_SERVER, and in POSTGRES_RESTART a program that
# stops it at once, in the middle of whatever it does, and starts it again. With --standby a second
# server follows, to which every commit goes before it is confirmed, and the program in
# POSTGRES_FAIL_OVER lets it take the first one's place at the same address. Servers wait for the
# disk at every commit, as real ones do, and speak through sockets in a folder of their own.
set -euo pipefail

standby=
if [[ ${1:-} == --standby ]]; then
    standby=yes
    shift
fi
if (($# == 0)); then
    sed -n '2,10s/^# \{0,1\}//p' "$0"
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
if ((EUID == 0)); then chown postgres: "$root"; fi
chmod 755 "$root"
stop() {
    for server in first second; do
        "${as[@]}" "$bin/pg_ctl" --pgdata "$root/$server/data" --mode immediate stop \
            >/dev/null 2>&1 || true
    done
    rm -rf "$root"
}
trap stop EXIT

# Runs a command in the servers' folder, and shows what it says only if it fails.
quietly() {
    (cd "$root" && "${as[@]}" "$@" >"$root/said" 2>&1) || { cat "$root/said" >&2; exit 1; }
}

quietly mkdir first
quietly "$bin/initdb" --pgdata "$root/first/data" --auth trust --username deskmeter \
    --encoding UTF8 --locale C
cat >>"$root/first/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$root/first'
max_connections = 400
CONF
quietly "$bin/pg_ctl" --pgdata "$root/first/data" --log "$root/first/log" --wait start
# The address is a link, so that another server can take the place of the first.
ln -s first "$root/now"

if [[ -n $standby ]]; then
    quietly mkdir second
    quietly "$bin/pg_basebackup" --host "$root/first" --username deskmeter --checkpoint fast \
        --write-recovery-conf --pgdata "$root/second/data"
    echo "unix_socket_directories = '$root/second'" >>"$root/second/data/postgresql.conf"
    quietly "$bin/pg_ctl" --pgdata "$root/second/data" --log "$root/second/log" --wait start
    echo "synchronous_standby_names = '*'" >>"$root/first/data/postgresql.conf"
    quietly "$bin/pg_ctl" --pgdata "$root/first/data" reload
fi

cat >"$root/restart" <<DO
#!/bin/sh
cd "$root" && ${as[*]} "$bin/pg_ctl" --pgdata "$root/now/data" --log "$root/now/log" \\
    --mode immediate --wait --silent restart
DO
cat >"$root/fail-over" <<DO
#!/bin/sh
cd "$root" && ${as[*]} "$bin/pg_ctl" --pgdata "$root/first/data" --mode immediate --silent stop &&
    ${as[*]} "$bin/pg_ctl" --pgdata "$root/second/data" --wait --silent promote &&
    ln -sfn second "$root/now"
DO
chmod 755 "$root/restart" "$root/fail-over"

export POSTGRES_SERVER="postgres://deskmeter@${root//\//%2F}%2Fnow" POSTGRES_RESTART="$root/restart"
if [[ -n $standby ]]; then export POSTGRES_FAIL_OVER="$root/fail-over"; fi
"$@"
