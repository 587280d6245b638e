/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections by what is stored: when somebody changes an option or a secret, the next call is made
 * through another one.
 */
#include "inventory/session.h"

#include "base/mem.h"
#include "base/text.h"

enum { OPTIONS_BYTES = 16 << 20 };

int
rv_session_open(struct rv_session *session, struct rv_store *store, const struct rv_vault *vault,
                int64_t provider_id, rv_err *err)
{
    *session = (struct rv_session){ .store = store, .vault = vault };
    return rv_provider_load(&session->provider, store, provider_id, err);
}

int
rv_session_load(struct rv_session *session, const char *module_dir, rv_err *err)
{
    return rv_module_load(&session->module, module_dir, session->provider->type, err);
}

void
rv_session_disconnect(struct rv_session *session)
{
    rv_connection_close(session->connection);
    rv_config_free(session->options);
    session->connection = NULL;
    session->options = NULL;
}

void
rv_session_close(struct rv_session *session)
{
    rv_session_disconnect(session);
    rv_provider_free(session->provider);
    session->provider = NULL;
}

/* A secret as it is stored stands for itself: enough to see that it was changed. */
static int
same_envelope(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    (void)arg, (void)place, (void)err;
    *out = rv_strdup(envelope);
    return 0;
}

static int
hash_options(const struct rv_session *session, uint64_t *hash, rv_err *err)
{
    struct rv_vault vault = { .open = same_envelope };
    cJSON *options = NULL;
    if (rv_provider_options(session->store, &vault, session->provider->id, &options, err) < 0)
        return err->code;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(OPTIONS_BYTES);
    int rc = rv_json_canonical(&text, options);
    cJSON_Delete(options);
    if (rc < 0)
        return rv_fail(err, RV_E_LIMIT, "the provider's options are too long");
    *hash = rv_hash64(rv_buf_text(&text), text.len, 0);
    return 0;
}

static int
read_options(struct rv_session *session, rv_err *err)
{
    cJSON *given = NULL;
    if (rv_provider_options(session->store, session->vault, session->provider->id, &given, err) < 0)
        return err->code;
    int rc = rv_config_make(&session->options, session->module, given, err);
    session->incomplete = rc == RV_E_INVALID;
    rv_json_wipe(given);
    cJSON_Delete(given);
    return rc < 0 ? rv_wrap(err, "options of provider '%s'", session->provider->name) : 0;
}

int
rv_session_connect(struct rv_session *session, const struct rv_call_spec *spec, rv_err *err)
{
    uint64_t hash = 0;
    if (hash_options(session, &hash, err) < 0)
        return err->code;
    if (session->connection && hash == session->options_hash)
        return 0;
    rv_session_disconnect(session);
    if (read_options(session, err) < 0)
        return err->code;
    if (rv_connection_open(&session->connection, session->module, session->options, spec, err) <
        0) {
        rv_session_disconnect(session);
        return rv_wrap(err, "connect");
    }
    session->options_hash = hash;
    return 1;
}

int
rv_session_is_stale(const struct rv_session *session, rv_err *err)
{
    uint64_t hash = 0;
    if (hash_options(session, &hash, err) < 0)
        return err->code;
    return session->connection != NULL && hash != session->options_hash;
}
