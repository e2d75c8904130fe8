#!/usr/bin/env bash
# The real OpenTelemetry Collector in front, on the recipe of deploy/collector: spans and log records of the OpenTelemetry SDK through it
# and through Kafka into a running service. Four runs: protobuf and JSON, undisturbed and with the Collector killed (-9) in the middle.
# Every count, token and dollar has to equal what was sent; no prompt and no HTTP or database span may lie in the topics.
#
#   src/acceptance/collector.sh COLLECTOR [CALLS]
#
# COLLECTOR: a Collector that has the recipe's parts; deploy/collector/README.md says how to get one. CALLS: of models, 20000; three and a
# half times as many spans are sent. Figures lie in target/collector afterwards.
set -euo pipefail
collector=$(realpath "${1:?the path of a Collector, see deploy/collector/README.md}")
cd "$(dirname "$0")/../.."

./mvnw -B -ntp verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=CollectorIT \
  -Dfloorkeeper.test.collector="$collector" -Dfloorkeeper.test.collector.calls="${2:-20000}"
cat target/collector/*.json
