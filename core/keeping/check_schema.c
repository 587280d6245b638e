/* SPDX-License-Identifier: Apache-2.0
 *
 * The dictionary beside the catalogue.
 */
#include "keeping/finding.h"

#include <string.h>
#include "base/buf.h"
#include "model/model.h"
#include "store/schema.h"

#define TEXT_MAX_BYTES (8u << 20)

/* Statements that would be run at the next start: "CREATE INDEX x ...;ALTER TABLE ...;". */
static void
tell_missing(struct rv_db_check *check, const char *sql)
{
    while (*sql) {
        int len = (int)strcspn(sql, ";");
        rv_finding(check, RV_FINDING_WARNING, "schema",
                   "start the server: it makes what is missing", "missing: %.*s",
                   len > 160 ? 160 : len, sql);
        sql += len + (sql[len] == ';');
    }
}

static void
tell_unknown(struct rv_db_check *check)
{
    for (int i = 0; i < check->layout.count; i++) {
        const struct rv_layout_table *table = &check->layout.tables[i];
        const struct rv_kind *kind = rv_model_table(table->name);
        for (int c = 0; kind && c < table->column_count; c++)
            if (rv_kind_column(kind, table->columns[c].name) < 0)
                rv_finding(check, RV_FINDING_NOTE, "schema",
                           "nothing to do: it is of another release", "column %s.%s is unknown",
                           table->name, table->columns[c].name);
    }
    for (int i = 0; i < check->layout.other_count; i++)
        rv_finding(check, RV_FINDING_NOTE, "schema",
                   "give Reeve a database of its own: this table is in no backup",
                   "table %s is not Reeve's", check->layout.others[i]);
}

int
rv_check_schema(struct rv_db_check *check, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(TEXT_MAX_BYTES);

    if (rv_schema_missing(&sql, check->store, err) < 0)
        return err->code;
    tell_missing(check, rv_buf_text(&sql));
    tell_unknown(check);
    return 0;
}
