/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of label mappings: which labels become which tags.
 */
#include "api/mappings.h"

#include <inttypes.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "base/text.h"
#include "inventory/mapping.h"

static int
tell_workers(struct rv_job *job, rv_err *err)
{
    const struct rv_api *api = job->req->api;

    return rv_mapping_announce(api->config.store, api->config.host.wake, api->config.host.arg, err);
}

/* A kind by any of its words, or ManageIQ's class. */
static const char *
kind_named(const char *word)
{
    const struct rv_kind *kind = word ? rv_model_lookup(word) : NULL;

    if (word && !kind)
        kind = rv_model_class(word);
    return kind ? kind->name : word;
}

static int
read_id(const cJSON *item, const char *name, int64_t *out, rv_err *err)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, name);

    *out = 0;
    if (value == NULL || cJSON_IsNull(value))
        return 0;
    if (rv_id_read(out, value, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID, "%s: an id is expected, as a string", name);
}

/* What the client may say; others are mistakes. A text may be null. */
static int
read_mapping(struct rv_mapping *out, const cJSON *item, rv_err *err)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        { "labeled_resource_type", &out->kind },
        { "label_name", &out->label_name },
        { "label_value", &out->label_value },
        { "category", &out->category },
        { "prefix", &out->prefix },
    };
    const cJSON *value;

    cJSON_ArrayForEach(value, item)
    {
        size_t i = 0;
        while (i < RV_COUNT(texts) && !rv_streq(texts[i].name, value->string))
            i++;
        if (i < RV_COUNT(texts) && cJSON_IsString(value))
            *texts[i].text = value->valuestring;
        else if (i < RV_COUNT(texts) && cJSON_IsNull(value))
            *texts[i].text = NULL;
        else if (i < RV_COUNT(texts))
            return rv_fail(err, RV_E_INVALID, "%s: a text is expected", value->string);
        else if (!rv_streq(value->string, "tag_id") && !rv_streq(value->string, "action") &&
                 !rv_streq(value->string, "id") && !rv_streq(value->string, "href"))
            return rv_fail(err, RV_E_INVALID,
                           "unknown attribute '%.80s'; there are labeled_resource_type, "
                           "label_name, label_value, category, prefix and tag_id",
                           value->string);
    }
    out->kind = kind_named(out->kind);
    return read_id(item, "tag_id", &out->tag_id, err);
}

static void
finish(struct rv_job *job, int64_t id, const char *what)
{
    if (job->empty)
        return;
    rv_job_result(job, id,
                  rv_arena_format(job->req->arena, "Label mapping id:%" PRId64 " %s", id, what));
    rv_jw_end_object(rv_job_out(job));
}

int
rv_mapping_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_mapping mapping = { 0 };

    if (read_mapping(&mapping, item, err) < 0 ||
        rv_mapping_create(job->req->api->config.store, &mapping, &id, err) < 0 ||
        tell_workers(job, err) < 0)
        return err->code;
    finish(job, id, "created");
    return 0;
}

/* What is not said stays. */
static int
read_stored(struct rv_job *job, int64_t id, struct rv_mapping *out, rv_err *err)
{
    const char **texts[] = { &out->kind, &out->label_name, &out->label_value };
    rv_value row[3], param = rv_vint(id);
    int found = rv_store_one(job->req->api->config.store, row, 3,
                             "SELECT labeled_resource_type, label_name, label_value"
                             " FROM container_label_tag_mappings WHERE id = $1",
                             &param, 1, err);

    for (int i = 0; found > 0 && i < 3; i++)
        if (row[i].type == RV_TEXT)
            *texts[i] = rv_arena_strndup(job->req->arena, row[i].v.text, (size_t)row[i].len);
    return found < 0 ? found : 0;
}

int
rv_mapping_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_mapping mapping = { 0 };

    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        read_stored(job, id, &mapping, err) < 0 || read_mapping(&mapping, item, err) < 0)
        return err->code;
    if (mapping.tag_id || mapping.prefix)
        return rv_fail(err, RV_E_INVALID,
                       "the tags of a mapping stay; delete it and create another");
    if (rv_mapping_edit(job->req->api->config.store, id, &mapping, err) < 0 ||
        tell_workers(job, err) < 0)
        return err->code;
    finish(job, id, "changed");
    return 0;
}

int
rv_mapping_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_mapping_delete(job->req->api->config.store, id, err) < 0 || tell_workers(job, err) < 0)
        return err->code;
    finish(job, id, "deleted");
    return 0;
}
