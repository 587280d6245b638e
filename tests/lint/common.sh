# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the lint checks share: the list of files, and one way to report.
[ -n "${BASH_VERSION:-}" ] || { echo "run $0 with bash" >&2; exit 2; }
set -eu # no pipefail: a grep that finds nothing is the good case
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Tracked files and new ones that git does not ignore; outside of a checkout, all of them.
files() { # PATTERN...
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
	else
		find . -path ./build -prune -o -type f -print | sed 's|^\./||' | grep -E "$(printf '%s|' "$@" | sed 's/[.]/[.]/g; s/[*]/.*/g; s/|$//')"
	fi
}

# verdict WHAT: fails with what was read from standard input, when there was anything.
verdict() {
	local found
	found=$(cat)
	[ -z "$found" ] && { echo "$1: nothing found"; exit 0; }
	printf '%s:\n%s\n' "$1" "$found"
	exit 1
}
