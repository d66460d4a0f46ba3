#!/bin/sh
# Installs the Debian packages it is given where it may, else names them and fails.
missing=""
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo"; else
    echo "Please install these Debian packages first: apt-get install$missing" >&2
    exit 1
fi
echo "Installing the Debian packages$missing ..."
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{ $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $missing; } >/dev/null || {
    echo "apt-get could not install:$missing. Install them by hand, then run make again." >&2
    exit 1
}
