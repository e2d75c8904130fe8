#!/usr/bin/env bash
# Spans a second from the broker to committed evidence, with PostgreSQL and the broker on the same machine; what two bare loops do
# in the same run; bytes allocated per span; and how long a burst of a million spans takes to be gone.
#
#   src/acceptance/ingest-throughput.sh [OPTION=VALUE...]
#
#   seconds=120    of the long window, after warmup=10          short=5    of the other kinds of records; 0: none
#   burst=1000000  spans at once; 0: none                       rate=40000 spans that are sent beforehand per second of a window
#   encoding=json  or protobuf, of the long window              record=150 spans a record     seed=1
#
# About six minutes, and 12 GB below /tmp while it runs; seconds=20 burst=100000 takes one and a half. Ends by itself, leaves nothing running and no data. Figures go
# to target/ingest-throughput.json. Nobody sends while a window is measured, but "others" tells what else ran on this machine: read the
# figures as ratios to the bare loops of the same run where that is not about 0. Needs the packaged jar (./mvnw package -DskipTests).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f target/quarkus-app/quarkus-run.jar ] || { echo "./mvnw package -DskipTests comes first" >&2; exit 2; }
classpath=target/throughput-classpath.txt
if [ ! -f "$classpath" ] || [ pom.xml -nt "$classpath" ]; then
  ./mvnw ${MAVEN_ARGS:-} -q test-compile dependency:build-classpath -Dmdep.outputFile="$classpath" -Dmdep.includeScope=test
fi
exec java -Xmx1g -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -cp "target/test-classes:target/classes:$(cat "$classpath")" io.floorkeeper.journey.IngestThroughput \
  target/ingest-throughput.json "$@"
