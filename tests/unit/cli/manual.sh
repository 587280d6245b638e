#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: manual.sh REEVED PAGE
# reeved's manual page is written by hand: every option and file that its help names must be in it, and no option
# that it has not.
set -euo pipefail
help=$("$1" --help)
page=$2
failed=0
complain() {
	echo "$1"
	failed=1
}

options=$(grep -oE -- '--[a-z]+(-[a-z]+)*' <<<"$help" | sort -u | grep -vE -- '^--(user|url|password-file)$') # reevectl's
[ "$(wc -l <<<"$options")" -ge 9 ] || complain "the help names few options: $options"
for option in $options; do
	grep -qE -- "^\.It Fl -${option#--}( |\$)" "$page" || complain "$page does not explain $option"
done
for file in $(sed -n '/^Files in DIR:/,/^$/p' <<<"$help" | grep -oE '^  [a-z, .-]+(  |$)' | tr -d ','); do
	grep -qE "^\.It Pa $file\$" "$page" || complain "$page does not explain the file $file"
done
while read -r option; do
	said=$("$1" "--$option" x --no-such-option 2>&1 || true)
	[[ $said != *"unknown option '--$option'"* ]] || complain "reeved has no option --$option"
done < <(sed -nE 's/^\.It Fl -([a-z-]+).*/\1/p' "$page")
exit $failed
