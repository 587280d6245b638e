/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing and opening on behalf of workers. What is opened leaves this process
 * in a frame only, and is wiped here.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/vault.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "home/home.h"
#include "server/protocol.h"

enum { SECRET_MAX_BYTES = 1 << 20 };

struct rv_server_vault {
    struct rv_key *key;
    char *path;
    int made; /* just now */
};

int
rv_server_vault_open(struct rv_server_vault **out, const struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(home->dir, "key");
    struct rv_key *key = NULL;
    int missing = access(path, F_OK) != 0;
    if (rv_key_load(&key, path, err))
        return err->code;
    *out = rv_alloc(sizeof(**out));
    (*out)->key = key;
    (*out)->path = rv_strdup(path);
    (*out)->made = missing;
    if (rv_key_count(key) > 1)
        rv_log(RV_INFO, "a new key is taking over; the old one still opens what it sealed",
               RV_F("file", RV_S(path)));
    return 0;
}

void
rv_server_vault_keep(struct rv_server_vault *vault)
{
    vault->made = 0;
}

void
rv_server_vault_warn(const struct rv_server_vault *vault)
{
    rv_err err = RV_ERR_INIT;
    if (access(vault->path, R_OK) && errno == EACCES)
        return; /* it is root's, and we are somebody else by now (--user) */
    int same = rv_key_is_file(vault->key, vault->path, &err);
    if (same < 0)
        rv_log_err(RV_WARNING, "key file no good; the key of the start stays in use", &err);
    else if (!same)
        rv_log(RV_WARNING, "a changed key file takes effect at the next start only",
               RV_F("file", RV_S(vault->path)));
}

void
rv_server_vault_unmake(struct rv_server_vault *vault)
{
    if (vault->made)
        unlink(vault->path);
    vault->made = 0;
}

void
rv_server_vault_close(struct rv_server_vault *vault)
{
    if (vault == NULL)
        return;
    rv_key_free(vault->key);
    free(vault->path);
    free(vault);
}

/* AUTH would say that a provider refused the secret, which it has never seen. */
static int
open_stored(rv_buf *out, const struct rv_server_vault *vault, const char *place,
            const char *envelope, rv_err *err)
{
    if (rv_secret_open(out, vault->key, place, envelope, err) != RV_E_AUTH)
        return err->code;
    rv_err why = *err;
    rv_err_clear(err);
    rv_fail(err, RV_E_CONFLICT, "a stored secret cannot be opened: %s", why.text);
    return rv_hint(err, "put your copy of the key file back and restart reeved; without a copy "
                        "give the secret again");
}

static cJSON *
answer(const char *type, const cJSON *request)
{
    cJSON *out = rv_message_new(type);
    cJSON_AddNumberToObject(out, "ticket", (double)rv_json_int(request, "ticket", 0));
    return out;
}

static int
seal_anew(rv_buf *out, const struct rv_server_vault *vault, const char *place, const char *from,
          const char *envelope, rv_err *err)
{
    rv_buf text = rv_buf_limited(SECRET_MAX_BYTES);
    int failed = rv_secret_open(&text, vault->key, from, envelope, err);
    if (!failed)
        failed = rv_secret_seal(out, vault->key, place, rv_buf_text(&text), text.len, err);
    rv_buf_wipe(&text);
    return failed;
}

/* A stand-in: what is stored there already, or sealed anew for another place of the same provider.
 */
static int
seal_lent(rv_buf *out, const struct rv_server_vault *vault, const char *place, const char *from,
          const char *envelope, rv_err *err)
{
    const char *provider = strrchr(place, '/'), *provider_from = strrchr(from, '/');
    if (!provider || !provider_from || strcmp(provider, provider_from) != 0)
        return rv_fail(err, RV_E_PERMISSION, "'%s' is of another provider than '%s'", from, place);
    /* What a key sealed that is being replaced must not come back. */
    if (strcmp(place, from) == 0 && rv_key_is_current(vault->key, envelope))
        rv_buf_add_string(out, envelope);
    else
        return seal_anew(out, vault, place, from, envelope, err);
    return 0;
}

static int
act_on_keys(struct rv_server_vault *vault, const cJSON *request, rv_err *err)
{
    const char *act = rv_json_string(request, "do"), *label = rv_json_string(request, "label");
    if (rv_streq(act, "look"))
        return 0;
    if (rv_streq(act, "begin") && label && *label && strspn(label, "0123456789") == strlen(label) &&
        strlen(label) < 20)
        return rv_key_begin(vault->key, vault->path, label, err);
    /* Only who began it may end it. */
    if (rv_streq(act, "retire") && rv_streq(label, rv_key_label(vault->key)))
        return rv_key_retire(vault->key, vault->path, err);
    return rv_fail(err, RV_E_INVALID, "keys: neither look nor begin nor retire, or another's");
}

/* The file is replaced when a rotation begins. */
static int64_t
key_age_ms(const struct rv_server_vault *vault)
{
    struct stat about;
    if (stat(vault->path, &about))
        return 0;
    int64_t age_ms = rv_now_ms() - (int64_t)about.st_mtim.tv_sec * 1000;
    return age_ms > 0 ? age_ms : 0;
}

cJSON *
rv_server_vault_keys(struct rv_server_vault *vault, const cJSON *request)
{
    rv_err err = RV_ERR_INIT;
    cJSON *out = answer("keys", request);
    if (act_on_keys(vault, request, &err))
        rv_message_put_error(out, &err);
    cJSON_AddStringToObject(out, "current", rv_key_id(vault->key, 0));
    cJSON *ids = cJSON_AddArrayToObject(out, "ids");
    for (int i = 0; i < rv_key_count(vault->key); i++)
        cJSON_AddItemToArray(ids, cJSON_CreateString(rv_key_id(vault->key, i)));
    cJSON_AddStringToObject(out, "label", rv_key_label(vault->key));
    cJSON_AddNumberToObject(out, "count", rv_key_count(vault->key));
    cJSON_AddNumberToObject(out, "age_ms", (double)key_age_ms(vault));
    return out;
}

cJSON *
rv_server_vault_reseal(const struct rv_server_vault *vault, const cJSON *request)
{
    rv_err err = RV_ERR_INIT;
    const char *place = rv_json_string(request, "place");
    const char *envelope = rv_json_string(request, "envelope");
    cJSON *out = answer("resealed", request);
    rv_buf sealed = rv_buf_limited(2 * SECRET_MAX_BYTES);
    int failed = place && envelope
                     ? seal_anew(&sealed, vault, place, place, envelope, &err)
                     : rv_fail(&err, RV_E_INVALID, "reseal: place or envelope is missing");
    if (failed)
        rv_message_put_error(out, &err);
    else
        cJSON_AddStringToObject(out, "text", rv_buf_text(&sealed));
    rv_buf_free(&sealed);
    return out;
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

/* may: whether this worker has business with the place; no: what it is told when it has not. */
static cJSON *
unseal(const struct rv_server_vault *vault, const cJSON *request, int may, const char *no)
{
    rv_err err = RV_ERR_INIT;
    const char *place = rv_json_string(request, "place");
    const char *envelope = rv_json_string(request, "envelope");
    cJSON *out = answer("opened", request);
    rv_buf text = rv_buf_limited(SECRET_MAX_BYTES);
    int failed = 0;
    if (place == NULL || envelope == NULL)
        failed = rv_fail(&err, RV_E_INVALID, "open: place or envelope is missing");
    else if (!may)
        failed = rv_fail(&err, RV_E_PERMISSION, "this worker %s '%s'", no, place);
    else
        failed = open_stored(&text, vault, place, envelope, &err);
    if (failed)
        rv_message_put_error(out, &err);
    else
        cJSON_AddStringToObject(out, "text", rv_buf_text(&text));
    rv_buf_wipe(&text);
    return out;
}

cJSON *
rv_server_vault_unseal(const struct rv_server_vault *vault, const cJSON *request, int64_t provider)
{
    const char *place = rv_json_string(request, "place");
    return unseal(vault, request, place && belongs_to(place, provider),
                  "does not serve the provider of");
}

cJSON *
rv_server_vault_unseal_under(const struct rv_server_vault *vault, const cJSON *request,
                             const char *prefix)
{
    const char *place = rv_json_string(request, "place");
    return unseal(vault, request, place && strncmp(place, prefix, strlen(prefix)) == 0,
                  "has no business with");
}

cJSON *
rv_server_vault_unseal_setting(const struct rv_server_vault *vault, const cJSON *request,
                               const char *key)
{
    static const char table[] = "settings_changes/";
    const char *place = rv_json_string(request, "place"),
               *last = place ? strrchr(place, '/') : NULL;
    return unseal(vault, request,
                  last && strncmp(place, table, strlen(table)) == 0 && strcmp(last + 1, key) == 0,
                  "has no business with");
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
    int failed = open_stored(&text, vault, place, envelope, err);
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
