#!/usr/bin/env bash
# Many decisions through a running service under adversarial pins, kill -9 in the middle of it, then the chains and the proof. What the
# killed replica answered and could not log is the one finding that may be there. With "whole" nobody is killed, and all must be proven.
# Wants python3.
#
#   src/acceptance/audit-proof.sh [DECISIONS] [SEED] [killed|whole]
set -euo pipefail
cd "$(dirname "$0")/../.."

decisions=${1:-100000}
seed=${2:-1}
end=${3:-killed}
jar=target/quarkus-app/quarkus-run.jar
policy=src/acceptance/audit-proof.yaml
http=18082 postgres=25434 kafka=29095
base=http://127.0.0.1:$http
out=target/audit
folder=$(mktemp -d)
mkdir -p "$out"
service=""
trap '[ -z "$service" ] || kill "$service" 2>/dev/null || true' EXIT

start() {
  java -Dfloorkeeper.embedded.postgres-port=$postgres -Dfloorkeeper.embedded.kafka-port=$kafka \
    -Dfloorkeeper.audit.silent-after=PT20S \
    -jar "$jar" serve --port $http --data-folder "$folder" --policy "$policy" >>"$out/service.log" 2>&1 &
  service=$!
  for _ in $(seq 1 300); do
    if curl -fs "$base/roles" 2>/dev/null | grep -q '"snapshot":"live"'; then return; fi
    kill -0 $service
    sleep 0.2
  done
  echo "the service did not start" >&2
  exit 1
}

field() { python3 -c "import json,sys; v=json.load(sys.stdin)
for k in '$1'.split('.'): v=v[k]
print(v)"; }

# Random roles, classes (spelt in many ways, missing, unknown), tags: answers in, one line each.
drive() {
  python3 - "$base" "$1" "$2" <<'PY'
import http.client, json, random, sys, threading
base, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
host = base.split("//")[1]
classes = ["phi", "PHI", " phi ", "Phi", "case", "public", None, None, "ph1", "", "\u03c6hi"]
lock, answered, failed = threading.Lock(), [], []
def run(worker):
    rng = random.Random(seed * 1000 + worker)
    link = http.client.HTTPConnection(host, timeout=20)
    for n in range(count // 8):
        body = {"role": rng.choice(["worker", "clerk", "judge", "stranger"])}
        c = rng.choice(classes)
        if c is not None: body["data_class"] = c
        if rng.random() < .5: body["tags"] = {"site": rng.choice(["clinic", "office", "Clinic"])}
        if rng.random() < .3: body["min_tier"] = rng.choice(["small", "mid", "frontier"])
        if rng.random() < .3: body["max_cost_usd"] = rng.random() / 1000
        if rng.random() < .3: body["session_id"] = "s-%d" % rng.randrange(1000)
        try:
            link.request("POST", "/route", json.dumps(body), {"Content-Type": "application/json"})
            response = link.getresponse(); text = response.read()
            with lock:
                (answered if response.status == 200 else failed).append(response.status)
        except OSError:
            link.close(); return
threads = [threading.Thread(target=run, args=(w,)) for w in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(f"answered {len(answered)}, refused {len(failed)} {sorted(set(failed))}")
PY
}

settled() { # nothing on its way, all vouched for
  for _ in $(seq 1 600); do
    report=$(curl -fs "$base/audit/verify")
    if [ "$(echo "$report" | field pending_decisions)" = 0 ]; then return; fi
    sleep 1
  done
  echo "still on their way: $report" >&2
  exit 1
}

start
began=$(date +%s.%N)
drive $((decisions / 2)) "$seed"
if [ "$end" = killed ]; then
  drive $((decisions / 2)) $((seed + 1)) >"$out/killed.txt" &
  driver=$!
  sleep 5
  kill -9 $service
  wait $service 2>/dev/null || true
  wait $driver
  cat "$out/killed.txt"
  echo "killed while it answered"
  start
fi
drive $((decisions / 2)) $((seed + 2))
printf 'all sent after %.0f s\n' "$(echo "$(date +%s.%N) - $began" | bc)"
sleep 21 # the killed chain counts as silent
settled
curl -fs "$base/audit/verify" >"$out/verify.json"
curl -fs "$base/audit/proof?data_class=phi" >"$out/proof.json"
curl -fs -H "Accept: text/markdown" "$base/audit/proof?data_class=phi" >"$out/proof.md"
python3 - "$out" <<'PY'
import json, sys
v = json.load(open(sys.argv[1] + "/verify.json")); p = json.load(open(sys.argv[1] + "/proof.json"))
print(f"verify: intact {v['intact']}, {v['decisions']} decisions, {v['anchors']} anchors, {v['took_millis']} ms,"
      f" {1000 * v['decisions'] / v['took_millis']:.0f} rows/s, unanchored {v['unanchored']}, findings {v['findings']['by_kind']}")
for f in v["findings"]["shown"]: print("  ", f["kind"], f["count"], f["what"], "|", f.get("expected"), "|", f.get("found"))
print(f"proof: proven {p['proven']}, {p['counts']}, {p['took_millis']} ms, findings {p['findings']['by_kind']}")
PY
kill $service
wait $service || true
service=""
rm -rf "$folder"
