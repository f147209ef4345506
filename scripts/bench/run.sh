#!/usr/bin/env bash
# Measures soopt and PyTorch in short processes, in turns, and prints a Markdown table.
#   scripts/bench/run.sh [MODEL [BATCH [THREADS [ROUNDS]]]]   mlp 100 1 3; a round is one process of each
#   scripts/bench/run.sh all [THREADS [ROUNDS]]               mlp 100, lenet 100, vgg11-prime 20, big-mlp 100
#   PYTHON    a Python that has torch                         (default: python3, else /usr/bin/python3)
#   SECONDS_PER_PROCESS  how long each measures               (default: 10; slow works take longer)
# The first process of PyTorch measures memory too. very-big-mlp takes hours in PyTorch.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=${SECONDS_PER_PROCESS:-10}

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
done
[[ -n $python ]] || { echo "run.sh: no Python with torch; set PYTHON" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() {
  local model=$1 batch=$2 threads=$3 rounds=$4 round
  local same=(--model "$model" --batch "$batch" --threads "$threads" --rounds 1000 --seconds "$seconds")
  rm -f "$work"/*.json
  for ((round = 1; round <= rounds; round++)); do
    echo "$model, round $round of $rounds: soopt" >&2
    "$here/../soopt" bench curvature "${same[@]}" --json >"$work/soopt.$round.json"
    echo "$model, round $round of $rounds: PyTorch" >&2
    local memory=()
    ((round > 1)) || memory=(--memory)
    OMP_NUM_THREADS=$threads "$python" "$here/peers.py" "${same[@]}" "${memory[@]}" --out "$work/pytorch.$round.json"
  done
  "$python" "$here/table.py" "$work"
}

if [[ ${1:-} == all ]]; then
  for pair in "mlp 100" "lenet 100" "vgg11-prime 20" "big-mlp 100"; do
    # shellcheck disable=SC2086 # model and batch
    measure $pair "${2:-1}" "${3:-3}"
  done
else
  measure "${1:-mlp}" "${2:-100}" "${3:-1}" "${4:-3}"
fi
