#!/usr/bin/env bash
# Sweeps on a real SLURM, one of our own on this machine: an array job; a warning of the time limit, after which a task saves, is
# queued again and goes on; preemption by another partition; the time limit itself; a diverging task among good ones; a cancelled
# one, which only the same command submits again; the summary after all. Every run ends with the numbers of one that nobody
# disturbed. As root, with the packages that slurm-cluster.sh names; minutes. Exit code 1 if anything is wrong, 3 if SLURM cannot be here.
#   scripts/test/slurm.sh
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
soopt=$here/../soopt
"$soopt" --version >&2
work=$(mktemp -d)
chmod 755 "$work"
"$here/slurm-cluster.sh" start "$work/cluster" || { status=$?; rm -rf "$work"; exit "$status"; }
. "$work/cluster/env.sh"
trap '"$here/slurm-cluster.sh" stop "$work/cluster"; rm -rf "$work"' EXIT
export SOOPT_CACHE=${SOOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/soopt}
cd "$work"
cat >sweep.yaml <<SPEC
experiment: cluster
seeds: [1]
dataset: {type: mnist-sample, validation: 500}
model: {type: mlp, hidden: [32], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.3, period: 2, partition: canonical, cubic: {damping: 3.0}}
training: {epochs: 12, batch-size: 20, curvature-batch-size: 20}
record: {curvature: {every: 1 epoch}, checkpoint: {every: 1 epoch}}
sweep:
  grid: {training.batch-size: [20, 21, 22]}
  slurm: {cpus: 2, mem: 2G, cache: shared, setup: ['echo "on $(hostname)"']}
SPEC
wrong=0

check() { # WHAT COMMAND…
  local what=$1
  shift
  if "$@"; then
    echo "ok    $what"
  else
    echo "WRONG $what"
    wrong=1
    squeue -h -r -t all -O JobArrayID:15,State:15,Reason:20,exit_code:10,restartcnt:10 >&2
    tail -n 12 "$(ls -t ./*/cluster/slurm/logs/*.out | head -n 1)" >&2
  fi
}

# The numbers of a run without its times.
numbers() { # RESULTS
  local run
  for run in "$1"/cluster/runs/????????????; do
    basename "$run"
    python3 - "$run" <<'PY'
import csv, sys
with open(sys.argv[1] + "/metrics.csv") as file:
    for row in csv.DictReader(file):
        print([value for key, value in row.items()
               if not key.endswith("_s") and key not in ("peak_memory_bytes", "restart_count")])
print(open(sys.argv[1] + "/learning_rates.csv").read())
print(open(sys.argv[1] + "/matrices/matrices.csv").read())
PY
  done
}

same() { # RESULTS
  diff <(numbers "$work/undisturbed") <(numbers "$1") >"$work/difference" || { head -n 5 "$work/difference" >&2; return 1; }
}

sweep() { # RESULTS WORDS…
  local results=$1
  shift
  "$soopt" sweep sweep.yaml --slurm --results "$results" "$@"
}

job() { # RESULTS: the newest array job
  tail -n 1 "$1/cluster/slurm/jobs.jsonl" | sed 's/.*"job":\([0-9]*\).*/\1/'
}

# Waits until a command succeeds, at most so many seconds.
soon() { # SECONDS COMMAND…
  local limit=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    ((SECONDS < limit)) || return 1
    sleep 0.5
  done
}

state() { squeue -h -r -t all -j "$1" -O State:20 | tr -d ' '; }
is() { [[ $(state "$1") == "$2" ]]; }
over() { [[ $(state "$1") =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
saved() { grep -q checkpoint_saved "$1"/cluster/runs/*/events.jsonl; }
summed() { [[ $(wc -l <"$1/cluster/summary.csv") -eq $(($2 + 1)) ]]; }
# A node refuses for a second or two a job that it has just ended; SLURM itself waits two minutes.
go_now() {
  sleep 5
  scontrol update "jobid=$1" StartTime=now
}
status() { grep -h '"state"' "$1"/cluster/runs/*/status.json | sort | uniq -c | tr -s ' \n' ' '; }

"$soopt" sweep sweep.yaml --results undisturbed --jobs 2 --progress none >local.out || { cat local.out >&2; exit 1; }

# ---- an array job ----
sweep array --wait >array.out
check "array: all runs end, with the numbers of a sweep without SLURM" same array
check "array: three tasks, each with the cores asked for" grep -q 'submitted 3 runs in 3 tasks of 2 cores, 2G' array.out
check "array: the summary is made when all have ended" soon 120 summed array 3
check "array: meta.json knows the job" grep -q "\"job_id\" : \"[0-9]" array/cluster/runs/*/meta.json
check "array: what is finished is not submitted again" grep -q 'all runs are finished' <(sweep array)

# ---- a warning of the time limit: checkpoint, the queue again, the same numbers ----
sweep warned 'training.batch-size=20' >/dev/null
task=$(job warned)_0
check "warning: a checkpoint is there" soon 120 saved warned
scancel -s USR1 --batch "$task"
check "warning: the task is queued again" soon 120 is "$task" PENDING
check "warning: meanwhile the run is PREEMPTED" grep -q PREEMPTED warned/cluster/runs/*/status.json
check "warning: the log says so" grep -q 'is queued again' warned/cluster/slurm/logs/*_0.out
go_now "$task"
check "warning: it ends" soon 240 over "$task"
check "warning: it went on, and did not begin anew" grep -q run_resumed warned/cluster/runs/*/events.jsonl

# ---- preemption by a partition of higher rank ----
sweep preempted 'training.batch-size=21' >/dev/null
task=$(job preempted)_0
check "preemption: a checkpoint is there" soon 120 saved preempted
urgent=$(sbatch --parsable --partition=urgent --ntasks=1 --cpus-per-task=4 --output=/dev/null --wrap 'sleep 5')
check "preemption: SLURM queues the task again" soon 120 is "$task" PENDING
check "preemption: the run is PREEMPTED" grep -q PREEMPTED preempted/cluster/runs/*/status.json
soon 60 over "$urgent"
go_now "$task"
check "preemption: it ends" soon 240 over "$task"
check "preemption: it went on" grep -q run_resumed preempted/cluster/runs/*/events.jsonl

# ---- cancelled: saved, and not queued again by itself ----
sweep cancelled 'training.batch-size=22' >/dev/null
task=$(job cancelled)_0
check "cancel: a checkpoint is there" soon 120 saved cancelled
check "cancel: the same command finds it in the queue" grep -q '1 run in the queue already' <(sweep cancelled 'training.batch-size=22')
scancel "$task"
check "cancel: the task is over" soon 240 over "$task"
check "cancel: the run is PREEMPTED, with a checkpoint" grep -q PREEMPTED cancelled/cluster/runs/*/status.json
sweep cancelled 'training.batch-size=22' --wait >/dev/null
check "cancel: the same command submits it again and it goes on" grep -q run_resumed cancelled/cluster/runs/*/events.jsonl

# ---- the three of them: to the same numbers ----
mkdir -p together/cluster/runs
cp -r warned/cluster/runs/???????????? preempted/cluster/runs/???????????? cancelled/cluster/runs/???????????? together/cluster/runs/
check "after warning, preemption and cancel the numbers are those of undisturbed runs" same together

# ---- the time limit itself, as SLURM sees it ----
sweep limited 'training.batch-size=20' training.epochs=2000 --time 1:00 --sbatch-arg=--signal=B:USR1@30 >/dev/null
task=$(job limited)_0
check "time limit: a checkpoint is there" soon 120 saved limited
check "time limit: SLURM's own warning queues the task again" soon 150 is "$task" PENDING
scancel "$task"

# ---- one that fails among good ones ----
status=0
sweep mixed 'optimizer.step-size=0.3,1e30' 'training.batch-size=20' --wait >mixed.out || status=$?
check "failure: one of two diverges, the other ends" test "$(status mixed)" = ' 1 "state" : "COMPLETED", 1 "state" : "DIVERGED", '
check "failure: DIVERGED is no failure of the sweep" test "$status" -eq 0
check "failure: the summary has both" soon 120 summed mixed 2
# in SLURM's words 6 · 256
check "failure: the batch system sees exit code 6" test "$(squeue -h -r -t all -j "$(job mixed)" -O exit_code:20 | tr -d ' ' | sort -u | tr '\n' ' ')" = "0 1536 "

# ---- packed runs ----
sweep packed --runs-per-task 2 --array-parallel 1 --wait >packed.out
check "packed: three runs in two tasks" grep -q 'submitted 3 runs in 2 tasks' packed.out
check "packed: the same numbers" same packed
exit "$wrong"
