#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what tools/doctor misses, with apt: as root, or through sudo.  Safe to run again.  MORE: see tools/doctor.
set -eu
unset CDPATH
cd "$(dirname "$0")/.."

missing=$(tools/doctor --missing)
if [ -z "$missing" ]; then
    echo "setup: everything that Pecan needs is installed, so there is nothing to do"
    exit 0
fi
echo "setup: these Debian packages will be installed: $missing"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: this system has no apt-get.  Please install the programs of these Debian packages by hand, then try again." >&2
    tools/doctor || exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: only root can install packages, and there is no sudo.  As root, type:" >&2
        echo "    apt-get update && apt-get install -y --no-install-recommends $missing" >&2
        exit 1
    fi
    echo "setup: only root can install packages, so sudo may ask for your password"
    as_root=sudo
fi

# The lists of packages may be missing (in a fresh image) or old (a package has gone), so they are fetched.  If only that fails,
# the script goes on with the lists that are there.  The variable goes through env, because sudo clears the environment.
# A fresh system may be updating itself just now: the installation waits for it, ten minutes (600 s) at most.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null || echo "setup: apt-get update failed; the installation goes on with the lists that are there" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $missing </dev/null

left=$(tools/doctor --missing)
if [ -n "$left" ]; then
    echo "setup: the installation failed, and these packages are still missing: $left" >&2
    exit 1
fi
echo "setup: done"
