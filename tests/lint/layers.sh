#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A folder includes only from the floors under it. CMake makes anything else fail to compile; this also
# catches a link that was added upwards, and says which line.
. "$(dirname "$0")/common.sh"

declare -A floor=([base]=0 [model]=1 [store]=2 [queue]=3 [settings]=3 [auth]=3 [host]=3 [inventory]=4 [api]=6 [server]=7)
{
	files 'core/*.c' 'core/*.h' | while read -r file; do
		folder=$(echo "$file" | cut -d/ -f2)
		grep -nE '^#include "[a-z]+/' "$file" | while IFS=: read -r line text; do
			other=$(echo "$text" | sed 's/#include "\([a-z]*\)\/.*/\1/')
			[ "$other" != reeve ] || continue
			[ "$other" != "$folder" ] || continue
			# host/object.h speaks in the store's values, which are plain data; nothing else of the store.
			[ "$folder/$other" != host/store ] || [[ $text == *store/value.h* ]] || echo "$file:$line: host must not use the store"
			[ "${floor[$other]:-99}" -lt "${floor[$folder]:-0}" ] || echo "$file:$line: $folder must not include $other"
		done
	done
	files 'plugins/*.c' 'plugins/*.h' 'sdk/src/*.c' 'sdk/src/*.h' 'sdk/include/*.h' 'sdk/template/*.c' |
		xargs grep -nE '^#include "(base|model|store|queue|settings|auth|host|inventory|api|server)/' || true
	files 'cli/*.c' 'cli/*.h' | xargs grep -nE '^#include "(store|queue|settings|auth|host|inventory|api|server)/' || true
} | verdict "includes from upstairs"
