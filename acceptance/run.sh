#!/bin/sh
# acceptance/run.sh BINARY [FOLDER]: see run.py.
binary=$1
shift
exec python3 "$(dirname "$0")/run.py" "$binary" ${1:+--data "$1"}
