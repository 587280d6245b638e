/* SPDX-License-Identifier: Apache-2.0
 *
 * What the write-ahead log grows by. The server logs things of its own at any time (a checkpoint,
 * every quarter of a minute the list of running transactions): pg_walinspect tells them from the
 * rest.
 */
#include <stdio.h>
#include "base/mem.h"
#include "bench.h"
#include "support/support.h"

/* In a longer window a hundred bytes are nothing, and looking at each record takes its time. */
#define SMALL_BYTES (16 << 20)
#define OF_THE_SERVER                                                                              \
    "(resource_manager = 'Standby' OR resource_manager = 'XLOG' AND record_type ^@ 'CHECKPOINT')"

void
bench_wal_begin_all(struct rv_store *store)
{
    RV_AUTO_FREE char *settings = NULL;

    rv_test_script(store, "CREATE EXTENSION IF NOT EXISTS pg_walinspect");
    settings =
        rv_test_text(store, "SELECT 'wal_level ' || current_setting('wal_level')"
                            " || ', autovacuum ' || current_setting('autovacuum')"
                            " || ', full_page_writes ' || current_setting('full_page_writes')");
    printf("# %s\n", settings);
    if (rv_test_int(store, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                           "'client backend' AND datname NOT LIKE 'reeve_test_%'") > 0)
        puts("# others are connected to this server: what they write is in the figures of row 3");
}

int64_t
bench_wal_begin(struct rv_store *store)
{
    return rv_test_int(store, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
}

/* Records are read up to where the log is flushed. */
static void
await_flush(struct rv_store *store, int64_t place)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT ((pg_current_wal_flush_lsn() - '0/0'::pg_lsn) >= %lld)::int::bigint",
                  (long long)place);

    for (double until = bench_now() + 10; rv_test_int(store, sql) == 0;)
        if (bench_now() > until)
            bench_die("the log is not flushed", NULL);
}

double
bench_wal_end(struct rv_store *store, int64_t begun)
{
    int64_t ended = bench_wal_begin(store);

    if (ended == begun || ended - begun > SMALL_BYTES)
        return (double)(ended - begun);
    await_flush(store, ended);
    RV_AUTO_FREE char *records =
        rv_format("FROM pg_get_wal_records_info('0/0'::pg_lsn + %lld, '0/0'::pg_lsn + %lld)",
                  (long long)begun, (long long)ended);
    /* A record begins at a multiple of eight. */
    RV_AUTO_FREE char *others = rv_format("SELECT count(*) %s WHERE NOT " OF_THE_SERVER, records);
    RV_AUTO_FREE char *own = rv_format(
        "SELECT coalesce(sum((record_length + 7) / 8 * 8), 0)::bigint %s WHERE " OF_THE_SERVER,
        records);
    if (rv_test_int(store, others) == 0)
        return 0;
    return (double)(ended - begun - rv_test_int(store, own));
}

int64_t
bench_wal_checkpoint(struct rv_store *store)
{
    return rv_test_int(store,
                       "SELECT (redo_lsn - '0/0'::pg_lsn)::bigint FROM pg_control_checkpoint()");
}
