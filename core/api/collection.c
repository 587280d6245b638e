/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers of collections and resources: reading goes to listing.c, writing to job.c, changes to
 * feed.c.
 */
#include <stdlib.h>
#include <string.h>
#include "api/answer.h"
#include "api/feed.h"
#include "api/handlers.h"
#include "api/job.h"
#include "api/listing.h"
#include "api/types.h"

int
rv_get_collection(struct rv_request *req, rv_err *err)
{
    const char *accept = rv_request_header(req, "Accept");

    if (accept && strstr(accept, "text/event-stream"))
        return rv_stream_start(req, err);
    return rv_collection_get(req, req->kind, NULL, 0, err);
}

int
rv_write_collection(struct rv_request *req, rv_err *err)
{
    return rv_job_start(req, req->kind, 0, err);
}

int
rv_get_resource(struct rv_request *req, rv_err *err)
{
    return rv_resource_get(req, req->kind, NULL, 0, req->id, err);
}

int
rv_write_resource(struct rv_request *req, rv_err *err)
{
    return rv_job_start(req, req->kind, req->id, err);
}

int
rv_get_sub_collection(struct rv_request *req, rv_err *err)
{
    struct rv_sub sub;

    rv_sub_find(&sub, req->kind, req->sub);
    return rv_collection_get(req, sub.child, &sub, req->id, err);
}

int
rv_get_sub_resource(struct rv_request *req, rv_err *err)
{
    struct rv_sub sub;

    rv_sub_find(&sub, req->kind, req->sub);
    return rv_resource_get(req, sub.child, &sub, req->id, req->sub_id, err);
}

int
rv_options_sub_collection(struct rv_request *req, rv_err *err)
{
    (void)err;
    rv_answer_text(req, 200, "");
    return 0;
}

struct names {
    const char **items;
    size_t count;
};

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
write_names(rv_json_writer *w, const char *name, struct names *names)
{
    qsort(names->items, names->count, sizeof(names->items[0]), compare);
    rv_jw_name(w, name);
    rv_jw_array(w);
    for (size_t i = 0; i < names->count; i++)
        rv_jw_string(w, names->items[i]);
    rv_jw_end_array(w);
}

static void
write_attributes(struct rv_request *req, rv_json_writer *w)
{
    const struct rv_kind *kind = req->kind;
    size_t most = (size_t)kind->column_count + 64;
    struct names columns = { rv_arena_alloc(req->arena, most * sizeof(char *)), 0 };
    struct names virtuals = { rv_arena_alloc(req->arena, most * sizeof(char *)), 0 };
    struct names ones = { rv_arena_alloc(req->arena, most * sizeof(char *)), 0 };
    const struct rv_virtual *virtual;

    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (!rv_column_public(column))
            continue;
        columns.items[columns.count++] = column->name;
        if (column->type == REEVE_REF && column->target)
            ones.items[ones.count++] =
                rv_arena_strndup(req->arena, column->name, strlen(column->name) - 3);
    }
    for (int at = 0; (virtual = rv_virtual_next(kind, &at)) != NULL && virtuals.count < 64;)
        virtuals.items[virtuals.count++] = virtual->name;
    write_names(w, "attributes", &columns);
    write_names(w, "virtual_attributes", &virtuals);
    write_names(w, "relationships", &ones);
}

static void
write_subs(struct rv_request *req, rv_json_writer *w)
{
    size_t count = (size_t)rv_sub_count(req->kind);
    struct names subs = { rv_arena_alloc(req->arena, (count + 1) * sizeof(char *)), count };

    for (size_t i = 0; i < count; i++)
        subs.items[i] = rv_sub_at(req->kind, (int)i).name;
    write_names(w, "subcollections", &subs);
}

/* For each installed plugin what a form needs: title, options, whether it can prove credentials. */
static void
write_provider_settings(struct rv_request *req, rv_json_writer *w)
{
    const cJSON *type;

    rv_jw_name(w, "provider_settings");
    rv_jw_object(w);
    cJSON_ArrayForEach(type, rv_types_list(req->api))
    {
        const char *name = rv_json_string(type, "name");
        const char *class_name = name ? rv_types_class(req->api, name) : NULL;
        if (!name)
            continue;
        rv_jw_name(w, class_name ? class_name : name);
        rv_types_write(w, type);
    }
    rv_jw_end_object(w);
}

int
rv_options_collection(struct rv_request *req, rv_err *err)
{
    rv_json_writer w = rv_answer_json(req, 200);

    rv_jw_object(&w);
    write_attributes(req, &w);
    write_subs(req, &w);
    rv_jw_name(&w, "data");
    rv_jw_object(&w);
    if (strcmp(req->kind->name, "provider") == 0)
        write_provider_settings(req, &w);
    rv_jw_end_object(&w);
    rv_jw_end_object(&w);
    return rv_buf_check(&req->answer.body, err);
}
