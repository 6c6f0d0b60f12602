#!/usr/bin/env bash
# Feeds each fuzz target for so many seconds: fuzz/run.sh [SECONDS] [TARGET...]
# Starts from what is in fuzz/seeds and goes on from what earlier runs found (fuzz/corpus). What
# makes a target fail is written to fuzz/artifacts, and the run ends there.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
all=(events mappings calendars ics questions csv)
targets=("${@:2}")
if ((${#targets[@]} == 0)); then targets=("${all[@]}"); fi

# Built with the same dependencies as the program and its tests, which so are built once. There is
# no unsafe code to watch: wrong results and panics are what is looked for.
RUSTC_WORKSPACE_WRAPPER=$PWD/fuzz/rustc.sh "${CARGO:-cargo}" build --locked --profile demo \
    -p app -p trial -p fuzz "${all[@]/#/--bin=}"
mkdir -p fuzz/artifacts
for target in "${targets[@]}"; do
    corpus=fuzz/corpus/$target log=fuzz/corpus/$target.log
    mkdir -p "$corpus"
    "target/demo/$target" "$corpus" "fuzz/seeds/$target" -artifact_prefix="fuzz/artifacts/$target-" \
        -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        >"$log" 2>&1 || { tail -50 "$log"; exit 1; }
    count() { sed -n "s/^stat::$1: *//p" "$log"; }
    echo "$target: $(count number_of_executed_units) inputs in $seconds s," \
        "$(count new_units_added) took a new way"
done
