#!/usr/bin/env bash
# Builds the user interface where a source is newer than what was built. Make itself cannot compare
# them: routes have names with brackets and parentheses, which mean something else to it.
set -euo pipefail
cd "$(dirname "$0")/.."

built=ui/build/index.html
if [[ ! -f $built || -n $(find ui/src ui/static ui/scripts ui/*.* -newer "$built" -print -quit) ]]; then
    npm --prefix ui run build
fi
