#!/usr/bin/env bash
# The figures of many runs: four configurations of 500 seeds, copies of one run of 200 epochs with all that an optimizer with curvature
# writes. All kinds together must be drawn within a minute and with 1 GiB of heap. Exit code 1 otherwise.
#   scripts/test/many-figures.sh [RUNS]     default 2000
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
runs=${1:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/many.yaml" <<'SPEC'
experiment: many
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 150}
model: {type: mlp, hidden: [4, 4], activation: tanh}
optimizer:
  type: newton-summary
  direction: {type: sgd, momentum: 0.9}
  partition: canonical
  step-size: 0.1
  period: 2
training: {epochs: 200, batch-size: 50}
record: {curvature: {every: 50 epochs}, steps: {every: 2 steps}}
SPEC
export SOOPT_BUILD=never
"$home/scripts/soopt" run "$work/many.yaml" --progress none --results "$work/one" >/dev/null
first=$(echo "$work"/one/many/runs/[0-9a-f]*)
mkdir -p "$work/results/many/runs" "$work/out"
sizes=(0.03 0.1 0.3 1.0)
for ((i = 0; i < runs; i++)); do
  id=$(printf '%012x' $((i * 104729 + 1)))
  run=$work/results/many/runs/$id
  mkdir "$run"
  cp -rl "$first/metrics.csv" "$first/steps.csv" "$first/learning_rates.csv" "$first/curvature.jsonl" "$first/matrices" "$run"
  sed "s/seeds: .*/seeds: [$((i / 4 + 1))]/; s/step-size: .*/step-size: ${sizes[i % 4]}/" "$first/config.yaml" >"$run/config.yaml"
  sed "s/\"run_id\" : .*/\"run_id\" : \"$id\",/" "$first/status.json" >"$run/status.json"
done
echo "$runs runs: $(du -shl "$work/results" | cut -f1) to read" >&2
export SOOPT_JAVA_OPTS=-Xmx1g
total=0
for kind in loss learning-rates matrices fidelity spectrum; do
  begin=$(date +%s%N)
  "$home/scripts/soopt" plot many --kind "$kind" --results "$work/results" --format svg,png,pdf --out "$work/out/" >"$work/files" 2>"$work/said" ||
    { cat "$work/said"; exit 1; }
  took=$((($(date +%s%N) - begin) / 1000000))
  total=$((total + took))
  echo "$kind: $took ms"
  while read -r file; do [[ -s $file ]] || { echo "$file is empty"; exit 1; }; done <"$work/files"
done
echo "all: $total ms"
((total < 60000))
