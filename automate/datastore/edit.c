/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of single rows, a transaction each.
 */
#include "datastore/edit.h"

#include <inttypes.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "datastore/domain_rows.h"
#include "datastore/secret.h"
#include "model/model.h"
#include "store/record.h"

enum { WHO = 2, IDS_MORE = 8 };

struct editing {
    const struct rv_datastore *ds;
    int64_t id, class_id;
    const char *name;
    const struct rv_ae_method_change *method;
    const struct rv_ae_instance_change *instance;
};

static int
who_fields(struct rv_field *fields, const struct rv_datastore *ds)
{
    fields[0] = (struct rv_field){ "updated_by", rv_vtext(ds->userid) };
    fields[1] =
        (struct rv_field){ "updated_by_user_id", ds->user_id ? rv_vint(ds->user_id) : RV_VNULL };
    return WHO;
}

/* The class of a row of this table (of a class: itself), whose domain must let its contents be
 * changed. */
static int
open_row(const struct editing *e, const char *sql, int64_t id, int64_t *class_id, int64_t *domain,
         rv_err *err)
{
    struct rv_ae_domain_row row;
    rv_value out[2], param = rv_vint(id);

    if (rv_datastore_begin(e->ds->store, err) < 0)
        return err->code;
    int found = rv_store_one(e->ds->store, out, 2, sql, &param, 1, err);
    if (found <= 0)
        return found < 0 ? found
                         : rv_fail(err, RV_E_NOT_FOUND,
                                   "there is no row %" PRId64 " in the datastore", id);
    *class_id = out[0].v.i;
    *domain = out[1].v.i;
    if (rv_ae_domain_by_id(&row, e->ds->store, *domain, err) < 0)
        return err->code;
    if (e->ds->sees_tenant && !e->ds->sees_tenant(e->ds->arg, row.tenant_id))
        return rv_fail(err, RV_E_NOT_FOUND, "there is no row %" PRId64 " in the datastore", id);
    return rv_datastore_may(RV_DATASTORE_CONTENTS, row.source, row.name, err);
}

static int
edit_method(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct editing *e = arg;
    const struct rv_ae_method_change *change = e->method;
    struct rv_field fields[8 + WHO];
    int64_t class_id, domain;
    int count = 0;

    if (open_row(e, "SELECT class_id, domain_id FROM miq_ae_methods WHERE id = $1", e->id,
                 &class_id, &domain, err) < 0)
        return err->code;
    if (change->data)
        fields[count++] = (struct rv_field){ "data", rv_vtext_len(change->data, change->data_len) };
    if (change->display_name)
        fields[count++] =
            (struct rv_field){ "display_name", rv_datastore_words(change->display_name) };
    if (change->description)
        fields[count++] =
            (struct rv_field){ "description", rv_datastore_words(change->description) };
    if (change->language)
        fields[count++] = (struct rv_field){ "language", rv_vtext(change->language) };
    if (change->location)
        fields[count++] = (struct rv_field){ "location", rv_vtext(change->location) };
    count += who_fields(fields + count, e->ds);
    if (rv_record_update(store, feed, rv_model_kind("miq_ae_method"), e->id, fields, count, err) <
        0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_edit_method(const struct rv_datastore *ds, int64_t id,
                         const struct rv_ae_method_change *change, rv_err *err)
{
    struct editing e = { .ds = ds, .id = id, .method = change };

    if (change->data && change->data_len > RV_AE_FILE_MAX)
        return rv_fail(err, RV_E_LIMIT, "a method has at most %d bytes", RV_AE_FILE_MAX);
    return rv_record_transaction(ds->store, edit_method, &e, err);
}

struct field {
    int64_t id, value_id; /* of the value's row; 0: there is none */
    int is_password;
};

static int
find_field(const struct editing *e, const char *name, struct field *out, rv_err *err)
{
    RV_AUTO_FREE char *key = rv_strdup(name);
    rv_value row[3];

    rv_lower(key);
    const rv_value params[] = { rv_vint(e->class_id), rv_vtext(key), rv_vint(e->id) };
    int found = rv_store_one(e->ds->store, row, 3,
                             "SELECT f.id, f.datatype, (SELECT v.id FROM miq_ae_values v"
                             " WHERE v.instance_id = $3 AND v.field_id = f.id)"
                             " FROM miq_ae_fields f WHERE f.class_id = $1 AND LOWER(f.name) = $2",
                             params, 3, err);
    if (found == 0)
        return rv_fail(err, RV_E_INVALID, "the class has no field '%.80s'", name);
    if (found < 0)
        return found;
    *out = (struct field){ .id = row[0].v.i, .value_id = row[2].type == RV_INT ? row[2].v.i : 0 };
    out->is_password =
        row[1].type == RV_TEXT && rv_ae_datatype(row[1].v.text) == RV_AE_DATA_PASSWORD;
    return 0;
}

static int
seal(const struct editing *e, int64_t id, const char *text, char **out, rv_err *err)
{
    RV_AUTO_FREE char *place = rv_ae_secret_place("miq_ae_values", id);
    const struct rv_vault *vault = e->ds->vault;

    if (vault == NULL || vault->seal == NULL)
        return rv_fail(err, RV_E_PERMISSION, "passwords cannot be sealed here");
    return vault->seal(vault->arg, out, place, text, err);
}

static int
write_value(const struct editing *e, struct rv_feed *feed, const struct field *field,
            int64_t domain, const char *text, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind("miq_ae_value");
    struct rv_store *store = e->ds->store;
    RV_AUTO_FREE char *envelope = NULL;
    int64_t id = field->value_id;
    struct rv_field fields[8 + WHO];
    int count = 0, hides = field->is_password && *text;

    if (strlen(text) > RV_AE_VALUE_MAX)
        return rv_fail(err, RV_E_LIMIT, "a value has at most %d bytes", RV_AE_VALUE_MAX);
    if (hides && strcmp(text, RV_AE_STARS) == 0)
        return 0; /* as it was shown: it stays */
    if ((id == 0 && rv_store_new_id(store, &id, err) < 0) ||
        (hides && seal(e, id, text, &envelope, err) < 0))
        return err->code;
    fields[count++] = (struct rv_field){ "value", rv_vtext(hides ? RV_AE_STARS : text) };
    fields[count++] = (struct rv_field){ "sealed_value", rv_vtext(envelope) };
    count += who_fields(fields + count, e->ds);
    if (field->value_id)
        return rv_record_update(store, feed, kind, id, fields, count, err);
    fields[count++] = (struct rv_field){ "id", rv_vint(id) };
    fields[count++] = (struct rv_field){ "instance_id", rv_vint(e->id) };
    fields[count++] = (struct rv_field){ "field_id", rv_vint(field->id) };
    fields[count++] = (struct rv_field){ "domain_id", rv_vint(domain) };
    return rv_record_insert(store, feed, kind, fields, count, NULL, err);
}

static int
say(const struct editing *e, struct rv_feed *feed, int64_t domain, rv_err *err)
{
    for (size_t i = 0; i < e->instance->count; i++) {
        const struct rv_ae_said *said = &e->instance->said[i];
        struct field field = { 0 };
        int rc = find_field(e, said->field, &field, err);
        if (rc == 0 && said->value)
            rc = write_value(e, feed, &field, domain, said->value, err);
        else if (rc == 0 && field.value_id)
            rc = rv_record_delete(e->ds->store, feed, rv_model_kind("miq_ae_value"), field.value_id,
                                  err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
instance_fields(struct rv_field *fields, const struct editing *e)
{
    int count = who_fields(fields, e->ds);

    if (e->instance->display_name)
        fields[count++] =
            (struct rv_field){ "display_name", rv_datastore_words(e->instance->display_name) };
    if (e->instance->description)
        fields[count++] =
            (struct rv_field){ "description", rv_datastore_words(e->instance->description) };
    return count;
}

static int
edit_instance(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct editing *e = arg;
    struct rv_field fields[8];
    int64_t domain;

    if (open_row(e, "SELECT class_id, domain_id FROM miq_ae_instances WHERE id = $1", e->id,
                 &e->class_id, &domain, err) < 0)
        return err->code;
    int count = instance_fields(fields, e);
    if (rv_record_update(store, feed, rv_model_kind("miq_ae_instance"), e->id, fields, count, err) <
            0 ||
        say(e, feed, domain, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_edit_instance(const struct rv_datastore *ds, int64_t id,
                           const struct rv_ae_instance_change *change, rv_err *err)
{
    struct editing e = { .ds = ds, .id = id, .instance = change };

    if (rv_store_reserve_ids(ds->store, (int64_t)change->count + IDS_MORE, err) < 0)
        return err->code;
    return rv_record_transaction(ds->store, edit_instance, &e, err);
}

static int
check_free(const struct editing *e, const char *key, rv_err *err)
{
    const rv_value params[] = { rv_vint(e->class_id), rv_vtext(key) };
    rv_value out;
    int found = rv_store_one(e->ds->store, &out, 1,
                             "SELECT id FROM miq_ae_instances WHERE class_id = $1"
                             " AND name_key = $2",
                             params, 2, err);

    return found > 0
               ? rv_fail(err, RV_E_CONFLICT, "the class has an instance '%s' already", e->name)
               : found;
}

static char *
path_of(const struct editing *e, rv_err *err)
{
    rv_value out, param = rv_vint(e->class_id);
    int found =
        rv_store_one(e->ds->store, &out, 1,
                     "SELECT relative_path FROM miq_ae_classes WHERE id = $1", &param, 1, err);

    return found > 0 ? rv_format("%s/%s", out.v.text, e->name) : NULL;
}

static int
create_instance(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct editing *e = arg;
    RV_AUTO_FREE char *key = rv_strdup(e->name);
    struct rv_field fields[12];
    int64_t domain;

    rv_lower(key);
    if (open_row(e, "SELECT id, domain_id FROM miq_ae_classes WHERE id = $1", e->class_id,
                 &e->class_id, &domain, err) < 0 ||
        check_free(e, key, err) < 0)
        return err->code;
    RV_AUTO_FREE char *path = path_of(e, err);
    int count = instance_fields(fields, e);
    fields[count++] = (struct rv_field){ "name", rv_vtext(e->name) };
    fields[count++] = (struct rv_field){ "name_key", rv_vtext(key) };
    fields[count++] = (struct rv_field){ "class_id", rv_vint(e->class_id) };
    fields[count++] = (struct rv_field){ "domain_id", rv_vint(domain) };
    fields[count++] = (struct rv_field){ "relative_path", rv_vtext(path) };
    if (path == NULL || rv_record_insert(store, feed, rv_model_kind("miq_ae_instance"), fields,
                                         count, &e->id, err) < 0)
        return err->code;
    return say(e, feed, domain, err) < 0 ? err->code : rv_datastore_changed(store, err);
}

int
rv_datastore_create_instance(const struct rv_datastore *ds, int64_t class_id, const char *name,
                             const struct rv_ae_instance_change *change, int64_t *id, rv_err *err)
{
    struct editing e = { .ds = ds, .class_id = class_id, .name = name, .instance = change };

    if (rv_ae_name_check(RV_AE_NAMED_INSTANCE, name, err) < 0 ||
        rv_store_reserve_ids(ds->store, (int64_t)change->count + IDS_MORE, err) < 0 ||
        rv_record_transaction(ds->store, create_instance, &e, err) < 0)
        return err->code;
    *id = e.id;
    return 0;
}

static int
delete_values(const struct editing *e, struct rv_feed *feed, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind("miq_ae_value");
    rv_value out, param = rv_vint(e->id);
    int found;

    while ((found = rv_store_one(e->ds->store, &out, 1,
                                 "SELECT id FROM miq_ae_values WHERE instance_id = $1 LIMIT 1",
                                 &param, 1, err)) > 0)
        if (rv_record_delete(e->ds->store, feed, kind, out.v.i, err) < 0)
            return err->code;
    return found;
}

static int
delete_instance(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct editing *e = arg;
    int64_t domain;

    if (open_row(e, "SELECT class_id, domain_id FROM miq_ae_instances WHERE id = $1", e->id,
                 &e->class_id, &domain, err) < 0 ||
        delete_values(e, feed, err) < 0 ||
        rv_record_delete(store, feed, rv_model_kind("miq_ae_instance"), e->id, err) < 0)
        return err->code;
    return rv_datastore_changed(store, err);
}

int
rv_datastore_delete_instance(const struct rv_datastore *ds, int64_t id, rv_err *err)
{
    struct editing e = { .ds = ds, .id = id };

    return rv_record_transaction(ds->store, delete_instance, &e, err);
}
