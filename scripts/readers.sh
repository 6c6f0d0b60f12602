#!/usr/bin/env bash
# readers.sh BINARY: what Deskmeter writes is plain Parquet. Imports a small generated desk and has
# DuckDB and pyarrow read the nested timeline of every segment.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/.."
. bench/venv.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" generate --tickets 2000 --output "$work/events.jsonl" --policies-out "$work/policies.yaml"
"$binary" import "$work/events.jsonl" --policies "$work/policies.yaml" --data "$work/data" --quiet >/dev/null
"$binary" rebuild --data "$work/data" --quiet
"$venv/bin/python" scripts/readers.py "$work/data"
