/* SPDX-License-Identifier: Apache-2.0
 *
 * Receivers: addresses (/hooks/NAME) that events may be sent to, each with a secret of its own, of
 * which only a digest is kept.
 */
#ifndef RV_HOOK_RECEIVER_H
#define RV_HOOK_RECEIVER_H

#include "store/store.h"

enum { RV_RECEIVER_NAME_MAX = 63, RV_RECEIVER_SECRET_BYTES = 24 };

struct rv_receiver {
    int64_t id, ems_id;
    int enabled;
    int format;   /* enum rv_hook_format */
    int64_t rate; /* requests a minute; 0: as hooks.rate says */
    char name[RV_RECEIVER_NAME_MAX + 1];
    char digest[65];
};

/* What is to be made or changed; NULL and -1: as it is, or the default. */
struct rv_receiver_spec {
    const char *name; /* a-z, 0-9, '-' and '_'; only when it is made */
    const char *description;
    const char *format;
    int64_t ems_id; /* 0: none */
    int64_t rate;
    int enabled;
};

/* 1, 0 when there is none, or an error. */
int rv_receiver_find(struct rv_receiver *out, struct rv_store *store, const char *name,
                     rv_err *err);
/* secret holds 2 * RV_RECEIVER_SECRET_BYTES + 1 bytes; it is shown once: wipe it then. CONFLICT
 * when the name is taken, INVALID, NOT_FOUND (no such provider). */
int rv_receiver_create(struct rv_store *store, const struct rv_receiver_spec *spec, char *secret,
                       int64_t *id, rv_err *err);
int rv_receiver_edit(struct rv_store *store, int64_t id, const struct rv_receiver_spec *spec,
                     rv_err *err);
/* The old one is good no longer. */
int rv_receiver_new_secret(struct rv_store *store, int64_t id, char *secret, rv_err *err);
/* So many more requests to it were refused. */
int rv_receiver_refused(struct rv_store *store, int64_t id, int64_t count, rv_err *err);
/* What came stays, and is handled. */
int rv_receiver_delete(struct rv_store *store, int64_t id, rv_err *err);

#endif
