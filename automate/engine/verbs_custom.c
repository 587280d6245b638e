/* SPDX-License-Identifier: Apache-2.0
 *
 * Custom attributes that methods give to objects: rows of section "custom_attributes" and source
 * EVM, which belong to no provider, so that no refresh takes them away.
 */
#include "automate/verbs.h"

#include <string.h>
#include "base/mem.h"
#include "store/record.h"

#define SECTION "custom_attributes"
#define MINE                                                                                       \
    "resource_type = $1 AND resource_id = $2 AND section = '" SECTION "' AND ems_id IS NULL"
enum { VALUE_MAX_BYTES = 64 << 10 };

int
rv_verb_custom_get(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    rv_value row[1];
    const char *name = rv_act_text(act, 0);
    const rv_value params[] = { rv_vtext(act->kind->name), rv_vint(act->id), rv_vtext(name) };
    int found = rv_store_one(act->store, row, 1,
                             "SELECT value FROM custom_attributes WHERE " MINE " AND name = $3",
                             params, 3, err);
    if (found > 0 && row[0].type == RV_TEXT)
        *out = rv_ae_vtext(row[0].v.text);
    return found < 0 ? found : 0;
}

struct setting {
    const struct rv_act *act;
    const char *name, *value; /* value NULL: it goes */
};

static int
set_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct setting *setting = arg;
    const struct rv_act *act = setting->act;
    const struct rv_kind *kind = rv_model_kind("custom_attribute");
    rv_value row[1];
    const rv_value params[] = { rv_vtext(act->kind->name), rv_vint(act->id),
                                rv_vtext(setting->name) };
    const struct rv_field fields[] = {
        { "value", rv_vtext(setting->value) },
        { "name", rv_vtext(setting->name) },
        { "section", rv_vtext(SECTION) },
        { "source", rv_vtext("EVM") },
        { "resource_type", rv_vtext(act->kind->name) },
        { "resource_id", rv_vint(act->id) },
    };
    RV_AUTO_FREE char *lock = rv_format("custom/%s/%lld", act->kind->name, (long long)act->id);
    if (rv_store_lock(store, lock, err))
        return err->code;
    int found =
        rv_store_one(store, row, 1, "SELECT id FROM custom_attributes WHERE " MINE " AND name = $3",
                     params, 3, err);
    if (found < 0 || (found == 0 && setting->value == NULL))
        return found;
    if (found && setting->value == NULL)
        return rv_record_delete(store, feed, kind, row[0].v.i, err);
    if (found)
        return rv_record_update(store, feed, kind, row[0].v.i, fields, 1, err);
    return rv_record_insert(store, feed, kind, fields, RV_COUNT(fields), NULL, err);
}

int
rv_verb_custom_set(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    struct setting setting = { .act = act, .name = rv_act_text(act, 0) };
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(VALUE_MAX_BYTES);
    (void)out;
    if (act->args->len > 1 && act->args->v.items[1].type != RV_AE_NIL) {
        rv_ae_show(&text, &act->args->v.items[1]);
        if (rv_buf_check(&text, err))
            return rv_wrap(err, "value of custom attribute '%s'", setting.name);
        setting.value = rv_buf_text(&text);
    }
    if (rv_store_reserve_ids(act->store, 1, err) ||
        rv_record_transaction(act->store, set_in, &setting, err))
        return rv_wrap(err, "set custom attribute '%s'", setting.name);
    return 0;
}

int
rv_verb_custom_keys(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vtext(act->kind->name), rv_vint(act->id) };
    int more;
    *out = rv_ae_vlist();
    if (rv_store_query(act->store, &rows,
                       "SELECT name FROM custom_attributes WHERE " MINE
                       " ORDER BY name LIMIT 10000",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        struct rv_ae_value name = rv_ae_vtext(row[0].v.text);
        rv_ae_append(out, &name);
    }
    return more;
}
