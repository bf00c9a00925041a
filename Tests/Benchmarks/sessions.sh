#!/usr/bin/env bash
# What a signed-in request costs the gateway with one session and with many: CPU time of two processes of one program, in turns.
# usage: sessions.sh UPSTREAM [how many, default 1000000] [rounds, default 5]
# UPSTREAM is the Unix socket of a backend that answers GET /. Needs wrk, and ports 9461 to 9463 of 127.0.0.1. Build before:
#   GATEHOUSE_BENCHMARKS=1 swift build -c release
#
# All requests come from one session, and then from 1,000 by turns; each time to a gateway that holds no more, and to one that holds many.
set -euo pipefail
upstream=$(realpath "${1:?usage: sessions.sh UPSTREAM [how many] [rounds]}")
many=${2:-1000000}
rounds=${3:-5}
cd "$(dirname "$0")/../.."
bin=${GATEHOUSE_BIN:-$(swift build -c release --show-bin-path)}
work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT

gateway() { # STATE PORT
    BENCH_UPSTREAM=$upstream BENCH_PORT=$2 "$bin/gateway" --config Tests/Benchmarks/gateway.yaml --state "$1" \
        >"$1.log" 2>&1 </dev/null &
    pid=$!
    for _ in $(seq 600); do
        if curl --silent --insecure --output /dev/null --max-time 1 "https://localhost:$2/.gatehouse/public-keys/jwks.json"; then return; fi
        kill -0 "$pid" || { cat "$1.log" >&2; exit 1; }
        sleep 0.1
    done
    echo "the gateway does not answer on port $2" >&2
    exit 1
}

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# A run makes keys; then the sessions are written with them.
declare -A pid_of port_of=([1]=9461 [1000]=9462 [many]=9463)
for name in 1 1000 many; do
    count=${name/many/$many}
    mkdir -m 700 "$work/$name"
    gateway "$work/$name" "${port_of[$name]}"
    kill "$pid" && wait "$pid" || true
    "$bin/fill-sessions" "$work/$name" "$count" 1000 >"$work/$name.cookies"
    start=$(date +%s%N)
    gateway "$work/$name" "${port_of[$name]}"
    pids+=("$pid")
    pid_of[$name]=$pid
    echo "$count sessions: $(($(resident "$pid") / 1024)) MiB resident, answers $((($(date +%s%N) - start) / 1000000)) ms after its start"
done
echo "memory: $(((($(resident "${pid_of[many]}") - $(resident "${pid_of[1]}")) * 1024) / (many - 1))) bytes a session"

# The cookies of a file by turns.
cat >"$work/cookies.lua" <<'L'
local cookies, at = {}, 0
function init(args)
    for line in io.lines(args[1]) do cookies[#cookies + 1] = wrk.format("GET", "/", { Cookie = line }) end
end
function request()
    at = at % #cookies + 1
    return cookies[at]
end
L

cpu() { cat /proc/"$1"/task/*/schedstat | awk '{ total += $1 } END { printf "%.0f\n", total }'; }

measure() { # NAME COOKIES → nanoseconds a request
    local before after output
    before=$(cpu "${pid_of[$1]}")
    output=$(wrk -c 64 -t 1 -d 4s -s "$work/cookies.lua" "https://localhost:${port_of[$1]}/" -- "$2")
    after=$(cpu "${pid_of[$1]}")
    if grep -q 'Non-2xx' <<<"$output"; then echo "$output" >&2; exit 1; fi
    awk -v used=$((after - before)) '/requests in/ { print int(used / $1) }' <<<"$output"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for few in 1 1000; do
    for name in $few many; do head -n "$few" "$work/$name.cookies" >"$work/$name.used"; done
    # Each session's identity is signed once a minute: a round before the others, so that requests are what is measured.
    for name in $few many; do measure "$name" "$work/$name.used" >/dev/null; done
    for _ in $(seq "$rounds"); do
        a=$(measure "$few" "$work/$few.used")
        b=$(measure many "$work/many.used")
        awk -v a="$a" -v b="$b" 'BEGIN { printf "%d %d %.3f\n", a, b, b / a }'
    done >"$work/rounds"
    echo "$few in use: $(cut -d ' ' -f 1 "$work/rounds" | median) ns a request among $few," \
        "$(cut -d ' ' -f 2 "$work/rounds" | median) ns among $many, ratio $(cut -d ' ' -f 3 "$work/rounds" | median)" \
        "($(cut -d ' ' -f 3 "$work/rounds" | sort -n | sed -n '1p;$p' | paste -sd ' ' | sed 's/ / to /'))"
done
