/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry point: GET /api says who one is, what server this is and what collections there are.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "api/action.h"
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/handlers.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/schema.h"

#define GROUP "EvmGroup-super_administrator"
#define ROLE "EvmRole-super_administrator"

static void
write_pair(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    rv_jw_string(w, text);
}

static void
write_versions(struct rv_request *req, rv_json_writer *w)
{
    write_pair(w, "version", RV_API_VERSION);
    rv_jw_name(w, "versions");
    rv_jw_array(w);
    rv_jw_object(w);
    write_pair(w, "name", RV_API_VERSION);
    write_pair(w, "href", rv_arena_format(req->arena, "%s/api/v%s", req->root, RV_API_VERSION));
    rv_jw_end_object(w);
    rv_jw_end_array(w);
}

static void
write_settings(rv_json_writer *w)
{
    rv_jw_name(w, "settings");
    rv_jw_object(w);
    rv_jw_name(w, "asynchronous_notifications");
    rv_jw_flag(w, 0);
    write_pair(w, "locale", "en");
    rv_jw_end_object(w);
}

/* One group, role and tenant until there are more; the keys are what clients look for. */
static void
write_identity(struct rv_request *req, rv_json_writer *w)
{
    rv_jw_name(w, "identity");
    rv_jw_object(w);
    write_pair(w, "userid", req->who.userid);
    write_pair(w, "name", req->who.name);
    write_pair(w, "user_href", rv_document_href(req, rv_model_kind("user"), req->who.user_id));
    write_pair(w, "group", GROUP);
    write_pair(w, "group_href", rv_arena_format(req->arena, "%s/groups", req->api_root));
    write_pair(w, "role", ROLE);
    write_pair(w, "role_href", rv_arena_format(req->arena, "%s/roles", req->api_root));
    write_pair(w, "tenant", "My Company");
    rv_jw_name(w, "groups");
    rv_jw_array(w);
    rv_jw_string(w, GROUP);
    rv_jw_end_array(w);
    rv_jw_name(w, "miq_groups");
    rv_jw_array(w);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
}

static void
write_server(struct rv_request *req, rv_json_writer *w)
{
    const struct rv_api_config *config = &req->api->config;

    rv_jw_name(w, "server_info");
    rv_jw_object(w);
    write_pair(w, "version", config->version);
    write_pair(w, "build", config->version);
    write_pair(w, "appliance", config->server_guid);
    write_pair(w, "server_href", rv_document_href(req, rv_model_kind("server"), config->server_id));
    write_pair(w, "zone_href", rv_document_href(req, rv_model_kind("zone"), config->zone_id));
    write_pair(w, "region_href", rv_document_href(req, rv_model_kind("region"), config->region_id));
    rv_jw_name(w, "time");
    rv_jw_time(w, rv_now_ms());
    rv_jw_end_object(w);
}

static void
write_product(rv_json_writer *w)
{
    rv_jw_object(w);
    write_pair(w, "name", "Reeve");
    write_pair(w, "name_full", "Reeve, a manager of managers");
    write_pair(w, "copyright", "Copyright (c) the Reeve authors, Apache-2.0");
    write_pair(w, "support_website", "");
    write_pair(w, "support_website_text", "");
    rv_jw_end_object(w);
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct rv_kind *const *)a)->api_name,
                  (*(const struct rv_kind *const *)b)->api_name);
}

/* What a kind is called, so that a client need not know it before: a provider may have brought it.
 */
static void
write_words(rv_json_writer *w, const struct rv_kind *kind)
{
    write_pair(w, "kind", kind->name);
    write_pair(w, "title", kind->def->title);
    rv_jw_name(w, "aliases");
    rv_jw_array(w);
    for (int i = 0; kind->def->aliases && kind->def->aliases[i]; i++)
        rv_jw_string(w, kind->def->aliases[i]);
    rv_jw_end_array(w);
}

static void
write_collections(struct rv_request *req, rv_json_writer *w)
{
    size_t count = (size_t)rv_model_count();
    const struct rv_kind **kinds = rv_arena_alloc(req->arena, count * sizeof(struct rv_kind *));

    for (size_t i = 0; i < count; i++)
        kinds[i] = rv_model_at((int)i);
    qsort(kinds, count, sizeof(kinds[0]), compare_names);
    rv_jw_name(w, "collections");
    rv_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        rv_jw_object(w);
        write_pair(w, "name", kinds[i]->api_name);
        write_pair(w, "href",
                   rv_arena_format(req->arena, "%s/%s", req->api_root, kinds[i]->api_name));
        write_pair(w, "description", kinds[i]->def->help);
        write_words(w, kinds[i]);
        rv_jw_end_object(w);
    }
    rv_jw_end_array(w);
}

static int
was_written(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        if (rv_streq(names[i], name))
            return 1;
    }
    return 0;
}

/* Every feature that an action asks for; there is one role so far, which has them all. */
static void
write_authorization(rv_json_writer *w)
{
    const char *written[64];
    const struct rv_action *action;
    int count = 0;

    rv_jw_name(w, "authorization");
    rv_jw_object(w);
    rv_jw_name(w, "product_features");
    rv_jw_object(w);
    for (int at = 0; (action = rv_action_any(&at)) != NULL && count < 64;) {
        if (was_written(written, count, action->feature))
            continue;
        written[count++] = action->feature;
        rv_jw_name(w, action->feature);
        rv_jw_object(w);
        write_pair(w, "name", action->name);
        write_pair(w, "description", action->help);
        rv_jw_name(w, "children");
        rv_jw_array(w);
        rv_jw_end_array(w);
        rv_jw_end_object(w);
    }
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

int
rv_get_entry(struct rv_request *req, rv_err *err)
{
    const char *attributes = rv_request_param(req, "attributes");
    int rc = rv_request_check_params(req, err);

    /* A provider's module may have brought kinds since the last time. */
    if (rc == 0)
        rc = rv_provider_kinds_load(req->api->config.store, err);
    if (rc < 0)
        return rc;
    if (attributes && !rv_streq(attributes, "authorization"))
        return rv_fail(err, RV_E_INVALID, "attributes: only 'authorization' can be asked for here");
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    write_pair(&w, "name", "API");
    write_pair(&w, "description", "REST API");
    write_versions(req, &w);
    write_settings(&w);
    write_identity(req, &w);
    write_server(req, &w);
    rv_jw_name(&w, "product_info");
    write_product(&w);
    if (attributes)
        write_authorization(&w);
    write_collections(req, &w);
    rv_jw_end_object(&w);
    return rv_buf_check(&req->answer.body, err);
}

int
rv_options_entry(struct rv_request *req, rv_err *err)
{
    (void)err;
    rv_answer_text(req, 200, "");
    return 0;
}

int
rv_get_ping(struct rv_request *req, rv_err *err)
{
    int rc = rv_request_check_params(req, err);

    if (rc == 0)
        rv_answer_text(req, 200, "pong");
    return rc;
}

int
rv_get_product_info(struct rv_request *req, rv_err *err)
{
    int rc = rv_request_check_params(req, err);

    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(req, 200);
    write_product(&w);
    return 0;
}
