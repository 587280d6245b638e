/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting and forgetting sealed secrets.
 */
#include "keeping/sealed.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"

#define OF_PROVIDER(column)                                                                        \
    {                                                                                              \
        "authentications", column,                                                                 \
            "'authentications/' || CAST(id AS TEXT) || '/" column "/' || CAST(resource_id AS "     \
            "TEXT)"                                                                                \
    }

#define OF_AUTOMATE(table)                                                                         \
    {                                                                                              \
        table, "sealed_value", "'" table "/' || CAST(id AS TEXT) || '/value'"                      \
    }

static const struct rv_sealed_column columns[] = {
    OF_PROVIDER("password"),
    OF_PROVIDER("auth_key"),
    OF_PROVIDER("client_key"),
    OF_PROVIDER("secret_options"),
    { "settings_changes", "sealed_value",
      "'settings_changes/' || resource_type || '/' || CAST(resource_id AS TEXT) || '/' || key" },
    OF_AUTOMATE("miq_ae_values"),
    OF_AUTOMATE("miq_ae_fields"),
    OF_AUTOMATE("miq_ae_workspaces"),
    { NULL, NULL, NULL },
};

/* "v1:1a2b3c4d:..." */
#define NEEDS_OTHER "%s LIKE 'v1:%%' AND substr(%s, 4, 8) NOT IN ($1, $2, $3, $4)"

const struct rv_sealed_column *
rv_sealed_columns(void)
{
    return columns;
}

static void
params_of(rv_value out[RV_SEALED_KEYS], const struct rv_sealed_keys *keys)
{
    for (int i = 0; i < RV_SEALED_KEYS; i++)
        out[i] = rv_vtext(keys->ids[i]);
}

static int
count(struct rv_sealed_tally *out, struct rv_store *store, const char *sql, const rv_value *params,
      rv_err *err)
{
    rv_value row[3];

    if (rv_store_one(store, row, 3, sql, params, RV_SEALED_KEYS, err) < 0)
        return err->code;
    out->all += row[0].v.i;
    out->open += row[0].v.i - row[1].v.i;
    if (row[2].type == RV_TEXT)
        snprintf(out->other, sizeof(out->other), "%s", row[2].v.text);
    return 0;
}

int
rv_sealed_count(struct rv_sealed_tally *out, struct rv_store *store,
                const struct rv_sealed_keys *keys, rv_err *err)
{
    rv_value params[RV_SEALED_KEYS];

    *out = (struct rv_sealed_tally){ 0 };
    params_of(params, keys);
    for (const struct rv_sealed_column *one = columns; one->table; one++) {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT COUNT(*), COUNT(CASE WHEN " NEEDS_OTHER " THEN 1 END),"
                      " MIN(CASE WHEN " NEEDS_OTHER " THEN substr(%s, 4, 8) END)"
                      " FROM %s WHERE %s LIKE 'v1:%%'",
                      one->column, one->column, one->column, one->column, one->column, one->table,
                      one->column);
        if (count(out, store, sql, params, err) < 0)
            return rv_wrap(err, "look which keys the stored secrets need");
    }
    return 0;
}

int
rv_sealed_check(struct rv_sealed_tally *out, struct rv_store *store,
                const struct rv_sealed_keys *keys, rv_err *err)
{
    if (rv_sealed_count(out, store, keys, err) < 0)
        return err->code;
    if (out->all == 0 || out->open > 0)
        return 0;
    return rv_fail(err, RV_E_CONFLICT,
                   "the key file is not the one of this database: its %lld stored secrets need the "
                   "key '%s'",
                   (long long)out->all, out->other);
}

static int
forget_column(struct rv_store *store, const struct rv_sealed_column *one, const rv_value *params,
              rv_err *err)
{
    const char *column = one->column;
    RV_AUTO_FREE char *sql =
        strcmp(one->table, "authentications") == 0
            ? rv_format("UPDATE authentications SET %s = NULL, status = 'Invalid', next_check_on = "
                        "NULL, status_details = 'the key that opened them is lost: give the "
                        "credentials again' WHERE " NEEDS_OTHER,
                        column, column, column)
        : strncmp(one->table, "miq_ae_", 7) == 0
            ? rv_format("UPDATE %s SET %s = NULL WHERE " NEEDS_OTHER, one->table, column, column,
                        column)
            : rv_format("DELETE FROM %s WHERE " NEEDS_OTHER, one->table, column, column);

    return rv_store_exec(store, NULL, sql, params, RV_SEALED_KEYS, err);
}

int
rv_sealed_forget(struct rv_store *store, const struct rv_sealed_keys *keys, rv_err *err)
{
    rv_value params[RV_SEALED_KEYS];
    int failed = rv_store_begin(store, err);

    params_of(params, keys);
    for (const struct rv_sealed_column *one = columns; one->table && !failed; one++)
        failed = forget_column(store, one, params, err);
    if (failed) {
        rv_store_rollback(store);
        return rv_wrap(err, "forget secrets that nothing opens");
    }
    return rv_store_commit(store, err);
}
