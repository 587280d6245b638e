/* SPDX-License-Identifier: Apache-2.0
 *
 * Lua's string patterns, with a step budget: the matcher of liblua may work for years on forty
 * letters, and no hook runs meanwhile. A pattern is compiled, so that a mistake in it is found
 * before the first byte is looked at; sets are bitmaps.
 */
#ifndef RV_LUA_PATTERN_H
#define RV_LUA_PATTERN_H

#include <stddef.h>
#include <stdint.h>
#include <lua.h>

enum {
    RV_PATTERN_CAPTURES = 32,  /* as in Lua */
    RV_PATTERN_BRANCHES = 400, /* captures and quantifiers: each is a level of recursion */
    RV_CAPTURE_OPEN = -1,
    RV_CAPTURE_POSITION = -2
};

struct rv_pattern; /* a userdata of Lua */

struct rv_capture {
    const char *start;
    ptrdiff_t len; /* or one of the above */
};

struct rv_match {
    lua_State *L;
    const struct rv_pattern *pattern;
    const char *start, *end; /* the subject */
    int count;               /* captures */
    int64_t steps;           /* since the last charge */
    struct rv_capture captures[RV_PATTERN_CAPTURES];
};

/* Pushes a userdata that holds it. Raises for a malformed pattern. */
struct rv_pattern *rv_pattern_compile(lua_State *L, const char *text, size_t len);
/* At `at` only: the end of the match, or NULL. Charges its steps to the run. */
const char *rv_pattern_match(struct rv_match *m, const char *at);

#endif
