/* SPDX-License-Identifier: Apache-2.0
 *
 * The key, and who may have what opened with it. Only the supervisor has one.
 */
#ifndef RV_SERVER_VAULT_H
#define RV_SERVER_VAULT_H

#include "base/json.h"
#include "home/home.h"

struct rv_server_vault;

/* The key file of the home, made when absent. */
int rv_server_vault_open(struct rv_server_vault **out, const struct rv_home *home, rv_err *err);
void rv_server_vault_close(struct rv_server_vault *vault);
/* The key is read at the start only, when it is checked against the database: the log says so when
 * the file holds another by now. */
void rv_server_vault_warn(const struct rv_server_vault *vault);
/* Something may be sealed with it from now on. */
void rv_server_vault_keep(struct rv_server_vault *vault);
/* The server cannot run like this: a key file that was made for it, and kept for nothing yet, goes
 * again, and the place is free for the right one. */
void rv_server_vault_unmake(struct rv_server_vault *vault);

/* Answers to a worker's frames; the caller's to send and delete. A text to seal that was made by
 * rv_lent_make with this word stands for what is stored already. */
cJSON *rv_server_vault_seal(const struct rv_server_vault *vault, const cJSON *request,
                            const char *word);
/* provider: the one that this worker serves; a place of another provider is refused. 0, of a worker
 * of the core itself: settings alone. RV_VAULT_DATASTORE: passwords of automate's datastore alone.
 */
enum { RV_VAULT_DATASTORE = -1 };
cJSON *rv_server_vault_unseal(const struct rv_server_vault *vault, const cJSON *request,
                              int64_t provider);
/* The same for who serves no provider, of places that begin so. */
cJSON *rv_server_vault_unseal_under(const struct rv_server_vault *vault, const cJSON *request,
                                    const char *prefix);
/* The value of this setting, wherever it is kept. */
cJSON *rv_server_vault_unseal_setting(const struct rv_server_vault *vault, const cJSON *request,
                                      const char *key);
/* Rotation. do: look, begin (with label, digits: twice the same is once) or retire. Answers the id
 * of the key that seals, those of all (ids), its label, how many keys there are and for how long
 * (age_ms). */
cJSON *rv_server_vault_keys(struct rv_server_vault *vault, const cJSON *request);
/* An envelope of a place sealed with the current key; nobody sees the text. */
cJSON *rv_server_vault_reseal(const struct rv_server_vault *vault, const cJSON *request);
/* Open what an API worker lends to a verify worker: values of `given` made by rv_lent_make with
 * this word become their secrets, in place. lent, an object, keeps what they stood for. */
int rv_server_vault_lend(const struct rv_server_vault *vault, cJSON *given, const char *word,
                         cJSON *lent, rv_err *err);
/* In the verify worker's answer, put the stand-ins back in the place of the secrets that were lent
 * and have not changed. */
void rv_server_vault_take_back(cJSON *secrets, const cJSON *lent);

#endif
