/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a run: a state of its own, made for one call and closed after it. Nothing that a
 * method leaves behind is there for the next.
 */
#include "script/lua/run.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "script/lua/guard.h"
#include "script/lua/require.h"
#include "script/lua/sandbox.h"

enum {
    STRIDE = 1000,
    DEFAULT_MEMORY = 32 << 20,
    DEFAULT_INSTRUCTIONS = 100 * 1000 * 1000,
    DEFAULT_TIME_MS = 30000,
    DEFAULT_DEPTH = 16
};

static void
set_budget(struct rv_lua_run *run, const struct rv_script_limits *limits)
{
    run->budget = run->outer ? run->outer->budget : &run->own;
    if (run->outer)
        return;
    struct rv_lua_budget *budget = run->budget;
    budget->limits = *limits;
    if (!limits->memory_bytes)
        budget->limits.memory_bytes = DEFAULT_MEMORY;
    if (!limits->instructions)
        budget->limits.instructions = DEFAULT_INSTRUCTIONS;
    if (!limits->time_ms)
        budget->limits.time_ms = DEFAULT_TIME_MS;
    if (!limits->depth)
        budget->limits.depth = DEFAULT_DEPTH;
    budget->ends_ms = rv_monotonic_ms() + budget->limits.time_ms;
}

static int
exit_code_of(lua_State *L, int index)
{
    lua_Integer code = lua_tointeger(L, index);
    return code == 0 || code == 4 || code == 8 ? (int)code : 16;
}

static void
push_environment(lua_State *L)
{
    rv_lua_sandbox_push(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

static int
run_text(lua_State *L)
{
    struct rv_lua_run *run = rv_lua_run_of(L);
    push_environment(L);
    rv_lua_embed(L, lua_gettop(L));
    rv_lua_push_chunk(L, run->spec->method, run->source);
    lua_call(L, 0, 1);
    if (lua_isinteger(L, -1))
        run->exit_code = exit_code_of(L, -1);
    return 0;
}

static int
fail_by_trip(struct rv_lua_run *run, rv_err *err)
{
    const struct rv_script_limits *limits = &run->budget->limits;
    const char *place = run->budget->place[0] ? run->budget->place : run->source + 1;
    memcpy(run->place, run->budget->place, sizeof(run->place));
    switch (run->budget->tripped) {
    case RV_TRIP_MEMORY:
        rv_fail(err, RV_E_LIMIT, "%s: needs more than %zu KiB of memory", place,
                limits->memory_bytes >> 10);
        return rv_hint(err, "automate.method_memory is the limit");
    case RV_TRIP_INSTRUCTIONS:
        rv_fail(err, RV_E_LIMIT, "%s: ran %lld instructions and did not end", place,
                (long long)limits->instructions);
        return rv_hint(err, "automate.method_instructions is the limit; does a loop not end?");
    case RV_TRIP_TIME:
        rv_fail(err, RV_E_TIMEOUT, "%s: ran %lld ms and did not end", place,
                (long long)limits->time_ms);
        return rv_hint(err, "automate.method_time is the limit; to wait for something, use a state "
                            "that retries");
    default:
        return rv_fail(err, RV_E_CANCELLED, "%s: was stopped", place);
    }
}

/* The error value is on top of the stack. */
static int
fail_by_error(struct rv_lua_run *run, lua_State *L, rv_err *err)
{
    const struct rv_script_run *spec = run->spec;
    struct rv_script_object object = { 0 };
    rv_err ignored = RV_ERR_INIT;
    if (!run->text[0] && lua_type(L, -1) == LUA_TSTRING)
        snprintf(run->text, sizeof(run->text), "%s", lua_tostring(L, -1));
    const char *on = "";
    run->in_host++;
    if (spec->self && !run->host->describe(run->host->arg, spec->self, &object, &ignored))
        on = object.path ? object.path : "";
    run->in_host--;
    size_t len = strlen(run->place);
    if (len && strncmp(run->text, run->place, len) == 0) /* of a run inside of this one */
        return rv_fail(err, RV_E_INVALID, "%s", run->text);
    if (!len)
        return rv_fail(err, RV_E_INVALID, "%s%s%s", run->text, *on ? " on " : "", on);
    return rv_fail(err, RV_E_INVALID, "%s%s%s: %s", run->place, *on ? " on " : "", on, run->text);
}

static int
end_code(struct rv_lua_run *run, lua_State *L, int status, rv_err *err)
{
    if (status == LUA_ERRMEM && !run->budget->tripped) {
        run->budget->tripped = RV_TRIP_MEMORY;
        memcpy(run->budget->place, run->place, sizeof(run->place));
    }
    if (run->budget->tripped)
        return fail_by_trip(run, err);
    if (status == LUA_OK)
        return 0;
    if (lua_touserdata(L, -1) == rv_lua_exit_key()) {
        run->place[0] = '\0';
        return 0;
    }
    return fail_by_error(run, L, err);
}

/* Opens the state, calls fn, closes the state. */
static int
run_in_state(struct rv_lua_run *run, lua_CFunction fn, void *arg, rv_err *err)
{
    lua_State *L = lua_newstate(rv_lua_allocate, run);
    if (!L) {
        run->budget->tripped = RV_TRIP_MEMORY;
        return fail_by_trip(run, err);
    }
    *(struct rv_lua_run **)lua_getextraspace(L) = run;
    run->L = L;
    rv_lua_timer_begin(run);
    lua_sethook(L, rv_lua_hook, LUA_MASKCOUNT, STRIDE);
    lua_pushcfunction(L, rv_lua_note_error);
    lua_pushcfunction(L, fn);
    lua_pushlightuserdata(L, arg);
    int status = lua_pcall(L, 1, 0, 1);
    int code = end_code(run, L, status, err);
    run->closing = 1; /* the alarm still rings, but lets the state alone */
    lua_close(L);
    rv_lua_timer_end(run);
    run->L = NULL;
    RV_ASSERT(run->bytes == 0);
    rv_ae_clear(&run->given);
    rv_ae_clear(&run->got);
    rv_buf_free(&run->scratch);
    return code;
}

int
rv_lua_run_method(struct rv_lua *lua, const struct rv_script_run *spec,
                  struct rv_script_result *result, rv_err *err)
{
    struct rv_lua_run run = {
        .lua = lua, .spec = spec, .host = spec->host, .outer = rv_lua_innermost()
    };
    int64_t began_us = rv_monotonic_us();
    *result = (struct rv_script_result){ 0 };
    rv_lua_source(run.source, sizeof(run.source), spec->method, spec->domain);
    set_budget(&run, &spec->limits);
    int64_t steps = run.budget->steps;
    int code;
    if (run.budget->depth >= run.budget->limits.depth) {
        code = rv_fail(err, RV_E_LIMIT, "%s: methods call each other more than %d deep",
                       run.source + 1, run.budget->limits.depth);
    } else {
        run.budget->depth++;
        code = run_in_state(&run, run_text, NULL, err);
        run.budget->depth--;
    }
    result->exit_code = code ? 16 : run.exit_code;
    result->took_us = rv_monotonic_us() - began_us;
    result->instructions = run.budget->steps - steps;
    result->memory_peak = run.budget->memory_peak;
    if (code)
        snprintf(result->place, sizeof(result->place), "%.511s",
                 run.place[0] ? run.place : run.source + 1);
    return code;
}

static int
call_aside(lua_State *L)
{
    lua_CFunction fn = rv_lua_run_of(L)->aside;
    push_environment(L);
    lua_insert(L, 1);
    return fn(L);
}

static void
log_nowhere(void *arg, const char *level, const char *text)
{
    (void)arg;
    (void)level;
    (void)text;
}

int
rv_lua_aside(struct rv_lua *lua, lua_CFunction fn, void *arg, rv_err *err)
{
    static const struct rv_script_host nobody = { .log = log_nowhere };
    static const struct rv_ae_method nothing = { .name = "" };
    static const struct rv_script_run spec = { .method = &nothing, .host = &nobody };
    struct rv_lua_run run = {
        .lua = lua, .spec = &spec, .host = &nobody, .source = "@?", .aside = fn
    };
    set_budget(&run, &spec.limits);
    return run_in_state(&run, call_aside, arg, err);
}
