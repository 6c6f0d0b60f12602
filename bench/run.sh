#!/usr/bin/env bash
# Every figure of docs/benchmarks.md: bench/run.sh [TICKETS] [FOLDER]
# Generates a desk, imports it, and asks the dashboard's ten questions beside DuckDB.
# PROFILE=release builds everything optimised, which takes long; the default is what `make demo` runs.
set -euo pipefail
cd "$(dirname "$0")/.."
tickets=${1:-1000000}
work=${2:-target/bench-desk/$tickets}
cargo=${CARGO:-cargo}
python=${PYTHON:-python3}
profile=${PROFILE:-demo}

mkdir -p "$work"
work=$(cd "$work" && pwd)
"$cargo" build --locked --profile "$profile" -p app
deskmeter=$PWD/target/$profile/deskmeter

if [ ! -d "$work/data" ]; then
  if [ ! -f "$work/events.jsonl" ] || [ ! -f "$work/policies.yaml" ]; then
    "$deskmeter" generate --tickets "$tickets" \
      --output "$work/events.jsonl" --policies-out "$work/policies.yaml"
  fi
  # A folder that exists is one that is whole: it gets its name when the import is done.
  rm -rf "$work/importing"
  start=$(date +%s.%N)
  "$deskmeter" import "$work/events.jsonl" --policies "$work/policies.yaml" \
    --data "$work/importing" --quiet --format json >"$work/import.json"
  end=$(date +%s.%N)
  mv "$work/importing" "$work/data"
  "$python" -c 'import json, sys
report, start, end = json.load(open(sys.argv[1])), float(sys.argv[2]), float(sys.argv[3])
took, events = end - start, report["new"]
print(f"imported {events:,} events in {took:.0f} s: {events / took:,.0f} a second")
' "$work/import.json" "$start" "$end"
fi

# The benchmark accepts events: it gets a copy, whose segments, never changed, are hard links.
rm -rf "$work/copy"
cp -al "$work/data" "$work/copy"
rm -f "$work"/copy/state.db* "$work/copy/lock"
cp "$work"/data/state.db* "$work/copy/"

"$cargo" bench --locked --profile "$profile" -p engine --bench quantiles
"$cargo" bench --locked --profile "$profile" -p engine --bench dashboard -- \
  --data "$work/copy" --json "$work/engine.json"

venv=target/bench-venv
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -c 'import duckdb, pyarrow' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --requirement bench/requirements.txt
"$venv/bin/python" bench/duckdb_compare.py "$work/engine.json" --out "$work/dashboard.md"
