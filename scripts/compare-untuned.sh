#!/usr/bin/env bash
# Rates that nobody tunes against tuned methods in the same time: for each file of configs/untuned (or those named)
#   scripts/compare-untuned.sh [--results DIR] [--epochs N] [--jobs N] [--methods "adam sgd k-fac paper"] [configs/untuned/untuned_lenet.yaml …]
# 1. Three epochs of each method with the tuning seed say what an epoch costs once the program is compiled: seconds of training with
#    curvature, without evaluation. Steps are short in it, so that none diverges.
# 2. A baseline has as many epochs as take the time of the file's; the schedule is linear to 0 for all of them, behind 5 % of warm-up
#    for the baselines (rates of a budget warm up by themselves).
# 3. Its step size comes of a grid of five, a factor of 2 apart, with the tuning seed; while the best of them lies at an end the grid
#    grows there. The paper's preset keeps its settings, K-FAC and all others are searched.
# 4. The best runs with the seeds of the file, which nothing was chosen by, and soopt compare says what they can carry.
# Runs that are there are not done again: the same command goes on. --jobs 1 and a quiet machine for times that count.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
soopt=("$home/scripts/soopt")
results=results/untuned epochs='' jobs=1 methods="adam sgd k-fac paper" tune=101 files=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --results) results=$2; shift 2 ;;
    --epochs) epochs=$2; shift 2 ;;
    --jobs) jobs=$2; shift 2 ;;
    --methods) methods=$2; shift 2 ;;
    -*) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
    *) files+=("$1"); shift ;;
  esac
done
[[ ${#files[@]} -gt 0 ]] || files=("$home"/configs/untuned/*.yaml)

# The settings of a method without its step size, and the middle of its grid.
settings() {
  case $1 in
    adam) echo 'type: adam' ;;
    sgd) echo 'type: sgd, momentum: 0.9' ;;
    k-fac) echo 'type: k-fac, damping: 0.03, kl-clip: 0.01' ;;
    *) echo "unknown method $1: adam, sgd, k-fac or paper" >&2; exit 2 ;;
  esac
}
middle() { case $1 in adam) echo 0.003 ;; sgd) echo 0.05 ;; k-fac) echo 0.004 ;; esac; }
times() { awk -v x="$1" -v f="$2" 'BEGIN { printf "%.6g", x * f }'; }

quiet=(--progress none --results "$results")
one() { "${soopt[@]}" run "$@" threads=1 record.curvature.every=never record.steps.every=never "${quiet[@]}" --json; }
many() { "${soopt[@]}" sweep "$@" threads=1 record.curvature.every=never record.steps.every=never --jobs "$jobs" "${quiet[@]}" >/dev/null; }

# Seconds and steps of an epoch in the first run that --json tells of: training behind the first epoch, and all of the curvature.
measured() {
  local folder
  folder=$(grep -o '"folder" *: *"[^"]*"' | sed -n '1s/.*: *"\(.*\)"/\1/p')
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["epoch"] <= 1 { first = $at["train_time_s"]; begun = $at["epoch"] }
    { n = $at["epoch"]; last = $at["train_time_s"]; curvature = $at["curvature_time_s"]; steps = $at["step"] }
    END { print (n > begun ? (last - first) / (n - begun) : last) + curvature / n, steps / n }' "$folder/metrics.csv"
}

# The step size of the best run of an experiment by the training loss of its last epoch.
best() {
  "${soopt[@]}" best "$1" --results "$results" --metric train_loss --at last --role all --top 1 --json |
    grep -o '"optimizer.step-size" *: *"\{0,1\}[-+.0-9eE]*' | head -1 | sed 's/.*[:"] *//'
}

search() { # FILE EXPERIMENT METHOD EPOCHS WARM-UP
  local file=$1 name=$2 method=$3 n=$4 warm=$5 low high values top
  low=$(times "$(middle "$method")" 0.25)
  high=$(times "$(middle "$method")" 4)
  while :; do
    values=$(awk -v a="$low" -v b="$high" 'BEGIN { for (x = a; x < b * 1.1; x *= 2) printf "%s%.6g", x == a ? "" : ",", x }')
    many "$file" "experiment=$name" "optimizer={$(settings "$method"), step-size: $low}" "optimizer.step-size=$values" \
      "training.epochs=$n" "training.schedule={type: linear, warm-up: $warm steps}" "seeds=[$tune]" evaluate.every=never --extend
    top=$(best "$name")
    echo "$name: of $values the best is $top" >&2
    if awk -v x="$top" -v a="$low" 'BEGIN { exit !(x < a * 1.1) }'; then
      low=$(times "$low" 0.5)
    elif awk -v x="$top" -v b="$high" 'BEGIN { exit !(x > b / 1.1) }'; then
      high=$(times "$high" 2)
    else
      echo "$top"
      return
    fi
  done
}

for file in "${files[@]}"; do
  name=$(sed -n 's/^experiment: *//p' "$file")
  n=${epochs:-$(sed -n 's/^training: {epochs: \([0-9]*\).*/\1/p' "$file")}
  probe=(training.epochs=3 "seeds=[$tune]")
  read -r own steps < <(one "$file" "training.epochs=$n" | measured)
  compared=("$name")
  for method in $methods; do
    if [[ $method == paper ]]; then
      preset=$home/configs/${name#untuned_}_newtonsummary.yaml
      [[ -f $preset ]] || { echo "$name: the paper has no preset for it" >&2; continue; }
      read -r cost _ < <(one "$preset" "experiment=${name}_paper_probe" "${probe[@]}" | measured)
    else
      read -r cost _ < <(one "$file" "experiment=${name}_${method}_probe" \
        "optimizer={$(settings "$method"), step-size: $(times "$(middle "$method")" 0.01)}" "${probe[@]}" | measured)
    fi
    m=$(awk -v n="$n" -v a="$own" -v b="$cost" 'BEGIN { m = int(n * a / b + 0.5); print m < 1 ? 1 : m }')
    seeds=$(sed -n 's/^seeds: *//p' "$file")
    echo "$name: an epoch takes $own s, with $method $cost s: $n epochs against $m" >&2
    if [[ $method == paper ]]; then
      one "$preset" "experiment=${name}_paper" "training.epochs=$m" "seeds=$seeds" >/dev/null || [[ $? == 6 ]]
    else
      warm=$((m * steps / 20))
      rate=$(search "$file" "${name}_${method}_tuning" "$method" "$m" "$warm")
      one "$file" "experiment=${name}_$method" "optimizer={$(settings "$method"), step-size: $rate}" "training.epochs=$m" \
        "training.schedule={type: linear, warm-up: $warm steps}" >/dev/null
    fi
    compared+=("${name}_$method")
  done
  for metric in train_loss test_acc; do
    "${soopt[@]}" compare "${compared[@]}" --results "$results" --by experiment --baseline "$name" --metric "$metric" --at last
  done
done
