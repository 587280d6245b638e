/* SPDX-License-Identifier: Apache-2.0
 *
 * /api/settings (of this server) and /api/{servers,zones,regions}/ID/settings, as ManageIQ has
 * them: GET, PATCH with a nested object, DELETE of a path. What is refused says key, value and
 * range, and nothing of the request is stored.
 */
#include <inttypes.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/handlers.h"
#include "api/settings_show.h"
#include "base/text.h"
#include "model/model.h"

/* Whose settings are asked for, and which of them. */
struct place {
    const char *table;
    int64_t id;
    const char *section; /* "workers.generic"; "": all */
};

static const char *
section_of(struct rv_request *req, int from)
{
    const char *section = "";

    for (int i = from; i < req->segment_count; i++)
        section =
            rv_arena_format(req->arena, "%s%s%s", section, *section ? "." : "", req->segments[i]);
    return section;
}

static int
check_section(const char *section, rv_err *err)
{
    const char *names[1024] = { NULL };
    int count = 0;

    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++) {
        if (rv_settings_below(one->key, section))
            return 0;
        if (count < (int)RV_COUNT(names) - 1)
            names[count++] = one->key;
    }
    const char *near = rv_nearest(section, names);
    rv_fail(err, RV_E_NOT_FOUND, "there is no setting '%.200s'", section);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

static int
find_place(struct rv_request *req, struct place *out, rv_err *err)
{
    const struct rv_api_config *config = &req->api->config;
    int own = rv_streq(req->segments[1], "settings");
    int rc = rv_request_check_params(req, err);

    *out = (struct place){ "miq_servers", config->server_id, section_of(req, own ? 2 : 4) };
    if (rc == 0 && !own) {
        const struct rv_kind *kind = rv_model_collection(req->segments[1]);
        out->table = kind->table;
        rc = rv_request_id(&out->id, req->segments[2], err);
        if (rc == 0)
            rc = rv_row_exists(req, kind, out->id, err);
    }
    return rc == 0 && *out->section ? check_section(out->section, err) : rc;
}

/* Those of this server are what it has in force: with what its file says. */
static int
load(struct rv_request *req, const struct place *place, struct rv_settings **out, rv_err *err)
{
    const struct rv_api_config *config = &req->api->config;

    if (rv_settings_load_for(out, config->store, place->table, place->id, err))
        return err->code;
    if (!rv_streq(place->table, "miq_servers") || place->id != config->server_id)
        return 0;
    RV_AUTO_JSON cJSON *file = rv_settings_to_overlay(config->settings);
    if (rv_settings_overlay(*out, file, "reeve.yaml", err) == 0)
        return 0;
    rv_settings_free(*out);
    return err->code;
}

static int
answer_settings(struct rv_request *req, const struct place *place, rv_err *err)
{
    const char *expand = rv_request_param(req, "expand");
    struct rv_settings *settings = NULL;

    if (expand && !rv_streq(expand, "resources"))
        return rv_fail(err, RV_E_INVALID, "expand: settings have 'resources' only, not '%.100s'",
                       expand);
    if (load(req, place, &settings, err))
        return err->code;
    if (expand)
        rv_settings_show_list(req, settings, place->section);
    else
        rv_settings_show_nested(req, settings, place->section);
    rv_settings_free(settings);
    return rv_buf_check(&req->answer.body, err);
}

int
rv_get_settings(struct rv_request *req, rv_err *err)
{
    struct place place;

    if (find_place(req, &place, err) < 0)
        return err->code;
    return answer_settings(req, &place, err);
}

static int
change(struct rv_request *req, const struct place *place, const cJSON *object, rv_err *err)
{
    struct rv_api *api = req->api;
    struct rv_settings_edit_list *list = NULL;
    struct rv_settings_edits edits = { .table = place->table,
                                       .resource_id = place->id,
                                       .userid = req->who.userid,
                                       .vault = &api->config.host.vault };
    int rc = rv_settings_edits_of(&list, &edits, object, err);

    if (rc == 0)
        rc = rv_settings_change_all(api->config.store, &edits, err);
    rv_settings_edits_free(list);
    if (rc == 0) /* the server worker looks, and tells all others */
        api->config.host.wake(api->config.host.arg, "workers");
    return rc;
}

int
rv_patch_settings(struct rv_request *req, rv_err *err)
{
    struct place place;
    const cJSON *object = NULL;

    if (find_place(req, &place, err) < 0 || rv_request_json(req, &object, err) < 0)
        return err->code;
    if (!cJSON_IsObject(object))
        return rv_fail(
            err, RV_E_INVALID,
            "PATCH takes an object of settings, nested: {\"log\":{\"level\":\"debug\"}}");
    int rc = change(req, &place, object, err);
    rv_json_wipe(req->json);
    return rc == 0 ? answer_settings(req, &place, err) : rc;
}

int
rv_delete_settings(struct rv_request *req, rv_err *err)
{
    struct place place;
    RV_AUTO_JSON cJSON *object = cJSON_CreateObject();

    if (find_place(req, &place, err) < 0)
        return err->code;
    cJSON_AddNullToObject(object, place.section);
    int rc = change(req, &place, object, err);
    if (rc == 0)
        rv_answer_empty(req);
    return rc;
}
