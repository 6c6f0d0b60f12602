#!/usr/bin/env bash
# Every figure of docs/benchmarks.md: bench/run.sh [TICKETS] [FOLDER]
# Generates a desk, imports it, and asks the dashboard's ten questions beside DuckDB.
set -euo pipefail
cd "$(dirname "$0")/.."
tickets=${1:-1000000}
work=${2:-target/bench-desk/$tickets}
cargo=${CARGO:-cargo}
python=${PYTHON:-python3}

mkdir -p "$work"
"$cargo" build --locked --release -p app
deskmeter=$PWD/target/release/deskmeter

if [ ! -d "$work/data" ]; then
  [ -f "$work/events.jsonl" ] || "$deskmeter" generate --tickets "$tickets" --output "$work/events.jsonl"
  /usr/bin/env time -v "$deskmeter" import "$work/events.jsonl" --data "$work/data" 2>"$work/import.log" ||
    { cat "$work/import.log" >&2; exit 1; }
  tail -n 40 "$work/import.log"
fi

# The benchmark accepts events: it gets a copy, whose segments, never changed, are hard links.
rm -rf "$work/copy"
cp -al "$work/data" "$work/copy"
rm -f "$work"/copy/state.db* "$work/copy/lock"
cp "$work"/data/state.db* "$work/copy/"

"$cargo" bench --locked -p engine --bench dashboard -- \
  --data "$PWD/$work/copy" --json "$PWD/$work/engine.json"

[ -x target/bench-venv/bin/python ] || "$python" -m venv target/bench-venv
target/bench-venv/bin/pip install --quiet --requirement bench/requirements.txt
target/bench-venv/bin/python bench/duckdb_compare.py "$work/engine.json" --out "$work/dashboard.md"
