/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an error happened and what it says. Lua puts "chunk:line:" in front of a text, with the
 * chunk's name cut to 59 characters: that is taken off and the whole place put there, once.
 */
#include "script/lua/run.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "script/lua/guard.h"
#include "script/lua/show.h"

/* Looking for a level begins at the innermost each time: a recursion may be 100,000 deep. */
enum { LEVELS_MAX = 32 };

static void
format_place(char *out, size_t size, const lua_Debug *ar)
{
    const char *source = ar->source[0] == '@' || ar->source[0] == '=' ? ar->source + 1 : ar->source;
    snprintf(out, size, "%.480s:%d", source, ar->currentline);
}

void
rv_lua_place(lua_State *L, char *out, size_t size)
{
    lua_Debug ar;
    out[0] = '\0';
    for (int level = 0; level < LEVELS_MAX && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0) {
            format_place(out, size, &ar);
            return;
        }
    }
}

/* Takes "short:12: " off the text when a function that is running stands there; its place goes to
 * out. */
static const char *
take_off_prefix(lua_State *L, const char *text, char *out, size_t size)
{
    lua_Debug ar;
    char prefix[LUA_IDSIZE + 16];
    for (int level = 0; level < LEVELS_MAX && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0)
            continue;
        int len = snprintf(prefix, sizeof(prefix), "%s:%d: ", ar.short_src, ar.currentline);
        if (strncmp(text, prefix, (size_t)len) == 0) {
            format_place(out, size, &ar);
            return text + len;
        }
    }
    return text;
}

/* Length of "Domain/Class/method:12" at the start of a text that goes on with ": " or " on /"; 0:
 * none. */
static size_t
place_in(const char *text)
{
    size_t len = 0, slashes = 0;
    for (; isalnum((unsigned char)text[len]) || (text[len] && strchr("_.-$/", text[len])); len++)
        slashes += text[len] == '/';
    size_t digits = text[len] == ':' ? strspn(text + len + 1, "0123456789") : 0;
    if (slashes == 0 || digits == 0)
        return 0;
    const char *behind = text + len + 1 + digits;
    if (strncmp(behind, ": ", 2) != 0 && strncmp(behind, " on /", 5) != 0)
        return 0;
    return len + 1 + digits;
}

/* The text of an error value without a call of anything of the script's but __tostring. */
static void
push_text(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) == LUA_TTABLE && !luaL_getmetafield(L, index, "__tostring")) {
        lua_pushliteral(L, "message");
        lua_rawget(L, index);
        if (lua_type(L, -1) == LUA_TSTRING)
            return;
        lua_pop(L, 1);
        lua_pushliteral(L, "an error value without a text (a table)");
        return;
    }
    rv_lua_show(L, index, NULL);
}

int
rv_lua_explain(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TSTRING || rv_lua_run_of(L)->budget->tripped)
        return 1;
    char place[512];
    rv_lua_place(L, place, sizeof(place));
    const char *text = take_off_prefix(L, lua_tostring(L, 1), place, sizeof(place));
    if (place_in(text) || place[0] == '\0')
        lua_pushstring(L, text);
    else
        lua_pushfstring(L, "%s: %s", place, text);
    return 1;
}

int
rv_lua_note_error(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    if (run->budget->tripped || lua_touserdata(L, 1) == rv_lua_exit_key())
        return 1;
    rv_lua_place(L, run->place, sizeof(run->place));
    push_text(L, 1);
    const char *text = lua_tostring(L, -1);
    text = take_off_prefix(L, text ? text : "", run->place, sizeof(run->place));
    size_t len = place_in(text);
    if (len) {
        snprintf(run->place, sizeof(run->place), "%.*s", (int)(len < 511 ? len : 511), text);
        if (text[len] == ':')
            text += len + 2;
    }
    snprintf(run->text, sizeof(run->text), "%s", text);
    return 1;
}
