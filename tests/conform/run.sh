#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh COMMAND...
# Runs reeve-conform (behind valgrind, say) and lets no check be skipped.
set -euo pipefail
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
"$@" | tee "$report" || status=$?
if grep -qE '# SKIP|^Bail out!' "$report"; then
	echo "a check was skipped" >&2
	exit 1
fi
[ "$(grep -cE '^ok ' "$report")" = "$(sed -n 's/^1\.\.//p' "$report")" ] || exit 1
exit "$status"
