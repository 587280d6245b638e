/* SPDX-License-Identifier: Apache-2.0
 *
 * A large import: a disabled domain NAME.importing is filled by transactions of some thousand rows,
 * so that nobody waits long for the writer; one small transaction puts it in the old one's place,
 * and the old one is emptied piece by piece. What is left of one that was cut off goes before the
 * next.
 */
#include <stdlib.h>
#include <string.h>
#include "base/secret.h"
#include "base/text.h"
#include "datastore/apply.h"
#include "datastore/import_internal.h"
#include "datastore/secret.h"
#include "model/model.h"
#include "tree/names.h"

enum { PIECE = 2000, IDS = 4 };

struct filling {
    struct rv_ae_importing *in;
    struct rv_ae_plan plan; /* all rows are new */
    int64_t id;             /* of NAME.importing */
    char *name;
    int set;
    size_t at; /* in that set */
    size_t done, all;
};

static int
make_domain(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct filling *f = arg;

    (void)store;
    return rv_ae_import_domain_row(f->in, feed, f->id, f->name, err);
}

static int
fill_piece(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct filling *f = arg;
    const struct rv_ae_rowset *set = &f->plan.sets[f->set];
    int made = rv_ae_set_insert(set, f->at, PIECE, f->in->ds, feed, err);

    (void)store;
    if (made < 0)
        return made;
    f->at += (size_t)made;
    f->done += (size_t)made;
    return 0;
}

static int
fill(struct filling *f, rv_err *err)
{
    const struct rv_ae_import *options = f->in->options;

    for (f->set = 0; f->set < RV_AE_SETS; f->set++) {
        f->at = 0;
        while (f->at < f->plan.sets[f->set].count) {
            if (rv_record_transaction(f->in->ds->store, fill_piece, f, err) < 0)
                return err->code;
            if (options->progress && options->progress(options->arg, f->done, f->all, err) < 0)
                return err->code;
        }
    }
    return 0;
}

/* A password that the files show as stars is that of the old domain's row, whose envelope is bound
 * to that row: it is opened, and sealed for the new one. Both plans have the same rows in the same
 * order. */
static int
take_secrets(struct filling *f, rv_err *err)
{
    static const struct {
        int set;
        const char *table;
    } places[] = { { RV_AE_SET_FIELDS, "miq_ae_fields" }, { RV_AE_SET_VALUES, "miq_ae_values" } };
    const struct rv_vault *vault = f->in->ds->vault;

    for (size_t i = 0; i < RV_COUNT(places); i++) {
        struct rv_ae_rowset *now = &f->plan.sets[places[i].set];
        const struct rv_ae_rowset *old = &f->in->plan.sets[places[i].set];
        for (size_t j = 0; j < now->count; j++) {
            struct rv_ae_row *row = &now->rows[j];
            if (row->secret == NULL || strcmp(row->secret, RV_AE_STARS) != 0 ||
                old->rows[j].had_sealed == NULL)
                continue;
            RV_AUTO_FREE char *place = rv_ae_secret_place(places[i].table, old->rows[j].id);
            RV_AUTO_FREE char *text = NULL;
            if (vault == NULL || vault->open == NULL)
                return rv_fail(err, RV_E_PERMISSION, "passwords are not opened here");
            if (vault->open(vault->arg, &text, place, old->rows[j].had_sealed, err) < 0)
                return rv_wrap(err, "keep a password");
            row->secret = rv_arena_strdup(f->plan.arena, text);
            rv_wipe(text, strlen(text));
        }
    }
    return 0;
}

static int
swap(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct filling *f = arg;
    struct rv_ae_importing *in = f->in;
    const struct rv_ae_domain_row *old = &in->row;
    RV_AUTO_FREE char *key = rv_strdup(in->name);
    RV_AUTO_FREE char *gone = rv_format("deleted-%lld", (long long)old->id);
    int holds = rv_ae_import_still_holds(in, err);

    if (holds <= 0) {
        in->again = holds == 0;
        return holds;
    }
    rv_lower(key);
    const struct rv_field hidden[] = { { "name", rv_vtext(gone) },
                                       { "name_key", rv_vtext(gone) },
                                       { "enabled", rv_vint(0) } };
    if (!in->is_new && rv_record_update(store, feed, rv_model_kind("miq_ae_domain"), old->id,
                                        hidden, (int)RV_COUNT(hidden), err) < 0)
        return err->code;
    const struct rv_field taken[] = {
        { "name", rv_vtext(in->name) },
        { "name_key", rv_vtext(key) },
        { "enabled",
          rv_vint(in->is_new ? in->options->enable || in->options->system : old->enabled) },
        { "priority", rv_vint(old->priority) },
        { "source", rv_vtext(rv_ae_source_name(in->is_new && in->options->system ? RV_AE_SYSTEM
                                                                                 : old->source)) },
        { "tenant_id", old->tenant_id ? rv_vint(old->tenant_id) : RV_VNULL },
    };
    int count = (int)RV_COUNT(taken);
    if (in->is_new) /* its place is that with which it was made */
        count = 3;
    if (rv_record_update(store, feed, rv_model_kind("miq_ae_domain"), f->id, taken, count, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

static int
clear_leftover(struct filling *f, rv_err *err)
{
    struct rv_ae_domain_row row;
    int found = rv_ae_domain_by_name(&row, f->in->ds->store, f->name, err);

    return found <= 0 ? found : rv_datastore_purge(f->in->ds, row.id, err);
}

static int
prepare(struct filling *f, rv_err *err)
{
    struct rv_ae_importing *in = f->in;

    if (clear_leftover(f, err) < 0 || rv_store_new_id(in->ds->store, &f->id, err) < 0 ||
        rv_ae_plan_make(&f->plan, in->ds->store, in->domain, f->id, 0, err) < 0 ||
        take_secrets(f, err) < 0 || rv_ae_plan_seal(&f->plan, in->ds->vault, err) < 0)
        return err->code;
    f->all = rv_ae_plan_changes(&f->plan);
    if (rv_store_reserve_ids(in->ds->store, IDS, err) < 0)
        return err->code;
    return rv_record_transaction(in->ds->store, make_domain, f, err);
}

int
rv_ae_import_pieces(struct rv_ae_importing *in, rv_err *err)
{
    struct filling f = { .in = in, .name = rv_format("%s" RV_AE_IMPORTING, in->name) };
    rv_err ignored = RV_ERR_INIT;

    int rc = prepare(&f, err);
    if (rc == 0)
        rc = fill(&f, err);
    if (rc == 0)
        rc = rv_record_transaction(in->ds->store, swap, &f, err);
    if ((rc < 0 || in->again) && f.id)
        clear_leftover(&f, &ignored);
    if (rc == 0 && !in->again) {
        in->out->created += f.done;
        in->plan.unknown_secrets = f.plan.unknown_secrets;
        if (!in->is_new)
            rc = rv_datastore_purge(in->ds, in->row.id, err);
    }
    rv_ae_plan_free(&f.plan);
    free(f.name);
    return rc;
}
