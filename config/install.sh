#!/usr/bin/env bash
# Installs what was built for systemd: programs in PREFIX (/usr/local), configuration in /etc/gatehouse. A configuration that is there
# already stays as it is.
#
#   sudo make install                     then: sudo systemctl enable --now gatehouse.target
#   make install DESTDIR=/tmp/package     for a package: nothing outside that folder is touched
#   sudo make uninstall                   takes programs and units away; configuration and state stay
set -euo pipefail

fail() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

checkout=$(cd "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}
prefix=${PREFIX:-/usr/local}
built=${GATEHOUSE_BIN:-$checkout/.build/release}
library=$prefix/lib/gatehouse
units=/etc/systemd/system
programs=(gatehouse gateway userpool chat)
configuration=(gateway userpool chat)

[[ $prefix = /* ]] || fail "PREFIX is $prefix; it has to begin with a slash."
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    fail "this writes to $prefix and /etc. Run it as root (sudo make install), or into a folder of yours: make install DESTDIR=DIR"
fi

reload_systemd() {
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

if [ "${1:-}" = --uninstall ]; then
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then
        systemctl disable --now gatehouse.target gatehouse-{gateway,chat,userpool,init}.service 2>/dev/null || true
    fi
    rm -rf "$root${library:?}" "$root${prefix:?}/share/gatehouse" "$root${prefix:?}/share/doc/gatehouse"
    rm -f "$root$prefix/bin/gatehouse" "$root$prefix/lib/sysusers.d/gatehouse.conf" "$root$units"/gatehouse{.target,-*.service}
    reload_systemd
    echo "Gatehouse is uninstalled. Configuration and state stay: /etc/gatehouse, /var/lib/gatehouse"
    exit 0
fi
[ $# -eq 0 ] || fail "unknown argument $1; the only one is --uninstall."

for program in "${programs[@]}"; do
    [ -x "$built/$program" ] || fail "$built/$program is missing. Build first, as yourself and not as root: make build"
done

install -d "$root$library" "$root$prefix/bin" "$root$prefix/share/gatehouse" "$root$prefix/share/doc/gatehouse" \
    "$root$prefix/lib/sysusers.d" "$root/etc/gatehouse" "$root$units"
# A program that runs is not overwritten but replaced.
for program in "${programs[@]}"; do
    install -m 755 "$built/$program" "$root$library/$program.new"
    mv -f "$root$library/$program.new" "$root$library/$program"
done
# Swift's own libraries: the compiler's folder may be somebody's home, which the programs' user cannot read.
for program in "${programs[@]}"; do ldd "$built/$program"; done |
    awk '$3 ~ /\/swift\/linux\// { print $3 }' | sort -u |
    while read -r file; do install -m 644 "$file" "$root$library/"; done
ln -sfn "../lib/gatehouse/gatehouse" "$root$prefix/bin/gatehouse"

kept=()
for name in "${configuration[@]}"; do
    install -m 644 "$checkout/config/$name.yaml" "$root$prefix/share/gatehouse/$name.yaml"
    if [ ! -e "$root/etc/gatehouse/$name.yaml" ]; then
        install -m 644 "$checkout/config/$name.yaml" "$root/etc/gatehouse/$name.yaml"
    elif ! cmp -s "$checkout/config/$name.yaml" "$root/etc/gatehouse/$name.yaml"; then
        kept+=("/etc/gatehouse/$name.yaml")
    fi
done
for unit in "$checkout"/config/systemd/gatehouse{.target,-*.service}; do
    sed "s|/usr/local/|$prefix/|g" "$unit" >"$root$units/${unit##*/}"
    chmod 644 "$root$units/${unit##*/}"
done
install -m 644 "$checkout/config/systemd/gatehouse.conf" "$root$prefix/lib/sysusers.d/gatehouse.conf"
install -m 644 "$checkout"/docs/{server,amazon-cognito}.md "$root$prefix/share/doc/gatehouse/"

if [ -z "$root" ]; then
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers "$prefix/lib/sysusers.d/gatehouse.conf"
    elif ! getent passwd gatehouse >/dev/null; then
        useradd --system --home-dir /var/lib/gatehouse --shell /usr/sbin/nologin gatehouse
    fi
    reload_systemd
fi

echo "Gatehouse is installed in $root$library."
if [ ${#kept[@]} -gt 0 ]; then
    echo "Kept as they are: ${kept[*]}. What ships now is in $prefix/share/gatehouse."
fi
[ -n "$root" ] || cat <<EOF
Start it      sudo systemctl enable --now gatehouse.target
The password  sudo cat /var/lib/gatehouse/secrets/admin-password   (user: admin)
Read on       $prefix/share/doc/gatehouse/server.md
EOF
