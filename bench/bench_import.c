/* SPDX-License-Identifier: Apache-2.0
 *
 * Import of a domain of ManageIQ's size (81 namespaces, 122 classes, 803 instances, 292 methods):
 * from its directory to rows that the resolver uses, against the bare insertion of the same rows
 * into the same tables. Beside it: the same again with nothing changed, and with one method
 * changed, as parts of the first. A hundred thousand instances with --instances 100000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "bench.h"
#include "datastore/datastore.h"
#include "support/support.h"

struct domain {
    char folder[64];
    int64_t classes, instances, methods;
};

static void
run(const char *command)
{
    const char *const argv[] = { "sh", "-c", command, NULL };
    pid_t pid = fork();
    int status = 1;

    if (pid == 0) {
        execvp(argv[0], (char *const *)(const void *)argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "bench: '%s' failed\n", command);
        exit(2);
    }
}

static void
make(struct domain *domain)
{
    snprintf(domain->folder, sizeof(domain->folder), "/tmp/reeve-bench-XXXXXX");
    if (!mkdtemp(domain->folder))
        bench_die("make a folder", NULL);
    RV_AUTO_FREE char *command = rv_format(
        "python3 " REEVE_SOURCE_DIR "/tests/support/make_domain.py %s Made 81 %lld %lld %lld",
        domain->folder, (long long)domain->classes, (long long)domain->instances,
        (long long)domain->methods);
    run(command);
}

/* Reads the files and imports them; the seconds. */
static double
import(struct rv_store *store, const struct domain *domain, struct rv_ae_imported *done)
{
    const struct rv_datastore ds = { .store = store };
    const struct rv_ae_import options = { .enable = 1 };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    rv_err err = RV_ERR_INIT;
    double begun = bench_now();

    if (rv_ae_tree_read(&tree, domain->folder, NULL, &err) < 0)
        bench_die("read the domain", &err);
    if (rv_datastore_import(&ds, tree, &options, done, &err) < 0)
        bench_die("import the domain", &err);
    return bench_now() - begun;
}

static void
check(const struct rv_ae_imported *done, const struct domain *domain, size_t touched)
{
    if (done->classes != (size_t)domain->classes || done->instances != (size_t)domain->instances ||
        done->methods != (size_t)domain->methods ||
        done->created + done->changed + done->deleted < touched) {
        fprintf(stderr, "bench: %zu classes, %zu instances, %zu methods; %zu rows touched\n",
                done->classes, done->instances, done->methods,
                done->created + done->changed + done->deleted);
        exit(2);
    }
}

static double
insert_bare(const struct bench_tables *tables)
{
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    double begun = bench_now();

    bench_tables_write(tables, store);
    double took = bench_now() - begun;
    rv_store_close(store);
    rv_test_db_drop(&db);
    return took;
}

struct figures {
    struct bench_series first, bare, same, one;
};

static void
measure(struct figures *figures, const struct domain *domain)
{
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    struct rv_ae_imported done;

    bench_add(&figures->first, import(store, domain, &done));
    check(&done, domain, (size_t)domain->instances);
    struct bench_tables *tables = bench_tables_read_prefix(store, "miq_ae_");
    bench_add(&figures->bare, insert_bare(tables));
    bench_tables_free(tables);
    bench_add(&figures->same, import(store, domain, &done));
    check(&done, domain, 0);
    if (done.created + done.changed + done.deleted != 0)
        bench_die("an import of the same changed rows", NULL);
    RV_AUTO_FREE char *command =
        rv_format("echo '-- changed' >>\"$(find %s -name m0.lua)\"", domain->folder);
    run(command);
    bench_add(&figures->one, import(store, domain, &done));
    check(&done, domain, 1);
    rv_store_close(store);
    rv_test_db_drop(&db);
}

int
main(int argc, char **argv)
{
    struct domain domain = { .classes = bench_option(argc, argv, "classes", 122, 12),
                             .instances = bench_option(argc, argv, "instances", 803, 40),
                             .methods = bench_option(argc, argv, "methods", 292, 10) };
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    struct figures figures = { .first = { .count = 0 } };

    make(&domain);
    for (int64_t i = 0; i < runs; i++)
        measure(&figures, &domain);
    RV_AUTO_FREE char *command = rv_format("rm -r -- %s", domain.folder);
    run(command);
    bench_print(&(struct bench_result){ 39, "import of a domain / bare rows", "s", &figures.bare,
                                        &figures.first, bench_at_most(5) });
    bench_print(&(struct bench_result){ 39, "the same again / first import", "s", &figures.first,
                                        &figures.same, bench_no_target() });
    bench_print(&(struct bench_result){ 39, "one method changed / first import", "s",
                                        &figures.first, &figures.one, bench_no_target() });
    return bench_status();
}
