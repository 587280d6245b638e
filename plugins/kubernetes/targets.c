/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks at single objects: a GET each, by namespace and name, since the API knows no other way.
 * What has the name now may be another object than the one that was asked for; it is taken as it
 * is, and the host sees that the other one is gone.
 */
#include "provider.h"

#include <string.h>

#include "list.h"

static const char *
object_path(struct reeve_call *call, const struct kube_collection *what,
            const struct reeve_inventory_target *target)
{
    const char *name = reeve_url_escape(call, target->name);
    const char *scope = target->scope ? reeve_url_escape(call, target->scope) : NULL;

    if (!name || (target->scope && !scope))
        return NULL;
    return scope ? reeve_format(call, "%s/namespaces/%s/%s/%s", what->api, scope, what->name, name)
                 : reeve_format(call, "%s/%s/%s", what->api, what->name, name);
}

static int
emit_answer(const struct kube_work *work, const struct kube_collection *what,
            const struct reeve_http_answer *answer)
{
    struct kube_map map = { .call = work->call, .inv = work->inv };
    struct reeve_json *item = NULL;
    uint64_t rejected = 0;
    int rc = reeve_json_parse(work->call, answer->body, answer->len, KUBE_JSON_DEPTH, &item);

    if (!rc)
        rc = kube_check_identity(work->call, item);
    if (!rc)
        rc = kube_emit_item(work, what, &map, item, &rejected);
    reeve_json_free(item);
    return rc;
}

static int
look_at(const struct kube_work *work, const struct kube_collection *what,
        const struct reeve_inventory_target *target)
{
    const char *path = object_path(work->call, what, target);
    struct reeve_http_answer answer;
    int rc = path ? reeve_http_get(work->call, work->conn->http, path, &answer) : REEVE_E_LIMIT;

    if (rc || answer.status == 404)
        return rc;
    rc = reeve_http_check(work->call, path, &answer);
    if (!rc)
        rc = emit_answer(work, what, &answer);
    return rc ? reeve_wrap(work->call, rc, "%s '%s'", what->name, target->name) : 0;
}

/* Several collections may share a kind; the object is in one of them. */
static int
find_target(const struct kube_work *work, const struct reeve_inventory_target *target)
{
    int found = 0, rc = 0;

    if (!target->name)
        return reeve_fail(work->call, REEVE_E_UNSUPPORTED,
                          "the name of %s '%s' is not known, and nothing else finds it",
                          target->kind, target->ref);
    for (int i = 0; i < kube_collection_count && !rc; i++) {
        uint64_t mark = reeve_alloc_mark(work->call);

        if (strcmp(kube_collections[i].kind, target->kind) != 0)
            continue;
        found = 1;
        rc = look_at(work, &kube_collections[i], target);
        reeve_alloc_release(work->call, mark);
    }
    return rc || found ? rc
                       : reeve_fail(work->call, REEVE_E_UNSUPPORTED,
                                    "the API has no collection of %s", target->kind);
}

int
kube_refresh_targets(struct reeve_call *call, void *arg,
                     const struct reeve_inventory_target *const *targets,
                     struct reeve_inventory *inv)
{
    struct kube_work work = { .call = call, .conn = (struct kube_connection *)arg, .inv = inv };
    int rc = 0;

    for (; *targets && !rc; targets++)
        rc = find_target(&work, *targets);
    return rc;
}
