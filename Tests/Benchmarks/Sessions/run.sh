#!/usr/bin/env bash
# What a session costs in memory, and to find. usage: run.sh [how many, default 1000000]
set -euo pipefail
cd "$(dirname "$0")"
build=../../../.build/session-benchmark
swift build -c release --scratch-path "$build"
for tokens in small cognito; do "$build/release/sessions" "${1:-1000000}" "$tokens"; done
