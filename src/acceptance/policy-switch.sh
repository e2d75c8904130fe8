#!/usr/bin/env bash
# Two replicas on one PostgreSQL and one Kafka, under a load of /route: how long a kill switch and a
# rollback take until both replicas decide so, and whether any request failed; two writers at once;
# kill -9 in the middle of publishing, at random moments.
#
#   src/acceptance/policy-switch.sh [SWITCHES] [KILLS]      (default 40 of each kind, 25 kills)
#
# Builds the jar and runs the tests that hold these to their limits, with more of each. "Both" is from
# before the call is sent until both replicas have answered a request so; "the other" from its answer
# until the replica that was not told has. On a busy machine the load and the builds share the cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
switches=${1:-40}
kills=${2:-25}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
./mvnw -q verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test='PolicySwitchIT,PolicyKillIT' -Dswitches="$switches" -Dkills="$kills" \
  >"$log" 2>&1 || status=$?
grep -E 'two replicas|decide so|the other does|killed .* times|ERROR.*(IT\.|Tests run)' "$log" || tail -40 "$log"
exit "$status"
