#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every source file carries its licence.
. "$(dirname "$0")/common.sh"
files '*.c' '*.h' '*.sh' '*.py' '*.cmake' '*CMakeLists.txt' 'scripts/*' '*.go' '*.md' '.ci/*' |
	grep -vE '^(LICENSE|.*\.json)$' | xargs grep -L 'SPDX-License-Identifier: Apache-2.0' |
	verdict "files without SPDX-License-Identifier"
