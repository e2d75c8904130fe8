#!/usr/bin/env bash
# Every figure that the bandit is judged by, in one go: scenarios, random problems, recorded outcomes, labels, regression, curve.
#
#   src/acceptance/bandit-figures.sh DATA_FOLDER [OUT] [SCENARIO_RUNS] [PROBLEMS] [SEEDS] [SERIES]
#
# Needs the packaged jar (./mvnw package -DskipTests). About an hour with the defaults on two cores; 20 20 5 takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

data=${1:?the folder of the outcome data, for example ../shared/data}
out=${2:-target/figures}
runs=${3:-300}
problems=${4:-200}
seeds=${5:-40}
series=${6:-2}

mkdir -p "$out"
jar() { java -jar "${FLOORKEEPER_JAR:-target/quarkus-app/quarkus-run.jar}" "$@"; }
tell() { # NAME COMMAND...
  local name=$1
  shift
  echo "== $name: $*"
  jar "$@" --json "$out/$name.json" 2>"$out/$name.log" | tee "$out/$name.txt"
}

bfcl=$data/bfcl_2024_08/bfcl_2024_08_11.csv.gz
swebench=$data/swebench_bashonly/verified_bash_only.csv.gz
routerbench=$data/routerbench_subset/routerbench_mbpp_arc_winogrande.csv.gz
openai=gpt-3.5-turbo-0125,gpt-4o-mini-2024-07-18,gpt-4o-2024-05-13

for scenario in clear-winner tight-floor drift; do
  tell "scenario-$scenario" simulate --scenario $scenario --runs "$runs" --compare all
done
tell problems-long simulate --problems "$problems" --seed "$series" --compare all
tell problems-short simulate --problems "$problems" --seed "$series" --tasks 50-500 --compare all

claude=(replay --policy bfcl-claude3 --data "$bfcl" --passes 3 --lag 1)
tell bfcl "${claude[@]}" --seeds "$seeds" --compare all
tell bfcl-pooled "${claude[@]}" --seeds "$seeds" --seed 101 --compare own,own-pooled
tell openai-pooled replay --policy generated --data "$bfcl" --models $openai --passes 3 --seeds "$seeds" --compare own,own-pooled
tell labels-30 "${claude[@]}" --seeds "$seeds" --label-rate .3 --compare own-per-arm,own-role,thompson
tell labels-biased-told "${claude[@]}" --seeds "$seeds" --label-bias .6:.3 --compare own-per-arm,own-role,thompson
tell labels-biased-hidden "${claude[@]}" --seeds "$seeds" --label-bias .6:.3 --hide-label-probability --compare own-per-arm,own-role,thompson
tell regression replay --policy generated --data "$bfcl" --models $openai --role-floor absolute:.9 --passes 6 \
  --seeds $((seeds > 21 ? 21 : seeds)) --regress gpt-4o-2024-05-13=gpt-4o-2024-08-06@3400-6800 --compare own-per-arm,own-role,thompson,ucb

tell swebench replay --policy generated --data "$swebench" --seeds "$seeds" --lag 1 \
  --models 'GPT-5 Mini,MiniMax M2.5 (high reasoning),Claude 4.5 Opus (high reasoning)' --compare all
tell swebench-claude replay --policy generated --data "$swebench" --seeds "$seeds" --lag 1 \
  --models 'Claude 4.5 Haiku (high reasoning),Claude 4.5 Sonnet (high reasoning),Claude 4.5 Opus (high reasoning)' --compare all
tell routerbench replay --policy generated --data "$routerbench" --seeds "$seeds" --lag 1 \
  --models mistralai/mixtral-8x7b-chat,zero-one-ai/Yi-34B-Chat,gpt-4-1106-preview --compare all

tell mmlu curve --data "$data/routellm/mmlu.csv.gz" --seeds "$seeds"
tell gsm8k curve --data "$data/routellm/gsm8k.csv.gz" --seeds "$seeds"
