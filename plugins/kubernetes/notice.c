/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a watch: {"type": "ADDED", "object": {...}}. The position goes to the host
 * behind every object; it is stored in the same transaction, or not at all.
 */
#include "events.h"
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
take_error(struct reeve_call *call, const struct reeve_json *object)
{
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
        return take_error(call, object);
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

static int
keep_event_version(char version[KUBE_VERSION_BYTES], const struct reeve_json *object)
{
    const char *now = reeve_json_string(object, "metadata.resourceVersion", "");

    if (!kube_is_version(now))
        return 0;
    memcpy(version, now, strlen(now) + 1);
    return 1;
}

/* One that is gone has only outlived its hour. */
static int
take_event_notice(const struct kube_work *work, struct kube_map *map,
                  const struct reeve_json *notice, char version[KUBE_VERSION_BYTES])
{
    struct reeve_call *call = work->call;
    const struct reeve_json *object = NULL;
    uint64_t rejected = 0;
    const char *type;
    int rc = reeve_json_need_string(call, notice, "type", &type);

    if (!rc)
        rc = reeve_json_need_object(call, notice, "object", &object);
    if (rc)
        return rc;
    if (strcmp(type, "ERROR") == 0)
        return take_error(call, object);
    map->token = keep_event_version(version, object) ? version : NULL;
    if (strcmp(type, "BOOKMARK") == 0 || strcmp(type, "DELETED") == 0)
        return map->token ? reeve_event_position(map->sink, map->token) : 0;
    if (strcmp(type, "ADDED") != 0 && strcmp(type, "MODIFIED") != 0)
        return reeve_fail(call, REEVE_E_PROTOCOL, "a notice of unknown type '%.40s'", type);
    if (kube_check_identity(call, object)) {
        /* It would be the first again, whenever one begins at the place before it. */
        reeve_log(call, REEVE_LOG_WARNING, "an event is passed over: %s", reeve_fail_text(call));
        reeve_fail_clear(call);
        return map->token ? reeve_event_position(map->sink, map->token) : 0;
    }
    return kube_emit_item(work, &kube_event_views[0], map, object, &rejected);
}

int
kube_event_notice(const struct kube_work *work, struct kube_map *map, const char *line,
                  uint64_t len, char version[KUBE_VERSION_BYTES])
{
    struct reeve_call *call = work->call;
    uint64_t mark = reeve_alloc_mark(call);
    struct reeve_json *notice;
    int rc = reeve_json_parse(call, line, len, KUBE_JSON_DEPTH, &notice);

    if (!rc) {
        rc = take_event_notice(work, map, notice, version);
        reeve_json_free(notice);
    }
    reeve_alloc_release(call, mark);
    map->token = NULL;
    return rc;
}
