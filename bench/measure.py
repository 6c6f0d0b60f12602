"""Runs a command and prints a row of a table: time, rate, processor time and peak memory.

measure.py STEP REPORT COMMAND...: REPORT is what `deskmeter import` wrote as JSON; its "new" is the
number of events.
The command's own output goes to standard error.
"""

import json
import resource
import subprocess
import sys
import time


def main() -> int:
    step, report, *command = sys.argv[1:]
    start = time.perf_counter()
    status = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    took = time.perf_counter() - start
    if status != 0:
        return status
    with open(report, encoding="utf-8") as file:
        count = json.load(file)["new"]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    print(
        f"| {step} | {took:,.1f} s | {count / took:,.0f} events/s "
        f"| {processor:,.0f} s | {used.ru_maxrss / 1024:,.0f} MB |",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
