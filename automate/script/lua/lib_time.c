/* SPDX-License-Identifier: Apache-2.0
 *
 * Times: moments in UTC, to the millisecond. Seconds are added and taken away, two are compared,
 * one from the other is seconds.
 */
#include "script/lua/libs.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/text.h"
#include "script/lua/handles.h"
#include "script/lua/value.h"

static int64_t
ms_of(lua_State *L, int index)
{
    return rv_lua_check_handle(L, index, RV_HANDLE_TIME)->id;
}

static int
push_time(lua_State *L, double ms)
{
    if (!(fabs(ms) < 253402300800000.0)) /* the year 9999 */
        return luaL_error(L, "a time beyond the year 9999");
    rv_lua_push_handle(L, RV_HANDLE_TIME, 0)->id = (int64_t)llround(ms);
    return 1;
}

static int
time_now(lua_State *L)
{
    return push_time(L, (double)rv_now_ms());
}

static int
time_at(lua_State *L)
{
    return push_time(L, luaL_checknumber(L, 1) * 1000);
}

static int
time_parse(lua_State *L)
{
    int64_t ms;
    rv_err err = RV_ERR_INIT;
    if (rv_parse_time(&ms, luaL_checkstring(L, 1), &err))
        return rv_lua_raise(L, &err);
    return push_time(L, (double)ms);
}

/* "10m", "10.minutes", "2.hours": seconds */
static int
time_duration(lua_State *L)
{
    static const struct {
        const char *word;
        double seconds;
    } units[] = { { "second", 1 },  { "minute", 60 },   { "hour", 3600 },
                  { "day", 86400 }, { "week", 604800 }, { "month", 2592000 } };
    const char *text = luaL_checkstring(L, 1), *dot = strchr(text, '.');
    int64_t count;
    rv_err err = RV_ERR_INIT;
    if (!dot) {
        if (rv_parse_duration(&count, text, &err))
            return rv_lua_raise(L, &err);
        lua_pushnumber(L, (double)count / 1000);
        return 1;
    }
    lua_pushlstring(L, text, (size_t)(dot - text));
    if (rv_parse_int(&count, lua_tostring(L, -1), &err))
        return rv_lua_raise(L, &err);
    for (size_t i = 0; i < RV_COUNT(units); i++) {
        size_t len = strlen(units[i].word);
        if (strncmp(dot + 1, units[i].word, len) == 0 &&
            (dot[1 + len] == '\0' || strcmp(dot + 1 + len, "s") == 0)) {
            lua_pushnumber(L, (double)count * units[i].seconds);
            return 1;
        }
    }
    return luaL_error(L, "'%s' is no duration (10.minutes, 10m)", text);
}

static struct tm
parts_of(int64_t ms)
{
    struct tm parts;
    time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000));
    gmtime_r(&seconds, &parts);
    return parts;
}

/* t:format("%Y-%m-%d %H:%M") */
static int
time_format(lua_State *L)
{
    char out[256];
    struct tm parts = parts_of(ms_of(L, 1));
    const char *format = luaL_checkstring(L, 2);
    for (const char *c = strchr(format, '%'); c; c = strchr(c + 2, '%'))
        if (c[1] == '\0' || !strchr("aAbBcdDeFHIjmMnpRSTuUVwWyYzZ%", c[1]))
            return luaL_error(L, "'%%%c' is not known in the format of a time", c[1]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* it has just been looked through */
    size_t len = strftime(out, sizeof(out), format, &parts);
#pragma GCC diagnostic pop
    if (len == 0 && format[0])
        return luaL_error(L, "the text of a time is longer than 255 bytes");
    lua_pushlstring(L, out, len);
    return 1;
}

static int
index_time(lua_State *L)
{
    int64_t ms = ms_of(L, 1);
    struct tm parts = parts_of(ms);
    const char *name = luaL_checkstring(L, 2);
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {
        { "year", parts.tm_year + 1900 }, { "month", parts.tm_mon + 1 }, { "day", parts.tm_mday },
        { "hour", parts.tm_hour },        { "min", parts.tm_min },       { "sec", parts.tm_sec },
        { "wday", parts.tm_wday },        { "yday", parts.tm_yday + 1 }, { "ms", ms },
    };
    for (size_t i = 0; i < RV_COUNT(fields); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            lua_pushinteger(L, fields[i].value);
            return 1;
        }
    }
    if (strcmp(name, "unix") == 0)
        lua_pushnumber(L, (double)ms / 1000);
    else if (strcmp(name, "format") == 0)
        lua_pushcfunction(L, time_format);
    else
        return luaL_error(L,
                          "a time has no '%s' (unix, ms, year, month, day, hour, min, sec, "
                          "wday, yday, format)",
                          name);
    return 1;
}

static int
add_time(lua_State *L)
{
    int first = rv_lua_test_handle(L, 1, RV_HANDLE_TIME) ? 1 : 2;
    return push_time(L, (double)ms_of(L, first) + luaL_checknumber(L, 3 - first) * 1000);
}

static int
subtract_time(lua_State *L)
{
    int64_t ms = ms_of(L, 1);
    if (!rv_lua_test_handle(L, 2, RV_HANDLE_TIME))
        return push_time(L, (double)ms - luaL_checknumber(L, 2) * 1000);
    lua_pushnumber(L, (double)(ms - ms_of(L, 2)) / 1000);
    return 1;
}

static int
same_time(lua_State *L)
{
    lua_pushboolean(L, rv_lua_test_handle(L, 1, RV_HANDLE_TIME) &&
                           rv_lua_test_handle(L, 2, RV_HANDLE_TIME) && ms_of(L, 1) == ms_of(L, 2));
    return 1;
}

static int
is_before(lua_State *L)
{
    lua_pushboolean(L, ms_of(L, 1) < ms_of(L, 2));
    return 1;
}

static int
is_not_after(lua_State *L)
{
    lua_pushboolean(L, ms_of(L, 1) <= ms_of(L, 2));
    return 1;
}

static int
show_time(lua_State *L)
{
    char text[32];
    rv_format_time(text, ms_of(L, 1));
    lua_pushstring(L, text);
    return 1;
}

const luaL_Reg rv_lua_time_methods[] = {
    { "__index", index_time },   { "__add", add_time }, { "__sub", subtract_time },
    { "__eq", same_time },       { "__lt", is_before }, { "__le", is_not_after },
    { "__tostring", show_time }, { NULL, NULL },
};

void
rv_lua_push_time(lua_State *L)
{
    static const luaL_Reg functions[] = { { "at", time_at },
                                          { "duration", time_duration },
                                          { "now", time_now },
                                          { "parse", time_parse },
                                          { NULL, NULL } };
    lua_createtable(L, 0, 4);
    luaL_setfuncs(L, functions, 0);
}
