/* SPDX-License-Identifier: Apache-2.0
 *
 * Instances are named by path: "/Domain/Namespace/Class/instance", or without the domain: then they
 * are those of the highest enabled domain that has them. What domains refuse (they are shipped,
 * locked, kept in git), methods cannot change either.
 */
#include "automate/instance_calls.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "datastore/edit.h"

enum { SAID_MAX = 200, FOUND_MAX = 1000 };

/* Where a path leads. */
struct place {
    char *class_key;      /* folded: "namespace/class" */
    char *domain_key;     /* folded first part of the path, which may be a domain */
    const char *below;    /* class_key without that part; NULL: it has no other */
    const char *instance; /* as written */
    char *text;
};

static void
drop(struct place *place)
{
    free(place->class_key);
    free(place->domain_key);
    free(place->text);
}
#define AUTO_PLACE __attribute__((cleanup(drop)))

static int
read_path(struct place *out, const struct rv_ae_value *args, const char *name, rv_err *err)
{
    const char *path = NULL;
    if (rv_live_text(args, 0, name, &path, err))
        return err->code;
    out->text = rv_strdup(path + (path[0] == '/'));
    char *last = strrchr(out->text, '/');
    if (!last || last == out->text || last[1] == '\0')
        return rv_fail(err, RV_E_INVALID, "evm.%s: '%.200s' is no path of an instance", name, path);
    *last = '\0';
    out->instance = last + 1;
    out->class_key = rv_strdup(out->text);
    rv_lower(out->class_key);
    char *slash = strchr(out->class_key, '/');
    out->below = slash ? slash + 1 : NULL;
    out->domain_key = rv_strndup(out->class_key,
                                 slash ? (size_t)(slash - out->class_key) : strlen(out->class_key));
    return 0;
}

/* The class: first as "domain/rest", then in the highest enabled domain. 1 found, 0 not. */
static int
find_class(struct rv_live *live, const struct place *place, int64_t *id, rv_err *err)
{
    rv_value row[1];
    const rv_value named[] = { rv_vtext(place->domain_key), rv_vtext(place->below) };
    const rv_value any[] = { rv_vtext(place->class_key) };
    int found = !place->below
                    ? 0
                    : rv_store_one(live->store, row, 1,
                                   "SELECT c.id FROM miq_ae_classes c JOIN miq_ae_domains d"
                                   " ON d.id = c.domain_id"
                                   " WHERE d.name_key = $1 AND c.path_key = $2",
                                   named, 2, err);
    if (found == 0)
        found = rv_store_one(live->store, row, 1,
                             "SELECT c.id FROM miq_ae_classes c JOIN miq_ae_domains d"
                             " ON d.id = c.domain_id WHERE c.path_key = $1 AND d.enabled"
                             " ORDER BY d.priority DESC LIMIT 1",
                             any, 1, err);
    if (found > 0)
        *id = row[0].v.i;
    return found;
}

/* 1 with the instance and its class, 0 when either is not there; class_id 0: the class is not. */
static int
find_instance(struct rv_live *live, const struct place *place, int64_t *class_id, int64_t *id,
              rv_err *err)
{
    RV_AUTO_FREE char *key = rv_strdup(place->instance);
    rv_value row[1];
    *class_id = *id = 0;
    int found = find_class(live, place, class_id, err);
    if (found <= 0)
        return found;
    rv_lower(key);
    const rv_value params[] = { rv_vint(*class_id), rv_vtext(key) };
    found = rv_store_one(live->store, row, 1,
                         "SELECT id FROM miq_ae_instances WHERE class_id = $1 AND name_key = $2",
                         params, 2, err);
    if (found > 0)
        *id = row[0].v.i;
    return found;
}

static struct rv_datastore
datastore_of(struct rv_live *live)
{
    return (struct rv_datastore){ .store = live->store, .vault = live->vault };
}

/* What a refusal or a missing thing becomes: false, and a line. Other errors go on. */
static int
answer(struct rv_live *live, const char *name, const char *path, int code, struct rv_ae_value *out,
       rv_err *err)
{
    *out = rv_ae_vbool(code == 0);
    if (code != RV_E_PERMISSION && code != RV_E_NOT_FOUND && code != RV_E_CONFLICT)
        return code;
    rv_trace_log(live->trace, "warn", err->text);
    RV_AUTO_FREE char *cut = rv_live_short_path(path);
    if (rv_live_may_log(live, strlen(cut) + strlen(err->text)))
        rv_log(RV_WARNING, "instance not changed", RV_F("call", RV_S(name)),
               RV_F("path", RV_S(cut)), RV_F("reason", RV_S(err->text)));
    rv_err_clear(err);
    return 0;
}

/* Fields of the instance with their values; those of passwords are stars. */
static int
fill_fields(struct rv_live *live, int64_t class_id, int64_t id, struct rv_ae_value *out,
            rv_err *err)
{
    const rv_value params[] = { rv_vint(class_id), rv_vint(id) };
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int more;
    *out = rv_ae_vmap();
    if (rv_store_query(live->store, &rows,
                       "SELECT f.name, COALESCE(v.value, f.default_value) FROM miq_ae_fields f"
                       " LEFT JOIN miq_ae_values v ON v.field_id = f.id AND v.instance_id = $2"
                       " WHERE f.class_id = $1 ORDER BY f.priority",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        struct rv_ae_value text = rv_ae_vtext(row[1].type == RV_TEXT ? row[1].v.text : NULL);
        rv_ae_set(out, row[0].v.text, &text);
    }
    return more;
}

static int
get(struct rv_live *live, const struct place *place, struct rv_ae_value *out, rv_err *err)
{
    int64_t class_id, id;
    int found = find_instance(live, place, &class_id, &id, err);
    return found <= 0 ? found : fill_fields(live, class_id, id, out, err);
}

/* A table from names to fields, for a pattern of * and ?. */
static int
find(struct rv_live *live, const struct place *place, struct rv_ae_value *out, rv_err *err)
{
    int64_t class_id = 0, ids[FOUND_MAX];
    struct rv_ae_value names = rv_ae_vlist();
    struct rv_rows *rows = NULL;
    const rv_value *row;
    int count = 0, more = find_class(live, place, &class_id, err);
    *out = rv_ae_vmap();
    if (more <= 0)
        return more;
    const rv_value params[] = { rv_vint(class_id) };
    if (rv_store_query(
            live->store, &rows,
            "SELECT id, name FROM miq_ae_instances WHERE class_id = $1 ORDER BY name_key", params,
            1, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && count < FOUND_MAX) {
        if (!rv_ae_glob(place->instance, row[1].v.text))
            continue;
        struct rv_ae_value name = rv_ae_vtext(row[1].v.text);
        ids[count++] = row[0].v.i;
        rv_ae_append(&names, &name);
    }
    rv_rows_close(rows);
    if (more > 0)
        more = rv_fail(err, RV_E_LIMIT, "more than %d instances match", FOUND_MAX);
    for (int i = 0; i < count && more == 0; i++) {
        struct rv_ae_value fields = RV_AE_VNIL;
        more = fill_fields(live, class_id, ids[i], &fields, err);
        rv_ae_set(out, names.v.items[i].v.text, &fields);
        rv_ae_clear(&fields);
    }
    rv_ae_clear(&names);
    return more;
}

/* Values as the datastore has them: texts; nil takes what was said away. The texts are the
 * caller's. */
static int
read_said(struct rv_ae_said *said, char **texts, size_t *count, const struct rv_ae_value *values,
          rv_err *err)
{
    if (values->type != RV_AE_MAP && values->len != 0)
        return rv_fail(err, RV_E_INVALID, "values of an instance are a table of names");
    for (int32_t i = 0; i < values->len; i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
        const struct rv_ae_value *value = &values->v.items[i];
        if (*count == SAID_MAX || rv_ae_show(&text, value))
            return rv_fail(err, RV_E_LIMIT, "too much for one instance");
        texts[*count] = value->type == RV_AE_NIL ? NULL : rv_strdup(rv_buf_text(&text));
        said[*count] = (struct rv_ae_said){ .field = value->key, .value = texts[*count] };
        (*count)++;
    }
    return 0;
}

static int
change(struct rv_live *live, const struct place *place, const char *name,
       const struct rv_ae_instance_change *wanted, rv_err *err)
{
    const struct rv_datastore ds = datastore_of(live);
    int64_t class_id, id;
    int creates = strcmp(name, "instance_create") == 0;
    int found = find_instance(live, place, &class_id, &id, err);
    if (found < 0)
        return found;
    if (!class_id)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no class '%s'", place->text);
    if (creates && id)
        return rv_fail(err, RV_E_CONFLICT, "'%s' is there already", place->instance);
    if (creates)
        return rv_datastore_create_instance(&ds, class_id, place->instance, wanted, &id, err);
    if (!id)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no instance '%s' in '%s'", place->instance,
                       place->text);
    if (strcmp(name, "instance_delete") == 0)
        return rv_datastore_delete_instance(&ds, id, err);
    return rv_datastore_edit_instance(&ds, id, wanted, err);
}

/* create, update, delete, set_display_name */
static int
write(struct rv_live *live, const struct place *place, const char *name,
      const struct rv_ae_value *args, struct rv_ae_value *out, rv_err *err)
{
    static const struct rv_ae_value nothing = { .type = RV_AE_MAP };
    const struct rv_ae_value *second = args->len > 1 ? &args->v.items[1] : &nothing;
    struct rv_ae_said said[SAID_MAX];
    char *texts[SAID_MAX];
    struct rv_ae_instance_change wanted = { .said = said };
    int code = 0;
    if (strcmp(name, "instance_set_display_name") == 0)
        code = rv_live_text(args, 1, name, &wanted.display_name, err);
    else if (strcmp(name, "instance_delete") != 0)
        code = read_said(said, texts, &wanted.count, second, err);
    if (code == 0)
        code = change(live, place, name, &wanted, err);
    if (code == 0) /* the generation that the next run would go by is of before */
        rv_models_ahead_drop(live->models);
    for (size_t i = 0; i < wanted.count; i++)
        free(texts[i]);
    return answer(live, name, args->v.items[0].v.text, code, out, err);
}

static int
display_name(struct rv_live *live, const struct place *place, struct rv_ae_value *out, rv_err *err)
{
    int64_t class_id, id;
    rv_value row[1];
    int found = find_instance(live, place, &class_id, &id, err);
    if (found <= 0)
        return found;
    const rv_value params[] = { rv_vint(id) };
    found = rv_store_one(live->store, row, 1,
                         "SELECT display_name FROM miq_ae_instances WHERE id = $1", params, 1, err);
    if (found > 0 && row[0].type == RV_TEXT)
        *out = rv_ae_vtext(row[0].v.text);
    return found < 0 ? found : 0;
}

int
rv_live_instance(struct rv_live *live, const char *name, const struct rv_ae_value *args,
                 struct rv_ae_value *out, rv_err *err)
{
    AUTO_PLACE struct place place = { 0 };
    int64_t class_id, id;
    *out = RV_AE_VNIL;
    if (read_path(&place, args, name, err))
        return err->code;
    if (strcmp(name, "instance_get") == 0)
        return get(live, &place, out, err);
    if (strcmp(name, "instance_find") == 0)
        return find(live, &place, out, err);
    if (strcmp(name, "instance_get_display_name") == 0)
        return display_name(live, &place, out, err);
    if (strcmp(name, "instance_exists") != 0)
        return write(live, &place, name, args, out, err);
    int found = find_instance(live, &place, &class_id, &id, err);
    *out = rv_ae_vbool(found > 0);
    return found < 0 ? found : 0;
}
