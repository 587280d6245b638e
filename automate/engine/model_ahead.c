/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that are read before the runs that look at them begin: one round trip for a row is most of
 * what a short method costs on PostgreSQL. A run keeps what it has looked at, whatever its age; one
 * that begins takes what is no older than the time in which runs are committed.
 */
#include "automate/models_internal.h"

#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { KINDS_MOST = 8, READS_MOST = 16, SQL_MAX_BYTES = 1 << 16 };

/* Those of one kind. */
struct group {
    struct rv_models *models;
    const struct rv_kind *kind;
    rv_value ids[RV_MODELS_AHEAD_MOST];
    int count;
    rv_buf sql;
};

const struct rv_model_row *
rv_models_ahead_row(struct rv_models *models, const struct rv_kind *kind, int64_t id)
{
    for (int i = 0; i < models->ahead_count; i++) {
        struct rv_model_row *row = &models->ahead[i];
        if (row->kind != kind || row->id != id)
            continue;
        if (row->run != models->run && !rv_models_ahead_is_fresh(models))
            return NULL;
        row->run = models->run;
        return row;
    }
    return NULL;
}

int
rv_models_ahead_is_fresh(const struct rv_models *models)
{
    return models->ahead_ms && rv_monotonic_ms() - models->ahead_ms < RV_MODELS_AHEAD_MS;
}

void
rv_models_ahead_drop(struct rv_models *models)
{
    while (models->ahead_count > 0)
        rv_models_drop(&models->ahead[--models->ahead_count]);
    models->ahead_ms = 0;
}

static int
keep(void *arg, const rv_value *values, rv_err *err)
{
    const struct group *group = arg;
    struct rv_models *models = group->models;

    (void)err;
    if (models->ahead_count < RV_MODELS_AHEAD_MOST)
        rv_models_keep(&models->ahead[models->ahead_count++], group->kind, values);
    return 0;
}

/* Few different sizes: each is a statement of its own, which the store keeps. */
static void
fill_up(struct group *group)
{
    int size = 1;

    while (size < group->count)
        size *= 2;
    for (; group->count < size && group->count < RV_MODELS_AHEAD_MOST; group->count++)
        group->ids[group->count] = group->ids[group->count - 1];
}

/* As that of one row, but for how its id is compared. */
static void
write_sql(struct group *group)
{
    static const char one[] = " = $1";
    const char *single = rv_models_select(group->models, group->kind);

    group->sql = rv_buf_limited(SQL_MAX_BYTES);
    RV_ASSERT(strlen(single) > sizeof(one));
    rv_buf_add(&group->sql, single, strlen(single) - (sizeof(one) - 1));
    rv_buf_add_string(&group->sql, " IN (");
    for (int i = 0; i < group->count; i++)
        rv_buf_addf(&group->sql, "%s$%d", i ? "," : "", i + 1);
    rv_buf_add_char(&group->sql, ')');
}

static int
has(const struct group *group, int64_t id)
{
    for (int i = 0; i < group->count; i++)
        if (group->ids[i].v.i == id)
            return 1;
    return 0;
}

/* Returns how many groups there are; what is of one kind too many is read when it is wanted. */
static int
group_by_kind(struct group *groups, struct rv_models *models, const struct rv_model_want *wants,
              int count)
{
    int made = 0;

    for (int i = 0; i < count && i < RV_MODELS_AHEAD_MOST; i++) {
        int at = 0;
        while (at < made && groups[at].kind != wants[i].kind)
            at++;
        if (at == KINDS_MOST)
            continue;
        if (at == made)
            groups[made++] = (struct group){ .models = models, .kind = wants[i].kind };
        if (!has(&groups[at], wants[i].id))
            groups[at].ids[groups[at].count++] = rv_vint(wants[i].id);
    }
    return made;
}

int
rv_models_ahead(struct rv_models *models, const struct rv_model_want *wants, int count,
                const struct rv_store_read *more, int more_count, rv_err *err)
{
    RV_AUTO_FREE struct group *groups = rv_alloc(KINDS_MOST * sizeof(*groups));
    struct rv_store_read reads[READS_MOST];
    int made = group_by_kind(groups, models, wants, count), failed = 0;

    RV_ASSERT(made + more_count <= READS_MOST);
    rv_models_ahead_drop(models);
    int64_t now_ms = rv_monotonic_ms();
    for (int i = 0; i < more_count; i++)
        reads[i] = more[i];
    for (int i = 0; i < made; i++) {
        fill_up(&groups[i]);
        write_sql(&groups[i]);
        failed |= rv_buf_check(&groups[i].sql, err) < 0;
        reads[more_count + i] = (struct rv_store_read){ .sql = rv_buf_text(&groups[i].sql),
                                                        .params = groups[i].ids,
                                                        .count = groups[i].count,
                                                        .row = keep,
                                                        .arg = &groups[i] };
    }
    if (!failed)
        failed = rv_store_read_all(models->store, reads, (size_t)(made + more_count), err) < 0;
    for (int i = 0; i < made; i++)
        rv_buf_free(&groups[i].sql);
    models->ahead_ms = failed ? 0 : now_ms;
    return failed ? err->code : 0;
}
