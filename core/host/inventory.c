/* SPDX-License-Identifier: Apache-2.0
 *
 * Between a provider's inventory calls and the sink: order, ceilings and
 * cancellation are checked here, so that a sink sees only what is well-formed. A failure of the
 * sink ends the call: whatever the provider does next, it gets that failure again.
 */
#include "host/internal.h"

#include <string.h>
#include "base/text.h"
#include "base/log.h"
#include "base/wait.h"

enum { BEAT_EVERY = 128 }; /* emits */

void
rv_inventory_begin(struct reeve_inventory *inv, struct reeve_call *call,
                   const struct rv_module *module)
{
    memset(inv, 0, sizeof(*inv));
    inv->call = call;
    inv->sink = call->spec->sink;
    inv->arena = rv_arena_new(RV_OBJECT_MEMORY_BYTES);
    inv->hole = rv_alloc(sizeof(*inv->hole));
    inv->hole->inventory = inv;
    inv->kind_count = rv_model_count();
    inv->kinds = rv_alloc((size_t)inv->kind_count + 1);
    const char *const *kinds = module->inventory.kinds;
    for (size_t i = 0; kinds && kinds[i]; i++) {
        const struct rv_kind *kind = rv_model_kind(kinds[i]);
        if (kind)
            inv->kinds[kind->index] |= RV_KIND_DECLARED;
    }
}

void
rv_inventory_begun(struct reeve_inventory *inv)
{
    for (int i = 0; i < inv->kind_count; i++)
        if (inv->kinds[i] & RV_KIND_DECLARED)
            inv->kinds[i] |= RV_KIND_BEGUN;
}

/* That costs the forgotten object alone: whoever comes after it is innocent. The sink is told, so
 * that it is not taken for gone, and somebody learns which one it was. */
void
rv_inventory_forgotten(struct reeve_inventory *inv)
{
    const struct rv_object *object = inv->open ? &inv->open->object : NULL;
    if (object && object->kind) {
        rv_err why = RV_ERR_INIT;
        rv_fail(&why, REEVE_E_INVALID,
                "%s '%.80s': it was begun, but neither emitted nor discarded", object->kind->name,
                object->ref);
        if (inv->sink->rejected)
            inv->sink->rejected(inv->sink->arg, object->kind, object->ref, &why);
    }
    rv_object_end(inv);
}

void
rv_inventory_end(struct reeve_inventory *inv)
{
    rv_arena_free(inv->arena);
    free(inv->kinds);
    free(inv->hole);
}

/* What the sink said, as the provider is told it. */
static int
result(struct reeve_inventory *inv, const char *doing, int rc, rv_err *err)
{
    if (rc >= 0)
        return 0;
    rv_wrap(err, "%s", doing);
    return rv_call_broken(inv->call, err);
}

/* The object cannot be taken, the rest can: the provider may go on. */
static int
refuse(struct reeve_inventory *inv, struct reeve_object *obj, const rv_err *why)
{
    const struct rv_sink *sink = inv->sink;
    if (sink->rejected && obj->object.kind)
        sink->rejected(sink->arg, obj->object.kind, obj->object.ref, why);
    inv->call->err = *why;
    return why->code;
}

static int
emit_checked(struct reeve_inventory *inv, struct reeve_object *obj)
{
    rv_err err = RV_ERR_INIT;
    if (inv->failure.code)
        return refuse(inv, obj, &inv->failure);
    if (rv_object_check(obj, &err) < 0)
        return refuse(inv, obj, &err);
    obj->object.replaced_bytes = inv->replaced_bytes;
    return result(inv, "save inventory", inv->sink->emit(inv->sink->arg, &obj->object, &err), &err);
}

int32_t
rv_inventory_emit(struct reeve_object *obj)
{
    struct reeve_inventory *inv = obj->inventory;
    if (inv->events)
        return rv_fail(&inv->call->err, REEVE_E_INVALID,
                       "an event is handed over by reeve_event_emit, not by reeve_emit");
    if (inv->open != obj)
        return rv_fail(&inv->call->err, REEVE_E_INVALID,
                       "only the object that is open can be emitted, children go with it");
    int rc = rv_call_check(inv->call);
    if (rc == 0 && ++inv->emitted % BEAT_EVERY == 0)
        rc = rv_wait_poll(&inv->call->err);
    if (rc == 0)
        rc = emit_checked(inv, obj);
    rv_object_end(inv);
    return rc;
}

/* A kind of this provider that stands by itself, or NULL with the call's error set. */
static const struct rv_kind *
own_kind(struct reeve_inventory *inv, const char *name, const char *verb)
{
    const struct rv_kind *kind = name ? rv_model_kind(name) : NULL;
    if (kind == NULL)
        rv_fail(&inv->call->err, REEVE_E_INVALID, "%s: unknown kind '%.80s'", verb,
                name ? name : "");
    else if (kind->index >= inv->kind_count || !(inv->kinds[kind->index] & RV_KIND_DECLARED))
        rv_fail(&inv->call->err, REEVE_E_INVALID,
                "%s: kind '%s' is not in the provider's list of kinds", verb, name);
    else if (kind->child)
        rv_fail(&inv->call->err, REEVE_E_INVALID,
                "%s: '%s' is a kind of children, which go with their owner", verb, name);
    else
        return kind;
    return NULL;
}

int32_t
rv_inventory_gone(struct reeve_inventory *inv, const char *kind_name, const char *ref)
{
    int rc = rv_call_check(inv->call);
    if (rc)
        return rc;
    const struct rv_kind *kind = own_kind(inv, kind_name, "gone");
    if (kind == NULL)
        return inv->call->err.code;
    int error_class;
    const char *problem = rv_ref_problem(ref, &error_class);
    if (problem)
        return rv_fail(&inv->call->err, error_class, "gone: the ref of a '%s' %s", kind_name,
                       problem);
    rv_err err = RV_ERR_INIT;
    return result(inv, "save inventory", inv->sink->gone(inv->sink->arg, kind, ref, &err), &err);
}

/* A few objects are looked at: what is said of whole kinds or streams would hide what was not. */
static int
check_whole(struct reeve_inventory *inv, const char *verb)
{
    int rc = rv_call_check(inv->call);
    if (rc || !inv->targeted)
        return rc;
    return rv_fail(&inv->call->err, REEVE_E_INVALID,
                   "%s: not in a refresh of single objects, which tells nothing of the others",
                   verb);
}

int32_t
rv_inventory_begin_kind(struct reeve_inventory *inv, const char *kind_name)
{
    int rc = check_whole(inv, "begin");
    if (rc)
        return rc;
    const struct rv_kind *kind = own_kind(inv, kind_name, "begin");
    if (kind == NULL)
        return inv->call->err.code;
    rv_err err = RV_ERR_INIT;
    rc = result(inv, "begin a listing", inv->sink->begin(inv->sink->arg, kind, &err), &err);
    if (rc == 0)
        inv->kinds[kind->index] |= RV_KIND_BEGUN;
    return rc;
}

int32_t
rv_inventory_complete(struct reeve_inventory *inv, const char *kind_name)
{
    int rc = check_whole(inv, "complete");
    if (rc)
        return rc;
    const struct rv_kind *kind = own_kind(inv, kind_name, "complete");
    if (kind == NULL)
        return inv->call->err.code;
    if (!(inv->kinds[kind->index] & RV_KIND_BEGUN))
        return rv_fail(&inv->call->err, REEVE_E_INVALID, "complete: kind '%s' was not begun",
                       kind_name);
    inv->kinds[kind->index] &= (uint8_t)~RV_KIND_BEGUN;
    if (inv->open && inv->open->object.kind == kind)
        rv_inventory_forgotten(inv);
    rv_err err = RV_ERR_INIT;
    return result(inv, "save inventory", inv->sink->complete(inv->sink->arg, kind, &err), &err);
}

/* The number of streams is bounded; a stream that is stored already counts too. */
static int
know_stream(struct reeve_inventory *inv, const char *stream)
{
    for (int i = 0; i < inv->stream_count; i++)
        if (strcmp(inv->streams[i], stream) == 0)
            return 1;
    if (inv->stream_count == RV_STREAMS)
        return 0;
    snprintf(inv->streams[inv->stream_count++], RV_STREAM_BYTES + 1, "%s", stream);
    return 1;
}

static int
check_stream(struct reeve_inventory *inv, const char *stream, const char *token)
{
    rv_err *err = &inv->call->err;
    if (stream == NULL || stream[0] == 0 || token == NULL)
        return rv_fail(err, REEVE_E_INVALID, "checkpoint: stream and token must be given");
    size_t name_len = strlen(stream), token_len = strlen(token);
    if (name_len > RV_STREAM_BYTES || token_len > RV_TOKEN_BYTES)
        return rv_fail(err, REEVE_E_LIMIT,
                       "checkpoint: a stream's name has at most %d bytes, a token %d",
                       RV_STREAM_BYTES, RV_TOKEN_BYTES);
    if (strncmp(stream, "reeve:", 6) == 0)
        return rv_fail(err, REEVE_E_INVALID, "checkpoint: streams named reeve: are core's own");
    if (!rv_utf8_valid(stream, name_len) || !rv_utf8_valid(token, token_len))
        return rv_fail(err, REEVE_E_INVALID, "checkpoint: stream and token must be UTF-8");
    if (!know_stream(inv, stream))
        return rv_fail(err, REEVE_E_LIMIT, "checkpoint: more than %d streams", RV_STREAMS);
    return 0;
}

int32_t
rv_inventory_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token)
{
    int rc = check_whole(inv, "checkpoint");
    if (rc == 0)
        rc = check_stream(inv, stream, token);
    if (rc)
        return rc;
    rv_err err = RV_ERR_INIT;
    return result(inv, "save a token", inv->sink->checkpoint(inv->sink->arg, stream, token, &err),
                  &err);
}

const char *
rv_inventory_token(struct reeve_inventory *inv, const char *stream)
{
    return stream ? inv->sink->token(inv->sink->arg, stream) : NULL;
}

int32_t
rv_inventory_warn(struct reeve_inventory *inv, const char *name, const char *text)
{
    int rc = rv_call_check(inv->call);
    if (rc)
        return rc;
    if (name == NULL || name[0] == 0 || strlen(name) > RV_WARNING_NAME_BYTES)
        return rv_fail(&inv->call->err, REEVE_E_INVALID, "a warning's name has 1 to %d bytes",
                       RV_WARNING_NAME_BYTES);
    RV_AUTO_FREE char *tidy = rv_strdup(name);
    rv_call_tidy(tidy);
    RV_AUTO_FREE char *shown = text ? rv_format("%.1000s", text) : NULL;
    if (shown) {
        rv_mask_secrets(shown);
        rv_call_tidy(shown);
    }
    rv_err err = RV_ERR_INIT;
    return result(inv, "warn", inv->sink->warn(inv->sink->arg, tidy, shown, &err), &err);
}
