#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: headers.sh INCLUDE_DIR
# Every public header compiles alone, as C99, C11 and C++, without a warning.
set -euo pipefail
include=${1:?usage: headers.sh INCLUDE_DIR}
failed=0
count=0

try() { # language, standard, compiler, header
	local name=reeve/${4##*/}
	if ! printf '#include "%s"\nint reeve_%s_alone;\n' "$name" "header" |
		"$3" -x "$1" -std="$2" -fsyntax-only -Wall -Wextra -Wpedantic -Wundef -Werror -I "$include" -; then
		echo "$name does not compile alone as $2" >&2
		failed=1
	fi
	count=$((count + 1))
}

for header in "$include"/reeve/*.h; do
	try c c99 gcc "$header"
	try c c11 gcc "$header"
	try c++ c++11 g++ "$header"
	try c++ c++20 g++ "$header"
	# Nothing but these two of the language's headers, so that a module drags nothing in.
	if grep -nE '^#include <' "$header" | grep -vE '<(stdint|stdarg)\.h>'; then
		echo "${header##*/} includes more than stdint.h and stdarg.h" >&2
		failed=1
	fi
done
echo "$count compilations"
[ "$count" -ge 56 ] || { echo "headers are missing in $include" >&2; failed=1; }
exit $failed
