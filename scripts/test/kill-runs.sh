#!/usr/bin/env bash
# Kills tiny runs of several optimizers at random moments (SIGKILL) and audits every file that they leave: rows of CSV whole, but for
# the last one of a stream that was cut off; JSON and npz whole; no temporary files after the next start. What was cut off goes on from
# the last checkpoint that was saved and ends with the numbers of a run that nobody killed, to the last bit; what was finished is not
# run again. Exit code 1 if anything is wrong.
#   scripts/test/kill-runs.sh [N | --long] [SEED]     N kills (default 50; --long 1000), SEED of the moments (default 1)
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${SOOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/soopt}
classes=$home/target/soopt.jar:$home/target/lib/*
kills=${1:-50}
[[ $kills == --long ]] && kills=1000
tests=$home/src/test/java/soopt/experiment
javac -d "$work/classes" -cp "$classes" "$tests/RunFiles.java" "$tests"/stress/{Differences,FolderAudit,KillRuns}.java
# spec NAME OPTIMIZER MORE-OF-TRAINING RECORD [PRECISION]
spec() {
  cat >"$work/$1.yaml" <<SPEC
experiment: kill
threads: 1
precision: ${5:-float32}
dataset: {type: mnist-sample, validation: 50, limit: 300}
model: {type: mlp, hidden: [6], activation: tanh}
optimizer: $2
training: {epochs: 6, batch-size: 50, curvature-batch-size: 50$3}
record: $4
SPEC
}
spec summary '{type: newton-summary, step-size: 0.5, period: 2, partition: canonical, cubic: {damping: 3.0}}' '' \
  '{curvature: {every: 2 steps}, steps: {every: 1 steps}, checkpoint: {every: 3 steps}}'
spec adam '{type: adam, step-size: 0.01}' ', schedule: {type: cosine, to: 0.1}, plateau: {patience: 0, threshold: 0.5}' \
  '{curvature: {every: 1 epoch, full-batch: true}, checkpoint: {every: 1 step}}' float64
spec lbfgs '{type: l-bfgs, history: 3, pairs: overlap, line-search: none, step-size: 0.02}' '' '{checkpoint: {every: 1 epoch}}' float64
spec kfac '{type: k-fac, step-size: 0.1}' '' '{steps: {every: 2 steps}, checkpoint: {every: 4 steps}}'
mkdir "$work/results"
java -XX:+UseSerialGC -Xmx256m "-Dsoopt.run.classpath=$classes" "-Dorg.bytedeco.javacpp.cachedir=$cache/javacpp" \
  "-Dsoopt.cache=$cache" "-Dsoopt.home=$home" -cp "$work/classes:$classes" \
  soopt.experiment.stress.KillRuns "$work/results" "$kills" "${2:-1}" "$work"/{summary,adam,lbfgs,kfac}.yaml
