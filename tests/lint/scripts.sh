#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shell scripts through shellcheck; the syntax of the Python ones. What either says is a finding, that it is not there as well.
. "$(dirname "$0")/common.sh"
{
	files 'scripts/*' '.ci/*' 'tests/*' 'sdk/*' 'packaging/*' |
		LC_ALL=C xargs awk '/^#!.*(bash|\/sh)$/ { print FILENAME } { nextfile }' | xargs shellcheck -x -P SCRIPTDIR -S warning -f gcc 2>&1 || true
	files '*.py' | xargs -r python3 -c '
import ast, sys
for file in sys.argv[1:]:
	try:
		ast.parse(open(file).read(), file)
	except SyntaxError as error:
		print(f"{file}:{error.lineno}: {error.msg}")' 2>&1 || true
} | verdict "findings in scripts"
