#!/usr/bin/env bash
# Packs what scripts/gpu-check.sh needs on a machine with a GPU and nothing else: a Java runtime, soopt without ND4J, its
# tests with the golden files, the MNIST sample, 5,000 images of CIFAR-10, the benchmark's peers.
#   scripts/gpu-payload.sh [FILE]     FILE  the archive to write (default: target/gpu-payload.tar.gz), at most 60 MB
# Needs what a build needs, and datasets/cifar-10 for the images (left out with a word where it is absent).
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$home"
archive=${1:-target/gpu-payload.tar.gz}
most=60000000

say() { printf 'gpu-payload: %s\n' "$1" >&2; }

junit=$(sed -n '/<artifactId>junit-jupiter</,/<version>/s/.*<version>\(.*\)<.*/\1/p' pom.xml | head -1)
modules=java.base,java.desktop,java.logging,java.management,java.net.http,java.sql,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported,jdk.zipfs
mvn -B -q -o -DskipTests package

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/gpu-payload
mkdir -p "$root/lib" "$root/test" "$root/datasets" "$root/src/test/resources" "$root/scripts"
"${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")}/bin/jlink" --strip-debug --no-header-files \
  --no-man-pages --compress=0 --add-modules "$modules" --output "$root/runtime"

# of java.desktop only classes are named, nothing is drawn
rm -f "$root"/runtime/lib/lib{awt*,fontmanager,freetype,harfbuzz,javajpeg,jawt,jsound,lcms,mlib_image,splashscreen}.so
# Our own kernels need nothing of ND4J, nor of what comes with it (K-FAC and Shampoo alone factor matrices by its OpenBLAS).
cp target/soopt.jar "$root/lib/"
for jar in target/lib/*.jar; do
  case ${jar##*/} in
    nd4j-* | cuda-* | openblas-* | javacpp-* | protobuf-* | guava-* | jackson-1.* | deeplearning4j-* | resources-* | flatbuffers-* | \
      commons-* | byteunits-* | neoitertools-*) ;;
    # pictures and reports
    echarts-* | pdfbox-* | fontbox-*) ;;
    *) cp "$jar" "$root/lib/" ;;
  esac
done
console=$HOME/.m2/repository/org/junit/platform/junit-platform-console-standalone/$junit/junit-platform-console-standalone-$junit.jar
[[ -f $console ]] || mvn -B -q dependency:get -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit"
cp "$console" "$root/test/"
cp -r target/test-classes "$root/test/classes"
rm -rf "$root/test/classes/golden"
cp -r src/test/resources/golden "$root/src/test/resources/"
cp -rL datasets/mnist-sample "$root/datasets/"
cp -r configs "$root/"
cp -r scripts/bench scripts/gpu-check.sh "$root/scripts/"
rm -rf "$root/scripts/bench/__pycache__"

if [[ -f datasets/cifar-10/data_batch_1.bin ]]; then
  mkdir "$root/datasets/cifar-5000"
  head -c $((5000 * 3073)) datasets/cifar-10/data_batch_1.bin >"$root/datasets/cifar-5000/records.bin"
  # the first steps of VGG-11′ as a processor takes them: on the machine with the GPU there is no engine for its processor
  images=$work/train.npz
  python3 scripts/bench/cifar_npz.py "$root/datasets/cifar-5000/records.bin" "$images"
  # shellcheck source=scripts/bench/vgg_steps.sh
  source scripts/bench/vgg_steps.sh
  scripts/soopt run "${vgg_steps[@]}" --device cpu --results "$work/steps" >"$work/vgg-steps.txt" 2>&1 || { tail -3 "$work/vgg-steps.txt" >&2; exit 1; }
  cp "$work"/steps/*/runs/*/steps.csv "$root/vgg-steps.csv"
else
  say "datasets/cifar-10 is not here: without its images"
fi

mkdir -p "$(dirname "$archive")"
tar -C "$work" -cf - gpu-payload | gzip -9 >"$archive"
bytes=$(stat -c %s "$archive")
say "$archive: $bytes bytes"
((bytes <= most)) || { say "more than $most bytes"; exit 1; }
