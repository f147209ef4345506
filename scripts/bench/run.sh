#!/usr/bin/env bash
# Measures soopt and PyTorch in turns on this machine and prints one Markdown table.
#   scripts/bench/run.sh [MODEL [BATCH [THREADS [TURNS]]]]      (mlp 100 1 3; very-big-mlp takes hours in PyTorch)
#   PYTHON   a Python that has torch   (default: python3, else /usr/bin/python3)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
model=${1:-mlp} batch=${2:-100} threads=${3:-1} turns=${4:-3}
seconds=${SECONDS_PER_TURN:-20}

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
done
[[ -n $python ]] || { echo "run.sh: no Python with torch; set PYTHON" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for ((turn = 1; turn <= turns; turn++)); do
  echo "turn $turn of $turns: soopt" >&2
  "$here/../soopt" bench curvature --model "$model" --batch "$batch" --threads "$threads" \
    --rounds 1000 --seconds "$seconds" --json >"$work/soopt.$turn.json"
  echo "turn $turn of $turns: PyTorch" >&2
  OMP_NUM_THREADS=$threads "$python" "$here/peers.py" --model "$model" --batch "$batch" --threads "$threads" \
    --rounds 1000 --seconds "$seconds" --out "$work/pytorch.$turn.json" 2>/dev/null
done

"$python" - "$work" <<'PYTHON'
import glob, json, statistics, sys

def read(program):
    runs = [json.load(open(f)) for f in sorted(glob.glob(f"{sys.argv[1]}/{program}.*.json"))]
    times = {}
    for run in runs:
        for result in run["results"]:
            times.setdefault(result["name"], []).append(result)
    return runs[0], times

ours, mine = read("soopt")
theirs, peer = read("pytorch")
torch = theirs["versions"]["torch"]
print(f"{ours['model']}, batch {ours['batch']}, {ours['groups']} groups, {ours['precision']}, {ours['threads']} thread(s); "
      f"median of medians of {len(mine['gradient'])} turns (least and largest)\n")
print(f"| work | soopt, ms | in gradients | PyTorch {torch}, ms | in gradients | PyTorch / soopt |")
print("|---|---|---|---|---|---|")

def cell(results):
    values = [1e3 * r["median_s"] for r in results]
    return statistics.median(values), f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"

unit, peer_unit = cell(mine["gradient"])[0], cell(peer["gradient"])[0]
for name, results in mine.items():
    value, text = cell(results)
    row = f"| {name} | {text} | {value / unit:.2f} |"
    if name in peer:
        other, other_text = cell(peer[name])
        ratios = [p["median_s"] / m["median_s"] for p, m in zip(peer[name], results)]
        row += f" {other_text} | {other / peer_unit:.2f} | {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
    else:
        row += " | | |"
    print(row)
PYTHON
