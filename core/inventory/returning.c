/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that come back from the archive are read before the transaction that writes them, and
 * retention (core/keeping) drops old ones. Whoever drops holds the lease's name locked, as we do
 * from here on: so a row that is there now stays until the commit.
 */
#include "inventory/saver_internal.h"

enum { AT_ONCE = 500, SQL_MAX_BYTES = 16384 };

static int
look(struct rv_saver *saver, const struct rv_kind *kind, const rv_value *ids, int count,
     rv_err *err)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    rv_value found;

    rv_buf_addf(&sql, "SELECT COUNT(*) FROM \"%s\" WHERE id IN (", kind->table);
    for (int i = 0; i < count; i++)
        rv_buf_addf(&sql, "%s$%d", i ? "," : "", i + 1);
    rv_buf_add_char(&sql, ')');
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_one(saver->store, &found, 1, rv_buf_text(&sql), ids, count, err) < 0)
        return err->code;
    if (found.v.i == count)
        return 0;
    rv_fail(err, RV_E_UNAVAILABLE, "archived rows of %s were dropped while they came back",
            kind->table);
    return rv_hint(err, "it is read again by itself");
}

static int
look_at_kind(struct rv_plan *plan, const struct rv_kind *kind, rv_err *err)
{
    rv_value ids[AT_ONCE];
    int count = 0;

    for (size_t i = 0; i < plan->returning.count; i++) {
        if (plan->returning.at[i]->kind != kind)
            continue;
        ids[count++] = rv_vint(plan->returning.at[i]->id);
        if (count == AT_ONCE && look(plan->saver, kind, ids, count, err) < 0)
            return err->code;
        count %= AT_ONCE;
    }
    return count ? look(plan->saver, kind, ids, count, err) : 0;
}

int
rv_returning_check(struct rv_plan *plan, rv_err *err)
{
    if (plan->returning.count == 0)
        return 0;
    for (int i = 0; i < plan->saver->kind_count; i++)
        if (rv_model_at(i)->archived && look_at_kind(plan, rv_model_at(i), err) < 0)
            return err->code;
    return 0;
}
