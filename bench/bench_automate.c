/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 17: a call of a method that reads five attributes of a VM, each call of another one, whose
 * row comes from the store, in a fresh Lua state. The rows of 32 calls are read together, as those
 * of a message's events are. Against a Ruby of its own for each call, as ManageIQ has it,
 * with the libraries that its preamble loads. Beside it: the same with each row read by itself,
 * when its method asks for it; a bare Lua state with all its libraries and no limits, which reads
 * the same five from a table; and the method in a process of its own (automate.isolation=fork),
 * which asks its parent for each.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "automate/models.h"
#include "base/mem.h"
#include "base/secret.h"
#include "bench.h"
#include "ruby.h"
#include "script/apart.h"
#include "script/script.h"
#include "support/support.h"

enum { VM_ID = 7, ATTRIBUTES = 5, HAND = 32 };

static const char lua_text[] =
    "local vm = evm.root.vm\n"
    "local text = vm.name .. vm.power_state .. vm.vendor .. vm.ems_ref .. vm.guid\n"
    "evm.root.result = text\n";
static const char bare_text[] =
    "local vm = ...\nreturn vm.name .. vm.power_state .. vm.vendor .. vm.ems_ref .. vm.guid\n";
static const char ruby_text[] = "require 'drb'; require 'yaml'; require 'json'\n"
                                "$stdout.sync = true\n"
                                "text = %w[name power_state vendor ems_ref guid].map { |name|\n"
                                "  puts name\n  $stdin.gets.chomp }.join\n"
                                "exit(text.empty? ? 1 : 0)\n";
static const char *const values[ATTRIBUTES][2] = { { "name", "web-1" },
                                                   { "power_state", "on" },
                                                   { "vendor", "vmware" },
                                                   { "ems_ref", "vm-1042" },
                                                   { "guid",
                                                     "5b2c5d5e-2c3a-4c4e-9d0e-000000000007" } };

struct stage {
    struct rv_store *store;
    struct rv_models *models;
    struct rv_script *script;
    struct rv_script_host host;
    int64_t vm;      /* whose turn it is */
    int64_t columns; /* that were read */
    char result[256];
};

static int
find(void *arg, int64_t from, const char *path, int64_t *out, rv_err *err)
{
    (void)arg, (void)from, (void)path, (void)err;
    *out = 1;
    return 0;
}

static int
describe(void *arg, int64_t object, struct rv_script_object *out, rv_err *err)
{
    (void)arg, (void)err;
    *out = (struct rv_script_object){ .number = object,
                                      .path = "/Bench/Methods/Bench/read",
                                      .domain = "Bench",
                                      .namespace_path = "Methods",
                                      .class_name = "Bench",
                                      .instance_name = "read",
                                      .message = "create" };
    return 0;
}

static int
get(void *arg, int64_t object, const char *name, struct rv_ae_value *out, rv_err *err)
{
    const struct stage *stage = arg;

    (void)object, (void)err;
    *out = strcmp(name, "vm") == 0 ? rv_ae_vrow("vm", stage->vm) : RV_AE_VNIL;
    return 0;
}

static int
set(void *arg, int64_t object, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    struct stage *stage = arg;

    (void)object, (void)name, (void)err;
    snprintf(stage->result, sizeof(stage->result), "%s",
             value->type == RV_AE_TEXT ? value->v.text : "");
    return 0;
}

static int
column(void *arg, const char *kind, int64_t id, const char *name, struct rv_ae_value *out,
       rv_err *err)
{
    struct stage *stage = arg;

    stage->columns++;
    return rv_models_column(stage->models, rv_model_kind(kind), id, name, out, err);
}

static void
print_log(void *arg, const char *level, const char *text)
{
    (void)arg;
    fprintf(stderr, "bench: %s: %s\n", level, text);
}

static void
open_stage(struct stage *stage, struct rv_test_db *db)
{
    rv_err err = RV_ERR_INIT;

    *stage = (struct stage){ .store = bench_store(db) };
    for (int64_t id = VM_ID; id < VM_ID + HAND; id++) {
        const rv_value param = rv_vint(id);
        if (rv_store_exec(stage->store, NULL,
                          "INSERT INTO vms (id, ems_id, type, name, power_state, vendor, ems_ref,"
                          " guid) VALUES ($1, 1, 'bench', 'web-1', 'on', 'vmware', 'vm-' || "
                          "CAST($1 AS BIGINT),"
                          " '5b2c5d5e-2c3a-4c4e-9d0e-000000000007')",
                          &param, 1, &err) < 0)
            bench_die("make a VM", &err);
    }
    stage->models = rv_models_new(stage->store);
    if (rv_script_open(&stage->script, REEVE_MODULES, 16 << 20, &err) < 0)
        bench_die("open the script module", &err);
    stage->host = (struct rv_script_host){ .arg = stage,
                                           .find = find,
                                           .describe = describe,
                                           .get = get,
                                           .set = set,
                                           .column = column,
                                           .log = print_log };
}

typedef int (*run_method)(struct rv_script *, const struct rv_script_run *,
                          struct rv_script_result *, rv_err *);

/* Calls of one round: who carries them out, and how many rows are read together. */
struct round {
    int64_t calls;
    run_method run;
    int hand;
};

static void
read_ahead(struct stage *stage, int hand)
{
    struct rv_model_want wants[HAND];
    rv_err err = RV_ERR_INIT;

    for (int i = 0; i < hand; i++)
        wants[i] = (struct rv_model_want){ rv_model_kind("vm"), VM_ID + i };
    if (rv_models_ahead(stage->models, wants, hand, NULL, 0, &err) < 0)
        bench_die("read machines", &err);
}

static double
call_reeve(struct stage *stage, const struct rv_ae_method *method, struct round round)
{
    RV_AUTO_AE_VALUE struct rv_ae_value inputs = rv_ae_vmap();
    const struct rv_script_run run = {
        .method = method, .domain = "Bench", .self = 1, .inputs = &inputs, .host = &stage->host
    };
    rv_err err = RV_ERR_INIT;
    double begun = bench_now();

    stage->columns = 0;
    rv_models_ahead_drop(stage->models);
    for (int64_t i = 0; i < round.calls; i++) {
        struct rv_script_result result;

        if (round.hand > 1 && i % round.hand == 0)
            read_ahead(stage, round.hand);
        rv_models_forget(stage->models, NULL, 0);
        stage->vm = VM_ID + i % HAND;
        stage->result[0] = '\0';
        if (round.run(stage->script, &run, &result, &err) < 0 || !stage->result[0])
            bench_die("run the method", &err);
    }
    double rate = (double)round.calls / (bench_now() - begun);
    if (stage->columns != round.calls * ATTRIBUTES) {
        fprintf(stderr, "bench: %lld attributes were read\n", (long long)stage->columns);
        exit(2);
    }
    return rate;
}

static const char *
answer(void *arg, const char *name)
{
    (void)arg;
    for (int i = 0; i < ATTRIBUTES; i++)
        if (strcmp(values[i][0], name) == 0)
            return values[i][1];
    return "";
}

static double
call_ruby(int64_t calls)
{
    double begun = bench_now();

    for (int64_t i = 0; i < calls; i++)
        if (bench_ruby_call(ruby_text, answer, NULL) != ATTRIBUTES) {
            fprintf(stderr, "bench: Ruby did not read the attributes\n");
            exit(2);
        }
    return (double)calls / (bench_now() - begun);
}

static double
call_bare(int64_t calls)
{
    double begun = bench_now();

    for (int64_t i = 0; i < calls; i++) {
        lua_State *lua = luaL_newstate();

        luaL_openlibs(lua);
        if (luaL_loadbuffer(lua, bare_text, sizeof(bare_text) - 1, "bare") != LUA_OK)
            exit(2);
        lua_createtable(lua, 0, ATTRIBUTES);
        for (int k = 0; k < ATTRIBUTES; k++) {
            lua_pushstring(lua, values[k][1]);
            lua_setfield(lua, -2, values[k][0]);
        }
        if (lua_pcall(lua, 1, 1, 0) != LUA_OK)
            exit(2);
        lua_close(lua);
    }
    return (double)calls / (bench_now() - begun);
}

int
main(int argc, char **argv)
{
    int64_t calls = bench_option(argc, argv, "calls", 10000, 200);
    int64_t rubies = bench_option(argc, argv, "rubies", 10, 1);
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    struct bench_series reeve = { .count = 0 }, ruby = { .count = 0 }, bare = { .count = 0 };
    struct bench_series apart = { .count = 0 }, alone = { .count = 0 };
    struct rv_ae_domain domain = { .name = "Bench", .enabled = 1 };
    struct rv_ae_class class = { .domain = &domain, .path = "Methods/Bench", .name = "Bench" };
    struct rv_ae_method method = { .class = &class,
                                   .name = "read",
                                   .language = "lua",
                                   .location = "inline",
                                   .data = lua_text,
                                   .data_len = sizeof(lua_text) - 1,
                                   .digest = "bench_automate_read" };
    struct stage stage;
    struct rv_test_db db;

    open_stage(&stage, &db);
    call_reeve(&stage, &method, (struct round){ 10, rv_script_run, 1 });
    for (int64_t i = 0; i < runs; i++) {
        bench_add(&ruby, call_ruby(rubies));
        bench_add(&reeve,
                  call_reeve(&stage, &method, (struct round){ calls, rv_script_run, HAND }));
        bench_add(&alone, call_reeve(&stage, &method, (struct round){ calls, rv_script_run, 1 }));
        bench_add(&apart, call_reeve(&stage, &method,
                                     (struct round){ calls / 20, rv_script_run_apart, 1 }));
        bench_add(&bare, call_bare(calls));
    }
    bench_print(&(struct bench_result){ 17, "method with 5 attributes, fresh state / a Ruby each",
                                        "/s", &ruby, &reeve, bench_at_least(1000) });
    bench_print(&(struct bench_result){ 17, "the same, each row read by itself / a Ruby each", "/s",
                                        &ruby, &alone, bench_no_target() });
    bench_print(&(struct bench_result){ 17, "each in a process of its own / a Ruby each", "/s",
                                        &ruby, &apart, bench_at_least(50) });
    bench_print(&(struct bench_result){ 17, "fresh state / a bare Lua state without limits", "/s",
                                        &bare, &reeve, bench_no_target() });
    rv_script_close(stage.script);
    rv_models_free(stage.models);
    rv_store_close(stage.store);
    rv_test_db_drop(&db);
    return bench_status();
}
