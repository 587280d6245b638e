#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: sdk_template.sh BUILD_DIR RUNNER [FLAG...]
# What an author does: installs the SDK, copies the template out of it, builds it by CMake and by
# pkg-config, outside of this tree. RUNNER then loads both modules. FLAGs are the compiler's, when the
# library was built with some that its users need too (sanitizers).
set -euo pipefail
build=${1:?usage: sdk_template.sh BUILD_DIR RUNNER [FLAG...]}
runner=${2:?usage: sdk_template.sh BUILD_DIR RUNNER [FLAG...]}
shift 2
flags=$*
scratch=$build/sdk-template
prefix=$scratch/prefix
unset CFLAGS LDFLAGS DESTDIR PKG_CONFIG_PATH MAKEFLAGS

die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# One module: its one exported symbol, and a run.
check() {
	local module=$1 exported
	[ -f "$module" ] || die "there is no $module"
	exported=$(nm -D --defined-only --format=posix "$module" | cut -d' ' -f1 | grep -vE '^(__asan_|__ubsan_|__odr_asan)' || true)
	[ "$exported" = reeve_provider_entry ] || die "$module exports: $exported"
	"$runner" "$module"
}

rm -rf "$scratch"
mkdir -p "$scratch"
cmake --install "$build" --component sdk --prefix "$prefix" >"$scratch/install.log" ||
	die "the SDK does not install: $(cat "$scratch/install.log")"
template=$prefix/share/reeve/sdk/template
[ -f "$template/orchard.c" ] || die "the template is not installed"
config=$(find "$prefix" -name reeve-sdk.pc -printf '%h')

# Installed files must not lead back into the tree that they came from.
if grep -rIl -e "$build" "$prefix" | grep -v '\.a$'; then
	die "these installed files name the build folder"
fi

# The prefix is moved, as a package's staging folder is.
mv "$prefix" "$scratch/moved"
prefix=$scratch/moved
template=$prefix/share/reeve/sdk/template
config=$scratch/moved/${config#"$scratch/prefix/"}

cp -r "$template" "$scratch/by-cmake"
cmake -S "$scratch/by-cmake" -B "$scratch/by-cmake/build" -DCMAKE_PREFIX_PATH="$prefix" \
	-DCMAKE_C_FLAGS="-Wall -Wextra -Werror $flags" >"$scratch/cmake.log" 2>&1 || die "$(cat "$scratch/cmake.log")"
cmake --build "$scratch/by-cmake/build" >>"$scratch/cmake.log" 2>&1 || die "$(cat "$scratch/cmake.log")"
cmake --install "$scratch/by-cmake/build" --prefix "$scratch/placed" >>"$scratch/cmake.log"
check "$(find "$scratch/placed" -path '*/reeve/providers/orchard.so')"

cp -r "$template" "$scratch/by-make"
export PKG_CONFIG_PATH=$config
make -C "$scratch/by-make" CFLAGS="-O1 -g -Werror $flags" LDFLAGS="$flags" >"$scratch/make.log" 2>&1 ||
	die "$(cat "$scratch/make.log")"
make -C "$scratch/by-make" install CFLAGS="-O1 -g -Werror $flags" LDFLAGS="$flags" DESTDIR="$scratch/staged" \
	>>"$scratch/make.log" 2>&1 || die "$(cat "$scratch/make.log")"
check "$(find "$scratch/staged" -path '*/reeve/providers/orchard.so')"

[ "$(pkg-config --modversion reeve-sdk)" = "$(sed -n 's/^#define REEVE_SDK_VERSION "\(.*\)"$/\1/p' \
	"$prefix/include/reeve/version.h")" ] || die "the version of reeve-sdk.pc is not that of version.h"

# What the template's README says to do next, with an Orchard to talk to.
if [ -x "$prefix/bin/reeve-conform" ]; then
	tests=$(dirname "$0")
	coproc SERVER { exec python3 "$tests/../fakes/http_fault_server.py" --script "$tests/sdk_template.json"; }
	read -r _ port <&"${SERVER[0]}"
	printf 'a-token-of-the-template' >"$scratch/token"
	"$prefix/bin/reeve-conform" --option hostname=127.0.0.1 --option "port=$port" \
		--option security_protocol=non-ssl --option auth_key=@"$scratch/token" \
		"$scratch/by-make/orchard.so" >"$scratch/conform.log" 2>&1 || die "$(cat "$scratch/conform.log")"
	grep -q ' 0 failed, 0 skipped' "$scratch/conform.log" || die "$(cat "$scratch/conform.log")"
fi
echo "the template builds by CMake and by pkg-config, and runs"
