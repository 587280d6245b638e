/* SPDX-License-Identifier: Apache-2.0
 *
 * The budget of a run: memory, instructions, time. An allocator and a hook see that it is kept; C
 * functions that loop pay by themselves. The hook is not called in finalizers, which scripts cannot
 * have, and not in C: for that there is timer.c.
 */
#include "script/lua/run.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

enum { STRIDE = 1000, POLL_MS = 10, STEPS_A_LOOK = 4096, STEPS_A_LINE = 1000, BYTES_A_STEP = 16 };

static const char *const reasons[] = {
    [RV_TRIP_NONE] = "",
    [RV_TRIP_MEMORY] = "not enough memory",
    [RV_TRIP_INSTRUCTIONS] = "too many instructions",
    [RV_TRIP_TIME] = "out of time",
    [RV_TRIP_CANCELLED] = "stopped",
};

void *
rv_lua_allocate(void *argument, void *block, size_t old_size, size_t size)
{
    struct rv_lua_run *run = argument;
    struct rv_lua_budget *budget = run->budget;
    if (!block)
        old_size = 0; /* Lua passes what the block is for */
    if (size > old_size && size - old_size > budget->limits.memory_bytes - budget->memory) {
        if (run->L)
            rv_lua_place(run->L, run->place, sizeof(run->place));
        return NULL;
    }
    void *out = NULL;
    if (size == 0)
        free(block);
    else if (!(out = realloc(block, size)))
        return NULL;
    run->bytes += size - old_size;
    budget->memory += size - old_size;
    if (budget->memory > budget->memory_peak)
        budget->memory_peak = budget->memory;
    return out;
}

int
rv_lua_trip(lua_State *L, enum rv_lua_trip why)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    if (!run->budget->tripped) {
        run->budget->tripped = why;
        if (why != RV_TRIP_MEMORY || !run->place[0]) /* the allocator knows better */
            rv_lua_place(L, run->place, sizeof(run->place));
        memcpy(run->budget->place, run->place, sizeof(run->place));
    }
    lua_sethook(L, rv_lua_hook, LUA_MASKCOUNT, 1);
    return luaL_error(L, "%s", reasons[run->budget->tripped]);
}

void
rv_lua_check_trip(lua_State *L)
{
    int why = rv_lua_run_of(L)->budget->tripped;
    if (why)
        rv_lua_trip(L, (enum rv_lua_trip)why);
}

/* Looks at the clock, and now and then lets the host do what it must. */
static void
look(lua_State *L, struct rv_lua_run *run)
{
    struct rv_lua_budget *budget = run->budget;
    int64_t now = rv_monotonic_ms();
    run->unchecked = 0;
    if (now >= budget->ends_ms)
        rv_lua_trip(L, RV_TRIP_TIME);
    if (now < budget->poll_ms || !run->host->pulse)
        return;
    budget->poll_ms = now + POLL_MS;
    rv_err err = RV_ERR_INIT;
    if (run->host->pulse(run->host->arg, &err))
        rv_lua_trip(L, RV_TRIP_CANCELLED);
}

static void
pay(lua_State *L, struct rv_lua_run *run, int64_t steps)
{
    struct rv_lua_budget *budget = run->budget;
    rv_lua_check_trip(L);
    if (steps > budget->limits.instructions - budget->steps)
        rv_lua_trip(L, RV_TRIP_INSTRUCTIONS);
    budget->steps += steps;
    run->unchecked += steps;
}

void
rv_lua_hook(lua_State *L, lua_Debug *ar)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    lua_getinfo(L, "l", ar);
    run->line = ar->currentline;
    pay(L, run, STRIDE);
    look(L, run);
}

void
rv_lua_charge(lua_State *L, int64_t steps)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    pay(L, run, steps);
    if (run->unchecked >= STEPS_A_LOOK)
        look(L, run);
}

void
rv_lua_expect(lua_State *L, size_t bytes)
{
    struct rv_lua_budget *budget = rv_lua_run_of(L)->budget;
    if (bytes > budget->limits.memory_bytes - budget->memory)
        rv_lua_trip(L, RV_TRIP_MEMORY);
}

void
rv_lua_log(lua_State *L, const char *level, const char *text)
{
    const struct rv_script_host *host = rv_lua_run_of(L)->host;
    rv_lua_charge(L, STEPS_A_LINE + (int64_t)(strlen(text) / BYTES_A_STEP));
    host->log(host->arg, level, text);
}

int
rv_lua_raise(lua_State *L, const rv_err *err)
{
    rv_lua_check_trip(L);
    if (err->code == RV_E_CANCELLED)
        return rv_lua_trip(L, RV_TRIP_CANCELLED);
    luaL_where(L, 1);
    if (err->hint[0])
        lua_pushfstring(L, "%s (%s)", err->text, err->hint);
    else
        lua_pushstring(L, err->text);
    lua_concat(L, 2);
    return lua_error(L);
}
