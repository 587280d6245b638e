#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks that scripts/bench has built, collects what they found, prints the table.

  run.py --list                   the rows there are
  run.py --table FILE             a file of --json as a table in Markdown
  run.py --bin DIR [ROW...] ...   what scripts/bench hands on
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

BOTH, POSTGRES, NONE = ("postgres", "sqlite"), ("postgres",), ("none",)
# Row of reference/performance.md part 11, name, program, stores, what it measures.
ROWS = [
    (1, "refresh", "refresh", BOTH, "first refresh of 3,000 pods, containers and images"),
    (2, "save", "save", POSTGRES, "save of 100,000 rows of which 1 in 100 changed"),
    (3, "wal", "save", POSTGRES, "write-ahead log of that save"),
    (4, "watch", "watch", POSTGRES, "watch event to visible row, 500 a second"),
    (5, "parse", "parse", NONE, "30 MB list of pods, parsed and read"),
    (6, "queue", "queue", BOTH, "queue, one message at a time, 4 workers"),
    (7, "batch", "queue", BOTH, "queue, a hundred messages at a time, 4 workers"),
    (8, "wake", "wake", POSTGRES, "put to running command, idle"),
    (9, "snapshot", "snapshot", POSTGRES, "queue while a snapshot is held for a minute"),
    (10, "notify", "notify", POSTGRES, "puts beside a server of 60 workers"),
    (11, "dedup", "dedup", BOTH, "put unless exists, 8 writers"),
    (16, "storm", "storm", BOTH, "a storm of 10,000 events a second for a minute"),
    (17, "automate", "automate", BOTH, "call of an automate method with five attributes"),
    (37, "switchboard", "switchboard", BOTH, "events through the switchboard, a method of Lua each (B37)"),
    (38, "reload", "reload", BOTH, "a method changed while events flow, to its first run"),
    (18, "rest", "rest", BOTH, "REST: list of 20, one object; statements of a request"),
    (19, "memory", "memory", BOTH, "memory of idle workers, growth of a refresh"),
    (20, "boot", "boot", BOTH, "start-up of 20 workers"),
    (21, "kill", "kill", POSTGRES, "worker or server killed to message begun again"),
    (39, "import", "import", BOTH, "import of an automate domain of 803 instances"),
]
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "wal_level", "autovacuum", "checkpoint_timeout",
            "max_wal_size", "shared_buffers")


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", usage="scripts/bench [ROW...] [--store sqlite|postgres] [--runs N] [--quick] [--json FILE]"
        " [-- ARGUMENT...]\n       scripts/bench --list\n       scripts/bench --table FILE",
        description="Builds the preset `bench` and runs the benchmarks: baseline and Reeve in turn, medians, the ratio"
        " against its target. Fails when a target is missed, or when what was to be measured was not done.",
        epilog="Arguments behind -- go to the programs: --pods 10000, --rows 20000, ... (bench/README.md).")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="number or name, as --list shows them; none: all")
    parser.add_argument("--store", choices=["sqlite", "postgres"], help="measure on this one only")
    parser.add_argument("--runs", type=int, help="repetitions (5)")
    parser.add_argument("--quick", action="store_true",
                        help="tiny sizes, one repetition: does it work? Missed targets are no failure")
    parser.add_argument("--json", metavar="FILE", help="write what was found as a list of objects")
    parser.add_argument("--list", action="store_true", help="the rows there are")
    parser.add_argument("--table", metavar="FILE", help="print a file of --json as Markdown")
    parser.add_argument("--bin", help=argparse.SUPPRESS)
    given, more = sys.argv[1:], []
    if "--" in given:
        more = given[given.index("--") + 1:]
        given = given[:given.index("--")]
    options = parser.parse_args(given)
    options.more = more + (["--runs", str(options.runs)] if options.runs else []) + (["--quick"] if options.quick else [])
    for row in options.rows:
        if row not in [r[1] for r in ROWS] + [str(r[0]) for r in ROWS]:
            parser.error(f"no row is called '{row}'; there are {', '.join(f'{r[0]} {r[1]}' for r in ROWS)}")
    return options


def settings():
    """What PostgreSQL runs with; a store that is not durable is not measured."""
    env = dict(os.environ, **dict(line.rstrip("\n").split("=", 1) for line in open(os.environ["REEVE_TEST_POSTGRES"])))
    sql = "SELECT name || ' ' || current_setting(name) FROM pg_settings WHERE name IN ('%s') ORDER BY name" % "','".join(SETTINGS)
    ask = lambda text: subprocess.run(["psql", "-AtXc", text], env=env, check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
    found = ask(sql)
    for wanted in ("fsync on", "synchronous_commit on", "full_page_writes on"):
        if wanted not in found:
            sys.exit(f"scripts/bench: PostgreSQL is not durable: {wanted} is wanted")
    return "PostgreSQL " + ask("SHOW server_version")[0].split(" ")[0] + ": " + ", ".join(found)


def sqlite_place():
    """The file system of SQLite's files; one in memory, which waits for no disk, is not measured."""
    folder = os.environ.get("TMPDIR") or "/tmp"
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], check=True, capture_output=True, text=True).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        sys.exit(f"scripts/bench: SQLite would not be durable: {folder} is {kind}; set TMPDIR to a folder on a disk")
    return f"SQLite on {kind}"


def machine():
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(model)} x {model[0] if model else platform.machine()}, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def run_program(options, program, store, numbers):
    """Its results; what it should have found and did not is a result that says so."""
    with tempfile.NamedTemporaryFile("w+", prefix="reeve-bench-") as results:
        env = dict(os.environ, REEVE_BENCH_RESULTS=results.name, REEVE_TEST_STORE="sqlite" if store == "none" else store)
        print(f"==> bench_{program} {' '.join(options.more)}{'' if store == 'none' else f' ({store})'}", flush=True)
        begun = time.monotonic()
        process = subprocess.run([os.path.join(options.bin, f"bench_{program}")] + options.more, env=env,
                                 stderr=subprocess.PIPE, text=True)
        found = [json.loads(line) for line in results]
    sys.stderr.write(process.stderr)
    print(f"#   {time.monotonic() - begun:.0f} s", flush=True)
    said = [line for line in process.stderr.split("\n") if line.strip()] or [f"exit status {process.returncode}"]
    # 1 with results: a target was missed. 1 without, or another status: it broke off.
    complete = process.returncode in (0, 1) and found and not any("bench:" in line for line in said)
    for number, name in numbers:
        if not any(result["row"] == number for result in found) or not complete:
            found.append({"row": number, "name": name, "ratio": None, "target": None, "met": False, "failed": said[-1]})
    for result in found:
        result["store"] = None if store == "none" else store
    return found


def figure(value, unit):
    if value is None:
        return ""
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    if unit in ("B", "B/s"):
        big = value >= 2**20
        return f"{value / 2**20 if big else value:.3g} {'Mi' if big else ''}{unit}"
    return f"{value:,.0f}{'' if unit.startswith('/') else ' '}{unit}" if value >= 100 else f"{value:.3g} {unit}"


def print_markdown(results):
    print(f"Machine: {results[0].get('machine', 'unknown')}\n" if results else "")
    print("| row | what | store | baseline | Reeve | ratio | spread | target | |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for r in results:
        if r.get("failed"):
            print(f"| {r['row']} | {r['name']} | {r['store'] or ''} | | | | | | not measured: {r['failed']} |")
            continue
        target = "" if r["target"] is None else f"{r['sense']} {r['target']:g}"
        verdict = "" if r["met"] is None else "met" if r["met"] else "**missed**"
        print(f"| {r['row']} | {r['name']} | {r['store'] or ''} | {figure(r['baseline'], r['unit'])} | {figure(r['reeve'], r['unit'])}"
              f" | {r['ratio']:.3g} | {r['low']:.3g} - {r['high']:.3g} | {target} | {verdict} |")


def print_summary(results):
    print("\nrow name                                                           store       ratio   target")
    for r in results:
        if r["met"] is None:
            continue
        ratio = "      -" if r["ratio"] is None else f"{r['ratio']:7.3f}"
        target = "        " if r["target"] is None else f"{r['sense']}{r['target']:6.2f}"
        verdict = f"failed: {r['failed']}" if r.get("failed") else "met" if r["met"] else "MISSED"
        print(f"{r['row']:3} {r['name'][:62]:62} {r['store'] or '-':9} {ratio} {target} {verdict}")


def main():
    options = arguments()
    if options.list:
        for number, name, _, stores, about in ROWS:
            print(f"{number:3} {name:10} {about}{'' if stores == NONE else ' (' + ', '.join(stores) + ')'}")
        return 0
    if options.table:
        print_markdown(json.load(open(options.table)))
        return 0
    chosen = [r for r in ROWS if not options.rows or r[1] in options.rows or str(r[0]) in options.rows]
    jobs = []
    for store in ("none", "postgres", "sqlite"):
        for row in chosen:
            if store in row[3] and (options.store in (None, store) or store == "none"):
                jobs += [(row[2], store)] if (row[2], store) not in jobs else []
    if not jobs:
        sys.exit(f"scripts/bench: none of these rows is measured on {options.store}")
    where = machine()
    if any(store == "postgres" for _, store in jobs):
        where += "; " + settings()
    if any(store == "sqlite" for _, store in jobs):
        where += "; " + sqlite_place()
    print(f"# {where}")
    results = []
    for program, store in jobs:
        results += run_program(options, program, store, [r[:2] for r in ROWS if r[2] == program and store in r[3]])
    for result in results:
        result["machine"] = where
        if options.quick:
            result["quick"] = True
    results.sort(key=lambda r: r["row"])
    print_summary(results)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out, indent=1)
            out.write("\n")
    failed = [r for r in results if r.get("failed") or (r["met"] is False and not options.quick)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
