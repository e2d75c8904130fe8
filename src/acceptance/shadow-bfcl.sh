#!/usr/bin/env bash
# Shadow on BFCL: the off-policy estimate before switching on, against the truth and against what happened after. Passes in the shadow,
# the report, then learning: how often inside the stated interval, role by role and of all roles together.
#
#   src/acceptance/shadow-bfcl.sh DATA.csv.gz [OUT] [SEEDS] [SHARE]
#
# Needs the packaged jar (./mvnw package -DskipTests). Some ten seconds with 20 seeds.
set -euo pipefail
cd "$(dirname "$0")/../.."

data=${1:?the outcome data, for example ../shared/data/bfcl_2024_08/bfcl_2024_08_11.csv.gz}
out=${2:-target/figures}
seeds=${3:-20}
share=${4:-0.2}

mkdir -p "$out"
for shadow in 1 3; do
  java -jar "${FLOORKEEPER_JAR:-target/quarkus-app/quarkus-run.jar}" replay --policy bfcl-claude3 --data "$data" \
    --passes $((shadow + 1)) --shadow-passes $shadow --shadow-share "$share" --seeds "$seeds" \
    --json "$out/shadow-bfcl-$shadow.json" | tee "$out/shadow-bfcl-$shadow.txt"
done
