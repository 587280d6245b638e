/* SPDX-License-Identifier: Apache-2.0
 *
 * Systems that cannot be talked to: the provider is pointed, by its own options, at
 * a bad peer on loopback. Whatever that does, verify and refresh end with an error that says
 * something, and nothing is declared complete.
 */
#include "checks.h"

#include <string.h>
#include "callback.h"
#include "peer.h"
#include "record.h"

enum { CANCEL_MS = 300 };

static const struct reeve_option *
find_option(const struct trial *trial, const char *name)
{
    const struct reeve_option *option = trial->provider->options;
    for (; option && option->name; option++)
        if (strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

static void
set_option(cJSON *options, const char *name, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(options, name);
    cJSON_AddStringToObject(options, name, value);
}

/* Where the provider has the well-known options: plain HTTP, so that it gets past the handshake. */
static void
set_plain(cJSON *options, const struct reeve_option *protocol)
{
    for (size_t i = 0; protocol && protocol->choices && protocol->choices[i]; i++)
        if (strcmp(protocol->choices[i], "non-ssl") == 0)
            set_option(options, protocol->name, "non-ssl");
}

/* Options that point to the peer; NULL when the provider has none that could. */
static cJSON *
options_for(struct trial *trial, const struct peer *peer, int plain)
{
    RV_AUTO_FREE char *port = rv_format("%d", peer->port);
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d", peer->port);
    const struct reeve_option *option = trial->provider->options;
    cJSON *options = trial_options(trial, 1);
    if (find_option(trial, "hostname") && find_option(trial, "port")) {
        set_option(options, "hostname", "127.0.0.1");
        set_option(options, "port", port);
        if (plain)
            set_plain(options, find_option(trial, "security_protocol"));
        return options;
    }
    for (; option && option->name; option++) {
        if (option->type == REEVE_OPT_URL && (option->flags & REEVE_OPT_REQUIRED)) {
            set_option(options, option->name, url);
            return options;
        }
    }
    cJSON_Delete(options);
    return NULL;
}

static void
judge(struct trial *trial, const struct run *run, const struct record *record, const char *peer)
{
    if (callback_prompt(trial, run) < 0)
        return;
    if (run->rc == 0)
        trial_fail(trial, "%s returned 0 from %s", run->name, peer);
    else if (run->err.text[0] == '\0' || strstr(run->err.text, " of provider '"))
        trial_fail(trial, "%s gave no text for its error from %s", run->name, peer);
    for (int i = 0; record && i < record->kinds; i++)
        if (record->complete[i])
            trial_fail(trial,
                       "%s declared '%s' complete after %s: all of them would be taken for "
                       "gone",
                       run->name, rv_model_at(i)->name, peer);
}

static void
meet(struct trial *trial, struct rv_config *config, int64_t cancel_ms, const char *peer)
{
    int64_t deadline_ms = cancel_ms ? 0 : trial->conform->peer_ms;
    struct rv_connection *connection = NULL;
    struct rv_identity_found found;
    struct record *record = trial_record(trial);
    struct run open = { 0 }, verify = { .timeout_ms = deadline_ms, .cancel_at_ms = cancel_ms };
    struct run refresh = { .record = record, .timeout_ms = deadline_ms, .cancel_at_ms = cancel_ms };
    if (callback_open(trial, config, &open, &connection) < 0) {
        trial_remark(trial, "open refuses it: %.150s", open.err.text);
        return;
    }
    if (trial->provider->verify) {
        callback_verify(trial, connection, &verify, &found);
        judge(trial, &verify, NULL, peer);
    }
    if (trial->provider->inventory) {
        callback_refresh(trial, connection, &refresh);
        judge(trial, &refresh, record, peer);
    }
    callback_close(trial, connection);
    trial_remark(trial, "%.180s", refresh.err.text);
}

static void
meet_peer(struct trial *trial, enum peer_manner manner, int plain, const char *words)
{
    rv_err err = RV_ERR_INIT;
    struct peer peer;
    if (peer_start(&peer, manner, &err) < 0) {
        trial_fail_err(trial, &err, "a peer");
        peer_stop(&peer);
        return;
    }
    RV_AUTO_JSON cJSON *options = options_for(trial, &peer, plain);
    struct rv_config *config = options ? trial_config_of(trial, options, &err) : NULL;
    if (options == NULL)
        trial_remark(trial, "it has no options that name an address");
    else if (config == NULL)
        trial_remark(trial, "its options do not allow it: %.120s", err.text);
    else
        meet(trial, config, manner == PEER_SILENT ? CANCEL_MS : 0, words);
    peer_stop(&peer);
    if (trial_failed(trial))
        trial_advise(trial, "look at each status and each answer's shape before you go on "
                            "(reeve_http_check, reeve_json_need_...), and say what was wrong");
}

void
check_silent_peer(struct trial *trial)
{
    meet_peer(trial, PEER_SILENT, 0, "a peer that never answered");
}

void
check_closing_peer(struct trial *trial)
{
    meet_peer(trial, PEER_CLOSING, 0, "a peer that closed the connection");
}

void
check_failing_peer(struct trial *trial)
{
    meet_peer(trial, PEER_FAILING, 1, "a peer that answered 500, 503 and 429");
}

void
check_garbage_peer(struct trial *trial)
{
    meet_peer(trial, PEER_GARBAGE, 1, "a peer that answered garbage");
}
