#!/usr/bin/env bash
# What the tests of a package would notice: changes its code in some hundred places (PIT), one at a time, runs its tests
# on each, and prints the changes that no test noticed, then the score. The report is target/pit-reports/index.html.
#   scripts/mutation.sh npy
#   scripts/mutation.sh optimizer.direction -Dmutation.threads=1
#   scripts/mutation.sh curvature -Dmutation.tests='soopt.curvature.*,soopt.model.*'
# The package's own tests (with those of its subpackages) are run unless -Dmutation.tests names others; on a part of the
# optimizer, all of the optimizer's. Minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ $# -eq 0 || $1 == -* ]]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
package=soopt.${1#soopt.}
shift
tests=$package
if [[ $package == soopt.optimizer.* ]]; then
  tests=soopt.optimizer
fi
if [[ " $* " != *" -Dmutation.tests="* ]]; then
  set -- -Dmutation.tests="$tests.*" "$@"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rm -rf target/classes target/test-classes target/pit-reports
if ! mvn -B -Pcpu,mutation test-compile org.pitest:pitest-maven:mutationCoverage \
  -Dmutation.classes="$package.*" "$@" >"$log" 2>&1; then
  grep -aE 'ERROR|did not pass' "$log" | cut -c1-200 >&2 || tail -n 3 "$log" >&2
  exit 1
fi
# One element per line: status, class, method, line, what was changed.
sed 's/<mutation /\n&/g' target/pit-reports/mutations.xml \
  | sed -nE "/status='(SURVIVED|NO_COVERAGE)'/s/.*status='([A-Z_]+)'.*<sourceFile>([^<]*)<.*<mutatedMethod>([^<]*)<.*<lineNumber>([^<]*)<.*<description>([^<]*)<.*/\1 \2:\4 \3: \5/p" \
  | sort
grep -a '^>> Generated .* mutations' "$log" | sed 's/^>> //'
