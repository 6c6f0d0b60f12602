#!/usr/bin/env bash
# The dashboard, the import and the rebuild of docs/benchmarks.md: bench/run.sh [TICKETS] [FOLDER]
# Generates a desk, imports it, rebuilds it, and asks the dashboard's ten questions beside DuckDB.
# Builds what one would deploy: all optimised, which takes a quarter of an hour the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
tickets=${1:-1000000}
work=${2:-target/bench-desk/$tickets}
cargo=${CARGO:-cargo}
python=${PYTHON:-python3}

mkdir -p "$work"
work=$(cd "$work" && pwd)
steps=$work/steps.md
# One choice of packages: what they share is built once.
chosen=(--locked --profile release -p app -p engine)
"$cargo" build "${chosen[@]}" --bins --benches
deskmeter=$PWD/target/release/deskmeter

if [ ! -d "$work/data" ]; then
  printf '| step | time | rate | processor | memory |\n| --- | ---: | ---: | ---: | ---: |\n' >"$steps"
  # A folder that exists is one that is whole: it gets its name when the import is done.
  rm -rf "$work/importing"
  # Packed: ten million tickets are 33 GB of lines.
  "$deskmeter" generate --tickets "$tickets" --policies-out "$work/policies.yaml" |
    zstd -q -1 -f -o "$work/events.jsonl.zst"
  "$python" bench/measure.py import "$work/import.json" sh -c "'$deskmeter' import \
    '$work/events.jsonl.zst' --policies '$work/policies.yaml' --data '$work/importing' \
    --quiet --format json >'$work/import.json'" >>"$steps"
  "$python" bench/measure.py rebuild "$work/import.json" \
    "$deskmeter" rebuild --data "$work/importing" >>"$steps"
  mv "$work/importing" "$work/data"
  rm "$work/events.jsonl.zst"
fi
cat "$steps"

# The benchmark accepts events: it gets a copy, whose segments, never changed, are hard links.
rm -rf "$work/copy"
cp -al "$work/data" "$work/copy"
rm -f "$work"/copy/state.db* "$work/copy/lock"
cp "$work"/data/state.db* "$work/copy/"

"$cargo" bench "${chosen[@]}" --bench quantiles
"$cargo" bench "${chosen[@]}" --bench dashboard -- --data "$work/copy" --json "$work/engine.json"

. bench/venv.sh
"$venv/bin/python" bench/duckdb_compare.py "$work/engine.json" --out "$work/dashboard.md"
