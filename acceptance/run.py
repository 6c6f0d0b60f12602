#!/usr/bin/env python3
"""Imports real support data through mapping files and compares every answer with known totals.

Usage: run.py BINARY [--data FOLDER] [--only NAME]

The folder defaults to the variable SHARED_DATA; without one the run is skipped.
Only the built program is used, and only the way a user would: `import`, `ask`, `explain`.
Totals were computed from the files by other programs; oracles that are not published are computed
here from the rows. Each data set is then imported again, and shuffled with rows repeated into
another folder: no answer may change.
"""

import argparse
import csv
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
DAY = 86400.0
failures = []


class Desk:
    """A data folder and the program that works on it."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "deskmeter.toml"
        self.config.write_text(f'metrics = "{HERE / "metrics"}"\n')

    def run(self, *arguments, accept=(0,)):
        command = [self.binary, *map(str, arguments), "--data", str(self.folder / "desk"),
                   "--config", str(self.config), "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in accept:
            raise RuntimeError(f"{' '.join(command)}\nexit {done.returncode}\n{done.stderr}")
        return done.stdout

    def load(self, mapping, *files, policies=None):
        extra = ["--policies", HERE / "policies" / policies] if policies else []
        self.run("import", *files, "--mapping", HERE / "mappings" / mapping, "--format", "json", *extra)

    def dry_run(self, mapping, *files):
        text = self.run("import", *files, "--mapping", HERE / "mappings" / mapping,
                        "--dry-run", "--format", "json")
        found = json.loads(text)
        return found.get("report", found)

    def ask(self, *question):
        return json.loads(self.run("ask", *question, "--format", "json"))["rows"]

    def cell(self, *question):
        """The only cell of the only row."""
        rows = self.ask(*question)
        if len(rows) != 1:
            raise RuntimeError(f"{question}: {len(rows)} rows")
        return next(iter(rows[0]["cells"].values()))

    def split(self, dimension, *question):
        """Value by value of a dimension."""
        rows = self.ask(*question, "--by", dimension)
        return {row[dimension]: next(iter(row["cells"].values()))["value"] for row in rows}


def check(name, found, expected, digits=None):
    if digits is None:
        good = found == expected
    else:
        good = found is not None and abs(found - expected) < 0.6 * 10.0 ** -digits
    print(f"  {'ok  ' if good else 'FAIL'} {name}: {found}" + ("" if good else f", expected {expected}"))
    if not good:
        failures.append(name)


def plain(path):
    """The text of a file, unpacked."""
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dc", str(path)], capture_output=True, check=True).stdout.decode("utf-8")
    return path.read_text("utf-8")


def rows_of(path):
    return list(csv.DictReader(io.StringIO(plain(path).lstrip("\ufeff"))))


def shuffle(path, target, seed):
    """The same rows in another order, a third of them twice."""
    rows = list(csv.reader(io.StringIO(plain(path))))
    header, rows = rows[0], rows[1:]
    rows += rows[::3]
    random.Random(seed).shuffle(rows)
    with open(target, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return target


def unchanged(name, binary, folder, desk, load, files, questions):
    """Importing again, and importing shuffled rows, must change no answer."""
    answers = lambda one: [one.ask(*question) for question in questions]
    before = answers(desk)
    load(desk, files)
    check(f"{name}: imported again", answers(desk) == before, True)
    if not shutil.which("zstd") and any(path.suffix == ".zst" for path in files):
        print("  skipped: shuffling needs the program zstd")
        return
    other = Desk(binary, folder / "shuffled")
    mixed = folder / "mixed"
    mixed.mkdir()
    shuffled = [shuffle(path, mixed / path.name.removesuffix(".zst"), 7) for path in files]
    load(other, shuffled)
    check(f"{name}: shuffled, rows repeated", answers(other) == before, True)


def cells_open_to_their_tickets(name, desk, *question):
    """`explain cell` lists exactly as many tickets as the answer counts, and `explain ticket` shows
    segments that add up to each of the first one's numbers."""
    counted = desk.cell(*question)["n"]
    page = json.loads(desk.run("explain", "cell", *question, "--limit", "1", "--format", "json"))
    check(f"{name}: tickets behind the cell", page["tickets"], counted)
    ticket = f"{page['rows'][0]['source']}/{page['rows'][0]['ticket']}"
    text = desk.run("explain", "ticket", ticket, "--format", "json")
    traces = [trace for trace in traces_in(json.loads(text or "{}")) if trace.get("value_us") is not None]
    wrong = [trace["name"] for trace in traces
             if sum(part["counted_us"] for part in trace["segments"]) != trace["value_us"]]
    check(f"{name}: {ticket} has clocks", bool(traces), True)
    check(f"{name}: {ticket}, clocks whose segments do not add up", wrong, [])


def traces_in(value):
    """Every clock with segments, wherever it stands."""
    if isinstance(value, dict):
        if "segments" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from traces_in(part)


def italian_helpdesk(binary, data, folder):
    for mapping, file in [("italian_helpdesk_disco.yaml", "helpdesk_disco_export.csv.zst"),
                          ("italian_helpdesk_full.yaml", "helpdesk_full_attributes.csv.zst")]:
        name = file.split(".")[0]
        desk = Desk(binary, folder / name)
        path = data / file
        report = desk.dry_run(mapping, path)
        check(f"{name}: rows", report["rows"], 21348)
        check(f"{name}: quarantined", report["quarantined"], 0)
        load = lambda one, files: one.load(mapping, *files)
        load(desk, [path])
        life = desk.cell("ticket_life", "--stat", "mean")
        check(f"{name}: tickets", life["n"], 4580)
        check(f"{name}: mean life in days", life["value"] / DAY, 40.858408, 6)
        median = desk.cell("ticket_life", "--stat", "median")["value"] / DAY
        check(f"{name}: median life in days", median, 39.859219, 6)
        check(f"{name}: reopened", desk.cell("reopen_rate:ever")["numerator"], 154)
        check(f"{name}: reopened, as tickets", desk.cell("volume", "--where", "n_reopens > 0")["value"], 154)
        check(f"{name}: taken in charge more than once", desk.cell("taken_in_charge")["numerator"], 623)
        check(f"{name}: closed now", desk.split("status", "volume").get("closed"), 4557)
        cells_open_to_their_tickets(name, desk, "volume", "--where", "n_reopens > 0")
        questions = [("ticket_life", "--stat", "mean"), ("reopen_rate:ever",), ("taken_in_charge",),
                     ("volume", "--by", "status"), ("full_resolution_time", "--every", "year",
                      "--stat", "median", "--clock", "calendar"), ("transfer_rate", "--every", "quarter")]
        unchanged(name, binary, folder / name, desk, load, [path], questions)


def bpic2013_closed_problems(binary, data, folder):
    questions = [("full_resolution_time", "--stat", "mean", "--clock", "calendar"),
                 ("full_resolution_time", "--stat", "median", "--clock", "calendar", "--every", "year"),
                 ("reopen_rate:ever",), ("ping_pong",), ("transfer_rate:created_cohort",),
                 ("volume", "--by", "priority"), ("volume", "--by", "product", "--every", "year")]
    answers = []
    for mapping, file, mean in [("bpic2013_closed_csv.yaml", "BPI2013_closed.csv.zst", 178.884877),
                                ("bpic2013_closed_xes.yaml", "06_bpic2013_closed.xes.gz", 178.884877),
                                # The CSV at its word: Swedish times that claim to be UTC.
                                ("bpic2013_closed_xes.yaml", "BPI2013_closed.csv.zst", 178.881710)]:
        name = f"{file.split('.')[0]} with {mapping.split('.')[0]}"
        desk = Desk(binary, folder / name.replace(" ", "_"))
        desk.load(mapping, data / file)
        cell = desk.cell(*questions[0])
        check(f"{name}: problems", cell["n"], 1487)
        check(f"{name}: mean days", cell["value"] / DAY, mean, 5)
        check(f"{name}: mean days as published", cell["value"] / DAY, 178.88, 2)
        check(f"{name}: reopened", desk.cell("reopen_rate:ever")["numerator"], 61)
        check(f"{name}: ping-pong", desk.cell("ping_pong")["numerator"], 59)
        check(f"{name}: changed the line", desk.cell("volume", "--where", "n_group_changes > 0")["value"], 123)
        check(f"{name}: impact", desk.split("priority", "volume"),
              {"Medium": 811, "High": 306, "Low": 235, "Major": 135})
        answers.append([desk.ask(*question) for question in questions])
        if mapping.endswith("csv.yaml"):
            load = lambda one, files: one.load("bpic2013_closed_csv.yaml", *files)
            unchanged(name, binary, folder / "csv", desk, load, [data / file], questions)
    check("CSV and XES give the same answers", answers[0] == answers[1], True)


def kaggle_support_tickets(binary, data, folder):
    name, path = "kaggle", data / "customer_support_tickets.csv.zst"
    desk = Desk(binary, folder)
    report = desk.dry_run("kaggle_support_tickets.yaml", path)
    check(f"{name}: rows", report["rows"], 8469)
    check(f"{name}: blank rows", report["blank_rows"], 1)
    check(f"{name}: quarantined", report["quarantined"], 0)
    check(f"{name}: dry run warns", report["backwards"]["solved before the first reply"]["count"], 1365)
    load = lambda one, files: one.load("kaggle_support_tickets.yaml", *files)
    load(desk, [path])
    check(f"{name}: status", desk.split("status", "volume"),
          {"open": 2819, "pending": 2881, "solved": 2769})
    check(f"{name}: channel", desk.split("channel", "volume"),
          {"email": 2143, "phone": 2132, "social": 2121, "chat": 2073})
    check(f"{name}: priority", desk.split("priority", "volume"),
          {"Medium": 2192, "Critical": 2129, "High": 2085, "Low": 2063})
    rating = desk.cell("csat:mean")
    check(f"{name}: ratings", rating["n"], 2769)
    check(f"{name}: mean rating", rating["value"], 2.991332611, 8)
    check(f"{name}: good ratings", desk.cell("csat")["numerator"], 543 + 544)
    check(f"{name}: solved before answered, flagged", desk.cell("odd_history")["numerator"], 1365)
    for question in [("first_response_time",), ("full_resolution_time",), ("handle_time",)]:
        least = desk.cell(*question, "--stat", "min", "--clock", "calendar") if question[0] != "handle_time" \
            else desk.cell(*question)
        check(f"{name}: {question[0]} never negative", (least["value"] or 0) >= 0, True)
    cells_open_to_their_tickets(name, desk, "volume", "--where", "status = solved")
    unchanged(name, binary, folder, desk, load, [path],
              [("volume", "--by", "status"), ("volume", "--by", "channel,priority"), ("csat:mean",),
               ("odd_history",), ("first_response_time", "--by", "channel", "--clock", "calendar")])


def synthetic_support_tickets_5k(binary, data, folder):
    name, path = "synthetic", data / "customer_support_tickets.csv.zst"
    desk = Desk(binary, folder)
    load = lambda one, files: one.load("synthetic_support_tickets_5k.yaml", *files, policies="synthetic.yaml")
    load(desk, [path])
    check(f"{name}: tickets", desk.cell("volume")["value"], 5000)
    reply = desk.cell("first_response_time", "--stat", "mean", "--clock", "calendar")
    check(f"{name}: replies", reply["n"], 5000)
    check(f"{name}: mean first response in minutes", reply["value"] / 60, 67.5845834547, 6)
    rating = desk.cell("csat:mean")
    check(f"{name}: ratings", rating["n"], 3724)
    check(f"{name}: mean rating", rating["value"], 2.9691192266, 8)
    check(f"{name}: status", desk.split("status", "volume"), {"open": 1276, "solved": 3724})
    check(f"{name}: escalated", desk.cell("volume", "--where", "n_escalations_functional > 0")["value"], 220)
    response = desk.split("field.response_sla_met", "volume")
    check(f"{name}: response in time, the export's verdict", response.get("True", 0) / 5000, 0.4806, 8)
    resolution = desk.split("field.resolution_sla_met", "volume")
    check(f"{name}: resolution in time, the export's verdict", resolution.get("True", 0) / 5000, 0.6028, 8)
    check(f"{name}: response in time, from the events", desk.cell("answered_in_time")["value"], 0.4806, 8)
    cells_open_to_their_tickets(name, desk, "first_response_time", "--clock", "calendar")
    if shutil.which("zstd"):
        rows = rows_of(path)
        hours = [float(row["resolution_hours"]) for row in rows if row["resolved_date"]]
        solved = desk.cell("full_resolution_time", "--stat", "mean", "--clock", "calendar")
        check(f"{name}: mean resolution of the solved in hours", solved["value"] / 3600, statistics.mean(hours), 6)
        kept = 0
        for row in rows:
            ends = [float(row["first_response_minutes"])]
            ends += [float(row["resolution_hours"]) * 60] if row["resolved_date"] else []
            kept += min(ends) <= 30
        check(f"{name}: first reply targets kept", desk.cell("sla_attainment:first_reply")["numerator"], kept)
        kept = sum(hour <= 24 for hour in hours)
        check(f"{name}: resolution targets kept", desk.cell("sla_attainment:resolution")["numerator"], kept)
    unchanged(name, binary, folder, desk, load, [path],
              [("volume", "--by", "status"), ("first_response_time", "--stat", "mean", "--clock", "calendar"),
               ("csat:mean", "--by", "agent"), ("sla_attainment:first_reply", "--every", "month"),
               ("answered_in_time", "--by", "group"), ("volume", "--by", "field.region")])


def seconds(later, earlier):
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def dbt_zendesk(binary, data, folder):
    name, tables = "zendesk", data / "zendesk"
    desk = Desk(binary, folder)
    load = lambda one, files: one.load("zendesk_warehouse.yaml", *files)
    report = desk.dry_run("zendesk_warehouse.yaml", tables)
    check(f"{name}: rows", report["rows"], 10 + 20 + 38)
    check(f"{name}: quarantined", report["quarantined"], 0)
    load(desk, [tables])
    # Tickets that only comments or histories know exist too.
    known = {row["id"] for row in rows_of(tables / "ticket_data.csv")}
    comments = rows_of(tables / "ticket_comment_data.csv")
    history = rows_of(tables / "ticket_field_history_data.csv")
    everything = known | {row["ticket_id"] for row in comments + history}
    check(f"{name}: tickets", desk.cell("volume:all_tickets")["value"], len(everything))
    check(f"{name}: deleted", desk.split("excluded", "volume:all_tickets").get("deleted"), 2)
    by_status = desk.split("status", "volume", "--where", "channel in (email, web)")
    check(f"{name}: status of the ticket table", by_status, {"solved": 1, "closed": 7})
    # Nobody in the users table wrote a comment, so no comment is an agent's and no reply is first.
    check(f"{name}: first replies", desk.cell("first_response_time", "--clock", "calendar")["n"], 0)
    one = desk.cell("first_resolution_time", "--clock", "calendar", "--where", "ticket = 11071")
    check(f"{name}: first resolution of 11071 in seconds", one["value"],
          seconds("2020-11-14 11:01:27", "2020-08-28 18:06:36"), 3)
    questions = [("volume:all_tickets", "--by", "status"), ("replies_per_ticket",),
                 ("full_resolution_time", "--clock", "calendar", "--stat", "median")]
    before = [desk.ask(*question) for question in questions]
    load(desk, [tables])
    check(f"{name}: imported again", [desk.ask(*question) for question in questions] == before, True)
    mixed = folder / "mixed"
    mixed.mkdir()
    for path in sorted(tables.iterdir()):
        shuffle(path, mixed / path.name, 7)
    other = Desk(binary, folder / "shuffled")
    load(other, [mixed])
    check(f"{name}: shuffled, rows repeated", [other.ask(*question) for question in questions] == before, True)


SETS = {
    "italian_helpdesk": italian_helpdesk,
    "bpic2013_closed_problems": bpic2013_closed_problems,
    "kaggle_support_tickets": kaggle_support_tickets,
    "synthetic_support_tickets_5k": synthetic_support_tickets_5k,
    "dbt_seeds": dbt_zendesk,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the built program")
    parser.add_argument("--data", default=os.environ.get("SHARED_DATA"), help="folder with the data sets")
    parser.add_argument("--only", choices=SETS, help="one data set")
    arguments = parser.parse_args()
    if not arguments.data or not Path(arguments.data).is_dir():
        print("skipped: no folder with data (SHARED_DATA or --data)")
        return 0
    binary = str(Path(arguments.binary).resolve())
    for name, run in SETS.items():
        data = Path(arguments.data) / name
        if arguments.only not in (None, name):
            continue
        if not data.is_dir():
            print(f"{name}: skipped, not there")
            continue
        print(name)
        with tempfile.TemporaryDirectory() as folder:
            try:
                run(binary, data, Path(folder))
            except (RuntimeError, KeyError, TypeError, StopIteration) as error:
                print(f"  FAIL {name}: {error!r}")
                failures.append(name)
    print(f"{len(failures)} failed" if failures else "all totals come out")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
