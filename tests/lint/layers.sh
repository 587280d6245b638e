#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A folder includes only from the floors under it. CMake makes anything else fail to compile; this also
# catches a link that was added upwards, and says which line.
. "$(dirname "$0")/common.sh"

floors='base=0 model=1 store=2 queue=3 settings=3 auth=3 host=2 event=3 tag=3 hook=4 inventory=4 tls=1 query=2 home=4 keeping=5 catcher=5
	tree=2 resolve=3 script=3 net=3 datastore=4 automate=6 db=7 api=7 server=8'
{
	files 'core/*.c' 'core/*.h' 'automate/*.c' 'automate/*.h' | xargs grep -nE '^#include "[a-z]+/' | awk -v floors="$floors" '
		BEGIN { n = split(floors, list, /[ \t\n]+/); for (i = 1; i <= n; i++) { split(list[i], one, "="); floor[one[1]] = one[2] } }
		{
			split($0, part, ":"); split(part[1], path, "/"); folder = path[2] == "engine" ? "automate" : path[2]
			other = part[3]; sub(/#include "/, "", other); sub(/\/.*/, "", other)
			if (other == folder || other == "reeve") next
			# Definitions, resolver and script know no database.
			if (folder ~ /^(tree|resolve|script)$/ && other !~ /^(base|model|tree|resolve)$/) { print part[1] ":" part[2] ": " folder " must not include " other; next }
			if (!(other in floor) || floor[other] >= floor[folder]) print part[1] ":" part[2] ": " folder " must not include " other
		}'
	files 'plugins/*.c' 'plugins/*.h' 'sdk/src/*.c' 'sdk/src/*.h' 'sdk/include/*.h' 'sdk/template/*.c' |
		xargs grep -nE '^#include "(base|model|store|queue|settings|auth|host|event|tag|hook|inventory|tls|home|keeping|catcher|tree|resolve|script|net|datastore|automate|db|api|server|query)/'
	files 'cli/*.c' 'cli/*.h' | xargs grep -nE '^#include "(store|queue|settings|auth|host|event|tag|hook|inventory|tls|home|keeping|catcher|net|datastore|automate|db|api|server)/'
} | verdict "includes from upstairs"
