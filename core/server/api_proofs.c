/* SPDX-License-Identifier: Apache-2.0
 *
 * A proof is asked of the supervisor, which has it made by a worker of its own; the answer comes
 * with the ticket of the question.
 */
#include "server/api_proofs.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "server/lay.h"
#include "server/protocol.h"

enum { PROOF_EXTRA_MS = 5000 };

/* A proof that somebody waits for. */
struct rv_proof {
    int64_t ticket;
    int64_t until_ms; /* monotonic; the supervisor answers long before */
    rv_verify_done done;
    void *arg;
    struct rv_proof *next;
};

static void
expect_proof(struct rv_proofs *proofs, int64_t ticket, rv_verify_done done, void *done_arg)
{
    struct rv_proof *proof = rv_alloc(sizeof(*proof));
    proof->ticket = ticket;
    proof->until_ms = rv_monotonic_ms() + PROOF_EXTRA_MS +
                      rv_settings_int(proofs->worker->settings, "verify.timeout");
    proof->done = done;
    proof->arg = done_arg;
    proof->next = proofs->first;
    proofs->first = proof;
}

/* Takes given. */
static int
ask_for_proof(struct rv_proofs *proofs, const char *type, cJSON *given, rv_verify_done done,
              void *done_arg, rv_err *err)
{
    cJSON *message = rv_message_new("verify");
    int64_t ticket = ++proofs->worker->ticket;
    cJSON_AddNumberToObject(message, "ticket", (double)ticket);
    cJSON_AddStringToObject(message, "module", type);
    cJSON_AddItemToObject(message, "given", given);
    int failed = rv_worker_try_send(proofs->worker, message, err);
    rv_json_wipe(message);
    cJSON_Delete(message);
    if (failed)
        return rv_wrap(err, "verify the provider's options");
    expect_proof(proofs, ticket, done, done_arg);
    return 0;
}

void
rv_proofs_give_up(struct rv_proofs *proofs)
{
    int64_t now_ms = rv_monotonic_ms();
    struct rv_proof **link = &proofs->first;
    while (*link) {
        struct rv_proof *proof = *link;
        rv_err err = RV_ERR_INIT;
        if (proof->until_ms > now_ms) {
            link = &proof->next;
            continue;
        }
        *link = proof->next;
        rv_fail(&err, RV_E_TIMEOUT, "nobody has answered whether the provider's options are right");
        proof->done(proof->arg, &err, NULL);
        free(proof);
        link = &proofs->first; /* done may have asked for another */
    }
}

int
rv_proofs_ask(struct rv_proofs *proofs, const char *type, const cJSON *given, rv_verify_done done,
              void *done_arg, rv_err *err)
{
    cJSON *copy = given ? cJSON_Duplicate(given, 1) : cJSON_CreateObject();
    return ask_for_proof(proofs, type, copy, done, done_arg, err);
}

/* In place of a secret, its sealed form, which the supervisor opens for the verify worker. */
static int
lend(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    const struct rv_worker *worker = arg;
    (void)err;
    *out = rv_lent_make(worker->lend_word, place, envelope);
    return 0;
}

static int
stored_options(struct rv_worker *worker, int64_t id, struct rv_provider **provider, cJSON **options,
               rv_err *err)
{
    const struct rv_vault lender = { .arg = worker, .seal = worker->vault.seal, .open = lend };
    if (rv_provider_load(provider, worker->store, id, err) ||
        rv_provider_options(worker->store, &lender, id, options, err))
        return err->code;
    return 0;
}

/* NULL when it is not known, which a module that broke since is. */
static const cJSON *
manifest_of(const cJSON *types, const char *module)
{
    const cJSON *manifest;
    cJSON_ArrayForEach(manifest, cJSON_GetObjectItemCaseSensitive(types, "types"))
    {
        if (rv_streq(rv_json_string(manifest, "name"), module))
            return manifest;
    }
    return NULL;
}

int
rv_proofs_ask_stored(struct rv_proofs *proofs, int64_t provider_id, const cJSON *given,
                     const cJSON *types, rv_verify_done done, void *done_arg, rv_err *err)
{
    struct rv_provider *provider = NULL;
    cJSON *options = NULL;
    int failed = stored_options(proofs->worker, provider_id, &provider, &options, err);
    if (!failed)
        failed = rv_lay_options(options, given, manifest_of(types, provider->type),
                                proofs->worker->lend_word, err);
    if (!failed) {
        failed = ask_for_proof(proofs, provider->type, options, done, done_arg, err);
        options = NULL;
    }
    cJSON_Delete(options);
    rv_provider_free(provider);
    return failed;
}

void
rv_proofs_take(struct rv_proofs *proofs, const cJSON *frame)
{
    rv_err err = RV_ERR_INIT;
    int64_t ticket = rv_json_int(frame, "ticket", 0);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(frame, "result");
    struct rv_proof **link = &proofs->first;
    while (*link && (*link)->ticket != ticket)
        link = &(*link)->next;
    struct rv_proof *proof = *link;
    if (proof == NULL)
        return;
    *link = proof->next;
    rv_message_error(result, &err);
    proof->done(proof->arg, &err, cJSON_GetObjectItemCaseSensitive(result, "prepared"));
    free(proof);
}

void
rv_proofs_forget(struct rv_proofs *proofs)
{
    while (proofs->first) {
        struct rv_proof *proof = proofs->first;
        proofs->first = proof->next;
        free(proof);
    }
}
