#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Functions that have a safer one in core/base or libc, in the code that ships.
. "$(dirname "$0")/common.sh"
names='strcpy|strcat|sprintf|vsprintf|strtok|strncpy|atoi|atol|gets|system|popen|alloca|mktemp|localtime|gmtime|signal'
files 'core/*.c' 'sdk/*.c' 'plugins/*.c' 'cli/*.c' 'core/*.h' 'sdk/*.h' |
	xargs grep -nE "(^|[^a-zA-Z0-9_>.\"])($names)[ ]*\(" | grep -vE '^[^:]+:[0-9]+: \*|^[^:]+:[0-9]+:[ ]*/?\*' |
	verdict "banned functions"
