#!/usr/bin/env bash
# Trains a tiny network for many epochs with matrices after each and compares the last hundred with the first hundred: an epoch must not
# take more than 1.2 times as long at the end, nor the process more than 1.2 times the memory. Exit code 1 if it does.
#   scripts/test/long-run.sh [EPOCHS]        default 2000
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
epochs=${1:-2000}
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
trap 'kill "${soopt:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cat >"$work/long.yaml" <<SPEC
experiment: long
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 150}
model: {type: mlp, hidden: [6], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.1, period: 1, partition: canonical, cubic: {damping: 3.0}}
training: {epochs: $epochs, batch-size: 50, curvature-batch-size: 50}
record: {curvature: {every: 1 epoch}, steps: {every: never}, checkpoint: {every: never}}
SPEC
"$home/scripts/soopt" run "$work/long.yaml" --offline --progress none --results "$work/results" >"$work/out" 2>"$work/err" &
soopt=$!
early=0 late=0
while kill -0 "$soopt" 2>/dev/null; do
  rows=$({ cat "$work"/results/long/runs/*/metrics.csv 2>/dev/null || true; } | wc -l)
  resident=$(awk '/^VmRSS/ {print $2}' "/proc/$soopt/status" 2>/dev/null || true)
  if ((${resident:-0} > 0)); then
    # The heap fills up to its first collections, whatever the run writes: early is the middle, late the end.
    if ((rows > epochs * 4 / 10 && rows <= epochs / 2 && resident > early)); then early=$resident; fi
    if ((rows > epochs * 9 / 10 && resident > late)); then late=$resident; fi
  fi
  sleep 0.2
done
wait "$soopt" || { cat "$work/err" >&2; exit 1; }
folder=$(echo "$work"/results/long/runs/*/)
# The first epochs are compiled while they run: they are left out.
awk -F, -v epochs="$epochs" -v early="$early" -v late="$late" '
  NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
  { time[$column["epoch"]] = $column["wall_time_s"] }
  END {
    skip = epochs / 10
    first = (time[skip + 100] - time[skip]) / 100
    last = (time[epochs] - time[epochs - 100]) / 100
    printf "epochs %d: %.2f ms each in the first hundred after warm-up, %.2f ms in the last: ratio %.2f\n", \
      epochs, 1e3 * first, 1e3 * last, last / first
    ratio = early > 0 ? late / early : 1
    printf "resident memory: %d MiB in the middle, %d MiB at the end: ratio %.2f\n", early / 1024, late / 1024, ratio
    exit last / first > 1.2 || ratio > 1.2
  }' "$folder/metrics.csv" && status=0 || status=1
printf 'files %d, matrices.npz %d KiB, curvature.jsonl %d KiB\n' "$(find "$folder" -type f | wc -l)" \
  $(($(stat -c %s "$folder/matrices/matrices.npz") / 1024)) $(($(stat -c %s "$folder/curvature.jsonl") / 1024))
if [[ $(find "$folder" -type f | wc -l) -gt 25 ]]; then
  echo "more than 25 files" >&2
  status=1
fi
exit "$status"
