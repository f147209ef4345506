#!/usr/bin/env python3
"""Joins the results of soopt and PyTorch in one folder to a Markdown table: soopt.1.json, pytorch.1.json, soopt.2.json, ...

Times are the median of all rounds of all processes. A ratio is PyTorch's median over soopt's in two neighbouring processes; the
table shows the median of these and the least and largest. Memory is that beyond parameters, batch and direction.
A work of PyTorch named "x, how" is a second way to do soopt's "x" and is set against it.
"""
import json
import pathlib
import statistics
import sys


def read(folder, program):
    """The runs in order, and by work the results of each run."""
    files = sorted(pathlib.Path(folder).glob(f"{program}.*.json"), key=lambda f: int(f.suffixes[0][1:]))
    runs = [json.loads(f.read_text()) for f in files]
    works = {}
    for run in runs:
        for result in run["results"]:
            works.setdefault(result["name"], []).append(result)
    return runs, works


def milliseconds(results):
    return 1e3 * statistics.median(t for r in results for t in r["times_s"])


def mebibytes(results):
    known = [r["extra_bytes"] for r in results if r.get("extra_bytes")]
    return statistics.median(known) / 2**20 if known else None


def spread(values):
    text = f"{statistics.median(values):.2f}"
    return text if len(values) == 1 else f"{text} ({min(values):.2f} to {max(values):.2f})"


def cells(results, unit):
    memory = mebibytes(results)
    return [f"{milliseconds(results):.2f}", f"{milliseconds(results) / unit:.2f}", "" if memory is None else f"{memory:.1f}"]


def row(name, mine, peer, unit, peer_unit):
    if not peer:
        return [name, *cells(mine, unit), "", "", "", "", ""]
    ratios = [p["median_s"] / m["median_s"] for p, m in zip(peer, mine)]
    ours, theirs = mebibytes(mine), mebibytes(peer)
    memory = f"{theirs / ours:.1f}" if ours and theirs else ""
    return [name, *cells(mine, unit), *cells(peer, peer_unit), spread(ratios), memory]


def main():
    runs, mine = read(sys.argv[1], "soopt")
    peer_runs, peer = read(sys.argv[1], "pytorch")
    first, torch = runs[0], peer_runs[0]["versions"]["torch"]
    rounds = [sum(r["rounds"] for r in works["gradient"]) for works in (mine, peer)]
    print(f"{first['model']}, batch {first['batch']}, {first['groups']} groups, {first['precision']}, {first['threads']} thread(s);"
          f" medians of {rounds[0]} rounds of soopt and {rounds[1]} of PyTorch in {len(runs)} processes each, in turns\n")
    print(f"| work | soopt, ms | gradients | MiB | PyTorch {torch}, ms | gradients | MiB | time ratio | memory ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    unit, peer_unit = milliseconds(mine["gradient"]), milliseconds(peer["gradient"])
    for name, results in mine.items():
        for variant in [name] + [other for other in peer if other.startswith(name + ",")]:
            print("| " + " | ".join(row(variant, results, peer.get(variant), unit, peer_unit)) + " |")
    print()


if __name__ == "__main__":
    main()
