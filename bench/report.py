"""Prints one table from Google Benchmark's JSON files: for every workload and size the limit, ours and
the peers, as nanoseconds for each element and as ratios to the limit measured in the same run."""

import collections
import json
import sys


def medians(path):
    """{workload: {size: {side: nanoseconds per element}}} of one file."""
    table = collections.defaultdict(lambda: collections.defaultdict(dict))
    with open(path, encoding="utf-8") as file:
        for run in json.load(file)["benchmarks"]:
            if run.get("aggregate_name") != "median":
                continue
            name, size = run["run_name"].split("/")[:2]
            workload, side = name.rsplit("_", 1)
            table[workload][int(size)][side] = run["real_time"] / int(size)
    return table


def main():
    for path in sys.argv[1:]:
        for workload, sizes in medians(path).items():
            peers = sorted({side for row in sizes.values() for side in row} - {"limit", "ours"})
            header = ["n", "limit", "ours", "ours/limit"]
            for peer in peers:
                header += [peer, f"{peer}/limit"]
            print(f"\n{workload}, ns per element (median)")
            print("".join(f"{word:>16}" for word in header))
            for size, row in sorted(sizes.items()):
                cells = [f"{size}", f"{row['limit']:.3f}", f"{row['ours']:.3f}"]
                cells.append(f"{row['ours'] / row['limit']:.2f}")
                for peer in peers:
                    cells += [f"{row[peer]:.3f}", f"{row[peer] / row['limit']:.2f}"]
                print("".join(f"{cell:>16}" for cell in cells))


main()
