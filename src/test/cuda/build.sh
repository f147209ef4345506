#!/usr/bin/env bash
# Builds the stand-ins below a folder, once for a state of the sources, and prints where they are: build.sh [folder]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$here/../../../target/standin}
compiler=${CXX:-g++}
key=$({ cat "$here"/*.cpp "$here"/*.h "$here/build.sh"; "$compiler" --version; } | sha256sum | cut -c1-16)
mkdir -p "$root"
root=$(cd "$root" && pwd)
out=$root/$key
exec 9>"$root/lock"
flock 9
if [[ ! -d $out ]]; then
  new=$(mktemp -d "$root/making-XXXXXX")
  trap 'rm -rf "$new"' EXIT
  cp "$here/shim.h" "$new/"
  make() {
    "$compiler" -O2 -std=c++17 -fPIC -shared -Wall -Wextra -Werror -Wno-unused-parameter -Wl,-soname,"$1" \
      -Wl,-rpath,'$ORIGIN' -o "$new/$1" "${@:2}"
  }
  make libstandin.so "$here"/{settings,memory,streams,blocks,access,warps}.cpp -ldl
  make libcuda.so.1 "$here"/{device,graphs,modules}.cpp "$new/libstandin.so" -ldl &
  make libnvrtc.so.12 "$here/nvrtc.cpp" "$new/libstandin.so" -ldl &
  make libcublas.so.12 -O3 "$here/cublas.cpp" "$new/libstandin.so"
  # libcusolver.so.11 is the name in CUDA 11 and 12: the BLAS that it needs tells which
  make libcusolver.so.11 -O3 "$here/cusolver.cpp" "$new/libstandin.so" -Wl,--no-as-needed "$new/libcublas.so.12"
  make libcudnn.so.9 -O3 "$here/cudnn.cpp" "$new/libstandin.so"
  wait %1
  wait %2
  chmod 755 "$new"
  mv "$new" "$out"
fi
echo "$out"
