#!/usr/bin/env bash
# Mutated specs and sweeps, damaged data files and mutated command lines, all within one JVM: each must end with an exit code of a
# user's mistake (or go well), in words, within 2 s and 256 MiB, and leave no file behind. Prints counts and seconds;
# exits 1 if any is wrong, with the seed and the number of the case, which then run alone:
#   scripts/robustness.sh [--long] [-Dsoopt.robustness.seed=N] [-Dsoopt.robustness.case=K -Dtest='RobustnessTest#mutatedSpecs*']
# --long: 10,000 specs, 10,000 sweeps, 5,000 data files and 1,000 command lines (half an hour), else a tenth of each.
set -euo pipefail
cd "$(dirname "$0")/.."
tenths=1
if [[ ${1:-} == --long ]]; then
  tenths=10
  shift
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if mvn -B -q test -Dtest=RobustnessTest \
  -Dsoopt.robustness.specs=$((1000 * tenths)) \
  -Dsoopt.robustness.sweeps=$((1000 * tenths)) \
  -Dsoopt.robustness.data-files=$((500 * tenths)) \
  -Dsoopt.robustness.command-lines=$((100 * tenths)) "$@" >"$log" 2>&1; then
  grep -aE '^[0-9]+ (specs|sweeps|data files|command lines) in ' "$log"
else
  grep -av '^\[' "$log" | cat -v
  exit 1
fi
