#!/usr/bin/env bash
# Cuts datasets/mnist-sample out of MNIST: the first 5,000 training and 1,000 test images, as idx files compressed by gzip.
# Usage: scripts/make-mnist-sample.sh [folder of the four MNIST files] [folder to write]
# The bytes are always the same for one version of gzip; the program tests the uncompressed contents by SHA-256.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
from=${1:-$home/datasets/mnist}
to=${2:-$home/datasets/mnist-sample}
mkdir -p "$to"

# cut NAME COUNT BYTES_PER_EXAMPLE HEADER_BYTES: an idx header whose first length is COUNT, then COUNT examples
cut_idx() {
    local name=$1 count=$2 bytes=$3 header=$4
    {
        head -c 4 "$from/$name"
        printf "$(printf '\\x%02x' $((count >> 24 & 255)) $((count >> 16 & 255)) $((count >> 8 & 255)) $((count & 255)))"
        tail -c +9 "$from/$name" | head -c $((header - 8 + count * bytes)) || true
    } | gzip -9 -n >"$to/$name.gz"
}

cut_idx train-images-idx3-ubyte 5000 784 16
cut_idx train-labels-idx1-ubyte 5000 1 8
cut_idx t10k-images-idx3-ubyte 1000 784 16
cut_idx t10k-labels-idx1-ubyte 1000 1 8
for file in "$to"/*.gz; do
    echo "$(gzip -dc "$file" | sha256sum | cut -d ' ' -f 1)  $(basename "$file" .gz)"
done
