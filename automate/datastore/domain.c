/* SPDX-License-Identifier: Apache-2.0
 *
 * Domains are made, changed, locked and deleted. Each is one transaction, but for the deletion of
 * what is large: its domain is taken out of sight first, under a name that is nobody's, and then
 * emptied piece by piece.
 */
#include <inttypes.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "datastore/apply.h"
#include "datastore/domain_rows.h"
#include "model/model.h"

enum { IDS = 8, PIECE = 2000 };

struct working {
    const struct rv_datastore *ds;
    const struct rv_ae_domain_change *change;
    int64_t id;
    int source; /* to lock to */
};

static const struct rv_kind *
domain_kind(void)
{
    return rv_model_kind("miq_ae_domain");
}

static int
check_seen(const struct rv_datastore *ds, const struct rv_ae_domain_row *row, rv_err *err)
{
    if (ds->sees_tenant == NULL || ds->sees_tenant(ds->arg, row->tenant_id))
        return 0;
    return rv_fail(err, RV_E_NOT_FOUND, "there is no domain %" PRId64, row->id);
}

static int
check_free(struct rv_store *store, const char *name, int64_t id, rv_err *err)
{
    struct rv_ae_domain_row other;

    if (rv_ae_name_check(RV_AE_NAMED_DOMAIN, name, err) < 0)
        return err->code;
    int found = rv_ae_domain_by_name(&other, store, name, err);
    if (found > 0 && other.id != id)
        return rv_fail(err, RV_E_CONFLICT, "there is a domain '%s' already", other.name);
    return found < 0 ? found : 0;
}

static int
who_fields(struct rv_field *fields, const struct rv_datastore *ds)
{
    fields[0] = (struct rv_field){ "updated_by", rv_vtext(ds->userid) };
    fields[1] =
        (struct rv_field){ "updated_by_user_id", ds->user_id ? rv_vint(ds->user_id) : RV_VNULL };
    return 2;
}

static int
create(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct working *w = arg;
    const struct rv_ae_domain_change *change = w->change;
    int64_t tenant_id = change->tenant_id > 0 ? change->tenant_id : 0, priority = 1;
    RV_AUTO_FREE char *key = rv_strdup(change->name ? change->name : "");

    rv_lower(key);
    if (rv_datastore_begin(store, err) < 0 || check_free(store, key, 0, err) < 0 ||
        rv_ae_domain_top(&priority, store, tenant_id, err) < 0)
        return err->code;
    struct rv_field fields[12] = {
        { "name", rv_vtext(change->name) },
        { "name_key", rv_vtext(key) },
        { "display_name", rv_datastore_words(change->display_name) },
        { "description", rv_datastore_words(change->description) },
        { "priority", rv_vint(priority) },
        { "enabled", rv_vint(change->enabled > 0) },
        { "source", rv_vtext(rv_ae_source_name(RV_AE_USER)) },
        { "tenant_id", tenant_id ? rv_vint(tenant_id) : RV_VNULL },
    };
    int count = 8 + who_fields(fields + 8, w->ds);
    if (rv_record_insert(store, feed, domain_kind(), fields, count, &w->id, err) < 0)
        return err->code;
    if (change->priority > 0 &&
        rv_ae_domain_squeeze(store, feed, tenant_id, w->id, change->priority, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_create(const struct rv_datastore *ds, const struct rv_ae_domain_change *domain,
                    int64_t *id, rv_err *err)
{
    struct working w = { .ds = ds, .change = domain };

    if (rv_store_reserve_ids(ds->store, IDS, err) < 0 ||
        rv_record_transaction(ds->store, create, &w, err) < 0)
        return rv_wrap(err, "add a domain");
    *id = w.id;
    return 0;
}

static int
check_change(const struct rv_ae_domain_change *change, const struct rv_ae_domain_row *row,
             rv_err *err)
{
    int ranks = change->enabled >= 0 || change->priority >= 0;
    int columns =
        change->name || change->display_name || change->description || change->tenant_id >= 0;

    if (ranks && rv_datastore_may(RV_DATASTORE_RANK, row->source, row->name, err) < 0)
        return err->code;
    if (columns && rv_datastore_may(RV_DATASTORE_COLUMNS, row->source, row->name, err) < 0)
        return err->code;
    return 0;
}

/* Places are those of a tenant's domains: one that goes to another tenant leaves its own, and comes
 * behind all there. */
static int
give_place(struct working *w, struct rv_feed *feed, int64_t tenant_before, rv_err *err)
{
    const struct rv_ae_domain_change *change = w->change;
    struct rv_store *store = w->ds->store;
    int64_t tenant = change->tenant_id >= 0 ? change->tenant_id : tenant_before;
    int64_t place = change->priority > 0 ? change->priority : INT64_MAX;

    if (tenant == tenant_before && change->priority <= 0)
        return 0;
    if (tenant != tenant_before && rv_ae_domain_squeeze(store, feed, tenant_before, 0, 0, err) < 0)
        return err->code;
    return rv_ae_domain_squeeze(store, feed, tenant, w->id, place, err);
}

static int
edit(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct working *w = arg;
    const struct rv_ae_domain_change *change = w->change;
    struct rv_ae_domain_row row;
    struct rv_field fields[12];
    RV_AUTO_FREE char *key = rv_strdup(change->name);
    int count = 0;

    if (rv_datastore_begin(store, err) < 0 || rv_ae_domain_by_id(&row, store, w->id, err) < 0 ||
        check_seen(w->ds, &row, err) < 0 || check_change(change, &row, err) < 0)
        return err->code;
    if (change->name) {
        if (check_free(store, change->name, w->id, err) < 0)
            return err->code;
        rv_lower(key);
        fields[count++] = (struct rv_field){ "name", rv_vtext(change->name) };
        fields[count++] = (struct rv_field){ "name_key", rv_vtext(key) };
    }
    if (change->display_name)
        fields[count++] =
            (struct rv_field){ "display_name", rv_datastore_words(change->display_name) };
    if (change->description)
        fields[count++] =
            (struct rv_field){ "description", rv_datastore_words(change->description) };
    if (change->enabled >= 0)
        fields[count++] = (struct rv_field){ "enabled", rv_vint(change->enabled) };
    if (change->tenant_id >= 0)
        fields[count++] =
            (struct rv_field){ "tenant_id",
                               change->tenant_id ? rv_vint(change->tenant_id) : RV_VNULL };
    count += who_fields(fields + count, w->ds);
    if (rv_record_update(store, feed, domain_kind(), w->id, fields, count, err) < 0 ||
        give_place(w, feed, row.tenant_id, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_edit(const struct rv_datastore *ds, int64_t id,
                  const struct rv_ae_domain_change *change, rv_err *err)
{
    struct working w = { .ds = ds, .change = change, .id = id };

    if (change->priority == 0)
        return rv_fail(err, RV_E_INVALID,
                       "priority 0 is that of what Reeve ships; others begin at 1");
    return rv_record_transaction(ds->store, edit, &w, err);
}

/* Out of sight: disabled, and its name is free again. */
static int
hide(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct working *w = arg;
    struct rv_ae_domain_row row;

    if (rv_datastore_begin(store, err) < 0 || rv_ae_domain_by_id(&row, store, w->id, err) < 0 ||
        check_seen(w->ds, &row, err) < 0 ||
        rv_datastore_may(RV_DATASTORE_REMOVE, row.source, row.name, err) < 0)
        return err->code;
    RV_AUTO_FREE char *name = rv_format("deleted-%" PRId64, w->id);
    const struct rv_field fields[] = { { "name", rv_vtext(name) },
                                       { "name_key", rv_vtext(name) },
                                       { "enabled", rv_vint(0) } };
    int count = rv_datastore_clear(store, feed, w->id, PIECE, err);
    if (count < 0)
        return count;
    if (count < PIECE && rv_record_delete(store, feed, domain_kind(), w->id, err) < 0)
        return err->code;
    if (count == PIECE &&
        rv_record_update(store, feed, domain_kind(), w->id, fields, (int)RV_COUNT(fields), err) < 0)
        return err->code;
    w->source = count < PIECE; /* all of it is gone */
    if (rv_ae_domain_squeeze(store, feed, row.tenant_id, 0, 0, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

static int
clear_piece(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct working *w = arg;
    struct rv_ae_domain_row row;
    int count = rv_datastore_clear(store, feed, w->id, PIECE, err);

    if (count < 0)
        return count;
    w->source = count < PIECE;
    if (!w->source)
        return 0;
    if (rv_ae_domain_by_id(&row, store, w->id, err) < 0 ||
        rv_record_delete(store, feed, domain_kind(), w->id, err) < 0)
        return err->code;
    return rv_ae_domain_squeeze(store, feed, row.tenant_id, 0, 0, err);
}

int
rv_datastore_purge(const struct rv_datastore *ds, int64_t id, rv_err *err)
{
    struct working w = { .ds = ds, .id = id };

    do {
        if (rv_record_transaction(ds->store, clear_piece, &w, err) < 0)
            return err->code;
    } while (!w.source);
    return 0;
}

int
rv_datastore_delete(const struct rv_datastore *ds, int64_t id, int *left, rv_err *err)
{
    struct working w = { .ds = ds, .id = id };

    if (rv_record_transaction(ds->store, hide, &w, err) < 0)
        return err->code;
    if (left)
        *left = !w.source;
    return w.source || left ? 0 : rv_datastore_purge(ds, id, err);
}

/* By the name that only hide() and the swap of a large import give. */
int
rv_datastore_leftover(struct rv_store *store, int64_t *id, rv_err *err)
{
    rv_value out;
    int found = rv_store_one(store, &out, 1,
                             "SELECT id FROM miq_ae_domains WHERE enabled IS NOT TRUE"
                             " AND name_key = 'deleted-' || CAST(id AS TEXT) ORDER BY id LIMIT 1",
                             NULL, 0, err);

    *id = found > 0 ? out.v.i : 0;
    return found;
}

static int
change_lock(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct working *w = arg;
    struct rv_ae_domain_row row;

    if (rv_datastore_begin(store, err) < 0 || rv_ae_domain_by_id(&row, store, w->id, err) < 0 ||
        check_seen(w->ds, &row, err) < 0)
        return err->code;
    if (row.source != RV_AE_USER && row.source != RV_AE_USER_LOCKED)
        return rv_fail(err, RV_E_CONFLICT, "domain '%s' is of source %s: it is locked for good",
                       row.name, rv_ae_source_name(row.source));
    const struct rv_field field = { "source", rv_vtext(rv_ae_source_name(w->source)) };
    if (rv_record_update(store, feed, domain_kind(), w->id, &field, 1, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_lock(const struct rv_datastore *ds, int64_t id, rv_err *err)
{
    struct working w = { .ds = ds, .id = id, .source = RV_AE_USER_LOCKED };

    return rv_record_transaction(ds->store, change_lock, &w, err);
}

int
rv_datastore_unlock(const struct rv_datastore *ds, int64_t id, rv_err *err)
{
    struct working w = { .ds = ds, .id = id, .source = RV_AE_USER };

    return rv_record_transaction(ds->store, change_lock, &w, err);
}
