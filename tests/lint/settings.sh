#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every setting that is declared is read by somebody. Those of worker types are asked for by their last part.
. "$(dirname "$0")/common.sh"
grep -oE '^    \{ "[a-z_.]+"' core/settings/declared.c | tr -d '{ "' | while read -r key; do
	grep -rqF --include='*.c' --exclude=declared.c "\"$key\"" core automate ||
		{ [[ $key == workers.* ]] && grep -rqF --include='*.c' "\"${key##*.}\"" core/server; } || echo "$key"
done | verdict "settings that nobody reads"
