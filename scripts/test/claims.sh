#!/usr/bin/env bash
# Races for claims, and runs that are taken over from a stopped process: 6 processes want 300 claims, new ones and those of dead owners,
# and each must have one winner; then a run is stopped (SIGSTOP) in a pid namespace of its own, which stands for another host, its lease
# ends, another process takes the run over and ends it, and the stopped one is woken, in the middle of that and after it: it must stop
# with exit code 75, change no file, and the numbers must be those of a run that nobody disturbed. Needs root for the second part.
#   scripts/test/claims.sh [PROCESSES [CLAIMS]]     default 6 300
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
classes=$home/target/soopt.jar:$home/target/lib/*
javac -d "$work/classes" -cp "$classes" "$home/src/test/java/soopt/experiment/claim/ClaimRace.java"
java -cp "$work/classes:$classes" soopt.experiment.claim.ClaimRace "${1:-6}" "${2:-300}" "$work/race"

unshare --pid --fork --mount-proc true 2>/dev/null || { echo "no namespaces here: taking over is not tested"; exit 0; }
cat >"$work/spec.yaml" <<'SPEC'
experiment: claims
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 600}
model: {type: mlp, hidden: [40], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.5, period: 2, partition: canonical, cubic: {damping: 3.0}}
training: {epochs: 60, batch-size: 20, curvature-batch-size: 20}
record: {steps: {every: 2 steps}, curvature: {every: 10 epochs}, checkpoint: {every: 10 steps}}
SPEC
run() { "$home/scripts/soopt" run "$work/spec.yaml" --progress none --results "$work/$1"; }
export SOOPT_BUILD=never
run alone >/dev/null
id=$(ls "$work/alone/claims/runs")

fail() { echo "WRONG: $*"; exit 1; }
same() { # the numbers, without times, memory and restarts
  local a=$work/alone/claims/runs/$id b=$work/$1/claims/runs/$id
  cmp "$a/steps.csv" "$b/steps.csv" && cmp "$a/learning_rates.csv" "$b/learning_rates.csv" &&
    cmp <(cut -d, -f1-18 "$a/metrics.csv") <(cut -d, -f1-18 "$b/metrics.csv") && cmp "$a/checkpoints/weights.npz" "$b/checkpoints/weights.npz"
}
wait_for() { for _ in $(seq 600); do "$@" && return; sleep 0.05; done; fail "waited in vain for $*"; }
rows() { [[ -f $work/$1/claims/runs/$id/metrics.csv && $(wc -l <"$work/$1/claims/runs/$id/metrics.csv") -ge $2 ]]; }
files() { (cd "$work/$1/claims/runs" && find "$id" -type f -print0 | sort -z | xargs -0 sha256sum); }
descendant() { # the Java process below a pid
  local child
  for child in $(ps -o pid= --ppid "$1"); do
    if [[ $(ps -o comm= -p "$child") == java ]]; then echo "$child"; else descendant "$child"; fi
  done
}
for when in middle after; do
  (unshare --pid --fork --mount-proc "$home/scripts/soopt" run "$work/spec.yaml" --progress none --results "$work/$when" >"$work/$when.out" 2>&1) &
  first=$!
  wait_for rows "$when" 8
  java=$(descendant "$first")
  kill -STOP "$java"
  "$home/scripts/soopt" run "$work/spec.yaml" --results "$work/$when" >"$work/refused" 2>&1 && fail "a young claim was taken over"
  grep -q 'is already running on' "$work/refused" || fail "$(cat "$work/refused")"
  touch -d '11 minutes ago' "$work/$when/claims/runs/.claims/$id"
  if [[ $when == middle ]]; then
    run "$when" >"$work/$when.second" 2>&1 &
    second=$!
    wait_for rows "$when" 20
    kill -CONT "$java"
    wait "$second" || fail "the new owner ended with $?: $(cat "$work/$when.second")"
  else
    run "$when" >"$work/$when.second" 2>&1 || fail "the new owner ended with $?"
    files "$when" >"$work/before"
    kill -CONT "$java"
  fi
  code=0
  wait "$first" || code=$?
  [[ $code == 75 ]] || fail "the old owner ended with $code: $(cat "$work/$when.out")"
  grep -q 'was taken over' "$work/$when.out" || fail "$(cat "$work/$when.out")"
  [[ $when == middle ]] || diff "$work/before" <(files "$when") || fail "the old owner changed files"
  same "$when" || fail "the numbers differ"
  grep -q '"state" *: *"COMPLETED"' "$work/$when/claims/runs/$id/status.json" || fail "the run is not completed"
  echo "taken over from a stopped process that woke up (in the middle, after): $when: same numbers, its exit code 75"
done
