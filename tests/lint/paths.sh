#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No absolute path of somebody's machine and no host of a package registry in what is kept.
. "$(dirname "$0")/common.sh"
registries='deb\.debian\.org|pypi\.org|files\.pythonhosted|proxy\.golang|registry\.npmjs|crates\.io|repo1\.maven'
files '*' | grep -vE '^tests/lint/paths\.sh$|go\.sum$' | xargs grep -nIE "(/root/|/home/[a-z]+/|/work/|$registries)" | head -20 |
	verdict "paths of a machine or names of registries"
