# %% [markdown]
# # Runs of soopt as data frames
#
# Written by `soopt export pandas`, which also wrote `runs.csv` beside it: a row per run with its folder, how it stands, its
# seed, its configuration and every setting that varies. The same command brings it up to date; this file is yours to change
# under another name. Needs pandas, and NumPy for matrices.

# %%
import io
import pathlib

import pandas

HERE = pathlib.Path(globals().get("__file__", "load.ipynb")).resolve().parent
RUNS = pandas.read_csv(HERE / "runs.csv", dtype={"experiment": str, "run_id": str, "configuration": str, "folder": str})
VARIED = list(RUNS.columns[RUNS.columns.get_loc("folder") + 1 :])


def folder(run):
    """The folder of a run, which is a row of RUNS."""
    return HERE / run.folder


def table(run, file):
    """A CSV file of a run; a last line that is still being written does not count."""
    path = folder(run) / file
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return pandas.read_csv(io.StringIO(whole), on_bad_lines="skip", low_memory=False) if whole else pandas.DataFrame()


def tables(file, runs=RUNS):
    """The same file of all runs below each other, each row with what tells its run from others."""
    known = ["experiment", "run_id", "seed", "state", "configuration", *VARIED]
    parts = [table(run, file).assign(run_id=run.run_id, experiment=run.experiment) for run in runs.itertuples()]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pandas.DataFrame(columns=known)
    rows = pandas.concat(parts, ignore_index=True)
    return runs[known].merge(rows, on=["experiment", "run_id"], suffixes=("", "_of_file"))


def matrices(run):
    """H̄, its inverse and the regularized ones at each recorded moment: {"e0003.hbar_averaged": array [S, S], …}."""
    import numpy

    path = folder(run) / "matrices" / "matrices.npz"
    return dict(numpy.load(path)) if path.exists() else {}


# %% [markdown]
# Metrics of all runs: a row per evaluation.

# %%
METRICS = tables("metrics.csv")
METRICS.head()

# %% [markdown]
# The last row of each run, and its mean over the seeds of each configuration.

# %%
SHOWN = [name for name in ("train_loss", "val_acc", "test_loss", "test_acc") if name in METRICS and METRICS[name].notna().any()]
LAST = METRICS.sort_values("step").groupby(["experiment", "run_id"]).tail(1) if len(METRICS) else METRICS
FINAL = LAST.groupby(["experiment", "configuration"])[SHOWN].agg(["mean", "std", "count"])
FINAL

# %% [markdown]
# Curves, with matplotlib: the mean over seeds.

# %%
def curves(metric="train_loss"):
    """Draws a metric against epochs, a line per configuration; gives the axes."""
    mean = METRICS.pivot_table(index="epoch", columns="configuration", values=metric, aggfunc="mean")
    return mean.plot(logy=metric.endswith("loss"), ylabel=metric)


# %%
if __name__ == "__main__":
    with pandas.option_context("display.width", 200, "display.max_columns", None, "display.max_rows", None):
        print(FINAL)
