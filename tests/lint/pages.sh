#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the pages name is there: files and headings that they link to, settings, series of /metrics, commands of reevectl.
. "$(dirname "$0")/common.sh"

sections=$(grep -oE '^    \{ "[a-z_]+\.' core/settings/declared.c | tr -d '{ ".' | sort -u | paste -sd '|')
commands=$(grep -ohE '\.name = "[a-z -]+"' cli/commands_*.c | cut -d '"' -f 2)

headings() { # PAGE
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

links() { # PAGE
	local target file
	grep -oE '\]\([^) ]+\)' "$1" | sed 's/^](//; s/)$//' | grep -v '://' | while read -r target; do
		file=$(dirname "$1")/${target%%#*}
		[ "${target%%#*}" ] || file=$1
		[ -e "$file" ] || { echo "$1: no file $target"; continue; }
		[[ $target != *#* ]] || headings "$file" | grep -qxF "${target#*#}" || echo "$1: no heading $target"
	done
}

# Those of types of workers are put together: by their last part.
settings() { # PAGE
	local key
	grep -oE "\`($sections)\.[a-z_.]+[=\`]" "$1" | tr -d '`=' | sort -u | while read -r key; do
		grep -qF "{ \"$key\"" core/settings/declared.c ||
			grep -qF "{ \"$key." core/settings/declared.c ||
			{ [[ $key == workers.* ]] && grep -qE "\"\.?${key##*.}\"" core/settings/declared.c; } || echo "$1: no setting $key"
	done
}

series() { # PAGE
	local name
	grep -oE '\breeve_[a-z_]+' "$1" | sort -u | while read -r name; do
		name=$(sed -E 's/_(bucket|sum|count)$//' <<<"$name")
		grep -qF "\"$name" core/base/meter_series.c || echo "$1: no series $name"
	done
}

calls() { # PAGE
	local words
	grep -oE '(^ *|\$ |-- |`)reevectl [a-z-]+( [a-z-]+)?' "$1" | sed 's/.*reevectl //' | sort -u | while read -r words; do
		grep -qE -- "^($words( .*)?|${words%% *})$" <<<"$commands" || echo "$1: no command '$words'"
	done
}

for page in $(files '*.md' | grep -vx docs/dictionary.md); do
	links "$page"
	calls "$page"
	case $page in
	docs/operating/*) settings "$page"; series "$page" ;;
	README.md | docs/api.md | plugins/*) settings "$page" ;;
	esac
done | verdict "what pages name and is not there"
