# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Read by the scripts beside it: where things are, and how missing packages get installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
export REEVE_CACHE=${REEVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reeve}
export REEVE_PEERS=${REEVE_PEERS:-$REEVE_CACHE/peers}
# What was compiled in one checkout serves another.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
# A file of the host's that says "do not start services" must not be needed, but PostgreSQL's package
# would make and start a cluster of its own unless told so before it is installed.
pg_no_cluster=/etc/postgresql-common/createcluster.d/reeve.conf

say() { printf '%s\n' "$*" >&2; }
step() { if [ -t 2 ]; then printf '\033[1m==> %s\033[0m\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi; }
die() { say "error: $*"; exit 1; }

# nearest_option GIVEN OPTION...: refuse an unknown option, with the one it may have meant.
unknown_option() {
	local given=$1 option best=''
	shift
	for option; do case $option in "${given:0:4}"*) best=$option ;; esac; done
	say "$(basename "$0"): unknown option '$given'${best:+, did you mean '$best'?} (--help lists them)"
	exit 2
}

packages_of() { # GROUP...
	local group
	for group; do sed -n "s/^$group //p" "$here/dependencies"; done | tr '\n' ' '
}

missing_packages() { # PACKAGE...
	local package
	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
	done
}

apt_install() { # SUDO PACKAGE...
	local sudo=$1
	shift
	$sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
		--no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

# install_packages GROUP...: only what is missing; nothing is asked of the network when nothing is.
install_packages() {
	local missing=() sudo='' log=$REEVE_CACHE/apt.log
	# shellcheck disable=SC2046 # lists of words
	mapfile -t missing < <(missing_packages $(packages_of "$@"))
	[ ${#missing[@]} -gt 0 ] || return 0
	step "installing ${#missing[@]} Debian packages (log: $log)"
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "these packages are missing and need root to install: ${missing[*]}"
		sudo=sudo
	fi
	mkdir -p "$REEVE_CACHE"
	if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then
		$sudo mkdir -p "$(dirname "$pg_no_cluster")"
		echo 'create_main_cluster = false' | $sudo tee "$pg_no_cluster" >/dev/null
	fi
	apt_install "$sudo" "${missing[@]}" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "apt-get failed, see $log"; }
}

# say_progress PID LOG: how far a build is, now and then, where nobody sees a line that changes.
say_progress() {
	local i=0
	while kill -0 "$1" 2>/dev/null; do
		sleep 0.2
		i=$((i + 1))
		[ $((i % 150)) != 0 ] || say "    $(grep -oE '^\[[0-9]+/[0-9]+\]' "$2" | tail -n 1)"
	done
}

# build PRESET [TARGET...]: configure and compile into build/PRESET, quiet unless it fails.
build_preset() {
	local preset=$1 log=$root/build/$1.log
	shift
	mkdir -p "$root/build"
	cd "$root"
	step "building $preset (log: build/$preset.log)"
	cmake --preset "$preset" >"$log" 2>&1 || { tail -n 30 "$log" >&2; die "cmake failed, see $log"; }
	if [ -t 2 ]; then
		cmake --build "build/$preset" -j "${REEVE_JOBS:-2}" ${1:+--target "$@"} 2>&1 | tee -a "$log" |
			awk '/^\[/ { printf "\r\033[K%s", substr($0, 1, 100) > "/dev/stderr"; next } { print > "/dev/stderr" } END { printf "\r\033[K" > "/dev/stderr" }' ||
			die "the build failed, see $log"
	else
		cmake --build "build/$preset" -j "${REEVE_JOBS:-2}" ${1:+--target "$@"} >>"$log" 2>&1 &
		say_progress $! "$log"
		wait $! || { grep -nE -A5 'error:|FAILED' "$log" | head -60 >&2; die "the build failed, see $log"; }
	fi
}
