#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: ruby_blocks.sh PAGE
# Ruby finds no mistake in the blocks of Ruby in a page. Each is a block of its own to it, on the lines that it has there.
set -euo pipefail
grep -q '^```ruby$' "$1" || { echo "$1: no block of Ruby"; exit 1; }
awk '/^```ruby$/ { print "proc do"; on = 1; next }
	/^```$/ { print on ? "end" : "#"; on = 0; next }
	{ print on ? $0 : "#" }' "$1" | ruby -c
