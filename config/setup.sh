#!/usr/bin/env bash
# Installs what Gatehouse needs on Debian 12+ or Ubuntu 24.04+ and is not there yet; says nothing when nothing is missing.
#
#   config/setup.sh            to build and run
#   config/setup.sh --tests    to run every test too (a browser and its driver; other teams' identity providers, in /opt)
set -euo pipefail

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

with_tests=false
for argument in "$@"; do
    case $argument in
        --tests) with_tests=true ;;
        *) fail "unknown argument $argument; the only one is --tests." ;;
    esac
done

[ "$(uname -s)" = Linux ] || fail "Gatehouse runs on Linux only (Debian 12 or newer, Ubuntu 24.04 or newer)."

# Swift comes first: without it nothing else helps.
command -v swift >/dev/null ||
    fail "swift is not on the PATH. Install Swift 6.3 or newer from https://www.swift.org/install/linux/ and try again."
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
[ -n "$version" ] || fail "'swift --version' names no version. Install Swift 6.3 or newer from https://www.swift.org/install/linux/."
[ "$(printf '%s\n' 6.3 "$version" | sort -V | head -n 1)" = 6.3 ] ||
    fail "Swift $version is too old. Install Swift 6.3 or newer from https://www.swift.org/install/linux/."

missing=()

# Asks dpkg, not the PATH: a header cannot be found there.
need() {
    local status
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) || status=none
    [ "$status" = installed ] || missing+=("$1")
}

need_command() {
    command -v "$1" >/dev/null || missing+=("$2")
}

command -v dpkg-query >/dev/null ||
    fail "this is neither Debian nor Ubuntu. Install the development files of OpenSSL 3, nghttp2, SQLite 3, qrencode and zlib, and pkg-config, yourself, then run 'swift build -c release'."

need libssl-dev
need libnghttp2-dev
need libsqlite3-dev
need libqrencode-dev
need zlib1g-dev
need_command pkg-config pkg-config
need_command curl curl
need_command openssl openssl

is_ubuntu() {
    grep -qsx 'ID=ubuntu' /etc/os-release
}

# Ubuntu's chromium packages only install a snap, which containers and CI machines cannot run. There the browser is Chrome for Testing.
chrome_libraries=(
    libasound2t64 libatk-bridge2.0-0t64 libatk1.0-0t64 libcairo2 libcups2t64 libdbus-1-3 libgbm1 libnss3 libpango-1.0-0 libx11-6
    libxcomposite1 libxdamage1 libxext6 libxfixes3 libxkbcommon0 libxrandr2
)
needs_chrome=false
needs_glewlwyd=false

checkout=$(cd "$(dirname "$0")/.." && pwd)
tools=$checkout/.build/test-tools
requirements=$checkout/Tests/Integration/Tools/requirements.txt
needs_tools=false

if $with_tests; then
    if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then has_browser=true; else has_browser=false; fi
    if command -v chromedriver >/dev/null; then has_driver=true; else has_driver=false; fi
    if ! $has_browser || ! $has_driver; then
        if is_ubuntu; then
            [ "$(uname -m)" = x86_64 ] ||
                fail "the browser test needs google-chrome and chromedriver on the PATH, and there is no Chrome for Testing for $(uname -m). Install both, of one version, and try again."
            needs_chrome=true
            need_command unzip unzip
            for library in "${chrome_libraries[@]}"; do need "$library"; done
        else
            $has_browser || missing+=(chromium)
            $has_driver || missing+=(chromium-driver)
        fi
    fi
    need fonts-dejavu-core
    need ca-certificates
    if ! command -v glewlwyd >/dev/null && [ ! -e /opt/glewlwyd ]; then needs_glewlwyd=true; fi
    need_command sqlite3 sqlite3
    # Without Apache's own package, which would start a server.
    need libapache2-mod-auth-openidc
    # Debian's Python takes no packages from elsewhere, so the tests' tools have a folder of their own.
    if ! cmp -s "$requirements" "$tools/requirements.txt"; then
        needs_tools=true
        python3 -c 'import ensurepip' 2>/dev/null || need python3-venv
    fi
fi

[ ${#missing[@]} -gt 0 ] || $needs_chrome || $needs_glewlwyd || $needs_tools || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ] && { [ ${#missing[@]} -gt 0 ] || $needs_chrome || $needs_glewlwyd; }; then
    command -v sudo >/dev/null ||
        fail "packages must be installed (${missing[*]:-for the tests}), and sudo is not there. Run this script as root once."
    as_root=(sudo)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ${#missing[@]} -gt 0 ]; then
    printf 'setup: installing %s\n' "${missing[*]}"
    install() {
        "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
    }
    if ! install >"$work/log" 2>&1; then
        tail -n 20 "$work/log" >&2
        fail "apt-get could not install ${missing[*]}; its last lines are above. Mend that and try again."
    fi
fi

# Browser and driver of one version, in /opt, with links on the PATH.
install_chrome() {
    local version place=/opt/chrome-for-testing
    version=$(curl -fsSL https://googlechromelabs.github.io/chrome-for-testing/LATEST_RELEASE_STABLE) || return
    for part in chrome chromedriver; do
        curl -fsSL -o "$work/$part.zip" \
            "https://storage.googleapis.com/chrome-for-testing-public/$version/linux64/$part-linux64.zip" || return
        unzip -q "$work/$part.zip" -d "$work/chrome" || return
    done
    "${as_root[@]}" rm -rf "$place" && "${as_root[@]}" cp -r "$work/chrome" "$place" &&
        "${as_root[@]}" chmod -R a+rX "$place" &&
        "${as_root[@]}" ln -sf "$place/chrome-linux64/chrome" /usr/local/bin/google-chrome &&
        "${as_root[@]}" ln -sf "$place/chromedriver-linux64/chromedriver" /usr/local/bin/chromedriver
}

if $needs_chrome; then
    echo "setup: installing Chrome for Testing in /opt/chrome-for-testing"
    if ! install_chrome >"$work/log" 2>&1; then
        tail -n 5 "$work/log" >&2
        fail "Chrome for Testing could not be installed. Put google-chrome and chromedriver of one version on the PATH (https://googlechromelabs.github.io/chrome-for-testing/) and try again."
    fi
fi

# An OpenID provider in C. Unpacked and not installed: its package would start a server whose password everybody knows. Where the
# distribution has none, an empty folder says so, and its tests are skipped.
install_glewlwyd() {
    local libraries
    "${as_root[@]}" apt-get update && "${as_root[@]}" mkdir -p /opt/glewlwyd || return
    [ -n "$(apt-cache madison glewlwyd)" ] || return 0
    libraries=$(apt-cache depends --no-recommends --no-suggests glewlwyd | awk '$1 == "Depends:" && $2 ~ /^lib/ { print $2 }')
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $libraries &&
        (cd "$work" && apt-get download glewlwyd) &&
        "${as_root[@]}" dpkg-deb --extract "$work"/glewlwyd_*.deb /opt/glewlwyd
}

if $needs_glewlwyd; then
    echo "setup: unpacking glewlwyd in /opt/glewlwyd"
    if ! install_glewlwyd >"$work/log" 2>&1; then
        "${as_root[@]}" rm -rf /opt/glewlwyd
        tail -n 5 "$work/log" >&2
        fail "glewlwyd could not be unpacked; the last lines are above. Mend that and try again."
    fi
fi

# Of axe-playwright-python, axe-core alone is wanted, which looks at the pages' accessibility.
if $needs_tools; then
    echo "setup: installing the AWS CLI, boto3, pycognito, authlib, moto and prometheus-client in .build/test-tools"
    mkdir -p "$checkout/.build"
    if ! { python3 -m venv --clear "$tools" && "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8; } \
        >"$work/log" 2>&1; then
        tail -n 5 "$work/log" >&2
        fail "the tools for the tests could not be installed; pip's last lines are above. Mend that and try again."
    fi
    cp "$requirements" "$tools/requirements.txt"
fi
