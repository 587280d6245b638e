/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a watch: {"type": "ADDED", "object": {...}}. The position goes to the host
 * behind every object; it is stored in the same transaction, or not at all.
 */
#include "follow.h"

#include <string.h>

static int
keep_version(struct kube_watch *watch, struct kube_follow *f, const struct reeve_json *object)
{
    const char *version = reeve_json_string(object, "metadata.resourceVersion", "");

    if (!*version || strlen(version) >= sizeof(f->version))
        return 0;
    memcpy(f->version, version, strlen(version) + 1);
    return reeve_checkpoint(watch->work.inv, f->what->name, f->version);
}

/* {"kind": "Status", "code": 410, "reason": "Expired", "message": "..."} */
static int
take_error(struct kube_watch *watch, const struct reeve_json *object)
{
    struct reeve_call *call = watch->work.call;
    int64_t code = reeve_json_int(object, "code", 0);
    const char *message = reeve_json_string(object, "message", "no message");
    int error_class = code == 410   ? REEVE_E_GONE
                      : code == 401 ? REEVE_E_AUTH
                      : code == 403 ? REEVE_E_PERMISSION
                      : code == 429 ? REEVE_E_RATE_LIMITED
                      : code >= 500 ? REEVE_E_UNAVAILABLE
                                    : REEVE_E_PROTOCOL;

    return reeve_fail(call, error_class, "the watch ended with %lld: %.300s", (long long)code,
                      message);
}

static int
take_change(struct kube_watch *watch, struct kube_follow *f, const struct reeve_json *object,
            int gone, int *host_failed)
{
    struct kube_work *work = &watch->work;
    uint64_t rejected = 0;
    int rc = kube_check_identity(work->call, object);

    if (rc)
        return rc;
    *host_failed = 1;
    if (gone)
        rc = reeve_gone(work->inv, f->what->kind, kube_uid(object));
    else
        rc = kube_emit_item(work, f->what, &watch->map, object, &rejected);
    return rc ? rc : keep_version(watch, f, object);
}

static int
take_notice(struct kube_watch *watch, struct kube_follow *f, const struct reeve_json *notice,
            int *host_failed)
{
    struct reeve_call *call = watch->work.call;
    const struct reeve_json *object = NULL;
    const char *type;
    int rc = reeve_json_need_string(call, notice, "type", &type);

    if (!rc)
        rc = reeve_json_need_object(call, notice, "object", &object);
    if (rc)
        return rc;
    if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
        return take_change(watch, f, object, 0, host_failed);
    if (strcmp(type, "DELETED") == 0)
        return take_change(watch, f, object, 1, host_failed);
    if (strcmp(type, "ERROR") == 0)
        return take_error(watch, object);
    if (strcmp(type, "BOOKMARK") != 0)
        return reeve_fail(call, REEVE_E_PROTOCOL, "a notice of unknown type '%.40s'", type);
    *host_failed = 1;
    return keep_version(watch, f, object);
}

int
kube_follow_notice(struct kube_watch *watch, struct kube_follow *f, const char *line, uint64_t len)
{
    struct reeve_call *call = watch->work.call;
    uint64_t mark = reeve_alloc_mark(call);
    struct reeve_json *notice;
    int host_failed = 0;
    int rc = reeve_json_parse(call, line, len, KUBE_JSON_DEPTH, &notice);

    if (!rc) {
        rc = take_notice(watch, f, notice, &host_failed);
        reeve_json_free(notice);
    }
    reeve_alloc_release(call, mark);
    if (host_failed && rc)
        return rc;
    f->lines++;
    return rc ? kube_follow_failed(watch, f, rc, 0) : kube_follow_works(watch, f);
}
