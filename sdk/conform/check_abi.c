/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts of other versions than the one that the module was built against. Their
 * tables end right before memory that may not be touched, so that one byte too far is a crash.
 * And what such hosts must know of the module: how long its structs are.
 */
#include "checks.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "callback.h"
#include "reeve/host.h"
#include "spy.h"

enum { MORE_FUNCTIONS = 8 };

typedef const struct reeve_provider *(*entry_fn)(const struct reeve_host *host);

static entry_fn
find_entry(struct trial *trial)
{
    void *library = dlopen(trial->conform->path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    union {
        void *symbol;
        entry_fn function;
    } entry = { .symbol = library ? dlsym(library, REEVE_PROVIDER_SYMBOL) : NULL };
    if (entry.symbol == NULL)
        trial_fail(trial, "its entry cannot be found again");
    return entry.function;
}

/* A copy of size bytes that ends where readable memory ends; the rest of it is filled with 0xff.
 * Never freed: modules keep it. */
static void *
at_the_edge(const void *from, size_t have, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || size > page)
        return NULL;
    char *table = memory + page - size;
    memset(table, 0xff, size);
    memcpy(table, from, have < size ? have : size);
    mprotect(memory + page, page, PROT_NONE);
    return table;
}

void
check_entry_without_host(struct trial *trial)
{
    entry_fn entry = find_entry(trial);
    if (entry == NULL)
        return;
    callback_begin(trial, REEVE_PROVIDER_SYMBOL, trial->conform->limit_ms);
    const struct reeve_provider *first = entry(NULL), *second = entry(NULL);
    callback_end(trial);
    if (first == NULL || first != second) {
        trial_fail(trial,
                   first ? "it gives another table each time" : "without a host it gives no table");
        trial_advise(trial, "use REEVE_PROVIDER(...): the table is constant data");
    }
}

/* The module's version says how long a struct is: as in ours, or up to that when it is older, or
 * from that on when it is newer. */
static void
check_size(struct trial *trial, int minor, const char *name, uint64_t theirs, size_t ours)
{
    int wrong = minor == REEVE_ABI_MINOR  ? theirs != ours
                : minor < REEVE_ABI_MINOR ? theirs == 0 || theirs > ours
                                          : theirs < ours;
    if (wrong)
        trial_fail(trial,
                   "it is made for version %d.%d and says that its struct %s is %llu bytes long; "
                   "in version %d.%d that is %zu",
                   REEVE_ABI_MAJOR, minor, name, (unsigned long long)theirs, REEVE_ABI_MAJOR,
                   REEVE_ABI_MINOR, ours);
}

void
check_sizes(struct trial *trial)
{
    entry_fn entry = find_entry(trial);
    if (entry == NULL)
        return;
    callback_begin(trial, REEVE_PROVIDER_SYMBOL, trial->conform->limit_ms);
    const struct reeve_provider *provider = entry(NULL);
    callback_end(trial);
    /* The host's copy has the host's own. */
    const struct reeve_sizes *sizes = provider ? provider->sizes : NULL;
    if (sizes == NULL) {
        trial_fail(trial, "it does not say how long its structs are");
    } else {
        int minor = provider->abi_minor;
        check_size(trial, minor, "reeve_sizes", sizes->size, sizeof(*sizes));
        if (!trial_failed(trial)) {
            check_size(trial, minor, "reeve_option", sizes->option, sizeof(struct reeve_option));
            check_size(trial, minor, "reeve_column", sizes->column, sizeof(struct reeve_column));
        }
        trial_remark(trial, "for version %d.%d", REEVE_ABI_MAJOR, minor);
    }
    if (trial_failed(trial))
        trial_advise(trial, "REEVE_PROVIDER(...) fills in .sizes; in a table made by hand it "
                            "points to a static const struct reeve_sizes with REEVE_SIZES");
}

/* Opens and closes with the module bound to this table. */
static void
live_with(struct trial *trial, size_t size)
{
    struct run run = { 0 };
    struct rv_connection *connection = NULL;
    struct rv_config *config = trial_config_invented(trial);
    struct reeve_host *table = at_the_edge(&rv_host_table, sizeof(rv_host_table), size);
    if (config == NULL)
        return;
    if (table == NULL) {
        trial_fail(trial, "there is no memory for a table");
        return;
    }
    table->size = size;
    callback_begin(trial, REEVE_PROVIDER_SYMBOL, trial->conform->limit_ms);
    rv_module_bind(trial->module, table);
    callback_end(trial);
    if (callback_open(trial, config, &run, &connection) < 0 && !trial->invented)
        trial_fail_err(trial, &run.err, "open");
    if (connection)
        callback_close(trial, connection);
}

void
check_newer_host(struct trial *trial)
{
    live_with(trial, sizeof(struct reeve_host) + MORE_FUNCTIONS * sizeof(void *));
}

void
check_older_host(struct trial *trial)
{
    live_with(trial, offsetof(struct reeve_host, prepared));
}
