#!/usr/bin/env bash
# Several seeds of `replay --live`, each on a service of its own with empty data; then their average.
#
#   src/acceptance/replay-seeds.sh DATA.csv.gz [SEEDS] [PASSES] [LAG] [POLICY] [extra -D settings for the service...]
#
# Needs the packaged jar (./mvnw package -DskipTests). Writes target/replay/seed-N.json and prints the summary.
set -euo pipefail
cd "$(dirname "$0")/../.."

data=${1:?the outcome data, for example ../shared/data/bfcl_2024_08/bfcl_2024_08_11.csv.gz}
seeds=${2:-5}
passes=${3:-3}
lag=${4:-50}
policy=${5:-src/main/resources/policies/bfcl-claude3.yaml}
shift $(($# < 5 ? $# : 5))

jar=target/quarkus-app/quarkus-run.jar
out=target/replay
http=18080 postgres=25432 kafka=29092
mkdir -p "$out"
service=""
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true' EXIT

for seed in $(seq 1 "$seeds"); do
  folder=$(mktemp -d)
  java -Dfloorkeeper.embedded.postgres-port=$postgres -Dfloorkeeper.embedded.kafka-port=$kafka \
    -Dfloorkeeper.snapshot.interval=PT0.1S "$@" \
    -jar "$jar" serve --port $http --data-folder "$folder" --policy "$policy" >"$out/service-$seed.log" 2>&1 &
  service=$!
  for _ in $(seq 1 300); do
    if curl -fs "http://127.0.0.1:$http/roles" 2>/dev/null | grep -q '"snapshot":"live"'; then break; fi
    kill -0 $service
    sleep 0.2
  done
  java -jar "$jar" replay --live "http://127.0.0.1:$http" --kafka "127.0.0.1:$kafka" --data "$data" \
    --passes "$passes" --seed "$seed" --lag "$lag" --json "$out/seed-$seed.json" >"$out/seed-$seed.txt"
  tail -n 20 "$out/seed-$seed.txt"
  kill $service
  wait $service || true
  service=""
  rm -rf "$folder"
done

java -jar "$jar" replay-summary "$out"/seed-*.json
