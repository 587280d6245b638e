# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Read by the start and stop of the peers: the real systems that tests run against,
# on loopback, on free ports. A peer keeps what it downloads or builds in
# $PEERS/<name>, and what it writes while running in $RUN, which is the first
# argument of start and stop (so that two tests can each have their own). start
# writes $RUN/env (KEY=value lines, also printed) and $RUN/pid.
set -eu

PEERS=${REEVE_PEERS:-$HOME/.cache/reeve/peers}
HERE=$(cd "$(dirname "$0")" && pwd)
NAME=$(basename "$HERE")
HOME_DIR=$PEERS/$NAME
RUN=${1:-$HOME_DIR/run}
mkdir -p "$HOME_DIR" "$RUN"
RUN=$(cd "$RUN" && pwd) # absolute: daemons change directory

say() { echo "$NAME: $*" >&2; }
die() {
	say "$*"
	exit 1
}

# A port nobody holds now. Another program may take it before the peer does.
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# packages NAME...: Debian packages, nothing beside them. Needs root.
packages() {
	export DEBIAN_FRONTEND=noninteractive
	{
		apt-get update -q &&
			apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=500 "$@"
	} >"$HOME_DIR/install.log" 2>&1 || die "apt-get failed, see $HOME_DIR/install.log"
}

alive() { kill -0 "$1" 2>/dev/null; }

# The pid of $RUN/pid, when it runs and is the program that it should be: a pid
# file that outlived a reboot must not end somebody else.
running_pid() {
	pid=$(cat "$RUN/pid" 2>/dev/null) || return 1
	alive "$pid" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$1" ] && echo "$pid"
}

# wait_for SECONDS PID COMMAND...: until COMMAND succeeds; fails when PID ends.
wait_for() {
	limit=$(($(date +%s) + $1))
	watched=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		alive "$watched" || die "ended while starting, see $RUN/log"
		[ "$(date +%s)" -lt "$limit" ] || die "not ready in time, see $RUN/log"
		sleep 0.1
	done
}

# env_out KEY=value...: what a test needs to know.
env_out() { printf '%s\n' "$@" | tee "$RUN/env"; }

# stop_pid PROGRAM [SIGNAL]: ask, wait ten seconds, then insist.
stop_pid() {
	pid=$(running_pid "$1") || {
		rm -f "$RUN/pid"
		return 0
	}
	kill -"${2:-TERM}" "$pid" 2>/dev/null || true
	for _ in $(seq 100); do
		alive "$pid" || break
		sleep 0.1
	done
	! alive "$pid" || kill -KILL "$pid"
	rm -f "$RUN/pid"
}
