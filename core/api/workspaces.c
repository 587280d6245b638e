/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to workspaces. Who opens a password is written down.
 */
#include "api/workspaces.h"

#include <stdlib.h>
#include <string.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "api/works.h"
#include "automate/workspace.h"
#include "base/secret.h"
#include "base/text.h"

/* Members that name the action or the row. */
static int
is_about(const char *name)
{
    return rv_streq(name, "action") || rv_streq(name, "id") || rv_streq(name, "href") ||
           rv_streq(name, "guid");
}

static int
answer_row(struct rv_job *job, int64_t id, rv_err *err)
{
    return rv_document_one(job->req, rv_job_out(job), job->kind, id, err);
}

int
rv_workspace_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    RV_AUTO_JSON cJSON *given = cJSON_CreateObject();
    const cJSON *member;

    cJSON_ArrayForEach(member, item)
    {
        if (is_about(member->string))
            continue;
        if (!rv_streq(member->string, "objects") && !rv_streq(member->string, "state_vars"))
            return rv_fail(err, RV_E_INVALID,
                           "unknown attribute '%.80s'; there are objects and state_vars",
                           member->string);
        cJSON_AddItemToObject(given, member->string, cJSON_Duplicate(member, 1));
    }
    if (rv_workspace_edit(job->req->api->config.store, id, given, err) < 0)
        return err->code;
    return answer_row(job, id, err);
}

struct asked {
    const char *object, *attribute, *value;
};

static int
read_asked(struct asked *asked, const cJSON *item, rv_err *err)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, item)
    {
        const char **into = rv_streq(member->string, "object")      ? &asked->object
                            : rv_streq(member->string, "attribute") ? &asked->attribute
                            : rv_streq(member->string, "value")     ? &asked->value
                                                                    : NULL;
        if (is_about(member->string))
            continue;
        if (!into)
            return rv_fail(err, RV_E_INVALID,
                           "unknown attribute '%.80s'; there are object, attribute and value",
                           member->string);
        if (!cJSON_IsString(member))
            return rv_fail(err, RV_E_INVALID, "%s: a text is expected", member->string);
        *into = member->valuestring;
    }
    if (!asked->object || !asked->attribute)
        return rv_fail(err, RV_E_INVALID, "object and attribute are expected");
    return 0;
}

int
rv_workspace_encrypt_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_api_config *config = &job->req->api->config;
    struct asked asked = { 0 };

    if (read_asked(&asked, item, err) < 0)
        return err->code;
    if (!asked.value)
        return rv_fail(err, RV_E_INVALID, "value: a text is expected");
    if (rv_workspace_encrypt(config->store, &config->host.vault, id, asked.object, asked.attribute,
                             asked.value, err) < 0)
        return err->code;
    return answer_row(job, id, err);
}

int
rv_workspace_decrypt_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_api_config *config = &job->req->api->config;
    struct asked asked = { 0 };
    rv_json_writer *w = rv_job_out(job);
    char *text = NULL;

    if (read_asked(&asked, item, err) < 0 ||
        rv_workspace_decrypt(&text, config->store, &config->host.vault, id, asked.object,
                             asked.attribute, err) < 0)
        return err->code;
    rv_job_audit(job, "automate_workspace_decrypt", id,
                 rv_arena_format(job->req->arena, "password '%.100s' of '%.200s' was opened",
                                 asked.attribute, asked.object));
    rv_jw_object(w);
    rv_jw_name(w, "object");
    rv_jw_string(w, asked.object);
    rv_jw_name(w, "attribute");
    rv_jw_string(w, asked.attribute);
    rv_jw_name(w, "value");
    rv_jw_string(w, text);
    rv_jw_end_object(w);
    rv_wipe(text, strlen(text));
    free(text);
    return 0;
}
