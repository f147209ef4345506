#!/usr/bin/env bash
# Runs on file systems that fill up at every stage of a run, from 40 KiB on: each run must end with exit code 3 and one line that names
# the file and the reason, or complete (exit 0) where only a checkpoint did not fit; status.json must say FAILED or COMPLETED, and no
# temporary file may be left. Needs root for the mounts (tmpfs).
#   scripts/test/full-disk.sh
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
[[ $(id -u) == 0 ]] || { echo "needs root for mount -t tmpfs" >&2; exit 2; }
"$home/scripts/soopt" --version >&2
work=$(mktemp -d)
disk=$work/disk
mkdir "$disk"
trap 'umount "$disk" 2>/dev/null || true; rm -rf "$work"' EXIT
cat >"$work/disk.yaml" <<'SPEC'
experiment: disk
seeds: [1]
threads: 1
dataset: {type: mnist-sample, validation: 50, limit: 300}
model: {type: mlp, hidden: [6], activation: tanh}
optimizer: {type: newton-summary, step-size: 0.5, period: 2, partition: canonical, cubic: {damping: 3.0}}
training: {epochs: 4, batch-size: 50, curvature-batch-size: 50}
record: {curvature: {every: 4 steps}, steps: {every: 1 steps}, checkpoint: {every: 6 steps}}
SPEC

faults=0
check() {
  local what=$1 code=$2 status
  status=$(cat "$disk"/disk/runs/*/status.json 2>/dev/null || true)
  state=$(sed -n 's/.*"state" : "\([A-Z]*\)".*/\1/p' <<<"$status")
  left=$(find "$disk" -name '*.tmp[0-9]*' | wc -l)
  printf '%-22s exit %3d  %-10s temporary files %d  %s\n' "$what" "$code" "${state:-none}" "$left" "$(tail -1 "$work/err" | cut -c1-110)"
  case $code/$state in
    0/COMPLETED) ;;
    3/FAILED | 3/) grep -q 'cannot write .*: \|cannot write to the results folder' "$work/err" || { echo "  no reason was given"; faults=$((faults + 1)); } ;;
    *) echo "  unexpected"; faults=$((faults + 1)) ;;
  esac
  [[ $left == 0 ]] || { echo "  temporary files are left"; faults=$((faults + 1)); }
  ! grep -q 'internal error\|Exception' "$work/err" || { echo "  not in the user's words"; faults=$((faults + 1)); }
}

run() {
  "$home/scripts/soopt" run "$work/disk.yaml" --offline --results "$disk" >"$work/out" 2>"$work/err" && code=0 || code=$?
}

for kib in 4 12 28 48 64 80 100 140 180 220 260 300 400 600 1000; do
  mount -t tmpfs -o "size=${kib}k" tmpfs "$disk"
  run
  check "$kib KiB" "$code"
  umount "$disk"
done
for inodes in 3 6 10 20 30; do
  mount -t tmpfs -o "size=4m,nr_inodes=$inodes" tmpfs "$disk"
  run
  check "$inodes inodes" "$code"
  umount "$disk"
done
mount -t tmpfs -o size=4m,ro tmpfs "$disk"
run
check "read-only" "$code"
echo "$faults faults"
((faults == 0))
