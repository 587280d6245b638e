#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: completion.sh REEVECTL
# What bash offers with the completion that reevectl prints. Names come from a reevectl that is no program but a
# function here, so that no server is needed.
set -euo pipefail
program=$1
script=$("$program" completion bash)
eval "$script"
bash -n <<<"$script"

timeout() { # stands for: timeout 2 reevectl get KIND -o name --limit 500
	[ "$2 $3" = "reevectl get" ] || return 1
	printf '%s\n' pod/web-1 pod/web-2 pod/db-1
	# shellcheck disable=SC2016
	[ "$4" != evil ] || printf '%s\n' 'vm/$(touch /tmp/x)' 'vm/two words' 'vm/`id`;*' 'vm/*'
}

failed=0
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
	echo "reevectl $*: offered '$got', wanted '$wanted'"
	failed=1
}

expect "login logout status get describe kinds provider task completion version help" ""
expect "provider" pro
expect "add edit list show verify refresh pause resume delete types" provider ""
expect "refresh" provider ref
expect "wait" task ""
expect "po pod pods ..." get po
expect "deploy ..." get dep
expect "web-1 web-2" get pods we
expect "web-1 web-2 db-1" get -o json pods ""
expect "web-1 web-2 db-1" provider show ""
expect "" provider add ""
expect "json jsonl" get pods -o js
expect "table wide json yaml csv name jsonl" get pods --output ""
expect "auto always never" get pods --color ""
expect "kubernetes demo" provider add x --type ""
expect "$program" provider add x --kubeconfig "$program"
expect "" get pods -n ""
expect "--kubeconfig" provider add x --kub
expect "--watch --watch-only" get pods --wat
expect "bash" completion ""
expect "" nonsense ""
# What a name holds is neither run nor expanded, and quoted.
# shellcheck disable=SC2016
expect 'web-1 web-2 db-1 \$\(touch\ /tmp/x\) two\ words \`id\`\;\* \*' get evil ""
exit $failed
