/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists every collection once. A kind that two collections share (replicators) is complete
 * only when both were listed; a stream's position is stored only behind the completion of its
 * kind, so that a refresh cut short in between is made again.
 */
#include "provider.h"

#include <string.h>

#include "list.h"

struct progress {
    struct kube_work work;
    struct kube_listing listings[KUBE_COLLECTIONS_MAX];
    int listed[KUBE_COLLECTIONS_MAX];
};

static int
store_positions(struct progress *p, const char *kind)
{
    for (int i = 0; i < kube_collection_count; i++) {
        int rc;

        if (!p->listed[i] || strcmp(kube_collections[i].kind, kind) != 0)
            continue;
        rc = reeve_checkpoint(p->work.inv, kube_collections[i].name, p->listings[i].version);
        if (rc)
            return rc;
    }
    return 0;
}

/* 1: every collection of the kind was listed; 0: some are still to come; -1: one was refused. */
static int
kind_state(const struct progress *p, const char *kind, int upto)
{
    int state = 1;

    for (int i = 0; i < kube_collection_count; i++) {
        if (strcmp(kube_collections[i].kind, kind) != 0)
            continue;
        if (i > upto)
            return 0;
        if (!p->listed[i])
            state = -1;
    }
    return state;
}

static int
list_one(struct progress *p, int i)
{
    const struct kube_collection *what = &kube_collections[i];
    int state, rc = kube_list(&p->work, what, &p->listings[i]);

    if (rc)
        return rc;
    p->listed[i] = !p->listings[i].refused;
    state = kind_state(p, what->kind, i);
    if (state > 0)
        rc = reeve_complete(p->work.inv, what->kind);
    if (!rc && state)
        rc = store_positions(p, what->kind);
    return rc;
}

static int
any_listed(const struct progress *p)
{
    for (int i = 0; i < kube_collection_count; i++) {
        if (p->listed[i])
            return 1;
    }
    return 0;
}

int
kube_refresh(struct reeve_call *call, void *arg, const struct reeve_scope *scope,
             struct reeve_inventory *inv)
{
    struct kube_connection *conn = (struct kube_connection *)arg;
    struct progress *p = (struct progress *)reeve_alloc(call, sizeof(*p));
    int rc = p ? kube_version(call, conn, NULL) : REEVE_E_LIMIT;

    (void)scope; /* never less than all: that is what kube_refresh_targets is for */
    if (rc)
        return rc;
    p->work = (struct kube_work){ .call = call, .conn = conn, .inv = inv };
    kube_image_cache_clear(&conn->images);
    for (int i = 0; i < kube_collection_count && !rc; i++)
        rc = list_one(p, i);
    kube_image_cache_clear(&conn->images);
    if (!rc && !any_listed(p)) {
        rc = reeve_fail(call, REEVE_E_PERMISSION, "the account may list nothing at all");
        reeve_hint(call, "bind it to the cluster role in plugins/kubernetes/README.md");
    }
    return rc;
}
