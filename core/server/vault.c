/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing and opening on behalf of workers. What is opened leaves this process
 * in a frame only, and is wiped here.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/vault.h"

#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "server/home.h"
#include "server/protocol.h"

enum { SECRET_MAX_BYTES = 1 << 20 };

struct rv_server_vault {
    struct rv_key *key;
};

int
rv_server_vault_open(struct rv_server_vault **out, const struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(home->dir, "key");
    struct rv_key *key = NULL;
    int missing = access(path, F_OK) != 0;
    if (rv_key_load(&key, path, err))
        return err->code;
    if (missing && !home->is_new)
        rv_log(
            RV_WARNING,
            "the key file was missing and a new one was made: credentials in the store that were "
            "sealed with the old one cannot be opened",
            RV_F("file", RV_S(path)),
            RV_F("hint",
                 RV_S("stop reeved, put your copy of the key in its place and start; without a "
                      "copy, give the credentials of each provider again")));
    *out = rv_alloc(sizeof(**out));
    (*out)->key = key;
    return 0;
}

void
rv_server_vault_close(struct rv_server_vault *vault)
{
    if (vault == NULL)
        return;
    rv_key_free(vault->key);
    free(vault);
}

static cJSON *
answer(const char *type, const cJSON *request)
{
    cJSON *out = rv_message_new(type);
    cJSON_AddNumberToObject(out, "ticket", (double)rv_json_int(request, "ticket", 0));
    return out;
}

/* A stand-in: what is stored there already, or sealed anew for another place of the same provider.
 */
static int
seal_lent(rv_buf *out, const struct rv_server_vault *vault, const char *place, const char *from,
          const char *envelope, rv_err *err)
{
    const char *provider = strrchr(place, '/'), *provider_from = strrchr(from, '/');
    rv_buf text = rv_buf_limited(SECRET_MAX_BYTES);
    int failed = 0;
    if (strcmp(place, from) == 0)
        rv_buf_add_string(out, envelope);
    else if (!provider || !provider_from || strcmp(provider, provider_from) != 0)
        failed =
            rv_fail(err, RV_E_PERMISSION, "'%s' is of another provider than '%s'", from, place);
    else if ((failed = rv_secret_open(&text, vault->key, from, envelope, err)) == 0)
        failed = rv_secret_seal(out, vault->key, place, rv_buf_text(&text), text.len, err);
    rv_buf_wipe(&text);
    return failed;
}

static int
seal_text(rv_buf *out, const struct rv_server_vault *vault, const char *place, const char *text,
          const char *word, rv_err *err)
{
    RV_AUTO_FREE char *from = NULL;
    RV_AUTO_FREE char *envelope = NULL;
    if (place == NULL || text == NULL)
        return rv_fail(err, RV_E_INVALID, "seal: place or text is missing");
    if (rv_lent_parse(text, word, &from, &envelope))
        return seal_lent(out, vault, place, from, envelope, err);
    return rv_secret_seal(out, vault->key, place, text, strlen(text), err);
}

cJSON *
rv_server_vault_seal(const struct rv_server_vault *vault, const cJSON *request, const char *word)
{
    rv_err err = RV_ERR_INIT;
    cJSON *out = answer("sealed", request);
    rv_buf envelope = rv_buf_limited(2 * SECRET_MAX_BYTES);
    if (seal_text(&envelope, vault, rv_json_string(request, "place"),
                  rv_json_string(request, "text"), word, &err))
        rv_message_put_error(out, &err);
    else
        cJSON_AddStringToObject(out, "text", rv_buf_text(&envelope));
    rv_buf_free(&envelope);
    return out;
}

/* The provider is the last part of "table/row/column/provider". */
static int
belongs_to(const char *place, int64_t provider)
{
    if (provider == 0)
        return strncmp(place, "settings_changes/", 17) == 0;
    rv_err ignored = RV_ERR_INIT;
    int64_t id = 0;
    const char *slash = strrchr(place, '/');
    return slash && rv_parse_int(&id, slash + 1, &ignored) == 0 && id == provider;
}

cJSON *
rv_server_vault_unseal(const struct rv_server_vault *vault, const cJSON *request, int64_t provider)
{
    rv_err err = RV_ERR_INIT;
    const char *place = rv_json_string(request, "place");
    const char *envelope = rv_json_string(request, "envelope");
    cJSON *out = answer("opened", request);
    rv_buf text = rv_buf_limited(SECRET_MAX_BYTES);
    int failed = 0;
    if (place == NULL || envelope == NULL)
        failed = rv_fail(&err, RV_E_INVALID, "open: place or envelope is missing");
    else if (!belongs_to(place, provider))
        failed = rv_fail(&err, RV_E_PERMISSION, "this worker does not serve the provider of '%s'",
                         place);
    else
        failed = rv_secret_open(&text, vault->key, place, envelope, &err);
    if (failed)
        rv_message_put_error(out, &err);
    else
        cJSON_AddStringToObject(out, "text", rv_buf_text(&text));
    rv_buf_wipe(&text);
    return out;
}

static void
keep_lent(cJSON *lent, const char *name, const char *stand_in, const rv_buf *text)
{
    char digest[65];
    cJSON *one = cJSON_AddObjectToObject(lent, name);
    rv_sha256_hex(digest, rv_buf_text(text), text->len);
    cJSON_AddStringToObject(one, "digest", digest);
    cJSON_AddStringToObject(one, "stand_in", stand_in);
}

static int
lend_one(const struct rv_server_vault *vault, cJSON *item, const char *word, cJSON *lent,
         rv_err *err)
{
    RV_AUTO_FREE char *place = NULL;
    RV_AUTO_FREE char *envelope = NULL;
    if (!cJSON_IsString(item) || !rv_lent_parse(item->valuestring, word, &place, &envelope))
        return 0;
    rv_buf text = rv_buf_limited(SECRET_MAX_BYTES);
    int failed = rv_secret_open(&text, vault->key, place, envelope, err);
    if (!failed) {
        keep_lent(lent, item->string, item->valuestring, &text);
        cJSON_SetValuestring(item, rv_buf_text(&text));
    }
    rv_buf_wipe(&text);
    return failed;
}

int
rv_server_vault_lend(const struct rv_server_vault *vault, cJSON *given, const char *word,
                     cJSON *lent, rv_err *err)
{
    for (cJSON *item = given ? given->child : NULL; item; item = item->next)
        if (lend_one(vault, item, word, lent, err))
            return rv_wrap(err, "stored option '%s'", item->string);
    return 0;
}

void
rv_server_vault_take_back(cJSON *secrets, const cJSON *lent)
{
    for (cJSON *item = secrets ? secrets->child : NULL; item; item = item->next) {
        char digest[65];
        const cJSON *one = cJSON_GetObjectItemCaseSensitive(lent, item->string);
        const char *same = rv_json_string(one, "digest");
        if (same == NULL || !cJSON_IsString(item))
            continue;
        rv_sha256_hex(digest, item->valuestring, strlen(item->valuestring));
        if (strcmp(digest, same) != 0)
            continue;
        rv_wipe(item->valuestring, strlen(item->valuestring));
        cJSON_SetValuestring(item, rv_json_string(one, "stand_in"));
    }
}
