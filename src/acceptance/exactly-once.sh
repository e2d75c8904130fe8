#!/usr/bin/env bash
# A known multiset of spans through two replicas while replicas, the broker and Postgres are killed and restarted at random points; then
# every count, dollar, token and evidence sum, and every dead letter, beside the truth. Prints a table; exits with 0 where all of it is right.
# Ends by itself; data and logs stay in target/exactly-once/SEED.
#
#   src/acceptance/exactly-once.sh [SPANS] [FAULTS] [SEED]
#
# Needs the packaged jar and the test classes: ./mvnw package -DskipTests
set -euo pipefail
cd "$(dirname "$0")/../.."

spans=${1:-200000}
faults=${2:-20}
seed=${3:-1}
out=target/exactly-once/$seed
rm -rf "$out"
mkdir -p "$out"
./mvnw -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile="$out/classpath" ${MAVEN_OFFLINE:+-o}
timeout --signal=TERM --kill-after=60 1500 \
  java -Xmx900m -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -cp "target/test-classes:target/classes:$(cat "$out/classpath")" \
  io.floorkeeper.truth.ExactlyOnce "$spans" "$faults" "$seed" "$out"
