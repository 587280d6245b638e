/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs that a provider's options are right, which requests of the API wait for.
 */
#ifndef RV_SERVER_API_PROOFS_H
#define RV_SERVER_API_PROOFS_H

#include "api/api.h"
#include "server/worker.h"

struct rv_proof;

struct rv_proofs {
    struct rv_worker *worker;
    struct rv_proof *first;
};

/* Ask for one; done is called once, later, from take or give_up. given (may be NULL): options of a
 * provider of this type. LIMIT when they are too many. */
int rv_proofs_ask(struct rv_proofs *proofs, const char *type, const cJSON *given,
                  rv_verify_done done, void *done_arg, rv_err *err);
/* The same for a provider that is stored, with what is given laid over its options. types: the
 * manifests of the modules. */
int rv_proofs_ask_stored(struct rv_proofs *proofs, int64_t provider_id, const cJSON *given,
                         const cJSON *types, rv_verify_done done, void *done_arg, rv_err *err);
/* A frame "proved". */
void rv_proofs_take(struct rv_proofs *proofs, const cJSON *frame);
/* Those that nobody has answered in time end as TIMEOUT. */
void rv_proofs_give_up(struct rv_proofs *proofs);
/* All of them, without a word. */
void rv_proofs_forget(struct rv_proofs *proofs);

#endif
