#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every source file carries its licence.
. "$(dirname "$0")/common.sh"
files '*.c' '*.h' '*.sh' '*.py' '*.cmake' '*CMakeLists.txt' 'scripts/*' '*.go' '*.md' '.ci/*' |
	grep -vE '^(LICENSE|.*\.json)$' | while read -r file; do
	head -5 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
done | verdict "files without SPDX-License-Identifier"
