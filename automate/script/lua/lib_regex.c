/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of Perl, by PCRE2: in UTF-8, with a limit on what one match may try, and with
 * the run's memory. regex.new compiles; those given as texts are compiled once a run.
 */
#include "script/lua/libs.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stddef.h>
#include <string.h>
#include "base/clock.h"
#include "script/lua/handles.h"
#include "script/lua/value.h"

enum { PATTERN_MAX = 16384, TRIES_MAX = 200000, HEAP_KIB_MAX = 4096, STEPS_A_MATCH = 4096 };

struct expression {
    struct rv_lua_handle handle;
    pcre2_general_context *memory;
    pcre2_match_context *limits;
    pcre2_code *code;
    pcre2_match_data *match;
    struct rv_lua_run *run;
    int64_t steps, most; /* of the match that is going on */
};

static char cache_key;

/* Each block says in front how large it is: PCRE2 does not when it gives one back. */
union block {
    size_t size;
    max_align_t align;
};

static void *
allocate(size_t size, void *run)
{
    union block *block = rv_lua_allocate(run, NULL, 0, size + sizeof(*block));
    if (!block)
        return NULL;
    block->size = size + sizeof(*block);
    return block + 1;
}

static void
give_back(void *bytes, void *run)
{
    union block *block = bytes;
    if (block)
        rv_lua_allocate(run, block - 1, block[-1].size, 0);
}

static int
fail(lua_State *L, int code, const char *what)
{
    char text[256];
    if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAPLIMIT)
        return luaL_error(L, "%s: needs too much memory", what);
    if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT)
        return luaL_error(L, "%s: gave up after %d tries on this text", what, TRIES_MAX);
    pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text));
    return luaL_error(L, "%s: %s", what, text);
}

static uint32_t
flags_of(lua_State *L, const char *text)
{
    uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                     PCRE2_AUTO_CALLOUT;
    for (; *text; text++) {
        switch (*text) {
        case 'i':
            flags |= PCRE2_CASELESS;
            break;
        case 'm':
            flags |= PCRE2_MULTILINE;
            break;
        case 's':
            flags |= PCRE2_DOTALL;
            break;
        case 'x':
            flags |= PCRE2_EXTENDED;
            break;
        default:
            luaL_error(L, "no flag '%c' of an expression (i, m, s, x)", *text);
        }
    }
    return flags;
}

/* Called at each item of a pattern: PCRE2's own limit begins anew at each place of a text. */
static int
count_step(pcre2_callout_block *block, void *expression)
{
    struct expression *e = expression;
    (void)block;
    if (++e->steps > e->most)
        return PCRE2_ERROR_CALLOUT;
    if (e->steps % STEPS_A_MATCH == 0 && rv_monotonic_ms() >= e->run->budget->ends_ms)
        return PCRE2_ERROR_CALLOUT;
    return 0;
}

static void
make_contexts(lua_State *L, struct expression *e)
{
    e->run = rv_lua_run_of(L);
    e->memory = pcre2_general_context_create(allocate, give_back, e->run);
    e->limits = e->memory ? pcre2_match_context_create(e->memory) : NULL;
    if (!e->limits)
        rv_lua_trip(L, RV_TRIP_MEMORY);
    pcre2_set_match_limit(e->limits, TRIES_MAX);
    pcre2_set_heap_limit(e->limits, HEAP_KIB_MAX);
    pcre2_set_callout(e->limits, count_step, e);
}

/* 0, or an error of PCRE2's. */
static int
try_compile(struct expression *e, const char *text, size_t len, uint32_t flags, PCRE2_SIZE *at)
{
    int code = PCRE2_ERROR_HEAP_FAILED;
    pcre2_compile_context *context = pcre2_compile_context_create(e->memory);
    if (!context)
        return code;
    e->code = pcre2_compile((PCRE2_SPTR)text, len, flags, &code, at, context);
    pcre2_compile_context_free(context);
    if (!e->code)
        return code;
    e->match = pcre2_match_data_create_from_pattern(e->code, e->memory);
    return e->match ? 0 : PCRE2_ERROR_HEAP_FAILED;
}

/* Lua's collector does not know how large expressions are: it is asked when there is no room. */
static void
compile(lua_State *L, struct expression *e, const char *text, size_t len, uint32_t flags)
{
    PCRE2_SIZE at = 0;
    if (len > PATTERN_MAX)
        luaL_error(L, "an expression of more than %d bytes", PATTERN_MAX);
    make_contexts(L, e);
    int code = try_compile(e, text, len, flags, &at);
    if (code == PCRE2_ERROR_HEAP_FAILED) {
        pcre2_code_free(e->code);
        e->code = NULL;
        lua_gc(L, LUA_GCCOLLECT);
        code = try_compile(e, text, len, flags, &at);
    }
    if (code == PCRE2_ERROR_HEAP_FAILED)
        rv_lua_trip(L, RV_TRIP_MEMORY);
    if (code) {
        char message[256];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof(message));
        luaL_error(L, "regex: %s, at character %d of '%s'", message, (int)at + 1, text);
    }
}

static struct expression *
push_expression(lua_State *L, const char *text, size_t len, const char *flags)
{
    uint32_t bits = flags_of(L, flags);
    size_t extra = sizeof(struct expression) - sizeof(struct rv_lua_handle);
    struct expression *e = (struct expression *)rv_lua_push_handle(L, RV_HANDLE_REGEX, extra);
    memset((char *)e + sizeof(e->handle), 0, extra);
    rv_lua_charge(L, (int64_t)len);
    compile(L, e, text, len, bits);
    return e;
}

/* An expression, or a text that becomes one and is remembered; stays on the stack. */
static struct expression *
expression_at(lua_State *L, int index, int flags_index)
{
    struct rv_lua_handle *handle = rv_lua_test_handle(L, index, RV_HANDLE_REGEX);
    if (handle)
        return (struct expression *)handle;
    size_t len;
    const char *text = luaL_checklstring(L, index, &len);
    const char *flags = luaL_optstring(L, flags_index, "");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &cache_key) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 4);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &cache_key);
    }
    lua_pushfstring(L, "%s:%s", flags, text);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TNIL)
        return lua_touserdata(L, -1);
    lua_pop(L, 1);
    struct expression *e = push_expression(L, text, len, flags);
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_rawset(L, -4);
    return e;
}

/* Whether it is found at `from` or behind; the offsets are in e->match. All uses of an expression
 * come through here first: one that was collected, and that a table with weak keys gave back, has
 * nothing any more. */
static int
search(lua_State *L, struct expression *e, const char *subject, size_t len, size_t from,
       uint32_t options)
{
    if (!e->code)
        luaL_error(L, "the expression is gone");
    const struct rv_lua_budget *budget = e->run->budget;
    e->steps = 0;
    e->most = budget->limits.instructions - budget->steps;
    int code = pcre2_match(e->code, (PCRE2_SPTR)subject, len, from, options, e->match, e->limits);
    rv_lua_charge(L, e->steps + STEPS_A_MATCH);
    if (code == PCRE2_ERROR_NOMATCH)
        return 0;
    if (code < 0)
        fail(L, code, "regex");
    return 1;
}

static void
push_group(lua_State *L, const struct expression *e, const char *subject, uint32_t group)
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->match);
    PCRE2_SIZE start = offsets[2 * group], end = offsets[2 * group + 1];
    if (start == PCRE2_UNSET || end < start)
        lua_pushboolean(L, 0);
    else
        lua_pushlstring(L, subject + start, end - start);
}

/* Groups that have a name, under it too. */
static void
set_names(lua_State *L, const struct expression *e)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(e->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(e->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(e->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += size) {
        lua_rawgeti(L, -1, table[0] << 8 | table[1]);
        lua_setfield(L, -2, (const char *)table + 2);
    }
}

/* { [0] = all, [1] = first group, name = ... }; a group that took no part is false. */
static void
push_match(lua_State *L, const struct expression *e, const char *subject)
{
    uint32_t count = pcre2_get_ovector_count(e->match);
    lua_createtable(L, (int)count, 1);
    for (uint32_t i = 0; i < count; i++) {
        push_group(L, e, subject, i);
        lua_rawseti(L, -2, (lua_Integer)i);
    }
    set_names(L, e);
}

static size_t
start_at(lua_State *L, int index, size_t len)
{
    lua_Integer at = luaL_optinteger(L, index, 1);
    if (at < 0)
        at = (lua_Integer)len + at + 1;
    return at < 1 ? 0 : (size_t)at - 1;
}

/* As functions: (subject, expression or text [, flags]); as methods of an expression, the subject
 * comes second. Puts them in order. */
static struct expression *
arguments(lua_State *L, const char **subject, size_t *len)
{
    lua_settop(L, 4);
    if (rv_lua_test_handle(L, 1, RV_HANDLE_REGEX) && lua_type(L, 2) == LUA_TSTRING) {
        lua_pushvalue(L, 2);
        lua_insert(L, 1);
        lua_remove(L, 3);
    }
    *subject = luaL_checklstring(L, 1, len);
    return expression_at(L, 2, 3);
}

static int
regex_match(lua_State *L)
{
    size_t len;
    const char *subject;
    struct expression *e = arguments(L, &subject, &len);
    if (search(L, e, subject, len, 0, 0))
        push_match(L, e, subject);
    else
        lua_pushnil(L);
    return 1;
}

static int
regex_test(lua_State *L)
{
    size_t len;
    const char *subject;
    struct expression *e = arguments(L, &subject, &len);
    lua_pushboolean(L, search(L, e, subject, len, 0, 0));
    return 1;
}

/* find(subject, expression, flags, from): first and last position */
static int
regex_find(lua_State *L)
{
    size_t len;
    const char *subject;
    struct expression *e = arguments(L, &subject, &len);
    size_t from = start_at(L, 4, len);
    if (from > len || !search(L, e, subject, len, from, 0)) {
        lua_pushnil(L);
        return 1;
    }
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->match);
    lua_pushinteger(L, (lua_Integer)offsets[0] + 1);
    lua_pushinteger(L, (lua_Integer)offsets[1]);
    return 2;
}

/* Where to look next: after an empty match, one character on. */
static size_t
step_over(const char *subject, size_t len, size_t start, size_t end)
{
    if (end > start)
        return end;
    do
        end++;
    while (end < len && ((unsigned char)subject[end] & 0xC0) == 0x80);
    return end;
}

/* All matches, as a list. */
static int
regex_all(lua_State *L)
{
    size_t len, from = 0;
    const char *subject;
    struct expression *e = arguments(L, &subject, &len);
    lua_createtable(L, 4, 0);
    for (lua_Integer i = 1; from <= len && search(L, e, subject, len, from, 0); i++) {
        const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->match);
        from = step_over(subject, len, offsets[0], offsets[1]);
        push_match(L, e, subject);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

/* A text, in which $0 to $9 are groups; or a function that gets the match's table. */
static void
add_replacement(lua_State *L, luaL_Buffer *out, const struct expression *e, const char *subject,
                int replacement)
{
    if (lua_type(L, replacement) == LUA_TFUNCTION) {
        lua_pushvalue(L, replacement);
        push_match(L, e, subject);
        lua_call(L, 1, 1);
        if (!lua_isstring(L, -1))
            luaL_error(L, "a replacement must be a text, not a %s", luaL_typename(L, -1));
        luaL_addvalue(out);
        return;
    }
    uint32_t count = pcre2_get_ovector_count(e->match);
    for (const char *c = lua_tostring(L, replacement); *c; c++) {
        if (c[0] != '$' || ((c[1] < '0' || c[1] > '9') && c[1] != '$')) {
            luaL_addchar(out, *c);
            continue;
        }
        c++;
        if (*c == '$') {
            luaL_addchar(out, '$');
        } else if ((uint32_t)(*c - '0') < count) {
            const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->match);
            uint32_t group = (uint32_t)(*c - '0');
            if (offsets[2 * group] != PCRE2_UNSET)
                luaL_addlstring(out, subject + offsets[2 * group],
                                offsets[2 * group + 1] - offsets[2 * group]);
        }
    }
}

/* replace(subject, expression, replacement): the new text, how many were replaced */
static int
regex_replace(lua_State *L)
{
    size_t len, from = 0, copied = 0;
    const char *subject;
    lua_Integer count = 0;
    lua_settop(L, 3);
    int type = lua_type(L, 3);
    luaL_argexpected(L, type == LUA_TSTRING || type == LUA_TFUNCTION, 3, "string or function");
    lua_pushvalue(L, 3);
    int replacement = 4;
    lua_pushnil(L);
    lua_replace(L, 3); /* no flags: they would stand there */
    struct expression *e = arguments(L, &subject, &len);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    while (from <= len && search(L, e, subject, len, from, 0)) {
        const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(e->match);
        size_t start = offsets[0], end = offsets[1];
        count++;
        luaL_addlstring(&out, subject + copied, start - copied);
        add_replacement(L, &out, e, subject, replacement);
        copied = end;
        from = step_over(subject, len, start, end);
    }
    luaL_addlstring(&out, subject + copied, len - copied);
    luaL_pushresult(&out);
    lua_pushinteger(L, count);
    return 2;
}

static int
regex_new(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    push_expression(L, text, len, luaL_optstring(L, 2, ""));
    return 1;
}

/* A text in which nothing has a meaning. */
static int
regex_escape(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] && strchr("\\^$.[]|()?*+{}#- \t\n", text[i]))
            luaL_addchar(&out, '\\');
        luaL_addchar(&out, text[i]);
    }
    luaL_pushresult(&out);
    return 1;
}

static const luaL_Reg functions[] = {
    { "all", regex_all },   { "escape", regex_escape },
    { "find", regex_find }, { "match", regex_match },
    { "new", regex_new },   { "replace", regex_replace },
    { "test", regex_test }, { NULL, NULL },
};

static int
index_regex(lua_State *L)
{
    const char *name = luaL_checkstring(L, 2);
    for (const luaL_Reg *f = functions; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            lua_pushcfunction(L, f->func);
            return 1;
        }
    }
    return luaL_error(L, "an expression has no '%s' (match, test, find, all, replace)", name);
}

static int
free_regex(lua_State *L)
{
    struct expression *e = lua_touserdata(L, 1);
    pcre2_match_data_free(e->match);
    pcre2_code_free(e->code);
    pcre2_match_context_free(e->limits);
    pcre2_general_context_free(e->memory);
    e->match = NULL;
    e->code = NULL;
    e->limits = NULL;
    e->memory = NULL;
    return 0;
}

const luaL_Reg rv_lua_regex_methods[] = { { "__index", index_regex },
                                          { "__gc", free_regex },
                                          { NULL, NULL } };

void
rv_lua_push_regex(lua_State *L)
{
    lua_createtable(L, 0, 8);
    luaL_setfuncs(L, functions, 0);
}
