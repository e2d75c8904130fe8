#!/usr/bin/env bash
# Kills the service (SIGKILL: PostgreSQL is orphaned, Kafka dies with it) in the middle of a replay, more than once, and starts it
# again on the same data. Afterwards every span that was sent must be counted exactly once.
#
#   src/acceptance/restart-in-replay.sh DATA.csv.gz [PASSES] [KILLS] [SEED]
set -euo pipefail
cd "$(dirname "$0")/../.."

data=${1:?the outcome data}
passes=${2:-3}
kills=${3:-3}
seed=${4:-1}
jar=target/quarkus-app/quarkus-run.jar
policy=src/main/resources/policies/bfcl-claude3.yaml
http=18081 postgres=25433 kafka=29094
out=target/replay
folder=$(mktemp -d)
mkdir -p "$out"
RANDOM=$seed
service=""
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true' EXIT

start() {
  java -Dfloorkeeper.embedded.postgres-port=$postgres -Dfloorkeeper.embedded.kafka-port=$kafka \
    -Dfloorkeeper.snapshot.interval=PT0.1S \
    -jar "$jar" serve --port $http --data-folder "$folder" --policy "$policy" >>"$out/restart-service.log" 2>&1 &
  service=$!
  for _ in $(seq 1 300); do
    if curl -fs "http://127.0.0.1:$http/roles" 2>/dev/null | grep -q '"snapshot":"live"'; then return; fi
    kill -0 $service
    sleep 0.2
  done
  echo "the service did not start" >&2
  exit 1
}

start
java -jar "$jar" replay --live "http://127.0.0.1:$http" --kafka "127.0.0.1:$kafka" --data "$data" --passes "$passes" \
  --seed "$seed" --json "$out/restart.json" >"$out/restart.txt" 2>"$out/restart.err" &
replay=$!
calls() {
  curl -fs "http://127.0.0.1:$http/roles" | sed 's/.*"calls":\([0-9]*\)}$/\1/'
}
tasks=$(zcat -f "$data" | cut -d, -f1 | tail -n +2 | sort -u | wc -l)
for n in $(seq 1 "$kills"); do
  # At evenly spread places, each moved by up to a tenth of the way.
  target=$((tasks * passes * n / (kills + 1) + RANDOM % (tasks * passes / 10)))
  until [ "$(calls)" -ge "$target" ]; do
    kill -0 $replay
    sleep 0.1
  done
  echo "kill -9 number $n, at $(calls) calls in the snapshot"
  kill -9 $service
  wait $service 2>/dev/null || true
  start
done
wait $replay
tail -n 14 "$out/restart.txt"
curl -fs "http://127.0.0.1:$http/roles" >"$out/restart-roles.json"
echo "what came in: $(curl -fs "http://127.0.0.1:$http/ingest?dead_letters=0")"
kill $service
wait $service || true
service=""
rm -rf "$folder"
