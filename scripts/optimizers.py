#!/usr/bin/env python3
"""All optimizers beside each other: trains every preset of configs/optimizers and prints two Markdown tables.

  scripts/optimizers.py [--budget 60] [--jobs 1] [--results DIR] [--only NAME,...]

1. The presets as they are: a perceptron on the MNIST sample; each preset has its own epochs, width and number of images.
2. The same optimizers, untouched, train LeNet-5 on 10,000 images of CIFAR-10. Each has as many epochs as cost about --budget
   passes over the training set, counted as soopt counts gradient equivalents: shorter runs measure what an epoch costs.
Nothing is tuned for the second table. Runs that are there already are not run again. Each takes one thread; with --jobs 2, two
at once, seconds are those of a machine at work. Needs CIFAR-10 (soopt datasets fetch cifar10) and Python 3.8 alone.
"""
import argparse
import concurrent.futures
import csv
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PRESETS = HERE.parent / "configs" / "optimizers"
LENET = ["dataset={type: cifar10, validation: 5000, limit: 15000}", "model=lenet", "evaluate={every: 10 epochs}"]


class Refused(Exception):
    """What the program says where it does not train."""


def train(name, results, *settings):
    """The last row of metrics.csv, the row before the first step, and the run as `soopt run --json` tells of it."""
    command = [str(HERE / "soopt"), "run", str(PRESETS / f"{name}.yaml"), "--results", results, "--threads", "1", "--json",
               "--progress", "none", *settings]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        run = json.loads(told.stdout)["runs"][0]
    except (ValueError, LookupError):
        sys.exit(f"{name}: {told.stderr.strip()}")
    if "folder" not in run:
        raise Refused(run["message"].split(": ", 2)[-1])
    with open(pathlib.Path(run["folder"]) / "metrics.csv") as f:
        rows = list(csv.DictReader(f))
    return rows[-1], rows[0], run


def passes(last):
    """Cost in gradients of the whole training set: a gradient equivalent is a gradient of one batch."""
    steps = int(last["step"])
    return float(last["gradient_equivalents"]) * int(last["epoch"]) / steps if steps else 0.0


def row(name, last, first, run):
    end = "" if run["state"] == "COMPLETED" else f" ({run['state'].lower()})"
    seconds = float(last["train_time_s"]) + float(last["curvature_time_s"])
    return [f"`{name}`{end}", last["epoch"], last["step"], f"{passes(last):.1f}", f"{float(first['train_loss']):.3f}",
            f"{float(last['train_loss']):.4f}", f"{100 * float(run.get('test_acc', 'nan')):.1f} %", f"{seconds:.1f}"]


def preset(name, options):
    return row(name, *train(name, options.results))


def lenet(name, options):
    epochs = 1
    while True:
        last, first, run = train(name, options.results, *LENET, f"training.epochs={epochs}")
        # the first step of some costs more than the later ones
        wanted = max(1, round(epochs * options.budget / passes(last))) if run["state"] == "COMPLETED" else epochs
        if wanted <= 1.25 * epochs:
            return row(name, last, first, run)
        epochs = wanted


def table(title, problem, names, options):
    print(f"\n{title}\n")
    print("| optimizer | epochs | steps | passes | loss before | loss | test | seconds |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")

    def made(name):
        try:
            return problem(name, options)
        except Refused as e:
            print(f"{name}: {e}", file=sys.stderr)
            return [f"`{name}`", *["refused"] * 2, *[""] * 5]

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for cells in pool.map(made, names):
            print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=60, help="passes over the training set for each on LeNet (default: 60)")
    parser.add_argument("--jobs", type=int, default=1, help="runs at once (default: 1)")
    parser.add_argument("--results", default="results/optimizers", help="where runs are written (default: results/optimizers)")
    parser.add_argument("--only", default="", help="names of optimizers, with commas")
    options = parser.parse_args()
    names = sorted(p.stem for p in PRESETS.glob("*.yaml"))
    if options.only:
        names = options.only.split(",")
    table("A perceptron on the MNIST sample, presets as they are", preset, names, options)
    table("LeNet-5 on 10,000 images of CIFAR-10, the same settings", lenet, names, options)


if __name__ == "__main__":
    main()
