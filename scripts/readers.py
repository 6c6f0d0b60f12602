#!/usr/bin/env python3
"""Opens a segment's files with DuckDB and pyarrow and checks that the nested timeline reads alike.

Usage: readers.py DATA_FOLDER          (needs the packages duckdb and pyarrow)
"""

import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet

TABLES = ["tickets", "turns", "spans", "clocks", "touches", "ratings"]


def fail(message):
    sys.exit(f"readers.py: {message}")


def with_pyarrow(segment):
    """Tickets, entries and entries by kind, read row by row."""
    table = parquet.read_table(segment / "tickets.parquet", columns=["number", "timeline"])
    numbers = table["number"].to_pylist()
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        fail(f"{segment}: rows are not in the order of numbers")
    kinds = {}
    for timeline in table["timeline"].to_pylist():
        if not timeline:
            fail(f"{segment}: a ticket without a timeline")
        instants = [entry["at"] for entry in timeline]
        if instants != sorted(instants):
            fail(f"{segment}: a timeline is not in order")
        for entry in timeline:
            kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    return len(numbers), kinds


def with_duckdb(segment):
    """The same figures, asked in SQL over the nested column."""
    file = str(segment / "tickets.parquet")
    tickets = duckdb.execute("select count(*) from read_parquet(?)", [file]).fetchone()[0]
    rows = duckdb.execute(
        "select entry.kind, count(*) from (select unnest(timeline) as entry from read_parquet(?)) "
        "group by all",
        [file],
    ).fetchall()
    return tickets, dict(rows)


def check_types(segment):
    """Instants are UTC microseconds without a zone, in every table."""
    for table in TABLES:
        schema = parquet.read_schema(segment / f"{table}.parquet")
        for field in schema:
            if str(field.type).startswith("timestamp") and str(field.type) != "timestamp[us]":
                fail(f"{segment}/{table}.parquet: {field.name} is {field.type}")
        file = parquet.ParquetFile(segment / f"{table}.parquet")
        for group in range(file.num_row_groups):
            column = file.metadata.row_group(group).column(0)
            if not column.has_offset_index or column.compression != "ZSTD":
                fail(f"{segment}/{table}.parquet: no page index, or not zstd")


def main():
    if len(sys.argv) != 2:
        fail("usage: readers.py DATA_FOLDER")
    segments = sorted((Path(sys.argv[1]) / "tables" / "segments").iterdir())
    if not segments:
        fail("there is no segment; seal first")
    tickets = entries = 0
    for segment in segments:
        one, other = with_pyarrow(segment), with_duckdb(segment)
        if one != other:
            fail(f"{segment}: pyarrow says {one}, DuckDB says {other}")
        check_types(segment)
        tickets += one[0]
        entries += sum(one[1].values())
    print(f"{len(segments)} segments, {tickets} tickets, {entries} entries: both readers agree")


if __name__ == "__main__":
    main()
