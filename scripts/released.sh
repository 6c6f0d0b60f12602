#!/usr/bin/env bash
# released.sh BINARY: makes the data folder of a released version for the test of upgrades, as
# crates/store/tests/fixtures/VERSION.tar.zst. It holds segments, an inbox that a kill left behind,
# a ticket that was merged away, quarantine, annotations, settings, and what was answered then.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/.."
version=$("$binary" --version | cut -d' ' -f2)
into=$PWD/crates/store/tests/fixtures/$version.tar.zst
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
run() { "$binary" --data data --quiet "$@"; }

"$binary" generate --quiet --tickets 90 --seed 7 --output events.jsonl --policies-out policies.yaml
: > empty.jsonl
run import empty.jsonl --policies policies.yaml > /dev/null
# Several segments, and so few tickets that the archive stays small.
sqlite3 data/state.db "UPDATE meta SET value = '32' WHERE name = 'segment_rows'"
head -n 800 events.jsonl > first.jsonl
echo '{"specversion":"1.0","type":"deskmeter.ticket.flown","source":"demo"}' >> first.jsonl
run import first.jsonl > /dev/null || test $? = 4
run settings set zone Europe/Berlin > /dev/null
run settings set targets.first_response_time 3600 > /dev/null
run annotations add "Version 2" --at 2025-10-02 --kind release > /dev/null
# Old enough to be sealed by the server that starts next.
sqlite3 data/state.db "UPDATE inbox SET accepted_at = accepted_at - 3600000000"
"$binary" --data data serve --listen 127.0.0.1:0 2> serve.log &
server=$!
until grep -q 'http://' serve.log; do sleep 0.1; done
until [ "$(ls data/tables/segments | wc -l)" = 2 ]; do sleep 0.1; done
address=$(grep -o 'http://[^/]*' serve.log)
tail -n +801 events.jsonl > rest.jsonl
while read -r event; do
  curl --silent --fail --header 'Content-Type: application/cloudevents+json' \
    --data-binary "$event" "$address/api/v1/events" > /dev/null
done < <(head -n 20 rest.jsonl)
{ echo '['; tail -n +21 rest.jsonl | paste -sd,; echo ']'; } |
  curl --silent --fail --header 'Content-Type: application/cloudevents-batch+json' \
    --data-binary @- "$address/api/v1/events" > /dev/null
kill -KILL $server
wait $server || true

# What it answers, from a copy, so that the folder stays as the kill left it.
cp -r data copy
mkdir answers
ask() { "$binary" --data copy --quiet ask "${@:2}" --format csv > "answers/$1.csv"
        printf '%s\n' "${@:2}" > "answers/$1.args"; }
ask first_response first_response_time --by channel --every month --range 2025-06..2026-05 \
  --stat median,p90
ask volume volume --every week --range 2025-06..2026-05
ask sla sla_attainment --by priority --range 2025-06..2026-05
ask csat csat --every quarter --range 2025-06..2026-05
ask backlog backlog --every month --range 2025-06..2026-05
ask reopened reopen_rate --by product --range 2025-06..2026-05 --clock calendar
rm -rf copy data/scratch/* data/lock
wc -c answers/*
tar --create --sort=name --owner=0 --group=0 --numeric-owner data answers events.jsonl |
  zstd --ultra -22 --quiet --force -o "$into"
ls -l "$into"
