#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Manual pages without a warning of mandoc's.
. "$(dirname "$0")/common.sh"
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 1; }
files 'docs/man/*' | xargs mandoc -Tlint -W warning 2>&1 | verdict "findings in manual pages"
