#!/usr/bin/env bash
# Builds the release of this platform and uses it as its user would: unpacked elsewhere, with an empty home, without Maven, Java or
# a network; six starts at once on an empty cache, and one from a folder that cannot be written. Minutes. Exit code 1 if anything is wrong.
#   scripts/test/release.sh
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
(cd "$home" && mvn -B -q -Pcpu,release -Dmaven.test.skip=true package)
archive=$(ls -t "$home"/target/soopt-*.tar.gz | head -n 1)
echo "$(basename "$archive"): $(($(stat -c %s "$archive") >> 20)) MiB" >&2
tar -xzf "$archive" -C "$work"
program=$(echo "$work"/soopt-*)
mkdir "$work/bin" "$work/home"
for tool in bash awk env getconf cat date stty locale nproc dirname readlink mkdir rm grep tr flock uname; do
  path=$(command -v "$tool") && ln -s "$path" "$work/bin/$tool"
done
chmod -R a-w "$program"
alone() {
  local isolated=()
  unshare -n true 2>/dev/null && isolated=(unshare -n)
  (cd "$work/home" && "${isolated[@]}" env -i HOME="$work/home" PATH="$work/bin" "$program/bin/soopt" "$@")
}
alone --version
[[ -s $program/share/man/man1/soopt.1 && -s $program/share/man/man1/soopt-run.1 ]] || { echo "no manual pages" >&2; exit 1; }
pids=()
for seed in 1 2 3 4 5 6; do
  alone run "$program/configs/quickstart.yaml" training.epochs=1 "seeds=[$seed]" --offline --progress none >"$work/out$seed" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do
  wait "$pid" || { cat "$work"/out* >&2; exit 1; }
done
grep -h 'test accuracy' "$work"/out*
alone doctor | tail -n 1
