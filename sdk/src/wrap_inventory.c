/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of options.h, inventory.h and provider.h on top of the host's
 * table.
 */
#include "host_table.h"
#include "reeve/provider.h"

#include <string.h>

const char *
reeve_config_string(const struct reeve_config *config, const char *name)
{
    return rv_sdk_host()->config_string(config, name);
}

int64_t
reeve_config_int(const struct reeve_config *config, const char *name)
{
    return rv_sdk_host()->config_int(config, name);
}

int
reeve_config_has(const struct reeve_config *config, const char *name)
{
    return rv_sdk_host()->config_has(config, name);
}

const struct reeve_secret *
reeve_config_secret(const struct reeve_config *config, const char *name)
{
    return rv_sdk_host()->config_secret(config, name);
}

struct reeve_object *
reeve_object(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    return rv_sdk_host()->object(inv, kind, ref);
}

struct reeve_object *
reeve_child(struct reeve_object *owner, const char *kind)
{
    return rv_sdk_host()->child(owner, kind);
}

void
reeve_set_string(struct reeve_object *obj, const char *column, const char *text)
{
    rv_sdk_host()->set_text(obj, column, text, text ? strlen(text) : 0);
}

void
reeve_set_bytes(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len)
{
    rv_sdk_host()->set_text(obj, column, bytes, bytes ? len : 0);
}

void
reeve_set_int(struct reeve_object *obj, const char *column, int64_t value)
{
    rv_sdk_host()->set_int(obj, column, value);
}

void
reeve_set_double(struct reeve_object *obj, const char *column, double value)
{
    rv_sdk_host()->set_double(obj, column, value);
}

void
reeve_set_flag(struct reeve_object *obj, const char *column, int value)
{
    rv_sdk_host()->set_flag(obj, column, value != 0);
}

void
reeve_set_time(struct reeve_object *obj, const char *column, int64_t unix_ms)
{
    rv_sdk_host()->set_time(obj, column, unix_ms);
}

void
reeve_set_json(struct reeve_object *obj, const char *column, const char *json)
{
    rv_sdk_host()->set_json(obj, column, json);
}

void
reeve_link(struct reeve_object *obj, const char *column, const char *kind, const char *ref)
{
    rv_sdk_host()->link(obj, column, kind, ref);
}

void
reeve_link_name(struct reeve_object *obj, const char *column, const char *kind, const char *scope,
                const char *name)
{
    rv_sdk_host()->link_name(obj, column, kind, scope, name);
}

int
reeve_emit(struct reeve_object *obj)
{
    return rv_sdk_host()->emit(obj);
}

void
reeve_discard(struct reeve_object *obj)
{
    rv_sdk_host()->discard(obj);
}

int
reeve_gone(struct reeve_inventory *inv, const char *kind, const char *ref)
{
    return rv_sdk_host()->gone(inv, kind, ref);
}

int
reeve_begin(struct reeve_inventory *inv, const char *kind)
{
    return rv_sdk_host()->begin(inv, kind);
}

int
reeve_complete(struct reeve_inventory *inv, const char *kind)
{
    return rv_sdk_host()->complete(inv, kind);
}

int
reeve_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token)
{
    return rv_sdk_host()->checkpoint(inv, stream, token);
}

const char *
reeve_token(struct reeve_inventory *inv, const char *stream)
{
    return rv_sdk_host()->token(inv, stream);
}

int
reeve_warn(struct reeve_inventory *inv, const char *name, const char *text)
{
    return rv_sdk_host()->warn(inv, name, text);
}

void
reeve_prepared(struct reeve_call *call, void *out, const char *name, const char *value)
{
    rv_sdk_host()->prepared(call, out, name, value);
}
