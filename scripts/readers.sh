#!/usr/bin/env bash
# readers.sh BINARY: what Deskmeter writes is plain Parquet. Imports a small generated desk and has
# DuckDB and pyarrow read the nested timeline of every segment.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/.."
venv=target/bench-venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import duckdb, pyarrow' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --requirement bench/requirements.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" generate --tickets 2000 --output "$work/events.jsonl" --policies-out "$work/policies.yaml"
"$binary" import "$work/events.jsonl" --policies "$work/policies.yaml" --data "$work/data" --quiet >/dev/null
"$binary" rebuild --data "$work/data" --quiet
"$venv/bin/python" scripts/readers.py "$work/data"
