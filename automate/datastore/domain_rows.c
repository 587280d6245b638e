/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding domains, and their order.
 */
#include "datastore/domain_rows.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

#define COLUMNS "id, name, priority, tenant_id, source, enabled, digest"
enum { COLUMN_COUNT = 7 };

static int64_t
int_of(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static void
make(struct rv_ae_domain_row *out, const rv_value *row)
{
    int source = rv_ae_source_of(row[4].type == RV_TEXT ? row[4].v.text : NULL);

    *out = (struct rv_ae_domain_row){ .id = row[0].v.i,
                                      .priority = int_of(&row[2]),
                                      .tenant_id = int_of(&row[3]),
                                      .source = source < 0 ? RV_AE_USER : source,
                                      .enabled = int_of(&row[5]) != 0 };
    snprintf(out->name, sizeof(out->name), "%s", row[1].type == RV_TEXT ? row[1].v.text : "");
    snprintf(out->digest, sizeof(out->digest), "%s", row[6].type == RV_TEXT ? row[6].v.text : "");
}

int
rv_ae_domain_by_id(struct rv_ae_domain_row *out, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[COLUMN_COUNT], param = rv_vint(id);
    int found =
        rv_store_one(store, row, COLUMN_COUNT,
                     "SELECT " COLUMNS " FROM miq_ae_domains WHERE id = $1", &param, 1, err);

    if (found > 0)
        make(out, row);
    return found ? found : rv_fail(err, RV_E_NOT_FOUND, "there is no domain %lld", (long long)id);
}

int
rv_ae_domain_by_name(struct rv_ae_domain_row *out, struct rv_store *store, const char *name,
                     rv_err *err)
{
    RV_AUTO_FREE char *key = rv_strdup(name);
    rv_value row[COLUMN_COUNT], param;

    rv_lower(key);
    param = rv_vtext(key);
    int found =
        rv_store_one(store, row, COLUMN_COUNT,
                     "SELECT " COLUMNS " FROM miq_ae_domains WHERE name_key = $1", &param, 1, err);
    if (found > 0)
        make(out, row);
    return found;
}

int
rv_ae_domain_top(int64_t *priority, struct rv_store *store, int64_t tenant_id, rv_err *err)
{
    rv_value row, param = rv_vint(tenant_id);
    int found = rv_store_one(store, &row, 1,
                             "SELECT COALESCE(MAX(priority), 0) + 1 FROM miq_ae_domains"
                             " WHERE source <> 'system' AND COALESCE(tenant_id, 0) = $1",
                             &param, 1, err);

    *priority = found > 0 ? row.v.i : 1;
    return found < 0 ? found : 0;
}

struct place {
    int64_t id, priority;
};

static int
read_places(struct place **out, size_t *count, struct rv_store *store, int64_t tenant_id,
            rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(tenant_id);
    int rc;

    if (rv_store_query(store, &rows,
                       "SELECT id, priority FROM miq_ae_domains WHERE source <> 'system'"
                       " AND COALESCE(tenant_id, 0) = $1 ORDER BY priority, id",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        *out = rv_realloc(*out, *count + 1, sizeof(**out));
        (*out)[(*count)++] = (struct place){ row[0].v.i, int_of(&row[1]) };
    }
    return rc;
}

static void
move_to(struct place *places, size_t count, int64_t id, int64_t place)
{
    size_t from = 0;

    while (from < count && places[from].id != id)
        from++;
    if (from == count)
        return;
    struct place moved = places[from];
    size_t to = place < 1 ? 0 : (size_t)place > count ? count - 1 : (size_t)place - 1;
    memmove(&places[from], &places[from + 1], (count - from - 1) * sizeof(*places));
    memmove(&places[to + 1], &places[to], (count - to - 1) * sizeof(*places));
    places[to] = moved;
}

int
rv_ae_domain_squeeze(struct rv_store *store, struct rv_feed *feed, int64_t tenant_id, int64_t id,
                     int64_t place, rv_err *err)
{
    RV_AUTO_FREE struct place *places = NULL;
    size_t count = 0;

    if (read_places(&places, &count, store, tenant_id, err) < 0)
        return err->code;
    if (id)
        move_to(places, count, id, place);
    for (size_t i = 0; i < count; i++) {
        const struct rv_field field = { "priority", rv_vint((int64_t)i + 1) };
        if (places[i].priority != (int64_t)i + 1 &&
            rv_record_update(store, feed, rv_model_kind("miq_ae_domain"), places[i].id, &field, 1,
                             err) < 0)
            return err->code;
    }
    return 0;
}
