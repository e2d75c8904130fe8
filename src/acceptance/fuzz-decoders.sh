#!/usr/bin/env bash
# Coverage-guided fuzzing of the OTLP decoders: both encodings, spans and logs. What is asserted
# stands in io.floorkeeper.ingest.DecoderFuzz: never an exception, memory bounded by the size of the
# message, valid spans beside damaged ones never lost; and no input takes longer than ten seconds.
#
#   src/acceptance/fuzz-decoders.sh [MINUTES] [SEED]
#
# Seeds are the tests' own batches, and the captured ones in ../shared/samples where they are there.
# What was found to be new is kept in target/fuzz/corpus, and a finding in target/fuzz. Exit code 0:
# nothing was found.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=${1:-10}
seed=${2:-1}
mkdir -p target/fuzz/corpus
./mvnw -B -Pfuzz test -Dfuzz.seconds=$((minutes * 60)) -Dfuzz.seed="$seed" 2>&1 | tee target/fuzz/log | grep -E 'java\]|ERROR'
echo
echo "coverage of the decoders (target/fuzz/coverage has all of it):"
grep -E '(AttributeValue|Json|Otlp|Protobuf|SpanDraft|Wire).*\.java' target/fuzz/coverage | sort -u || true
