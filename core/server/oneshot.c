/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers for one job: to prove a provider's credentials before they are stored,
 * and to ask the installed modules what they offer. A module that crashes or hangs
 * costs such a process and nothing else.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "server/protocol.h"

enum { MOST_VERIFYING = 8 };

static int
count_verifying(const struct rv_supervisor *s)
{
    int count = 0;
    for (const struct rv_child *child = s->children; child; child = child->next)
        count += strcmp(child->type, "verify") == 0;
    return count;
}

/* Takes result. LIMIT when it is larger than a frame; an asker that is gone needs no answer. */
static int
answer(struct rv_child *asker, int64_t ticket, cJSON *result)
{
    cJSON *message = rv_message_new("proved");
    cJSON_AddNumberToObject(message, "ticket", (double)ticket);
    cJSON_AddItemToObject(message, "result", result);
    rv_err err = RV_ERR_INIT;
    int failed = rv_child_try_send(asker, message, &err);
    rv_json_wipe(message);
    cJSON_Delete(message);
    return failed == RV_E_LIMIT ? RV_E_LIMIT : 0;
}

static void
answer_error(struct rv_child *asker, int64_t ticket, const rv_err *err)
{
    cJSON *result = cJSON_CreateObject();
    rv_message_put_error(result, err);
    answer(asker, ticket, result);
}

static int
send_job(struct rv_supervisor *s, struct rv_child *child, struct rv_child *asker,
         const cJSON *request, rv_err *err)
{
    const char *module = rv_json_string(request, "module");
    cJSON *job = rv_message_new("job");
    cJSON *given = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(request, "given"), 1);
    cJSON_AddStringToObject(job, "module", module ? module : "");
    child->lent = cJSON_CreateObject();
    int failed = rv_server_vault_lend(s->vault, given, asker->lend_word, child->lent, err);
    cJSON_AddItemToObject(job, "given", given);
    if (!failed)
        failed = rv_child_try_send(child, job, err);
    rv_json_wipe(given);
    cJSON_Delete(job);
    return failed;
}

void
rv_supervisor_verify(struct rv_supervisor *s, struct rv_child *asker, const cJSON *request)
{
    rv_err err = RV_ERR_INIT;
    int64_t ticket = rv_json_int(request, "ticket", 0);
    struct rv_child *child = NULL;
    if (count_verifying(s) >= MOST_VERIFYING)
        rv_fail(&err, RV_E_RATE_LIMITED, "%d providers are being verified already; try again soon",
                MOST_VERIFYING);
    else if (s->stop_ms || (child = rv_supervisor_spawn(s, "verify", 0, NULL, 0)) == NULL)
        rv_fail(&err, RV_E_UNAVAILABLE, "no process could be started to verify the provider");
    if (child == NULL) {
        answer_error(asker, ticket, &err);
        return;
    }
    memcpy(child->asker, asker->guid, sizeof(child->asker));
    child->ticket = ticket;
    child->deadline_ms = rv_monotonic_ms() + rv_supervisor_limit(s, "verify.timeout");
    if (send_job(s, child, asker, request, &err)) {
        child->answered = 1;
        answer_error(asker, ticket, &err);
        rv_child_kill(child, "its job could not be given");
    }
}

void
rv_supervisor_proof(struct rv_supervisor *s, struct rv_child *child, const cJSON *frame)
{
    struct rv_child *asker = rv_supervisor_find_guid(s, child->asker);
    cJSON *result = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(frame, "result"), 1);
    cJSON *prepared = cJSON_GetObjectItemCaseSensitive(result, "prepared");
    rv_server_vault_take_back(cJSON_GetObjectItemCaseSensitive(prepared, "secrets"), child->lent);
    child->answered = 1;
    if (asker == NULL || result == NULL) {
        cJSON_Delete(result);
        return;
    }
    if (answer(asker, child->ticket, result)) {
        rv_err err = RV_ERR_INIT;
        rv_fail(&err, RV_E_LIMIT, "what the provider's module made of the options is too large");
        answer_error(asker, child->ticket, &err);
    }
}

void
rv_supervisor_describe(struct rv_supervisor *s)
{
    if (rv_supervisor_find(s, "describe"))
        return;
    struct rv_child *child = rv_supervisor_spawn(s, "describe", 0, NULL, 0);
    if (child)
        child->deadline_ms = rv_monotonic_ms() + rv_supervisor_limit(s, "verify.timeout");
    else
        s->described = 1;
}

void
rv_supervisor_manifests(struct rv_supervisor *s, const cJSON *types)
{
    RV_AUTO_JSON cJSON *message = rv_message_new("types");
    cJSON_Delete(s->types);
    s->types = cJSON_Duplicate(types, 1);
    s->described = 1;
    cJSON_AddItemToObject(message, "types", cJSON_Duplicate(types, 1));
    for (struct rv_child *child = s->children; child; child = child->next)
        if (strcmp(child->type, "api") == 0)
            rv_child_send(child, message);
    rv_supervisor_check(s);
}

void
rv_supervisor_oneshot_ended(struct rv_supervisor *s, struct rv_child *child, const char *how)
{
    rv_err err = RV_ERR_INIT;
    struct rv_child *asker = rv_supervisor_find_guid(s, child->asker);
    if (child->answered)
        return;
    rv_log(RV_WARNING, "worker ended without an answer", RV_F("type", RV_S(child->type)),
           RV_F("of", RV_I(child->pid)), RV_F("how", RV_S(how)));
    if (strcmp(child->type, "describe") == 0) {
        s->described = 1;
        return;
    }
    if (asker == NULL)
        return;
    if (child->ended_by_us)
        rv_fail(&err, RV_E_TIMEOUT, "the provider was not verified within %lld s",
                (long long)(rv_supervisor_limit(s, "verify.timeout") / 1000));
    else
        rv_fail(&err, RV_E_PROTOCOL, "the provider's module ended the process that verified it: %s",
                how);
    rv_hint(&err, child->ended_by_us
                      ? "check the address, or allow more time with the setting verify.timeout"
                      : "this is a mistake in the module: update it, or tell its author");
    answer_error(asker, child->ticket, &err);
}
