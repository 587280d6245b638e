/* SPDX-License-Identifier: Apache-2.0
 *
 * A tree becomes what the database has. What it would change is found out before anything is
 * locked; the generation tells in the transaction whether that still holds, else it is found out
 * again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "datastore/apply.h"
#include "datastore/domain_rows.h"
#include "datastore/import_internal.h"
#include "model/model.h"
#include "store/notes.h"

enum { TRIES = 8, IDS = 4 };

static int
find(struct rv_ae_importing *in, rv_err *err)
{
    struct rv_store *store = in->ds->store;

    if (rv_note_read(&in->generation, store, RV_NOTE_AUTOMATE, err) < 0)
        return err->code;
    int found = rv_ae_domain_by_name(&in->row, store, in->name, err);
    if (found < 0)
        return found;
    in->is_new = !found;
    if (in->is_new)
        return rv_store_new_id(store, &in->row.id, err);
    if (in->options->system)
        return in->row.source == RV_AE_SYSTEM
                   ? 0
                   : rv_fail(err, RV_E_CONFLICT,
                             "domain '%s' is somebody's own: what Reeve ships under that name is "
                             "not imported",
                             in->row.name);
    return rv_datastore_may(RV_DATASTORE_CONTENTS, in->row.source, in->row.name, err);
}

int
rv_ae_import_domain_row(const struct rv_ae_importing *in, struct rv_feed *feed, int64_t id,
                        const char *name, rv_err *err)
{
    const struct rv_ae_domain *def = &in->domain->def;
    struct rv_store *store = in->ds->store;
    RV_AUTO_FREE char *key = rv_strdup(name);
    int64_t priority = 0;

    rv_lower(key);
    if (!in->options->system && rv_ae_domain_top(&priority, store, 0, err) < 0)
        return err->code;
    int hidden = strcmp(name, in->name) != 0;
    int enabled = !hidden && (in->options->enable || in->options->system);
    const struct rv_field fields[] = {
        { "id", rv_vint(id) },
        { "name", rv_vtext(name) },
        { "name_key", rv_vtext(key) },
        { "display_name", rv_vtext(def->display_name) },
        { "description", rv_vtext(def->description) },
        { "priority", rv_vint(priority) },
        { "enabled", rv_vint(enabled) },
        { "source", rv_vtext(in->options->system ? "system" : "user") },
        { "digest", rv_vtext(in->options->digest) },
        { "last_import_on", rv_vint(rv_now_ms()) },
        { "updated_by", rv_vtext(in->ds->userid) },
        { "updated_by_user_id", in->ds->user_id ? rv_vint(in->ds->user_id) : RV_VNULL },
    };
    return rv_record_insert(store, feed, rv_model_kind("miq_ae_domain"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

/* What the files say of the domain itself; its place and whether it is looked at stay. */
int
rv_ae_import_domain_columns(const struct rv_ae_importing *in, struct rv_feed *feed, int64_t id,
                            rv_err *err)
{
    const struct rv_ae_domain *def = &in->domain->def;
    const struct rv_field fields[] = {
        { "display_name", rv_vtext(def->display_name) },
        { "description", rv_vtext(def->description) },
        { "last_import_on", rv_vint(rv_now_ms()) },
        { "digest", rv_vtext(in->options->digest) },
        { "updated_by", rv_vtext(in->ds->userid) },
        { "updated_by_user_id", in->ds->user_id ? rv_vint(in->ds->user_id) : RV_VNULL },
    };

    return rv_record_update(in->ds->store, feed, rv_model_kind("miq_ae_domain"), id, fields,
                            (int)RV_COUNT(fields), err);
}

int
rv_ae_import_still_holds(const struct rv_ae_importing *in, rv_err *err)
{
    int64_t generation = 0;

    if (rv_datastore_begin(in->ds->store, err) < 0 ||
        rv_note_read(&generation, in->ds->store, RV_NOTE_AUTOMATE, err) < 0)
        return err->code;
    return generation == in->generation;
}

static int
write_all(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct rv_ae_importing *in = arg;
    struct rv_ae_imported before = *in->out;
    int holds = rv_ae_import_still_holds(in, err);

    if (holds <= 0) {
        in->again = holds == 0;
        return holds;
    }
    int rc = in->is_new ? rv_ae_import_domain_row(in, feed, in->row.id, in->name, err)
                        : rv_ae_import_domain_columns(in, feed, in->row.id, err);
    if (rc < 0 || rv_ae_plan_apply(&in->plan, in->ds, feed, in->out, err) < 0)
        return err->code;
    int changed = in->is_new || in->out->created != before.created ||
                  in->out->changed != before.changed || in->out->deleted != before.deleted;
    return changed ? rv_datastore_changed(store, err) : 0;
}

static int
write_plan(struct rv_ae_importing *in, rv_err *err)
{
    if (rv_ae_plan_changes(&in->plan) > RV_DATASTORE_AT_ONCE)
        return rv_ae_import_pieces(in, err);
    if (rv_store_reserve_ids(in->ds->store, IDS, err) < 0)
        return err->code;
    return rv_record_transaction(in->ds->store, write_all, in, err);
}

static int
import_once(struct rv_ae_importing *in, rv_err *err)
{
    in->again = 0;
    int rc = find(in, err);
    if (rc < 0)
        return rc;
    rc = rv_ae_plan_make(&in->plan, in->ds->store, in->domain, in->row.id,
                         in->is_new ? 0 : in->row.id, err);
    if (rc == 0)
        rc = rv_ae_plan_seal(&in->plan, in->ds->vault, err);
    if (rc == 0)
        rc = write_plan(in, err);
    if (rc == 0 && !in->again)
        in->out->unknown_secrets += in->plan.unknown_secrets;
    rv_ae_plan_free(&in->plan);
    return rc;
}

static int
import_domain(struct rv_ae_importing *in, rv_err *err)
{
    for (int i = 0; i < TRIES; i++) {
        int rc = import_once(in, err);
        if (rc < 0 || !in->again)
            return rc;
    }
    return rv_fail(err, RV_E_UNAVAILABLE, "others change the datastore all the time: try again");
}

static void
count(struct rv_ae_imported *out, const struct rv_ae_tree_domain *domain)
{
    out->domains++;
    out->namespaces += domain->namespace_count;
    out->classes += domain->class_count;
    for (size_t i = 0; i < domain->class_count; i++) {
        out->instances += domain->classes[i].instance_count;
        out->methods += domain->classes[i].method_count;
    }
}

static int
by_priority(const void *a, const void *b)
{
    const struct rv_ae_tree_domain *x = *(struct rv_ae_tree_domain *const *)a;
    const struct rv_ae_tree_domain *y = *(struct rv_ae_tree_domain *const *)b;

    return x->def.priority != y->def.priority ? (x->def.priority < y->def.priority ? -1 : 1)
                                              : strcmp(x->def.name, y->def.name);
}

int
rv_datastore_import(const struct rv_datastore *ds, const struct rv_ae_tree *tree,
                    const struct rv_ae_import *options, struct rv_ae_imported *out, rv_err *err)
{
    RV_AUTO_FREE const struct rv_ae_tree_domain **order =
        rv_alloc((tree->domain_count + 1) * sizeof(*order));
    int rc = 0;

    *out = (struct rv_ae_imported){ 0 };
    if (options->as && tree->domain_count != 1)
        return rv_fail(err, RV_E_INVALID, "another name is for one domain; there are %zu",
                       tree->domain_count);
    if (options->as && rv_ae_name_check(RV_AE_NAMED_DOMAIN, options->as, err) < 0)
        return err->code;
    for (size_t i = 0; i < tree->domain_count; i++)
        order[i] = &tree->domains[i];
    qsort(order, tree->domain_count, sizeof(*order), by_priority);
    for (size_t i = 0; rc == 0 && i < tree->domain_count; i++) {
        struct rv_ae_importing in = { .ds = ds,
                                      .domain = order[i],
                                      .options = options,
                                      .name = options->as ? options->as : order[i]->def.name,
                                      .out = out };
        rc = import_domain(&in, err);
        if (rc < 0)
            rv_wrap(err, "import domain '%s'", in.name);
        else
            count(out, order[i]);
    }
    return rc;
}
