/* SPDX-License-Identifier: Apache-2.0
 *
 * find, match, gmatch, gsub and rep of the string library: same results as Lua's, but each pays
 * for its work from the run's budget.
 */
#include "script/lua/libs.h"

#include <string.h>
#include <lauxlib.h>
#include "script/lua/pattern.h"
#include "script/lua/run.h"
#include "script/lua/show.h"

enum { BYTES_A_STEP = 16 };

/* A position as Lua counts, negative ones from the end, to an offset; past the end it is len + 1.
 */
static size_t
offset_of(lua_Integer position, size_t len)
{
    if (position > 0)
        return (size_t)position - 1 > len ? len + 1 : (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)len)
        return 0;
    return len - (size_t)-position;
}

static void
push_capture(const struct rv_match *m, int index)
{
    const struct rv_capture *c = &m->captures[index];
    if (c->len == RV_CAPTURE_POSITION)
        lua_pushinteger(m->L, c->start - m->start + 1);
    else
        lua_pushlstring(m->L, c->start, (size_t)c->len);
}

/* All captures, or the whole match when the pattern has none. */
static int
push_captures(const struct rv_match *m, const char *at, const char *end)
{
    luaL_checkstack(m->L, m->count + 1, "too many captures");
    if (m->count == 0 && at) {
        lua_pushlstring(m->L, at, (size_t)(end - at));
        return 1;
    }
    for (int i = 0; i < m->count; i++)
        push_capture(m, i);
    return m->count;
}

static int
find_plain(lua_State *L, const char *subject, size_t len, size_t from, const char *text,
           size_t text_len)
{
    rv_lua_charge(L, (int64_t)((len - from) / BYTES_A_STEP));
    const char *found = memmem(subject + from, len - from, text, text_len);
    if (!found) {
        luaL_pushfail(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)text_len);
    return 2;
}

static int
has_no_specials(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0' || strchr("^$*+?.([%-", text[i]))
            return text[i] == '\0' ? has_no_specials(text + i + 1, len - i - 1) : 0;
    return 1;
}

static int
find_or_match(lua_State *L, int find)
{
    size_t len, pattern_len;
    const char *subject = luaL_checklstring(L, 1, &len);
    const char *pattern = luaL_checklstring(L, 2, &pattern_len);
    size_t from = offset_of(luaL_optinteger(L, 3, 1), len);
    if (from > len) {
        luaL_pushfail(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || has_no_specials(pattern, pattern_len)))
        return find_plain(L, subject, len, from, pattern, pattern_len);
    int anchored = pattern_len > 0 && pattern[0] == '^';
    struct rv_match m = { .L = L,
                          .pattern = rv_pattern_compile(L, pattern + anchored,
                                                        pattern_len - (size_t)anchored),
                          .start = subject,
                          .end = subject + len };
    for (const char *at = subject + from; at <= m.end; at++) {
        const char *end = rv_pattern_match(&m, at);
        if (end && find) {
            lua_pushinteger(L, at - subject + 1);
            lua_pushinteger(L, end - subject);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (end)
            return push_captures(&m, at, end);
        if (anchored)
            break;
    }
    luaL_pushfail(L);
    return 1;
}

static int
string_find(lua_State *L)
{
    return find_or_match(L, 1);
}

static int
string_match(lua_State *L)
{
    return find_or_match(L, 0);
}

/* Upvalues: subject, compiled pattern, offset to go on from, end of the last match or -1. */
static int
next_match(lua_State *L)
{
    size_t len;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &len);
    lua_Integer from = lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct rv_match m = { .L = L,
                          .pattern = lua_touserdata(L, lua_upvalueindex(2)),
                          .start = subject,
                          .end = subject + len };
    for (; from <= (lua_Integer)len; from++) {
        const char *end = rv_pattern_match(&m, subject + from);
        if (!end || end - subject == last)
            continue;
        lua_pushinteger(L, end - subject);
        lua_pushvalue(L, -1);
        lua_replace(L, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, subject + from, end);
    }
    lua_pushinteger(L, (lua_Integer)len + 1);
    lua_replace(L, lua_upvalueindex(3));
    return 0;
}

static int
string_gmatch(lua_State *L)
{
    size_t len, pattern_len;
    luaL_checklstring(L, 1, &len);
    const char *pattern = luaL_checklstring(L, 2, &pattern_len);
    lua_Integer from = (lua_Integer)offset_of(luaL_optinteger(L, 3, 1), len);
    lua_pushvalue(L, 1);
    rv_pattern_compile(L, pattern, pattern_len); /* a '^' has no meaning here */
    lua_pushinteger(L, from);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/* The replacement text, in which %0 to %9 are captures. */
static void
add_text(struct rv_match *m, luaL_Buffer *out, const char *at, const char *end)
{
    size_t len;
    const char *text = lua_tolstring(m->L, 3, &len);
    rv_lua_charge(m->L, (int64_t)(len / BYTES_A_STEP));
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            luaL_addchar(out, text[i]);
            continue;
        }
        int c = i + 1 < len ? text[i + 1] : '\0';
        i++;
        if (c == '%') {
            luaL_addchar(out, '%');
        } else if (c == '0' || (c == '1' && m->count == 0)) {
            luaL_addlstring(out, at, (size_t)(end - at));
        } else if (c < '1' || c > '9') {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        } else if (c - '1' >= m->count) {
            luaL_error(m->L, "invalid capture index %%%d in replacement string", c - '0');
        } else {
            push_capture(m, c - '1');
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(out);
        }
    }
}

/* Of a table or a function: what it gives; false and nil keep the match. */
static int
add_looked_up(struct rv_match *m, luaL_Buffer *out, const char *at, const char *end)
{
    lua_State *L = m->L;
    if (lua_type(L, 3) == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, at, end), 1);
    } else {
        if (m->count == 0)
            lua_pushlstring(L, at, (size_t)(end - at));
        else
            push_capture(m, 0);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, at, (size_t)(end - at));
        return 0;
    }
    if (!lua_isstring(L, -1))
        return luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(out);
    return 1;
}

static void
check_replacement(lua_State *L)
{
    int type = lua_type(L, 3);
    if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TTABLE && type != LUA_TFUNCTION)
        luaL_typeerror(L, 3, "string/function/table");
    if (type == LUA_TNUMBER)
        lua_tostring(L, 3); /* becomes a string in place */
}

static int
string_gsub(lua_State *L)
{
    size_t len, pattern_len;
    const char *subject = luaL_checklstring(L, 1, &len);
    const char *pattern = luaL_checklstring(L, 2, &pattern_len);
    check_replacement(L);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)len + 1), count = 0;
    int anchored = pattern_len > 0 && pattern[0] == '^';
    struct rv_match m = { .L = L,
                          .pattern = rv_pattern_compile(L, pattern + anchored,
                                                        pattern_len - (size_t)anchored),
                          .start = subject,
                          .end = subject + len };
    const char *at = subject, *last = NULL;
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    while (count < most) {
        const char *end = rv_pattern_match(&m, at);
        if (end && end != last) {
            count++;
            if (lua_type(L, 3) == LUA_TSTRING)
                add_text(&m, &out, at, end);
            else
                add_looked_up(&m, &out, at, end);
            at = last = end;
        } else if (at < m.end) {
            luaL_addchar(&out, *at++);
        } else {
            break;
        }
        if (anchored)
            break;
    }
    luaL_addlstring(&out, at, (size_t)(m.end - at));
    luaL_pushresult(&out);
    lua_pushinteger(L, count);
    return 2;
}

/* Lua's counts to n even when there is nothing to repeat. */
static int
string_rep(lua_State *L)
{
    size_t len, separator_len;
    const char *text = luaL_checklstring(L, 1, &len);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_len);
    if (count <= 0 || len + separator_len == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t piece = len + separator_len, most = (size_t)PTRDIFF_MAX;
    if ((size_t)count > most / piece)
        return luaL_error(L, "resulting string too large");
    size_t total = (size_t)count * piece - separator_len;
    rv_lua_expect(L, total);
    rv_lua_charge(L, count / 4 + (int64_t)(total / BYTES_A_STEP));
    luaL_Buffer out;
    char *to = luaL_buffinitsize(L, &out, total);
    for (lua_Integer i = 0; i < count; i++) {
        memcpy(to, text, len);
        to += len;
        if (i + 1 < count) {
            memcpy(to, separator, separator_len);
            to += separator_len;
        }
    }
    luaL_pushresultsize(&out, total);
    return 1;
}

const luaL_Reg rv_lua_string[] = {
    { "find", string_find }, { "gmatch", string_gmatch },
    { "gsub", string_gsub }, { "match", string_match },
    { "rep", string_rep },   { "format", rv_lua_format },
    { NULL, NULL },
};
