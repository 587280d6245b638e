/* SPDX-License-Identifier: Apache-2.0
 *
 * The queries of the datastore, each with the function that makes a definition of its row.
 */
#include "datastore/load.h"

#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "datastore/secret.h"

static const char *
text_of(struct rv_arena *arena, const rv_value *value)
{
    if (value->type != RV_TEXT)
        return NULL;
    const char *copy = rv_arena_strndup(arena, value->v.text, (size_t)value->len);
    RV_ASSERT(copy);
    return copy;
}

static int64_t
int_of(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static void *
take_memory(struct rv_arena *arena, size_t bytes)
{
    void *memory = rv_arena_alloc(arena, bytes);

    RV_ASSERT(memory);
    return memory;
}

static void
make_domain(struct rv_ae_domain *out, struct rv_arena *arena, const rv_value *row)
{
    int source = rv_ae_source_of(row[6].type == RV_TEXT ? row[6].v.text : NULL);

    *out = (struct rv_ae_domain){ .id = row[0].v.i,
                                  .name = text_of(arena, &row[1]),
                                  .display_name = text_of(arena, &row[2]),
                                  .description = text_of(arena, &row[3]),
                                  .priority = (int32_t)int_of(&row[4]),
                                  .enabled = (int32_t)int_of(&row[5]),
                                  .source = source < 0 ? RV_AE_USER : source,
                                  .tenant_id = int_of(&row[7]) };
}

int
rv_datastore_each_domain(struct rv_store *store, struct rv_arena *arena,
                         enum rv_datastore_which which,
                         int (*fn)(void *arg, const struct rv_ae_domain *domain, rv_err *err),
                         void *arg, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(which == RV_DATASTORE_ALL);
    struct rv_ae_domain domain;
    int rc;

    if (rv_store_query(store, &rows,
                       "SELECT id, name, display_name, description, priority, enabled, source,"
                       " tenant_id FROM miq_ae_domains"
                       " WHERE enabled IS TRUE OR CAST($1 AS BIGINT) = 1"
                       " ORDER BY priority DESC, name_key",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        make_domain(&domain, arena, row);
        rc = fn(arg, &domain, err);
        if (rc < 0)
            break;
    }
    return rc;
}

static void
make_class(struct rv_ae_class *out, struct rv_arena *arena, const rv_value *row)
{
    *out = (struct rv_ae_class){ .id = row[0].v.i,
                                 .path = text_of(arena, &row[3]),
                                 .name = text_of(arena, &row[4]),
                                 .display_name = text_of(arena, &row[5]),
                                 .description = text_of(arena, &row[6]),
                                 .inherits = text_of(arena, &row[7]),
                                 .type = text_of(arena, &row[8]),
                                 .visibility = text_of(arena, &row[9]),
                                 .owner = text_of(arena, &row[10]) };
}

int
rv_datastore_each_class(struct rv_store *store, struct rv_arena *arena, int64_t domain_id,
                        int (*fn)(void *arg, const struct rv_ae_class *class, int64_t domain_id,
                                  const char *key, rv_err *err),
                        void *arg, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(domain_id);
    struct rv_ae_class class;
    int rc;

    if (rv_store_query(store, &rows,
                       "SELECT id, domain_id, path_key, relative_path, name, display_name,"
                       " description, inherits, type, visibility, owner FROM miq_ae_classes"
                       " WHERE domain_id = $1 OR (CAST($1 AS BIGINT) = 0 AND domain_id IN"
                       " (SELECT id FROM miq_ae_domains WHERE enabled IS TRUE))"
                       " ORDER BY domain_id, path_key",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        make_class(&class, arena, row);
        rc = fn(arg, &class, row[1].v.i, row[2].v.text, err);
        if (rc < 0)
            break;
    }
    return rc;
}

#define FIELD_COLUMNS                                                                              \
    "id, name, aetype, datatype, priority, default_value, sealed_value, substitute, once, "        \
    "message,"                                                                                     \
    " collect, scope, condition, display_name, description, on_entry, on_exit, on_error,"          \
    " max_retries, max_time, visibility, owner"

static void
make_datatype(struct rv_ae_field *out, struct rv_arena *arena, const rv_value *value)
{
    const char *word = text_of(arena, value);

    out->datatype = rv_ae_datatype(word);
    if (out->datatype == RV_AE_DATA_OBJECT)
        out->object_class = word;
}

static void
make_field(struct rv_ae_field *out, struct rv_arena *arena, const rv_value *row)
{
    int aetype = rv_ae_aetype(row[2].type == RV_TEXT ? row[2].v.text : NULL);

    *out = (struct rv_ae_field){ .name = text_of(arena, &row[1]),
                                 .aetype = aetype < 0 ? RV_AE_ATTRIBUTE : aetype,
                                 .priority = (int32_t)int_of(&row[4]),
                                 .default_value = text_of(arena, &row[5]),
                                 .message = text_of(arena, &row[9]),
                                 .collect = text_of(arena, &row[10]),
                                 .scope = text_of(arena, &row[11]),
                                 .condition = text_of(arena, &row[12]),
                                 .display_name = text_of(arena, &row[13]),
                                 .description = text_of(arena, &row[14]),
                                 .on_entry = text_of(arena, &row[15]),
                                 .on_exit = text_of(arena, &row[16]),
                                 .on_error = text_of(arena, &row[17]),
                                 .max_retries = text_of(arena, &row[18]),
                                 .max_time = text_of(arena, &row[19]),
                                 .visibility = text_of(arena, &row[20]),
                                 .owner = text_of(arena, &row[21]) };
    make_datatype(out, arena, &row[3]);
    if (row[7].type == RV_NULL || row[7].v.i)
        out->flags |= RV_AE_SUBSTITUTE;
    if (int_of(&row[8]))
        out->flags |= RV_AE_ONCE;
    if (out->datatype == RV_AE_DATA_PASSWORD)
        out->default_value =
            rv_ae_secret_join(arena, "miq_ae_fields", row[0].v.i, text_of(arena, &row[6]));
}

int
rv_datastore_fields(struct rv_store *store, struct rv_arena *arena, enum rv_datastore_of of,
                    int64_t id, const struct rv_ae_field **out, size_t *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE struct rv_ae_field *list = NULL;
    const rv_value *row, param = rv_vint(id);
    int rc;

    *count = 0;
    if (rv_store_query(store, &rows,
                       of == RV_DATASTORE_OF_CLASS
                           ? "SELECT " FIELD_COLUMNS
                             " FROM miq_ae_fields WHERE class_id = $1 ORDER BY priority, id"
                           : "SELECT " FIELD_COLUMNS
                             " FROM miq_ae_fields WHERE method_id = $1 ORDER BY priority, id",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        if ((*count & (*count - 1)) == 0)
            list = rv_realloc(list, *count ? *count * 2 : 1, sizeof(*list));
        make_field(&list[(*count)++], arena, row);
    }
    struct rv_ae_field *kept = take_memory(arena, (*count + 1) * sizeof(*kept));
    if (*count)
        memcpy(kept, list, *count * sizeof(*kept));
    *out = kept;
    return rc;
}

static void
make_entry(struct rv_ae_entry *out, struct rv_arena *arena, const rv_value *row)
{
    int is_password =
        rv_ae_datatype(row[2].type == RV_TEXT ? row[2].v.text : NULL) == RV_AE_DATA_PASSWORD;

    *out = (struct rv_ae_entry){ .name = text_of(arena, &row[1]),
                                 .value = text_of(arena, &row[3]),
                                 .collect = text_of(arena, &row[5]),
                                 .condition = text_of(arena, &row[6]),
                                 .display_name = text_of(arena, &row[7]),
                                 .on_entry = text_of(arena, &row[8]),
                                 .on_exit = text_of(arena, &row[9]),
                                 .on_error = text_of(arena, &row[10]),
                                 .max_retries = text_of(arena, &row[11]),
                                 .max_time = text_of(arena, &row[12]) };
    if (is_password)
        out->value = rv_ae_secret_join(arena, "miq_ae_values", row[0].v.i, text_of(arena, &row[4]));
}

static int
load_entries(struct rv_store *store, struct rv_arena *arena, struct rv_ae_instance *out,
             rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE struct rv_ae_entry *list = NULL;
    const rv_value *row, param = rv_vint(out->id);
    size_t count = 0;
    int rc;

    if (rv_store_query(store, &rows,
                       "SELECT v.id, f.name, f.datatype, v.value, v.sealed_value, v.collect,"
                       " v.condition, v.display_name, v.on_entry, v.on_exit, v.on_error,"
                       " v.max_retries, v.max_time FROM miq_ae_values v JOIN miq_ae_fields f"
                       " ON f.id = v.field_id WHERE v.instance_id = $1 ORDER BY f.priority, f.id",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        if ((count & (count - 1)) == 0)
            list = rv_realloc(list, count ? count * 2 : 1, sizeof(*list));
        make_entry(&list[count++], arena, row);
    }
    struct rv_ae_entry *kept = take_memory(arena, (count + 1) * sizeof(*kept));
    if (count)
        memcpy(kept, list, count * sizeof(*kept));
    out->entries = kept;
    out->entry_count = count;
    return rc;
}

int
rv_datastore_instance(struct rv_store *store, struct rv_arena *arena,
                      const struct rv_ae_class *class, const char *key, struct rv_ae_instance **out,
                      rv_err *err)
{
    const rv_value params[] = { rv_vint(class->id), rv_vtext(key) };
    rv_value row[5];

    *out = NULL;
    int found = rv_store_one(store, row, 5,
                             "SELECT id, name, display_name, description, inherits"
                             " FROM miq_ae_instances WHERE class_id = $1 AND name_key = $2",
                             params, 2, err);
    if (found <= 0)
        return found < 0 ? found : RV_E_NOT_FOUND;
    struct rv_ae_instance *made = take_memory(arena, sizeof(*made));
    *made = (struct rv_ae_instance){ .id = row[0].v.i,
                                     .class = class,
                                     .name = text_of(arena, &row[1]),
                                     .display_name = text_of(arena, &row[2]),
                                     .description = text_of(arena, &row[3]),
                                     .inherits = text_of(arena, &row[4]) };
    if (load_entries(store, arena, made, err) < 0)
        return err->code;
    *out = made;
    return 0;
}

static void
make_embedded(struct rv_ae_method *out, struct rv_arena *arena, const rv_value *value)
{
    RV_AUTO_JSON cJSON *json = value->type == RV_TEXT ? cJSON_Parse(value->v.text) : NULL;
    int count = cJSON_GetArraySize(json);
    const char **paths = take_memory(arena, ((size_t)count + 1) * sizeof(*paths));

    for (int i = 0; i < count; i++) {
        const char *path = cJSON_GetStringValue(cJSON_GetArrayItem(json, i));
        if (path)
            paths[out->embedded_count++] = rv_arena_strdup(arena, path);
    }
    out->embedded = paths;
}

int
rv_datastore_method(struct rv_store *store, struct rv_arena *arena, const struct rv_ae_class *class,
                    const char *key, struct rv_ae_method **out, rv_err *err)
{
    const rv_value params[] = { rv_vint(class->id), rv_vtext(key) };
    rv_value row[10];

    *out = NULL;
    int found = rv_store_one(store, row, 10,
                             "SELECT id, name, display_name, description, scope, language,"
                             " location, data, embedded_methods, options"
                             " FROM miq_ae_methods WHERE class_id = $1 AND name_key = $2",
                             params, 2, err);
    if (found <= 0)
        return found < 0 ? found : RV_E_NOT_FOUND;
    struct rv_ae_method *made = take_memory(arena, sizeof(*made));
    *made = (struct rv_ae_method){ .id = row[0].v.i,
                                   .class = class,
                                   .name = text_of(arena, &row[1]),
                                   .display_name = text_of(arena, &row[2]),
                                   .description = text_of(arena, &row[3]),
                                   .scope = text_of(arena, &row[4]),
                                   .language = text_of(arena, &row[5]),
                                   .location = text_of(arena, &row[6]),
                                   .data = text_of(arena, &row[7]),
                                   .data_len = row[7].type == RV_TEXT ? (size_t)row[7].len : 0,
                                   .options = text_of(arena, &row[9]) };
    make_embedded(made, arena, &row[8]);
    rv_ae_method_sign(made);
    if (rv_datastore_fields(store, arena, RV_DATASTORE_OF_METHOD, made->id, &made->inputs,
                            &made->input_count, err) < 0)
        return err->code;
    *out = made;
    return 0;
}

int
rv_datastore_each_instance_name(struct rv_store *store, int64_t class_id,
                                int (*fn)(void *arg, const char *name, rv_err *err), void *arg,
                                rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(class_id);
    int rc;

    if (rv_store_query(store, &rows,
                       "SELECT name FROM miq_ae_instances WHERE class_id = $1 ORDER BY name_key",
                       &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        rc = fn(arg, row[0].v.text, err);
        if (rc < 0)
            break;
    }
    return rc;
}
