#!/usr/bin/env bash
# Builds the fuzzers and runs each for some seconds. usage: run.sh [seconds, default 60] [target…]
# A find is written to Regressions/TARGET/; commit it with the fix, and the ordinary tests replay it.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
shift || true
if [ $# -gt 0 ]; then targets=("$@"); else targets=(Seeds/*/); fi

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
runtime=$(find -L "$resources/clang" -name "libclang_rt.fuzzer_no_main-$(uname -m).a" -print -quit)
[ -n "$runtime" ] || { echo "This toolchain brings no libFuzzer for $(uname -m)." >&2; exit 1; }
build=../../.build/fuzz
swift build -c release --scratch-path "$build" -Xlinker "$runtime"
# A trap is to be written down at once, without a debugger's question.
export SWIFT_BACKTRACE=enable=no

status=0
for target in "${targets[@]}"; do
    target=$(basename "$target")
    corpus=$build/corpus/$target
    mkdir -p "$corpus" "Regressions/$target"
    echo "== $target, $seconds s"
    "$build/release/fuzz" "$target" -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb=1536 -verbosity=1 \
        -dict=http.dict -artifact_prefix="Regressions/$target/" "$corpus" "Seeds/$target" "Regressions/$target" \
        </dev/null || status=1
done
exit $status
