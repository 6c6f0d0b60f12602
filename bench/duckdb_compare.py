#!/usr/bin/env python3
"""Asks DuckDB the dashboard's questions over the same rows, and writes both times side by side.

    duckdb_compare.py ENGINE.json --out TABLE.md [--runs 5] [--threads 2]

ENGINE.json is what `cargo bench -p engine --bench dashboard -- --data DIR --json ENGINE.json` wrote:
the answers, their periods, the times, and the Parquet files of each fact table. DuckDB answers from
a native table loaded from those files, and from the files themselves. Exits with 1 where an answer
differs.
"""

import argparse
import json
import math
import os
import platform
import sys
import time

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
# Medians of integers agree to the last digit of a double; sums of shares may differ beyond it.
TOLERANCE = 1e-9


def main():
    args = arguments()
    with open(args.engine, encoding="utf-8") as file:
        engine = json.load(file)
    with open(os.path.join(HERE, "questions.json"), encoding="utf-8") as file:
        questions = json.load(file)
    native, parquet = connect(engine, args)
    lines, wrong = [], []
    for question, ours in zip(questions, engine["questions"], strict=True):
        sqls = [fill(sql, engine, ours) for sql in question["sql"]]
        native_ms, rows = best(native, sqls, args.runs)
        parquet_ms, again = best(parquet, sqls, args.runs)
        problem = differ(ours, rows, question["keys"]) or differ(ours, again, question["keys"])
        if problem:
            wrong.append(f"{question['name']}: {problem}")
        lines.append(line(question["name"], ours, native_ms, parquet_ms, not problem))
    report = header(engine, args) + lines + footer(engine)
    with open(args.out, "w", encoding="utf-8") as file:
        file.write("\n".join(report) + "\n")
    print("\n".join(report))
    for problem in wrong:
        print(f"DIFFERS {problem}", file=sys.stderr)
    return 1 if wrong else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", help="what the engine's benchmark wrote")
    parser.add_argument("--out", required=True, help="where the table goes")
    parser.add_argument("--runs", type=int, default=5, help="warm runs, of which the best counts")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def connect(engine, args):
    # Its own tables lie in its own file: ten million tickets are more than memory holds.
    database = args.out + ".duckdb"
    if os.path.exists(database):
        os.remove(database)
    native, parquet = duckdb.connect(database), duckdb.connect()
    for connection in (native, parquet):
        connection.execute(f"SET threads = {args.threads}")
        connection.execute("SET TimeZone = 'UTC'")
    for table, files in engine["files"].items():
        quoted = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        scan = f"read_parquet([{quoted}])"
        # The timeline is not asked about; without it the native table is at its best.
        but = "EXCLUDE (timeline)" if table == "tickets" else ""
        native.execute(f"CREATE TABLE {table} AS SELECT * {but} FROM {scan}")
        parquet.execute(f"CREATE VIEW {table} AS SELECT * FROM {scan}")
    return native, parquet


def fill(sql, engine, ours):
    replace = {
        "{from}": naive(ours["from"] or "0001-01-01T00:00:00Z"),
        "{to}": naive(ours["to"]),
        "{now}": naive(engine["now"]),
        "{agent}": engine["agent"].replace("'", "''"),
    }
    for name, value in replace.items():
        sql = sql.replace(name, value)
    return sql


def naive(instant):
    return instant.replace("T", " ").replace("Z", "")


def best(connection, sqls, runs):
    """The best time in ms of all statements of a question, after one run to warm up."""
    rows, times = [], []
    for run in range(runs + 1):
        start = time.perf_counter()
        for sql in sqls:
            rows = connection.execute(sql).fetchall()
        if run:
            times.append((time.perf_counter() - start) * 1000)
    return min(times), rows


def differ(ours, rows, keys):
    """What differs first; None where both say the same."""
    theirs = {}
    for row in rows:
        key = tuple(str(part) for part in row[:keys])
        theirs[key] = (row[keys], [number(value) for value in row[keys + 1 :]])
    mine = {tuple(row["keys"]): row for row in ours["rows"]}
    for key, (n, values) in theirs.items():
        got = mine.get(key)
        if got is None:
            # A stock has no row for a group that is empty throughout.
            if any(value for value in values):
                return f"no row for {key}"
            continue
        if n is not None and n != got["n"]:
            return f"{key}: n is {got['n']}, DuckDB says {n}"
        for mine_value, value in zip(got["values"], values, strict=False):
            if not same(mine_value, value):
                return f"{key}: {mine_value}, DuckDB says {value}"
    for key, row in mine.items():
        if key not in theirs and row["n"]:
            return f"DuckDB has no row for {key}"
    return None


def number(value):
    return None if value is None else float(value)


def same(a, b):
    if a is None or b is None:
        return a is None and b is None
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-6)


def line(name, ours, native_ms, parquet_ms, agree):
    times = [f"{min(ms):.1f}" for ms in ours["ms"].values()]
    mark = "yes" if agree else "**NO**"
    return f"| {name} | {' | '.join(times)} | {native_ms:.1f} | {parquet_ms:.1f} | {mark} |"


def header(engine, args):
    overlays = [f"Deskmeter, {int(count):,} changed" for count in engine["questions"][0]["ms"]]
    columns = ["question", *overlays, "DuckDB native", "DuckDB Parquet", "same answer"]
    return [
        f"{engine['tickets']:,} tickets, {engine['segments']} segments, "
        f"{engine['bytes'] / 1e6:,.0f} MB of Parquet. Milliseconds, best of {args.runs} warm runs.",
        f"Machine: {cpu()}, {args.threads} threads, {memory():.0f} GiB; {platform.system()} "
        f"{platform.release()}; DuckDB {duckdb.__version__}; load {os.getloadavg()[0]:.1f}.",
        "",
        "| " + " | ".join(columns) + " |",
        "| --- |" + " ---: |" * (len(columns) - 2) + " --- |",
    ]


def footer(engine):
    visible = engine.get("visible_ms")
    return ["", f"A changed ticket was in the next answer {visible:.1f} ms after it was sent."] if visible else []


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


def memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


if __name__ == "__main__":
    sys.exit(main())
