/* SPDX-License-Identifier: Apache-2.0
 *
 * Values across the border, and the handles by which scripts hold what is the host's: objects,
 * rows, times, passwords. A handle is a number and a name, never a pointer into the host's memory
 * that could go stale.
 */
#ifndef RV_LUA_VALUE_H
#define RV_LUA_VALUE_H

#include <lua.h>
#include "script/lua/run.h"

enum rv_lua_handle_type {
    RV_HANDLE_OBJECT,
    RV_HANDLE_ROW,
    RV_HANDLE_MODEL,
    RV_HANDLE_TIME,
    RV_HANDLE_SECRET,
    RV_HANDLE_REGEX,
    RV_HANDLE_NULL,
    RV_HANDLES
};

struct rv_lua_handle {
    int type;
    const char *kind; /* of rows and models; static */
    int64_t id;       /* of rows; number of objects; ms of times */
};

/* Behind the handle of a secret: id bytes and a NUL. */
static inline char *
rv_lua_handle_text(struct rv_lua_handle *handle)
{
    return (char *)(handle + 1);
}

/* extra: bytes behind the handle. */
struct rv_lua_handle *rv_lua_push_handle(lua_State *L, enum rv_lua_handle_type type, size_t extra);
/* NULL when the value is none of that type. */
struct rv_lua_handle *rv_lua_test_handle(lua_State *L, int index, enum rv_lua_handle_type type);
struct rv_lua_handle *rv_lua_check_handle(lua_State *L, int index, enum rv_lua_handle_type type);

void rv_lua_push_value(lua_State *L, const struct rv_ae_value *value);
/* What an index holds, into run->given (cleared before). Raises for what cannot be handed over. */
struct rv_ae_value *rv_lua_give(lua_State *L, int index);
/* The values from `first` to the top, as a list. */
struct rv_ae_value *rv_lua_give_all(lua_State *L, int first);

/* An empty buffer that the run owns, for a text that is pushed next. */
rv_buf *rv_lua_scratch(lua_State *L);
/* Pushes what is in it; raises when it was too much. */
void rv_lua_push_scratch(lua_State *L);
void rv_lua_push_null(lua_State *L); /* json.null */

enum { RV_LUA_STEPS_AN_ASK = 500 }; /* what a call of the host costs the run */

/* A call of the host: RV_LUA_ASK(L, host->get(host->arg, ..., &run->got, &err)) raises its error,
 * and what ended the run inside of it. */
void rv_lua_asked(lua_State *L, int code, const rv_err *err);
#define RV_LUA_ASK(L, call)                                                                        \
    do {                                                                                           \
        rv_err err = RV_ERR_INIT;                                                                  \
        struct rv_lua_run *asking_run = rv_lua_run_of(L);                                          \
        rv_lua_charge(L, RV_LUA_STEPS_AN_ASK);                                                     \
        rv_ae_clear(&asking_run->got);                                                             \
        asking_run->in_host++;                                                                     \
        int asked_code = (call);                                                                   \
        asking_run->in_host--;                                                                     \
        rv_lua_asked(L, asked_code, &err);                                                         \
    } while (0)

/* Order: positions 1 ... n without holes (a list) or names only (a map); raises for a mixture.
 * 1: a list of *count, 0: a map. An empty table is a map unless it was made by json.array. */
int rv_lua_is_list(lua_State *L, int index, int64_t *count);

#endif
