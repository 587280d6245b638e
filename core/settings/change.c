/* SPDX-License-Identifier: Apache-2.0
 *
 * Changing stored settings: all of a request or nothing, checked with what is in force beside them,
 * and written into the audit trail.
 */
#include "settings/settings_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "model/model.h"
#include "store/audit.h"

enum { DETAILS_BYTES = 64 * 1024 };

/* A request at work. */
struct change {
    const struct rv_settings_edits *edits;
    int layer;
    char **envelopes; /* of secrets, one an edit; NULL for others */
    int changed;
};

/* What is in force below a layer, and in it. */
struct view {
    struct rv_settings *below, *with;
};

char *
rv_settings_place(const char *table, int64_t resource_id, const char *key)
{
    return rv_format("settings_changes/%s/%lld/%s", rv_settings_resource_type(table),
                     (long long)resource_id, key);
}

static int
layer_of(const char *table)
{
    return strcmp(table, "miq_regions") == 0 ? RV_LAYER_REGION
           : strcmp(table, "zones") == 0     ? RV_LAYER_ZONE
                                             : RV_LAYER_SERVER;
}

static int
is_secret(const char *key)
{
    return rv_settings_find(key)->type == RV_SET_SECRET;
}

static int
check_edit(const struct rv_settings_edit *edit, rv_err *err)
{
    /* A difference that an older version left may always go. */
    if (edit->text == NULL)
        return 0;
    if (rv_settings_check(edit->key, edit->text, err))
        return err->code;
    int traits = rv_settings_traits(edit->key);
    if (traits & RV_SET_FILE_ONLY) {
        rv_fail(err, RV_E_INVALID, "setting '%s' is taken from reeve.yaml alone", edit->key);
        return rv_hint(err, "write it into reeve.yaml in the server's home, and %s reeved",
                       traits & RV_SET_AT_START ? "restart" : "reload");
    }
    return 0;
}

static int
seal_edit(struct change *change, int at, rv_err *err)
{
    const struct rv_settings_edits *edits = change->edits;
    const struct rv_settings_edit *edit = &edits->list[at];
    if (edit->text == NULL || !is_secret(edit->key) || rv_streq(edit->text, RV_SETTINGS_MASK))
        return 0;
    if (edits->vault == NULL)
        return rv_fail(err, RV_E_INTERNAL, "no vault to seal setting '%s'", edit->key);
    RV_AUTO_FREE char *place = rv_settings_place(edits->table, edits->resource_id, edit->key);
    if (edits->vault->seal(edits->vault->arg, &change->envelopes[at], place, edit->text, err))
        return rv_wrap(err, "seal setting '%s'", edit->key);
    return 0;
}

/* Before the transaction: the supervisor is asked to seal. */
static int
prepare(struct change *change, rv_err *err)
{
    for (int i = 0; i < change->edits->count; i++)
        if (check_edit(&change->edits->list[i], err))
            return err->code;
    for (int i = 0; i < change->edits->count; i++)
        if (seal_edit(change, i, err))
            return err->code;
    return 0;
}

static int
find_row(struct rv_store *store, int64_t *id, const struct rv_settings_edits *edits,
         const char *key, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vtext(rv_settings_resource_type(edits->table)),
                                rv_vint(edits->resource_id), rv_vtext(key) };
    int found = rv_store_one(store, row, 1,
                             "SELECT id FROM settings_changes"
                             " WHERE resource_type = $1 AND resource_id = $2 AND key = $3",
                             params, 3, err);
    *id = found > 0 ? row[0].v.i : 0;
    return found < 0 ? found : 0;
}

static int
write_row(const struct change *change, struct rv_store *store, struct rv_feed *feed,
          const char *key, const char *text, const char *envelope, rv_err *err)
{
    const struct rv_settings_edits *edits = change->edits;
    const struct rv_kind *kind = rv_model_table("settings_changes");
    int64_t id = 0;
    const struct rv_field fields[] = { { "value", rv_vtext(text) },
                                       { "sealed_value", envelope ? rv_vtext(envelope) : RV_VNULL },
                                       { "key", rv_vtext(key) },
                                       { "resource_type",
                                         rv_vtext(rv_settings_resource_type(edits->table)) },
                                       { "resource_id", rv_vint(edits->resource_id) } };
    if (find_row(store, &id, edits, key, err))
        return err->code;
    if (text == NULL)
        return id ? rv_record_delete(store, feed, kind, id, err) : 0;
    if (id)
        return rv_record_update(store, feed, kind, id, fields, 2, err);
    return rv_record_insert(store, feed, kind, fields, RV_COUNT(fields), NULL, err);
}

static void
write_member(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    rv_jw_string(w, text);
}

static int
write_audit(const struct change *change, struct rv_store *store, struct rv_feed *feed,
            const char *key, const char *before, const char *after, rv_err *err)
{
    static const char *const classes[] = { "", "MiqRegion", "Zone", "MiqServer" };
    const struct rv_settings_edits *edits = change->edits;
    const char *layer = rv_settings_layer_name(change->layer);
    RV_AUTO_BUF rv_buf details = rv_buf_limited(DETAILS_BYTES);
    rv_json_writer w = rv_json_to(&details);
    RV_AUTO_FREE char *message =
        after ? rv_format("setting %s of the %s: '%s' instead of '%s'", key, layer, after, before)
              : rv_format("setting %s of the %s: '%s' was taken away", key, layer, before);
    rv_jw_object(&w);
    write_member(&w, "key", key);
    write_member(&w, "layer", layer);
    write_member(&w, "old", before);
    write_member(&w, "new", after);
    rv_jw_end_object(&w);
    const struct rv_audit audit = { .event = RV_SETTINGS_EVENT,
                                    .userid = edits->userid,
                                    .target_class = classes[change->layer],
                                    .target_id = edits->resource_id,
                                    .details = rv_buf_text(&details),
                                    .message = message };
    return rv_audit_write(store, feed, &audit, err);
}

/* The value of the layer below is no difference. */
static const char *
difference(const struct view *view, const struct rv_settings_edit *edit)
{
    if (edit->text == NULL)
        return NULL;
    if (is_secret(edit->key))
        return edit->text[0] ? RV_SETTINGS_MASK : NULL;
    return rv_settings_same(edit->key, edit->text, rv_settings_string(view->below, edit->key))
               ? NULL
               : edit->text;
}

static int
apply(struct change *change, const struct view *view, struct rv_store *store, struct rv_feed *feed,
      int at, rv_err *err)
{
    const struct rv_settings_edit *edit = &change->edits->list[at];
    const char *key = edit->key, *text = difference(view, edit);
    const char *envelope = text ? change->envelopes[at] : NULL;
    const char *before = rv_settings_at(view->with, change->layer, key);
    if (envelope == NULL && rv_streq(before, text))
        return 0;
    if (text && is_secret(key) && envelope == NULL)
        return rv_fail(err, RV_E_INVALID, "setting '%s': '%s' is what a secret is shown as", key,
                       RV_SETTINGS_MASK);
    RV_AUTO_FREE char *was = before           ? rv_strdup(before)
                             : is_secret(key) ? rv_strdup("")
                                              : rv_strdup(rv_settings_string(view->below, key));
    if (text == NULL)
        rv_settings_unset(view->with, change->layer, key);
    else if (rv_settings_put(view->with, change->layer, key, text, err))
        return err->code;
    if (write_row(change, store, feed, key, text, envelope, err) ||
        write_audit(change, store, feed, key, was, text, err))
        return err->code;
    change->changed++;
    return 0;
}

static int
open_view(struct view *view, const struct change *change, struct rv_store *store, rv_err *err)
{
    const char *table = change->edits->table;
    int64_t id = change->edits->resource_id;
    if (rv_settings_load_for(&view->below, store, table, id, err) ||
        rv_settings_load_for(&view->with, store, table, id, err))
        return err->code;
    rv_settings_clear(view->below, change->layer);
    return 0;
}

static int
change_rows(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct view view = { 0 };
    /* One at a time, so that two callers do not both insert. */
    int failed = rv_store_lock(store, "settings", err);
    if (!failed)
        failed = open_view(&view, change, store, err);
    for (int i = 0; i < change->edits->count && !failed; i++)
        failed = apply(change, &view, store, feed, i, err);
    if (!failed && change->changed)
        failed = rv_settings_agree(view.with, err);
    rv_settings_free(view.below);
    rv_settings_free(view.with);
    return failed;
}

int
rv_settings_change_all(struct rv_store *store, const struct rv_settings_edits *edits, rv_err *err)
{
    struct change change = { .edits = edits, .layer = layer_of(edits->table) };
    change.envelopes = rv_alloc(((size_t)edits->count + 1) * sizeof(char *));
    int failed = prepare(&change, err);
    if (!failed)
        failed = rv_store_reserve_ids(store, 2 * edits->count + 1, err) ||
                 rv_record_transaction(store, change_rows, &change, err);
    if (!failed && change.changed)
        rv_log(RV_INFO, "settings changed", RV_F("changes", RV_I(change.changed)),
               RV_F("layer", RV_S(rv_settings_layer_name(change.layer))),
               RV_F("user", RV_S(edits->userid ? edits->userid : "system")));
    for (int i = 0; i < edits->count; i++)
        free(change.envelopes[i]);
    free(change.envelopes);
    return failed ? rv_wrap(err, "change settings") : 0;
}
