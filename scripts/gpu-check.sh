#!/usr/bin/env bash
# Everything that a machine with a GPU must answer, in one call of less than 8 minutes; run in the folder that
# scripts/gpu-payload.sh packed, or in the repository after a build.
#   scripts/gpu-check.sh [OUT]   OUT  folder for logs and JSON (default: gpu-check.out)
#   PYTHON     a Python that has torch, jax or both (default: python3); what it lacks is not measured
#   MODELS     what is measured (default: "mlp lenet vgg11-prime big-mlp"; "" for nothing)
#   BATCH      examples in a batch of the measurements (default: 100)
#   ROUNDS     processes of each program, in turns (default: 2)
#   LIMIT      seconds in all (default: 460)
#   SOOPT_JAVA_OPTS  more flags for the JVM; -Dsoopt.cuda.libraries=$(src/test/cuda/build.sh) tries this script without a GPU
# Prints one table last. The exit code is 0 if nothing is wrong; speed is reported and does not fail.
set -uo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${1:-gpu-check.out}"
out=$(cd "${1:-gpu-check.out}" && pwd)
cd "$home" || exit 1
limit=${LIMIT:-460}
python=${PYTHON:-python3}
batch=${BATCH:-100}
models=${MODELS-mlp lenet vgg11-prime big-mlp}

java=java
[[ ! -x runtime/bin/java ]] || java=$home/runtime/bin/java
libraries=lib tests=test/classes console=$(ls test/junit-platform-console-standalone-*.jar 2>/dev/null)
if [[ ! -d lib ]]; then
  libraries=target/lib tests=target/test-classes
  console=$(find "$HOME/.m2/repository/org/junit/platform/junit-platform-console-standalone" -name '*.jar' 2>/dev/null | tail -1)
fi
classes="$libraries/*:target/soopt.jar"
cache=$out/cache # so that the first compilation of kernels is part of what is tried

left() { echo $((limit - SECONDS)); }

# Runs at most so many seconds, and not beyond the limit of all.
limited() {
  local most=$1
  shift
  (($(left) >= most)) || most=$(left)
  ((most > 0)) || return 124
  timeout --kill-after=5 "$most" "$@"
}

# shellcheck disable=SC2206 # flags are words
jvm=("$java" --add-modules jdk.incubator.vector -Dsoopt.cache="$cache" ${SOOPT_JAVA_OPTS:-})
soopt() {
  local most=$1
  shift
  limited "$most" "${jvm[@]}" -Xmx8g -cp "$classes" soopt.cli.Main "$@"
}

: >"$out/summary.tsv"
# Adds a line to the table: what, ok or WRONG, in words.
note() {
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$out/summary.tsv"
  printf '%4d s  %-5s  %s: %s\n' "$SECONDS" "$2" "$1" "$3" >&2
}

# ---- what is here ----

nvidia-smi >"$out/nvidia-smi.txt" 2>&1
soopt 60 doctor >"$out/doctor.txt" 2>"$out/doctor.err"
soopt 60 doctor --json >"$out/doctor.json" 2>>"$out/doctor.err"
gpu=$(grep -E '^ok +GPU 0' "$out/doctor.txt" | sed 's/^ok *GPU 0 *//')
engine=$(grep -E ' engine cuda ' "$out/doctor.txt" | tr -s ' ')
if [[ $engine == ok* ]]; then note "GPU" ok "$gpu"; else note "GPU" WRONG "${engine:-no engine}"; fi

# ---- right? ----

# tests NAME SECONDS SELECTOR...
tests() {
  local name=$1 most=$2 log=$out/$1.log found failed
  shift 2
  limited "$most" "${jvm[@]}" -Xmx4g -Dsoopt.engines=cuda -Dsoopt.spoilMemory=true -cp "$tests:$libraries/*:target/soopt.jar:$console" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary "$@" >"$log" 2>&1
  local code=$?
  found=$(sed -n 's/^\[ *\([0-9]*\) tests successful.*/\1/p' "$log")
  failed=$(sed -n 's/^\[ *\([0-9]*\) tests failed.*/\1/p' "$log")
  if ((code == 0 && ${found:-0} > 0)); then
    note "$name" ok "$found tests"
  elif ((code == 124)); then
    note "$name" WRONG "not done in $most s"
  else
    note "$name" WRONG "${failed:-?} tests failed, see $log"
  fi
}

contract=()
for class in Activation Backend Decompositions Image Loss Refusals Sizes; do contract+=("--select-class=soopt.backend.${class}ContractTest"); done
tests contract 120 "${contract[@]}"
tests golden-derivatives 60 "--select-method=soopt.model.HbarGoldenTest#cuda"
tests golden-trajectories 60 "--select-method=soopt.optimizer.TrajectoryGoldenTest#parameters_followIt_onAGpu"
# the same images by cuDNN, where it is
if grep -qE '^ok +libcudnn ' "$out/doctor.txt"; then
  jvm+=(-Dsoopt.cuda.dnn=on)
  tests contract-cudnn 60 --select-class=soopt.backend.ImageContractTest
  unset 'jvm[-1]'
fi

checks=0
for model in '{type: mlp, hidden: [64]}' '{type: mlp, hidden: [32, 16], activation: gelu}'; do
  checks=$((checks + 1))
  log=$out/check-$checks.txt
  if soopt 60 check configs/quickstart.yaml "model=$model" --device cuda >"$log" 2>&1; then
    note "check $model" ok "$(tail -1 "$log")"
  else
    note "check $model" WRONG "$(tail -1 "$log")"
  fi
done

# ---- an epoch of VGG-11′ ----

images=$out/train.npz
[[ ! -f datasets/cifar-5000/records.bin ]] || python3 scripts/bench/cifar_npz.py datasets/cifar-5000/records.bin "$images"
if [[ -f $images && " $models " == *" vgg11-prime "* ]]; then
  soopt 90 run configs/vgg_newtonsummary.yaml "dataset={type: npz, train: $images}" seeds=[1] training.epochs=2 \
    record.steps.every="1 step" --device cuda --progress plain --results "$out/results" >"$out/vgg.txt" 2>&1
  code=$?
  if ((code == 0)); then
    first=$(sed -n 2p "$out"/results/*/runs/*/metrics.csv | cut -d, -f4)
    last=$(tail -1 "$out"/results/*/runs/*/metrics.csv | cut -d, -f4)
    falls=$(awk -v a="$first" -v b="$last" 'BEGIN { print (b < a) ? "ok" : "WRONG" }')
    note "VGG-11′ on 4,500 images" "$falls" "training loss $first, after two epochs $last"
  elif ((code == 124 || code == 137)); then
    note "VGG-11′ on 4,500 images" WRONG "not done in 90 s"
  else
    note "VGG-11′ on 4,500 images" WRONG "$(tail -1 "$out/vgg.txt")"
  fi
fi

# ---- the first steps of VGG-11′ as on a processor ----

# The payload has the processor's steps; in the repository they are made here.
curve=vgg-steps.csv
if [[ $gpu == stand-in* ]]; then
  note "VGG-11′, first 20 steps" ok "left out: the stand-in takes hours"
elif [[ -f $images ]]; then
  # shellcheck source=scripts/bench/vgg_steps.sh
  source scripts/bench/vgg_steps.sh
  if [[ ! -f $curve ]]; then
    curve=$out/vgg-steps.csv
    soopt 120 run "${vgg_steps[@]}" --device cpu --results "$out/steps-cpu" >"$out/vgg-steps-cpu.txt" 2>&1 &&
      cp "$out"/steps-cpu/*/runs/*/steps.csv "$curve"
  fi
  if [[ ! -f $curve ]]; then
    note "VGG-11′, first 20 steps" ok "not measured: no processor's steps to compare with"
  elif soopt 60 run "${vgg_steps[@]}" --device cuda --results "$out/steps" >"$out/vgg-steps.txt" 2>&1; then
    if said=$(python3 scripts/bench/same_curve.py "$curve" "$out"/steps/*/runs/*/steps.csv 1e-9); then
      note "VGG-11′, first 20 steps" ok "$said"
    else
      note "VGG-11′, first 20 steps" WRONG "$said"
    fi
  else
    note "VGG-11′, first 20 steps" WRONG "$(tail -1 "$out/vgg-steps.txt")"
  fi
fi

# ---- fast? ----

has() { "$python" -c "import $1" 2>/dev/null; }
bench=$out/bench
mkdir -p "$bench"
seconds=${SECONDS_PER_PROCESS:-5}
works="gradient,summary order 3,newton-summary step,adam step,sgd step"
has torch && torch=yes
has jax && jax=yes
for model in $models; do
  same=(--model "$model" --batch "$batch" --device cuda --rounds 1000 --seconds "$seconds")
  for ((round = 1; round <= ${ROUNDS:-2}; round++)); do
    soopt 60 bench curvature "${same[@]}" --only "$works" --json >"$bench/$model.soopt.$round.json" 2>>"$bench/soopt.err"
    [[ -z ${torch:-} ]] || limited 90 "$python" scripts/bench/peers.py "${same[@]}" --only gradient,summary,adam \
      --out "$bench/$model.pytorch.$round.json" >>"$bench/pytorch.err" 2>&1
    [[ -z ${jax:-} ]] || XLA_PYTHON_CLIENT_PREALLOCATE=false limited 60 "$python" scripts/bench/peer_jax.py "${same[@]}" \
      --out "$bench/$model.jax.$round.json" >>"$bench/jax.err" 2>&1
  done
done
# the same without graphs
for model in $models; do
  jvm+=(-Dsoopt.cuda.graphs=off)
  soopt 40 bench curvature --model "$model" --batch "$batch" --device cuda --rounds 1000 --seconds "${SECONDS_PER_PROCESS:-3}" \
    --only "$works" --json >"$bench/$model.plain.1.json" 2>>"$bench/soopt.err"
  unset 'jvm[-1]'
done
# networks of convolutions by cuDNN
if ! grep -qE '^ok +libcudnn ' "$out/doctor.txt"; then
  note "cuDNN" ok "not measured: it is not here"
elif [[ $gpu == stand-in* ]]; then
  note "cuDNN" ok "not measured: the stand-in takes minutes"
else
  for model in $models; do
    [[ $model != *mlp ]] || continue
    jvm+=(-Dsoopt.cuda.dnn=on)
    soopt 40 bench curvature --model "$model" --batch "$batch" --device cuda --rounds 1000 --seconds "${SECONDS_PER_PROCESS:-3}" \
      --only "$works" --json >"$bench/$model.cudnn.1.json" 2>>"$bench/soopt.err"
    unset 'jvm[-1]'
  done
fi
# what may bring a process down has one of its own
for model in $models; do
  [[ -z ${torch:-} ]] || limited 40 "$python" scripts/bench/peers.py --model "$model" --batch "$batch" --device cuda --rounds 50 --seconds 3 \
    --only 'reverse, compiled' --out "$bench/$model.pytorch.compiled.json" >>"$bench/pytorch.err" 2>&1
done
# methods with factors: decomposed by cuSOLVER, and on the host where its OpenBLAS is, which is not in the payload
if ! grep -qE '^ok +libcusolver ' "$out/doctor.txt"; then
  note "factors" ok "not measured: there is no cuSOLVER"
elif [[ $gpu == stand-in* ]]; then
  note "factors" ok "not measured: the stand-in takes minutes"
else
  for model in $models; do
    [[ $model == mlp || $model == lenet ]] || continue
    for where in cusolver host; do
      [[ $where == cusolver ]] || compgen -G "$libraries/openblas-*" >/dev/null || continue
      [[ $where == cusolver ]] || jvm+=(-Dsoopt.cuda.solver=off)
      soopt 30 bench curvature --model "$model" --batch "$batch" --device cuda --rounds 1000 --seconds 3 \
        --only "k-fac step,shampoo step,soap step" --json >"$bench/$model.$where.1.json" 2>>"$bench/soopt.err"
      [[ $where == cusolver ]] || unset 'jvm[-1]'
    done
  done
fi

python3 scripts/bench/device_table.py "$out" | tee "$out/table.txt"
! grep -q WRONG "$out/summary.tsv"
