#!/usr/bin/env python3
"""The table of scripts/gpu-check.sh: what was right, and each work of soopt against the best way of PyTorch and JAX.

Program "plain" is soopt without CUDA graphs, "cudnn" with convolutions by cuDNN, "cusolver" and "host" are its methods with factors. Times are medians over all rounds of all processes. The author's way is PyTorch's "summary order 3".
"""
import json
import pathlib
import statistics
import sys

WORKS = ("gradient", "summary order 3", "adam step", "newton-summary step")
FACTORED = ("k-fac step", "shampoo step", "soap step")
OWN = ("soopt", "plain", "cudnn", "cusolver", "host")


def times(folder):
    """Seconds by model, program and name of the work; problems by the same."""
    found, problems = {}, {}
    for path in sorted(folder.glob("*.json")):
        model, program = path.name.split(".")[:2]
        try:
            run = json.loads(path.read_text())
        except ValueError:  # a process that was stopped
            continue
        for result in run["results"]:
            found.setdefault(model, {}).setdefault((program, result["name"]), []).extend(result["times_s"])
        for name, why in run.get("problems", {}).items():
            problems[model, program, name] = why
        if "note" in run:
            problems[model, program, "all convolutions"] = run["note"]
    return {m: {k: statistics.median(v) for k, v in works.items()} for m, works in found.items()}, problems


def rows(model, works):
    for work in WORKS:
        own = works.get(("soopt", work))
        if own is None:
            continue
        # a step of ours has no peer of its name: it is set against Adam's
        peer_work = "adam step" if work.startswith("newton") else work
        peers = {f"{program}: {name}": t for (program, name), t in works.items()
                 if program not in OWN and (name == peer_work or name.startswith(peer_work + ", "))}
        author = works.get(("pytorch", "summary order 3")) if work == "summary order 3" else None
        best = min(peers, key=peers.get, default=None)
        yield (model, work, f"{1e3 * own:.3f}", f"{author / own:.1f} ×" if author else "",
               f"{1e3 * peers[best]:.3f}" if best else "not measured", f"{peers[best] / own:.2f} ×" if best else "", best or "")


def print_table(head, lines):
    widths = [max(len(row[i]) for row in [head, *lines]) for i in range(len(head))]
    for row in [head, *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main():
    out = pathlib.Path(sys.argv[1])
    summary = [line.split("\t") for line in (out / "summary.tsv").read_text().splitlines()]
    found, problems = times(out / "bench")
    lines = [row for model, works in found.items() for row in rows(model, works)]
    if lines:
        print_table(("model", "work", "soopt ms", "author's way / soopt", "best peer ms", "peer / soopt", "which"), lines)
        print()
    for model, works in found.items():
        newton, adam = works.get(("soopt", "newton-summary step")), works.get(("soopt", "adam step"))
        if newton and adam:
            print(f"{model}: a step of newton-summary (period 10) takes {newton / adam:.2f} of one of Adam")
    for model, works in found.items():
        for program, what in (("plain", "without CUDA graphs / with them"), ("cudnn", "with cuDNN / by patches")):
            ratios = [f"{work} {works[program, work] / works['soopt', work]:.2f}" for work in WORKS
                      if (program, work) in works and ("soopt", work) in works]
            if ratios:
                print(f"{model}: times {what}: {', '.join(ratios)}")
    for model, works in found.items():
        for work in FACTORED:
            device, host = works.get(("cusolver", work)), works.get(("host", work))
            if device:
                on_host = f"{1e3 * host:.3f} ms on the host" if host else "on the host not measured"
                print(f"{model}: {work} {1e3 * device:.3f} ms with factors by cuSOLVER, {on_host}")
    for (model, program, name), why in problems.items():
        print(f"not done by {program}: {name} on {model}: {why}")
    print_table(("what", "", ""), summary)


if __name__ == "__main__":
    main()
