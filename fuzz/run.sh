#!/usr/bin/env bash
# Feeds each fuzz target for so many seconds: fuzz/run.sh [SECONDS] [TARGET...]
# Starts from what is in fuzz/seeds and goes on from what earlier runs found (fuzz/corpus). What
# makes a target fail is written to fuzz/artifacts, and the run ends there.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
targets=("${@:2}")
if ((${#targets[@]} == 0)); then
    targets=(events mappings calendars ics questions csv)
fi

command -v cargo-fuzz >/dev/null || {
    echo "cargo-fuzz is missing: cargo install cargo-fuzz, and rustup toolchain install nightly" >&2
    exit 1
}
# Without a sanitizer: there is no unsafe code in the project, wrong results are what is looked for.
fuzz=(cargo +nightly fuzz)
"${fuzz[@]}" build --sanitizer none
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    words=()
    if [[ -f fuzz/words/$target ]]; then words=("-dict=fuzz/words/$target"); fi
    echo "$target: $seconds s"
    "${fuzz[@]}" run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        -verbosity=1 "${words[@]}" 2>"fuzz/corpus/$target.log" || {
        tail -50 "fuzz/corpus/$target.log"
        exit 1
    }
    grep -E "number_of_executed_units|new_units_added" "fuzz/corpus/$target.log"
done
