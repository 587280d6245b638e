/* SPDX-License-Identifier: Apache-2.0
 *
 * Archived rows of inventory, by kind and provider. With a row go its children, their children,
 * its tags and its own attributes; others that point to it keep their links, which then lead
 * nowhere.
 *
 * A row may come back to life just now: its provider's worker has read it and is about to write.
 * Both hold the lease's name locked while they write, and the worker looks whether the rows that
 * it brings back are still there (inventory/plan.c).
 */
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/wait.h"
#include "keeping/retention_internal.h"
#include "model/model.h"
#include "store/hanging.h"
#include "store/record.h"

#define SQL_MAX_BYTES (1 << 20)
#define AT_ONCE 500
#define FAMILY_MAX 1000000 /* rows below those of one batch */

struct ids {
    rv_value *values;
    int count, size;
};

static void
add_id(struct ids *ids, int64_t id)
{
    if (ids->count == ids->size) {
        ids->size = ids->size ? ids->size * 2 : 256;
        ids->values = rv_realloc(ids->values, (size_t)ids->size, sizeof *ids->values);
    }
    ids->values[ids->count++] = rv_vint(id);
}

static int
take_ids(struct ids *out, struct rv_store *store, const char *sql, const rv_value *params,
         int count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;

    if (rv_store_query(store, &rows, sql, params, count, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (out->count >= FAMILY_MAX)
            return rv_fail(err, RV_E_LIMIT, "more than %d rows belong to one batch", FAMILY_MAX);
        add_id(out, row[0].v.i);
    }
    return more;
}

/* What is to go, of one provider and kind. */
struct piece {
    const struct rv_kind *kind;
    int64_t ems_id, before_ms;
    int window;
    int64_t dropped;
};

static void
add_list(rv_buf *sql, int count, int first)
{
    for (int i = 0; i < count; i++)
        rv_buf_addf(sql, "%s$%d", i ? "," : "", i + first);
    rv_buf_add_char(sql, ')');
}

/* Ids of the rows of child that belong to these rows of kind; some hundred owners at once. */
static int
find_children(struct ids *out, struct rv_store *store, const struct rv_kind *kind,
              const struct rv_kind *child, const rv_value *owners, int count, rv_err *err)
{
    const struct rv_column *owner = &child->columns[child->owner_column];
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "SELECT id FROM \"%s\" WHERE ", child->table);
    if (owner->type_column >= 0)
        rv_buf_addf(&sql, "\"%s\" = '%s' AND ", child->columns[owner->type_column].name,
                    kind->name);
    rv_buf_addf(&sql, "\"%s\" IN (", owner->name);
    add_list(&sql, count, 1);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return take_ids(out, store, rv_buf_text(&sql), owners, count, err);
}

/* These rows and all below them, so many at once as a statement has room for. */
static int
drop_rows(struct piece *piece, struct rv_store *store, struct rv_feed *feed,
          const struct rv_kind *kind, const rv_value *ids, int count, rv_err *err)
{
    for (int done = 0; done < count; done += AT_ONCE) {
        const rv_value *here = ids + done;
        int size = count - done < AT_ONCE ? count - done : AT_ONCE;
        for (int i = 0; i < rv_model_count(); i++) {
            const struct rv_kind *child = rv_model_at(i);
            struct ids found = { 0 };
            if (!child->child || !rv_kind_accepts(child, child->owner_column, kind))
                continue;
            if (find_children(&found, store, kind, child, here, size, err) == 0)
                drop_rows(piece, store, feed, child, found.values, found.count, err);
            free(found.values);
            if (err->code)
                return err->code;
        }
        if (rv_hanging_delete(store, kind, here, size, err) < 0 ||
            rv_store_delete_rows(store, kind->table, "id", here, (size_t)size, err) < 0)
            return err->code;
        for (int i = 0; i < size; i++)
            rv_feed_add(feed, kind, here[i].v.i, piece->ems_id, RV_DELETED, NULL);
        piece->dropped += size;
    }
    return 0;
}

static int
drop_piece(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct piece *piece = arg;
    struct ids ids = { 0 };
    RV_AUTO_FREE char *lock = rv_format("lease/refresh/%lld", (long long)piece->ems_id);
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM \"%s\" WHERE deleted_on < $1 AND ems_id = $2"
                                       " ORDER BY deleted_on, id LIMIT $3",
                                       piece->kind->table);
    const rv_value params[] = { rv_vint(piece->before_ms), rv_vint(piece->ems_id),
                                rv_vint(piece->window) };

    piece->dropped = 0;
    if (rv_store_lock(store, lock, err) == 0 && take_ids(&ids, store, sql, params, 3, err) == 0)
        drop_rows(piece, store, feed, piece->kind, ids.values, ids.count, err);
    free(ids.values);
    return err->code;
}

/* The provider of the row that was archived first: 1, or 0 when none is that old. */
static int
find_provider(struct piece *piece, struct rv_store *store, rv_err *err)
{
    rv_value row[1];
    RV_AUTO_FREE char *sql = rv_format("SELECT ems_id FROM \"%s\" WHERE deleted_on < $1"
                                       " AND ems_id IS NOT NULL ORDER BY deleted_on LIMIT 1",
                                       piece->kind->table);
    int found = rv_store_one(store, row, 1, sql, (rv_value[]){ rv_vint(piece->before_ms) }, 1, err);

    if (found > 0)
        piece->ems_id = row[0].v.i;
    return found;
}

static int
drop_kind(struct rv_dropping *dropping, struct piece *piece, rv_err *err)
{
    for (;;) {
        int found = find_provider(piece, dropping->store, err);
        if (found <= 0)
            return found;
        if (!rv_dropping_time(dropping))
            return 1;
        if (rv_record_transaction(dropping->store, drop_piece, piece, err) < 0 ||
            rv_wait_poll(err) < 0)
            return err->code;
        dropping->state->dropped += piece->dropped;
    }
}

/* Virtual machines have a rule of their own: what ran where long ago is asked for longest. */
static int
is_machine(const struct rv_kind *kind)
{
    return strcmp(kind->table, "vms") == 0;
}

int
rv_retention_archived(struct rv_dropping *dropping, const struct rv_retention_rule *rule,
                      rv_err *err)
{
    int64_t keep_ms = rv_settings_int(dropping->settings, rule->keep);
    int machines = strcmp(rule->keep, "inventory.archived_vms_keep") == 0, more = 0;

    for (int i = 0; i < rv_model_count() && keep_ms > 0; i++) {
        struct piece piece = { .kind = rv_model_at(i), .before_ms = rv_now_ms() - keep_ms };
        if (!piece.kind->archived || is_machine(piece.kind) != machines)
            continue;
        piece.window = rule->window < dropping->batch ? rule->window : dropping->batch;
        int rc = drop_kind(dropping, &piece, err);
        if (rc < 0)
            return rc;
        more |= rc;
    }
    return more;
}
