/* SPDX-License-Identifier: Apache-2.0
 *
 * One statement a table: the kind's name and the ids are its parameters.
 */
#include "store/hanging.h"

#include "base/buf.h"
#include "base/mem.h"
#include "model/model.h"

#define SQL_MAX_BYTES (64 << 10)

static const struct {
    const char *table, *stem; /* of the columns STEM_type and STEM_id */
} tables[] = {
    { "taggings", "taggable" },
    { "custom_attributes", "resource" },
};

int
rv_hanging_delete(struct rv_store *store, const struct rv_kind *kind, const rv_value *ids,
                  int count, rv_err *err)
{
    RV_AUTO_BUF rv_buf list = rv_buf_limited(SQL_MAX_BYTES);
    RV_AUTO_FREE rv_value *params = rv_realloc(NULL, (size_t)count + 1, sizeof(*params));

    params[0] = rv_vtext(kind->name);
    for (int i = 0; i < count; i++) {
        rv_buf_addf(&list, "%s$%d", i ? "," : "", i + 2);
        params[i + 1] = ids[i];
    }
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_MAX_BYTES + 1024);
        rv_buf_addf(&sql, "DELETE FROM %s WHERE %s_type = $1 AND %s_id IN (%s)", tables[i].table,
                    tables[i].stem, tables[i].stem, rv_buf_text(&list));
        if (rv_buf_check(&list, err) < 0 || rv_buf_check(&sql, err) < 0 ||
            rv_store_exec(store, NULL, rv_buf_text(&sql), params, count + 1, err) < 0)
            return err->code;
    }
    return 0;
}
