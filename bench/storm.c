/* SPDX-License-Identifier: Apache-2.0
 *
 * See storm.h.
 */
#include "storm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "datastore/datastore.h"

static const char *const types[] = { "PowerOnVM_Task",      "VmPoweredOnEvent",
                                     "VmReconfiguredEvent", "PowerOffVM_Task",
                                     "VmPoweredOffEvent",   "VmMigratedEvent",
                                     "HostConnectedEvent",  "HostConnectionLostEvent" };
static const char method[] =
    "local event = evm.root.event_stream\n"
    "local about = evm.root.vm and evm.root.vm.name or 'host'\n"
    "evm.object.said = event.event_type .. ' ' .. about .. ' ' .. evm.root.event_id\n";

void
bench_reevectl(const struct bench_reeved *reeved, const char *token, const char *const *words)
{
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d", reeved->port);
    const char *argv[32] = { BENCH_REEVECTL };
    char *error = NULL;
    int count = 1;

    setenv("REEVE_URL", url, 1);
    setenv("REEVE_TOKEN", token, 1);
    for (; *words && count < 31; words++)
        argv[count++] = *words;
    if (rv_test_run(argv, NULL, NULL, &error) != 0)
        bench_die(error, NULL);
    free(error);
}

void
bench_await(struct rv_store *store, const char *sql, int64_t number, double seconds,
            const char *what)
{
    double until = bench_now() + seconds;

    while (rv_test_int(store, sql) != number) {
        if (bench_now() > until)
            bench_die(what, NULL);
        usleep(20000);
    }
}

void
bench_provider_add(const struct bench_reeved *reeved, const char *token, const char *name,
                   int64_t vms, int64_t events)
{
    RV_AUTO_FREE char *machines = rv_format("vms=%lld", (long long)vms);
    RV_AUTO_FREE char *rate = rv_format("events=%lld", (long long)events);
    const char *const words[] = { "provider", "add",      name,       "--type", "demo",
                                  "--option", rate,       "--option", machines, "--option",
                                  "pods=0",   "--option", "churn=0",  "--wait", NULL };

    bench_reevectl(reeved, token, words);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", folder, name);
    RV_AUTO_FILE FILE *out = NULL;

    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    out = fopen(path, "we");
    if (out == NULL || fputs(text, out) < 0)
        bench_die("write a domain", NULL);
}

static void
write_object(const char *folder, const char *name, const char *type, const char *object,
             const char *more)
{
    RV_AUTO_FREE char *text =
        rv_format("object_type: %s\nversion: 1.0\nobject:\n  attributes:\n    name: %s\n%s", type,
                  object, more);
    write_file(folder, name, text);
}

static void
write_domain(const char *folder)
{
#define CLASS "Bench/System/Event/EmsEvent/Demo.class/"
    write_object(folder, "Bench/__domain__.yaml", "domain", "Bench",
                 "    enabled: true\n    source: user\n");
    write_object(folder, "Bench/System/__namespace__.yaml", "namespace", "System", "");
    write_object(folder, "Bench/System/Event/__namespace__.yaml", "namespace", "Event", "");
    write_object(folder, "Bench/System/Event/EmsEvent/__namespace__.yaml", "namespace", "EmsEvent",
                 "");
    write_object(folder, CLASS "__class__.yaml", "class", "Demo",
                 "  schema:\n  - field:\n      name: meth1\n      aetype: method\n"
                 "      default_value: note\n      priority: 1\n");
    write_object(folder, CLASS "__methods__/note.yaml", "method", "note",
                 "    language: lua\n    location: inline\n    scope: instance\n  inputs: []\n");
    write_file(folder, CLASS "__methods__/note.lua", method);
    for (size_t i = 0; i < RV_COUNT(types); i++) {
        RV_AUTO_FREE char *file = rv_format(CLASS "%s.yaml", types[i]);
        write_object(folder, file, "instance", types[i], "  fields: []\n");
    }
#undef CLASS
}

void
bench_override_put(struct rv_store *store)
{
    const struct rv_datastore ds = { .store = store };
    const struct rv_ae_import options = { .enable = 1 };
    struct rv_ae_imported out;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char *folder = rv_test_dir();
    rv_err err = RV_ERR_INIT;

    write_domain(folder);
    if (rv_ae_tree_read(&tree, folder, NULL, &err) < 0 ||
        rv_datastore_import(&ds, tree, &options, &out, &err) < 0)
        bench_die("import the domain", &err);
    rv_test_dir_remove(folder);
}

static double
cpu_of(int64_t pid)
{
    RV_AUTO_FREE char *path = rv_format("/proc/%lld/stat", (long long)pid);
    RV_AUTO_FILE FILE *in = fopen(path, "re");
    char line[1024];
    long long user = 0, system = 0;
    const char *end = in && fgets(line, sizeof(line), in) ? strrchr(line, ')') : NULL;

    if (end && sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user,
                      &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double
sum_workers(struct rv_store *store, const char *type, double (*of)(int64_t pid))
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;
    double sum = 0;

    if (rv_store_query(store, &rows, "SELECT pid, type FROM miq_workers", NULL, 0, &err) < 0)
        bench_die("read the workers", &err);
    while (rv_rows_next(rows, &row, &err) == 1)
        if (row[0].type == RV_INT && (type == NULL || strcmp(row[1].v.text, type) == 0))
            sum += of(row[0].v.i);
    return sum;
}

double
bench_workers_cpu(struct rv_store *store, const char *type)
{
    return sum_workers(store, type, cpu_of);
}

static double
bytes_of(int64_t pid)
{
    return (double)bench_proc_bytes((pid_t)pid, "smaps_rollup", "Private_");
}

int64_t
bench_workers_bytes(struct rv_store *store)
{
    return (int64_t)sum_workers(store, NULL, bytes_of);
}
