#!/usr/bin/env bash
# A results folder of many runs, copies of one of 100 epochs with other settings: soopt ls, best and collect must each take less than two
# seconds and do with 64 MiB of heap, whatever the number of rows. Exit code 1 otherwise.
#   scripts/test/many-runs.sh [RUNS]     default 500
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
runs=${1:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/many.yaml" <<'SPEC'
experiment: many
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 100}
model: {type: mlp, hidden: [4], activation: tanh}
optimizer: {type: sgd, step-size: 0.1, momentum: 0.9}
training: {epochs: 100, batch-size: 50}
record: {curvature: {every: never}}
SPEC
export SOOPT_BUILD=never
"$home/scripts/soopt" run "$work/many.yaml" --progress none --results "$work/one" >/dev/null
first=$(echo "$work"/one/many/runs/[0-9a-f]*)
mkdir -p "$work/results/many/runs"
sizes=(0.01 0.03 0.1 0.3 1.0)
for ((i = 0; i < runs; i++)); do
  id=$(printf '%012x' $((i * 104729 + 1)))
  run=$work/results/many/runs/$id
  mkdir "$run"
  cp "$first/metrics.csv" "$run"
  sed "s/seeds: .*/seeds: [$((i / 5 + 1))]/; s/step-size: .*/step-size: ${sizes[i % 5]}/" "$first/config.yaml" >"$run/config.yaml"
  sed "s/\"run_id\" : .*/\"run_id\" : \"$id\",/" "$first/status.json" >"$run/status.json"
done
export SOOPT_JAVA_OPTS=-Xmx64m
bad=0
for command in ls best collect; do
  begin=$(date +%s%N)
  "$home/scripts/soopt" "$command" --results "$work/results" >"$work/out"
  took=$((($(date +%s%N) - begin) / 1000000))
  echo "$command: $took ms, $(wc -l <"$work/out") lines"
  ((took < 2000)) || bad=1
done
[[ $(wc -l <"$work/results/many/summary.csv") == $((runs + 1)) ]] || { echo "summary.csv has another number of rows"; bad=1; }
exit "$bad"
