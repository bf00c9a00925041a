#!/usr/bin/env bash
# What signing in costs the user pool beside the password's hash, and how long its page takes while 50 sign-ins are under way.
# usage: pool.sh [rounds, default 40]
# Starts a whole Gatehouse of its own with the programs of GATEHOUSE_BIN (else: swift build -c release before). Needs curl and python3.
#
# CPU time is the kernel's own count for the process `userpool`. What a sign-in costs beside the hash is measured without one, since a
# difference of two hashes would be their noise: the page, a form that the limit of failures refuses before any hash, but after all
# that is looked at before one, and with its page; and the code, which a browser gets that is signed in.
set -euo pipefail
rounds=${1:-40}
cd "$(dirname "$0")/../.."
bin=${GATEHOUSE_BIN:-$(swift build -c release --show-bin-path)}
work=$(mktemp -d)
up=
trap '[ -z "$up" ] || { kill -INT "$up" && wait "$up" || true; }; rm -rf "$work"' EXIT

cp -r config "$work/config"
# Each address may fail once, so that an address decides whether a hash is made.
sed -i 's/FailuresPerAddress: 30/FailuresPerAddress: 1/; s/SecondsPerAttempt: 4/SecondsPerAttempt: 3600/' "$work/config/userpool.yaml"
ADMIN_PASSWORD=Correct-Horse-7-Battery "$bin/gatehouse" up --state "$work/s" --https 0 --pool 0 --http 0 \
    --config-dir "$work/config" >"$work/log" 2>&1 </dev/null &
up=$!
for _ in $(seq 600); do
    [ -e "$work/s/run/ready.json" ] && break
    kill -0 "$up" || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
ready() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for name in sys.argv[2:]: value = value[name]
print(value)' "$work/s/run/ready.json" "$@"; }
pool=$(ready poolURL)
pool=${pool%/}
app=$(ready appURL)
app=${app%/}
client=$(ready clientId)
pid=$(ready pids userpool)
ca=$(ready caFile)
query="client_id=$client&response_type=code&scope=openid+email&state=s&redirect_uri=$app/oauth2/idpresponse"
browse() { curl --silent --show-error --cacert "$ca" --cookie "$work/jar" "$@"; }
page=$(curl --silent --show-error --cacert "$ca" --cookie-jar "$work/jar" "$pool/login?$query")
csrf=$(sed -n 's/.*name="_csrf" value="\([^"]*\)".*/\1/p' <<<"$page")
[ -n "$csrf" ] || { echo "no sign-in page: $page" >&2; exit 1; }

# submit ADDRESS USER PASSWORD → the status
submit() {
    browse --interface "$1" --output /dev/null --write-out '%{http_code}' --data-urlencode "_csrf=$csrf" \
        --data-urlencode "username=$2" --data-urlencode "password=$3" "$pool/login?$query"
}

cpu() { cat /proc/"$pid"/task/*/schedstat | awk '{ total += $1 } END { printf "%.0f\n", total }'; }

# cost NAME WANTED COMMAND…: prints and keeps the CPU time of one of `rounds` requests in microseconds; NUMBER in the command counts.
declare -A cost
cost() {
    local name=$1 wanted=$2 before status
    shift 2
    "${@//NUMBER/200}" >/dev/null
    before=$(cpu)
    for number in $(seq "$rounds"); do
        status=$("${@//NUMBER/$number}")
        [ "$status" = "$wanted" ] || { echo "$name: answered $status, not $wanted" >&2; exit 1; }
    done
    cost[$name]=$((($(cpu) - before) / rounds / 1000))
    printf '%-45s %8d µs\n' "$name" "${cost[$name]}"
}

get() { browse --output /dev/null --write-out '%{http_code}' "$pool/login?$query"; }
cost "GET of the page" 200 get
cost "POST with a wrong password" 200 submit 127.0.1.NUMBER nameNUMBER Wrong-Password-1
submit 127.0.2.1 somebody Wrong-Password-1 >/dev/null
cost "POST that is refused before any hash" 429 submit 127.0.2.1 somebody Wrong-Password-1
cost "POST with the right password" 302 submit 127.0.3.1 admin Correct-Horse-7-Battery
browse --cookie-jar "$work/signed-in" --interface 127.0.3.1 --output /dev/null --data-urlencode "_csrf=$csrf" \
    --data-urlencode "username=admin" --data-urlencode "password=Correct-Horse-7-Battery" "$pool/login?$query"
code() {
    curl --silent --show-error --cacert "$ca" --cookie "$work/signed-in" --output /dev/null --write-out '%{http_code}' \
        "$pool/oauth2/authorize?$query"
}
cost "a code for a browser that is signed in" 302 code
printf '%-45s %8d µs\n' "a sign-in beside the hash" \
    $((cost["GET of the page"] + cost["POST that is refused before any hash"] + cost["a code for a browser that is signed in"]))

# 50 at once, from as many addresses, and the page meanwhile.
for number in $(seq 50); do
    [ "$number" = 1 ] || echo next
    cat <<R
url = "$pool/login?$query"
interface = "127.0.4.$number"
http1.1
cacert = "$ca"
cookie = "$work/jar"
output = "/dev/null"
write-out = "%{http_code}\n"
data-urlencode = "_csrf=$csrf"
data-urlencode = "username=admin"
data-urlencode = "password=Correct-Horse-7-Battery"
R
done >"$work/fifty"
curl --silent --parallel --parallel-immediate --parallel-max 50 --config "$work/fifty" >"$work/answers" 2>/dev/null &
crowd=$!
start=$(date +%s%N)
while kill -0 "$crowd" 2>/dev/null; do
    browse --output /dev/null --write-out '%{time_total}\n' "$pool/login?$query" >>"$work/times"
done
wait "$crowd"
echo "50 sign-ins at once: $((($(date +%s%N) - start) / 1000000)) ms, answered" \
    "$(sort "$work/answers" | uniq -c | awk '{ printf "%s%s × %s", sep, $1, $2; sep = ", " }')"
sort -n "$work/times" | awk '{ v[NR] = $1 * 1000 } END {
    printf "the page meanwhile, %d times: median %.0f ms, 95 %% within %.0f ms, slowest %.0f ms\n", NR, v[int((NR + 1) / 2)], v[int(NR * 0.95 + 0.99)], v[NR] }'
