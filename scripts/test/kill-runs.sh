#!/usr/bin/env bash
# Kills tiny runs at random moments (SIGKILL) and audits every file that they leave: rows of CSV whole, but for the last one of a
# stream that was cut off; JSON and npz whole; no temporary files after the next start; what was cut off starts again, what was
# finished does not. Exit code 1 if anything is wrong.
#   scripts/test/kill-runs.sh [N] [SEED]     N kills (default 50), SEED of the moments (default 1)
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${SOOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/soopt}
classes=$home/target/soopt.jar:$home/target/lib/*
javac -d "$work/classes" -cp "$classes" "$home"/src/test/java/soopt/experiment/stress/{FolderAudit,KillRuns}.java
cat >"$work/kill.yaml" <<'SPEC'
experiment: kill
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 300}
model: {type: mlp, hidden: [6], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.5, period: 2, partition: canonical, cubic: {damping: 3.0}}
training: {epochs: 4, batch-size: 50, curvature-batch-size: 50}
record: {curvature: {every: 2 steps}, steps: {every: 1 steps}, checkpoint: {every: 3 steps}}
SPEC
mkdir "$work/results"
java -XX:+UseSerialGC -Xmx256m "-Dsoopt.run.classpath=$classes" "-Dorg.bytedeco.javacpp.cachedir=$cache/javacpp" \
  "-Dsoopt.cache=$cache" "-Dsoopt.home=$home" -cp "$work/classes:$classes" \
  soopt.experiment.stress.KillRuns "$work/results" "$work/kill.yaml" "${1:-50}" "${2:-1}"
