#!/usr/bin/env bash
# Kills a sweep with all its processes (SIGKILL) at random moments and starts it again: a 3×3 grid × 2 seeds of a perceptron on the MNIST
# sample, two runs at the same time. What is done again is only what no checkpoint had, no finished run is touched, and all runs and
# summary.csv are those of a sweep that nobody killed, but for times. Says too what the sweep took beside training. Exit code 1 if
# anything is wrong.
#   scripts/test/kill-sweep.sh [KILLS] [SEED]     KILLS of one sweep (default 3), SEED of the moments (default 1)
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
trap 'kill_all; rm -rf "$work"' EXIT
kills=${1:-3}
RANDOM=${2:-1}
classes="$home/target/soopt.jar:$home/target/lib/*"
tests=$home/src/test/java/soopt/experiment
javac -d "$work/classes" -cp "$classes" "$tests/RunFiles.java" "$tests"/stress/{Differences,SweepDifferences}.java
cat >"$work/grid.yaml" <<SPEC
experiment: grid
seeds: [1, 2]
dataset: {type: mnist-sample, validation: 500}
model: {type: mlp, hidden: [200, 100], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.3, period: 10, partition: canonical, cubic: {damping: 1.0}}
training: {epochs: 6, batch-size: 100, curvature-batch-size: 100}
record: {curvature: {every: 1 epoch}, checkpoint: {every: 20 steps}}
sweep:
  grid: {optimizer.step-size: [0.1, 0.3, 1.0], optimizer.cubic.damping: [1, 3, 10]}
SPEC
group=
kill_all() {
  if [[ -n $group ]]; then kill -KILL -- "-$group" 2>/dev/null || true; fi
  group=
}
fail() {
  printf 'WRONG: %s\n' "$1"
  exit 1
}
sweep() {
  SOOPT_BUILD=never "$home/scripts/soopt" sweep "$work/grid.yaml" --jobs 2 --progress plain --results "$1"
}
# Steps that are done by status.json of the runs.
saved() {
  python3 - "$1" <<'PY'
import glob, json, sys
total = 0
for path in glob.glob(sys.argv[1] + '/grid/runs/*/status.json'):
    status = json.load(open(path))
    total += status['step']
print(total)
PY
}
seconds() { date +%s.%N; }

began=$(seconds)
sweep "$work/whole" >"$work/whole.out" 2>"$work/whole.err" || fail "the sweep that nobody killed: $(tail -3 "$work/whole.out" "$work/whole.err")"
ended=$(seconds)
SOOPT_BUILD=never "$home/scripts/soopt" collect grid --results "$work/whole" >/dev/null
python3 - "$work/whole/grid/summary.csv" "$began" "$ended" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
wall = float(sys.argv[3]) - float(sys.argv[2])
runs = sum(float(row['wall_time_s']) for row in rows)
print('%d runs in %.1f s by 2 processes, %.1f s of runs: %.1f %% beside' % (len(rows), wall, runs, 100 * (2 * wall - runs) / runs))
PY

for ((kill = 1; kill <= kills; kill++)); do
  set -m
  sweep "$work/cut" >"$work/cut.out" 2>"$work/cut.err" &
  group=$!
  set +m
  before=$(saved "$work/cut")
  while kill -0 "$group" 2>/dev/null && [[ $(saved "$work/cut") == "$before" ]]; do sleep 0.2; done
  sleep "$((RANDOM % 6)).$((RANDOM % 1000))"
  if kill -0 "$group" 2>/dev/null; then
    kill_all
    { wait; } 2>/dev/null || true
    printf 'kill %d: %s steps of runs are saved\n' "$kill" "$(saved "$work/cut")"
  else
    group=
    echo "the sweep was over before kill $kill"
  fi
  # workers that were just started have another group for a moment
  sleep 1
done

mkdir "$work/before"
for status in "$work"/cut/grid/runs/*/status.json; do
  [[ -f $status ]] && cp "$status" "$work/before/$(basename "$(dirname "$status")")"
done
sweep "$work/cut" >"$work/cut.out" 2>"$work/cut.err" || fail "the sweep that went on: $(tail -3 "$work/cut.out" "$work/cut.err")"
python3 - "$work/cut" "$work/cut.err" "$work/before" <<'PY'
import json, os, re, sys
results, log, before = sys.argv[1:]
every = 20
def status(path):
    return json.load(open(path))
plan = json.load(open(results + '/grid/plan.json'))
start = {}
for line in open(log):
    match = re.match(r'run +(\d+) .* (?:begins,|goes on from step (\d+) of) (\d+)', line)
    if match:
        start[plan['runs'][int(match[1])]['run_id']] = int(match[2] or 0)
done = total = alone = 0
for run in plan['runs']:
    name = run['run_id']
    steps = status('%s/grid/runs/%s/status.json' % (results, name))['step']
    total += steps
    was = status(before + '/' + name) if os.path.exists(before + '/' + name) else {'state': 'NEW', 'step': 0}
    if was['state'] in ('COMPLETED', 'DIVERGED', 'STALLED'):
        alone += 1
        if name in start:
            sys.exit('WRONG: run %s was finished and is run again' % name)
    elif was['step'] - start[name] >= every:
        sys.exit('WRONG: run %s goes on from step %d although %d were done' % (name, start[name], was['step']))
    else:
        done += steps - start[name]
print('%d of %d steps were left to do and done; %d finished runs were left alone' % (done, total, alone))
PY
SOOPT_BUILD=never "$home/scripts/soopt" collect grid --results "$work/cut" >/dev/null
java -cp "$work/classes:$classes" soopt.experiment.stress.SweepDifferences "$work/whole/grid" "$work/cut/grid" || fail "the numbers differ"
cmp "$work/whole/grid/plan.json" "$work/cut/grid/plan.json" || fail "the plans differ"
echo "ok: the killed sweep came to the same runs, plan and summary"
