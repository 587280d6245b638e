/* SPDX-License-Identifier: Apache-2.0
 *
 * Before a watch: what every small save asks is asked once for nothing, so that the first events do
 * not wait until PostgreSQL has read its catalogue, and has planned and kept each statement. The
 * driver prepares a statement at its second run, and the server keeps a plan after five more.
 */
#include "inventory/saver_internal.h"

enum { RUNS = 7 };

/* The reads of a save of so many objects of this kind; there are none with such an id. */
static int
read_none(struct rv_saver *saver, const struct rv_kind *kind, size_t count, rv_err *err)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct rv_plan plan;
    rv_plan_begin(&plan, saver, arena);
    for (size_t i = 0; i < count; i++)
        rv_plan_gone(&plan, kind, -1 - (int64_t)i, NULL);
    int rc = rv_ahead_read(&plan, err);
    rv_plan_end(&plan);
    rv_arena_free(arena);
    return rc;
}

static int
check_lease(struct rv_saver *saver, rv_err *err)
{
    const struct rv_lease *lease = saver->config.lease;
    if (lease == NULL)
        return 0;
    if (rv_store_begin_later(saver->store, err) < 0)
        return err->code;
    if (rv_lease_guard(saver->store, lease, err) == 0 && rv_store_commit(saver->store, err) == 0)
        return 0;
    rv_store_rollback(saver->store);
    rv_lease_blame(saver->store, lease, err);
    return err->code;
}

static int
warm_once(struct rv_saver *saver, rv_err *err)
{
    static const size_t sizes[] = { 1, 4 };
    for (int i = 0; i < saver->kind_count; i++)
        for (size_t s = 0; s < RV_COUNT(sizes) && saver->kinds[i].present; s++)
            if (read_none(saver, rv_model_at(i), sizes[s], err) < 0)
                return err->code;
    return check_lease(saver, err);
}

int
rv_saver_warm(struct rv_saver *saver, rv_err *err)
{
    if (saver->warm || !rv_store_is_postgres(saver->store))
        return 0;
    for (int i = 0; i < RUNS; i++)
        if (warm_once(saver, err) < 0)
            return rv_wrap(err, "prepare the watch");
    saver->warm = 1;
    return 0;
}
