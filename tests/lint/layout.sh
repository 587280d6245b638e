#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-format 14 decides layout: scripts/format applies it.
. "$(dirname "$0")/common.sh"
tool=$(command -v clang-format-14 || command -v clang-format) || { echo "clang-format 14 is not installed"; exit 1; }
files '*.c' '*.h' | xargs -n 20 -P 2 "$tool" --dry-run 2>&1 | grep -E 'warning:' | sort -u | head -40 | verdict "layout (scripts/format mends it)"
