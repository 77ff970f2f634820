"""Prints one table from the JSON files of all benchmarks, and writes it as JSON and as a picture.

    report.py BUILD_DIRECTORY FILE...

A file is named NAME.THREADS.json; what is not named so (compile_time.json) has a table of its own. A row is a
workload at a size: the time of the limit, ours and the peers, as medians of the repetitions, and the ratios
to the limit. The limit always runs on one thread.
"""

import collections
import json
import pathlib
import platform
import statistics
import sys

import picture


def read(path):
    """{(workload, size): {side: median nanoseconds}} of one file."""
    repetitions = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(path, encoding="utf-8") as file:
        for entry in json.load(file)["benchmarks"]:
            workload, size, side = entry["name"].split("/")[:3]
            repetitions[workload, int(size)][side].append(entry["real_time"])
    return {
        row: {side: statistics.median(times) for side, times in sides.items()}
        for row, sides in repetitions.items()
    }


def processor():
    """What it was measured on."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def nanoseconds(time):
    """Three digits, with a unit."""
    for unit in ("ns", "µs", "ms"):
        if time < 1000:
            return f"{time:.3g} {unit}"
        time /= 1000
    return f"{time:.3g} s"


def ratio(time, limit):
    """As text; nothing without a limit."""
    if not limit:
        return ""
    number = time / limit
    return f"{number:.2f}" if number < 100 else f"{number:.0f}"


def order(item):
    """The workloads with a letter first, then FastAD's suite, each by size."""
    workload, size = item[0]
    return workload.startswith("fastad"), workload, size


def rows_of(runs):
    """One dictionary for each workload, size and number of threads."""
    rows = []
    for threads in sorted(runs):
        for (workload, size), sides in sorted(runs[threads].items(), key=order):
            limit = sides.get("limit")
            rows.append(
                {
                    "workload": workload,
                    "size": size,
                    "threads": threads,
                    "nanoseconds": sides,
                    "ratios": {s: t / limit for s, t in sides.items() if limit and s != "limit"},
                }
            )
    return rows


def print_rows(rows):
    """The table; a column for a peer is there if the peer was."""
    peers = []
    for row in rows:
        peers += [s for s in row["nanoseconds"] if s not in ("limit", "ours") and s not in peers]
    table = [["workload", "size", "ours", "limit", *peers, "ours/limit"]]
    table[0] += [f"{peer}/limit" for peer in peers]
    for row in rows:
        sides = row["nanoseconds"]
        cells = [row["workload"], str(row["size"])]
        cells += [nanoseconds(sides[s]) if s in sides else "" for s in ("ours", "limit", *peers)]
        for side in ("ours", *peers):
            cells.append(ratio(sides[side], sides.get("limit")) if side in sides else "")
        table.append(cells)
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        first = line[0].ljust(widths[0])
        print(first, *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:])), sep="  ")


def main():
    build = pathlib.Path(sys.argv[1])
    runs = collections.defaultdict(dict)
    compile_time = None
    for path in map(pathlib.Path, sys.argv[2:]):
        if path.name == "compile_time.json":
            compile_time = json.loads(path.read_text(encoding="utf-8"))
            continue
        threads = int(path.name.split(".")[1])
        for row, sides in read(path).items():
            runs[threads].setdefault(row, {}).update(sides)
    rows = rows_of(runs)
    for threads in sorted(runs):
        threads_text = "1 thread" if threads == 1 else f"{threads} threads (limit and peers: one)"
        print(f"\n{threads_text}, medians, {processor()}")
        print_rows([row for row in rows if row["threads"] == threads])
    results = {"processor": processor(), "rows": rows, "compile_time": compile_time}
    (build / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    if rows:
        (build / "results.svg").write_text(picture.draw(rows, processor()), encoding="utf-8")
    print(f"\nwritten: {build}/results.json" + (f", {build}/results.svg" if rows else ""))


main()
