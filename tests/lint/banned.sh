#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Functions that have a safer one in core/base or libc, in the code that ships.
. "$(dirname "$0")/common.sh"
names='strcpy|strcat|sprintf|vsprintf|strtok|strncpy|atoi|atol|gets|system|popen|alloca|mktemp|localtime|gmtime|signal'
files 'core/*.c' 'sdk/*.c' 'plugins/*.c' 'cli/*.c' 'core/*.h' 'sdk/*.h' |
	xargs grep -nE "(^|[^a-zA-Z0-9_>.\"])($names)[ ]*\(" | grep -vE '^[^:]+:[0-9]+: \*|^[^:]+:[0-9]+:[ ]*/?\*' |
	verdict "banned functions"
# Whoever writes to the queue's table passes by what it promises (tasks end, callbacks are put). Two do so knowingly: the
# purge of old dead rows, and the copy of a database.
files 'core/*.c' | grep -vE '^core/(queue|keeping)/' | xargs grep -nE '(INSERT INTO|UPDATE|DELETE FROM) "?miq_queue' |
	verdict "statements that write to miq_queue outside core/queue"
