#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: completion.sh REEVECTL
# What bash, zsh and fish offer with the completions that reevectl prints. Each is driven as its user drives it; what may
# stand next is tested in test_complete.c, and with a server in tests/integration/test_completion.py.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder XDG_CACHE_HOME=$folder REEVE_CONFIG=$folder/none PATH=$folder/bin:$PATH
mkdir "$folder/bin"
# Names that would do harm, if one of the shells ran or expanded them.
cat >"$folder/bin/reevectl" <<END
#!/bin/sh
case "\$*" in
*"get evil "*) printf '%s\n' :words web-1 '\$(touch $folder/harm)' 'two words' '\`id\`;*' '*' 'a:b' ;;
*) exec "$program" "\$@" ;;
esac
END
chmod +x "$folder/bin/reevectl"
cd "$folder"
touch file-one file-two
for shell in bash zsh fish; do
	"$program" completion $shell >"script.$shell"
done
bash -n script.bash
# shellcheck source=/dev/null
source script.bash

failed=0
complain() {
	echo "$1: offered '$2', wanted '$3'"
	failed=1
}

# expect "WORDS OFFERED..." for a line; the last word is being completed. "..." at the end: and others.
expect() {
	local wanted=$1 got
	shift
	COMP_WORDS=(reevectl "$@") COMP_CWORD=$# COMPREPLY=()
	_reevectl
	got=${COMPREPLY[*]-}
	case $wanted in
	*'...') [[ " $got " == *" ${wanted% ...} "* ]] && return ;;
	*) [ "$got" = "$wanted" ] && return ;;
	esac
	complain "bash: reevectl $*" "$got" "$wanted"
}

expect "login logout ..." ""
expect "completion" compl
expect "add edit list ..." provider ""
expect "po pod pods ..." get po
expect "json jsonl" get pods -o js
expect "json jsonl" get pods --output = js
expect "file-one file-two" provider add x --kubeconfig fil
expect "--watch --watch-only" get pods --wat
expect "bash zsh fish" completion ""
expect "" nonsense ""
# shellcheck disable=SC2016
expect "web-1 \\\$\\(touch\\ $folder/harm\\) two\\ words \\\`id\\\`\\;\\* \\* a:b" get evil ""

# zsh: the words that its own _describe is given.
if command -v zsh >/dev/null; then
	zsh_offers() {
		# shellcheck disable=SC2016
		zsh -f -c '
			compdef() { :; }
			source ./script.zsh
			_describe() { print -rl -- "${(@)${(P)4}}"; }
			_files() { print files; }
			words=(reevectl "$@"); CURRENT=$#words
			_reevectl' zsh "$@" | tr '\n' '|'
	}
	for case in "completion:print a completion script for a shell|=compl" "json|jsonl|=get pods -o js" \
		"files|=provider add x --kubeconfig fil"; do
		read -ra line <<<"${case#*=}"
		got=$(zsh_offers "${line[@]}")
		[ "$got" = "${case%%=*}" ] || complain "zsh: ${case#*=}" "$got" "${case%%=*}"
	done
	got=$(zsh_offers get evil "")
	# shellcheck disable=SC2016
	[ "$got" = "web-1|\$(touch $folder/harm)|two words|\`id\`;*|*|a\\:b|" ] || complain "zsh: get evil" "$got" "the names"
fi

# fish completes a line by itself.
if command -v fish >/dev/null; then
	fish_offers() {
		# shellcheck disable=SC2016
		fish --no-config -c 'source ./script.fish; complete -C $argv[1]' "$1" 2>&1 | cut -f1 | tr '\n' '|'
	}
	for case in "completion| @ reevectl compl" "json|jsonl| @ reevectl get pods -o js" \
		"--output=json|--output=jsonl| @ reevectl get pods --output=js" \
		"file-one|file-two| @ reevectl provider add x --kubeconfig fil"; do
		got=$(fish_offers "${case#* @ }")
		[ "$got" = "${case%% @ *}" ] || complain "fish: ${case#* @ }" "$got" "${case%% @ *}"
	done
	got=$(fish_offers "reevectl get evil t")
	[ "$got" = "two words|" ] || complain "fish: get evil t" "$got" "two words|"
	got=$(fish_offers 'reevectl get evil \$')
	[ "$got" = "\$(touch $folder/harm)|" ] || complain "fish: get evil \\$" "$got" "the name with a command in it"
fi
[ ! -e "$folder/harm" ] || complain "a name" "was run" "nothing"
exit $failed
