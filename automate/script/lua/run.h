/* SPDX-License-Identifier: Apache-2.0
 *
 * A run: one method in one state of Lua, and the budget that it shares with the runs inside of it.
 * Functions that take a lua_State may leave by a long jump: whoever calls them holds no memory but
 * Lua's.
 */
#ifndef RV_LUA_RUN_H
#define RV_LUA_RUN_H

#include <lua.h>
#include <stdint.h>
#include "script/lua/cache.h"
#include "script/script.h"

enum rv_lua_trip {
    RV_TRIP_NONE = 0,
    RV_TRIP_MEMORY,
    RV_TRIP_INSTRUCTIONS,
    RV_TRIP_TIME,
    RV_TRIP_CANCELLED,
};

/* Of the outermost run. Once tripped it stays so: the host believes this, not what comes back. */
struct rv_lua_budget {
    struct rv_script_limits limits;
    size_t memory, memory_peak;
    int64_t steps;
    int64_t ends_ms; /* monotonic */
    int64_t poll_ms; /* when the host is asked again */
    int32_t depth;
    volatile int tripped; /* enum rv_lua_trip */
    char place[512];      /* where: perhaps in a run within the run */
};

struct rv_lua_run {
    struct rv_lua *lua;
    lua_State *L;
    struct rv_lua_run *outer; /* NULL: the outermost */
    struct rv_lua_budget *budget, own;
    const struct rv_script_run *spec;
    const struct rv_script_host *host;
    size_t bytes; /* of this state; 0 once it is closed */
    uint64_t random;
    int64_t unchecked;             /* steps since the clock was last looked at */
    struct rv_ae_value given, got; /* what goes to the host, what came from it */
    rv_buf scratch;                /* texts on their way to Lua */
    volatile int in_host;          /* it waits in the host, which has limits of its own */
    volatile int closing;          /* its state goes away: nobody looks into it any more */
    int32_t exit_code;
    lua_CFunction aside;         /* rv_lua_aside's */
    char source[512];            /* "@Domain/Namespace/Class/method" */
    volatile int line;           /* where it was last seen */
    char place[512], text[4096]; /* of an error */
};

static inline struct rv_lua_run *
rv_lua_run_of(lua_State *L)
{
    return *(struct rv_lua_run **)lua_getextraspace(L);
}

/* limits.c */

/* The allocator of a state; its argument is the run. */
void *rv_lua_allocate(void *run, void *block, size_t old_size, size_t size);
/* The count hook. */
void rv_lua_hook(lua_State *L, lua_Debug *ar);
/* Steps that C code has taken, or is about to take. Raises when that is more than is left. */
void rv_lua_charge(lua_State *L, int64_t steps);
/* Memory that C code needs besides Lua's for a moment: raises when there is less left. */
void rv_lua_expect(lua_State *L, size_t bytes);
/* Records why the run ends and raises; no pcall catches it. */
int rv_lua_trip(lua_State *L, enum rv_lua_trip why);
/* Raises when the run has tripped: after whatever may have swallowed that. */
void rv_lua_check_trip(lua_State *L);
/* An error of the host as one of Lua: its text and hint. Never returns. */
int rv_lua_raise(lua_State *L, const rv_err *err);

/* A line into the log; not for nothing, since it is kept. level as the host takes it. */
void rv_lua_log(lua_State *L, const char *level, const char *text);

/* timer.c: ticks while runs are on; an alarm ends the process when nothing else does. */
void rv_lua_timer_begin(struct rv_lua_run *run);
void rv_lua_timer_end(struct rv_lua_run *run);
struct rv_lua_run *rv_lua_innermost(void); /* NULL when none is on */
const char *rv_lua_running(void);
void rv_lua_on_runaway(void (*fn)(const char *place));

/* error.c */

/* Message handler of a run: notes text and place while the stack is still there. */
int rv_lua_note_error(lua_State *L);
/* "Domain/Class/method:12" of the innermost Lua function that runs, "" when there is none. */
void rv_lua_place(lua_State *L, char *out, size_t size);

/* state.c */

int rv_lua_run_method(struct rv_lua *lua, const struct rv_script_run *spec,
                      struct rv_script_result *result, rv_err *err);
/* Calls fn in a state with default limits and a host that has nothing: for what looks at texts and
 * names. On its stack: the environment, arg as a light userdata. */
int rv_lua_aside(struct rv_lua *lua, lua_CFunction fn, void *arg, rv_err *err);

/* chunk.c */

/* "@Domain/Namespace/Class/method"; domain: for methods whose class has none. */
void rv_lua_source(char *out, size_t size, const struct rv_ae_method *method, const char *domain);
/* Pushes the compiled text of a method, from the cache or into it. Raises when it does not
 * compile. */
void rv_lua_push_chunk(lua_State *L, const struct rv_ae_method *method, const char *source);
/* Compiles text; pushes the function and returns 0, or pushes "NAME:LINE: what". */
int rv_lua_compile(lua_State *L, const char *text, size_t len, const char *source);

#endif
