/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a text compile, and which names may it use: questions that run nothing.
 */
#include "script/lua/look.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "script/lua/evm.h"
#include "script/lua/model.h"
#include "script/lua/sandbox.h"

struct text {
    const char *name, *text;
    size_t len;
};

static int
compile(lua_State *L)
{
    const struct text *t = lua_touserdata(L, 2);
    const char *source = lua_pushfstring(L, "@%s", t->name);
    if (rv_lua_compile(L, t->text, t->len, source))
        lua_error(L);
    return 0;
}

int
rv_lua_check(struct rv_lua *lua, const char *name, const char *text, size_t len, rv_err *err)
{
    struct text t = { .name = name, .text = text, .len = len };
    return rv_lua_aside(lua, compile, &t, err);
}

struct names {
    char **names;
    size_t count;
};

static void
add(struct names *n, const char *prefix, const char *name)
{
    n->names = rv_realloc(n->names, n->count + 1, sizeof(*n->names));
    n->names[n->count++] = rv_format("%s%s", prefix, name);
}

static void
add_list(struct names *n, const char *prefix, const char *const *list)
{
    for (; *list; list++)
        add(n, prefix, *list);
}

/* The table on top, and the tables in it. */
static void
add_table(lua_State *L, struct names *n, const char *prefix)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        const char *name = lua_tostring(L, -2);
        if (lua_type(L, -1) == LUA_TTABLE && strcmp(name, "evm") != 0) {
            RV_AUTO_FREE char *inner = rv_format("%s%s.", prefix, name);
            add_table(L, n, inner);
        } else if (lua_type(L, -1) != LUA_TTABLE) {
            add(n, prefix, name);
        }
        lua_pop(L, 1);
    }
}

static int
list_names(lua_State *L)
{
    struct names *n = lua_touserdata(L, 2);
    for (size_t i = 0; rv_lua_late[i]; i++) {
        lua_getfield(L, 1, rv_lua_late[i]);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, 1);
    add_table(L, n, "");
    add_list(n, "evm.", rv_lua_evm_properties);
    add_list(n, "evm.", rv_lua_evm_functions);
    add_list(n, "OBJECT.", rv_lua_object_members);
    add_list(n, "ROW.", rv_lua_row_members);
    add_list(n, "MODEL.", rv_lua_model_functions);
    return 0;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void
rv_lua_environment(struct rv_lua *lua, rv_buf *out)
{
    struct names n = { 0 };
    rv_err err = RV_ERR_INIT;
    rv_lua_aside(lua, list_names, &n, &err);
    RV_ASSERT(err.code == 0 && n.count);
    qsort(n.names, n.count, sizeof(*n.names), by_name);
    for (size_t i = 0; i < n.count; i++) {
        rv_buf_add_string(out, n.names[i]);
        rv_buf_add_char(out, '\n');
        free(n.names[i]);
    }
    free(n.names);
}
