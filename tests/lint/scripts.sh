#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shell scripts through shellcheck; the syntax of the Python ones.
. "$(dirname "$0")/common.sh"
{
	files 'scripts/*' '.ci/*' 'tests/*' 'sdk/*' 'packaging/*' | while read -r file; do
		head -1 "$file" | grep -qaE '^#!.*(bash|/sh)$' && echo "$file"
	done | xargs shellcheck -x -P SCRIPTDIR -S warning -f gcc || true
	files '*.py' | xargs -r -n 1 python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' 2>&1 || true
} | verdict "findings in scripts"
