#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every block of a page is run by the suite, or says in a comment before it why nothing runs it: <!-- text: WHY -->.
#
# Pages that are followed have a note before each block (tests/integration/manual_it.py, tests/conform/test_manual.py); of
# pages for authors all Lua and Ruby is tried (tests/unit/script).
. "$(dirname "$0")/common.sh"

# LINE LANGUAGE of each block that has no note; an indented one has the language "indented". NOTES: which notes count;
# LANGUAGES: those that need none.
unmarked() { # PAGE NOTES LANGUAGES
	awk -v notes="$2" -v known=" $3 " '
		/^```/ && inside { inside = 0; noted = 0; blank = 0; next }
		inside { next }
		/^```/ {
			inside = 1
			language = substr($0, 4)
			if (!noted && !(language != "" && index(known, " " language " "))) print NR, language ? language : "plain"
			next
		}
		$0 ~ notes { noted = 1; blank = 0; next }
		/^    / && (blank || noted) && !list && !indented { indented = 1; if (!noted) print NR, "indented"; noted = 0; next }
		/^$/ { blank = 1; noted = 0; next }
		/^    / { blank = 0; next }
		{ list = /^ *([-*]|[0-9]+\.) / || (list && /^ /); indented = 0; blank = 0; noted = 0 }' "$1"
}

# Whether a test reads the page's notes.
followed() { # PAGE
	grep -qrF --include='*.py' "\"$1\"" tests/integration && return
	case $1 in docs/operating/*) grep "^PAGES" tests/integration/test_pages.py | grep -qF "\"$(basename "$1" .md)\"" && return ;; esac
	grep -qF "\"${1##*/}\"" tests/unit/script/test_manual.c && return
	[ "$1" = docs/writing-a-provider.md ]
}

for page in $(files '*.md' | grep -vx docs/dictionary.md); do
	known="" notes='^<!-- text: .* -->$'
	! grep -qF "\"${page##*/}\"" tests/unit/script/test_manual.c || known="lua ruby"
	! followed "$page" || notes='^<!-- .* -->$'
	unmarked "$page" "$notes" "$known" | while read -r line language; do
		echo "$page:$line: a block ($language) that nothing runs and that does not say why"
	done
done | verdict "blocks of pages that nothing runs"
