#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what tools/doctor misses, with apt: as root, or through sudo.  Safe to run again.  MORE: see tools/doctor.
set -eu
unset CDPATH
cd "$(dirname "$0")/.."

missing=$(tools/doctor --missing)
if [ -z "$missing" ]; then
    echo "setup: nothing to do, everything is here"
    exit 0
fi
echo "setup: will install: $missing"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: no apt-get here.  Please install what these Debian packages hold, then try again." >&2
    tools/doctor || exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: not root, and there is no sudo.  As root, type:" >&2
        echo "    apt-get update && apt-get install -y --no-install-recommends $missing" >&2
        exit 1
    fi
    echo "setup: not root, so sudo may ask for your password"
    as_root=sudo
fi

# The lists may be absent (a fresh image) or stale (a package has gone): fetch them, and go on with what we
# have if only that fails.  The words go through env because sudo cleans the environment.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null || echo "setup: apt-get update failed, trying with the lists we have" >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing </dev/null

left=$(tools/doctor --missing)
if [ -n "$left" ]; then
    echo "setup: still missing after the installation: $left" >&2
    exit 1
fi
echo "setup: done"
