#!/bin/sh
# Compiles the project's own crates so that they tell the fuzzer which ways through the code an input
# takes and what it is compared with. Called by cargo in place of the compiler, with it in front.
exec "$@" -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares
