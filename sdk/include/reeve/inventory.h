/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider has: pushed object by object, in any order. The host keeps a
 * digest of each, writes only what changed, and deletes nothing of a kind that
 * was not declared complete.
 *
 * Setters return nothing: the first failure sticks, and reeve_emit reports it.
 * All input is copied. A NULL string, or a column that is not set, is "not known".
 */
#ifndef REEVE_INVENTORY_H
#define REEVE_INVENTORY_H

#include <stdint.h>
#include "reeve/call.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_inventory;
struct reeve_object;

/* Begin an object of a declared kind. ref is its key as the provider names it and becomes
 * the key's first column (ems_ref); at most 1024 bytes. The object is the host's; it is
 * valid until reeve_emit or reeve_discard. One is open at a time: when another one is begun
 * (or its kind completed, or a refresh returns 0) before either, the one that was forgotten is
 * refused as by an emit that failed, and the provider's record names it; the other one is not
 * touched by that. Never NULL (an object whose beginning failed swallows its setters, and
 * its emit fails). */
struct reeve_object *reeve_object(struct reeve_inventory *inv, const char *kind, const char *ref);
/* Begin a child of an open object (a container of a pod, a condition of a node). It is
 * identified by its kind's key columns, which must be set; it needs no emit of its own,
 * and is valid until the owner is emitted. A child may own children. Emitting the owner
 * replaces the whole set of its children, of all kinds. */
struct reeve_object *reeve_child(struct reeve_object *owner, const char *kind);

void reeve_set_string(struct reeve_object *obj, const char *column, const char *text);
void reeve_set_bytes(struct reeve_object *obj, const char *column, const char *bytes, uint64_t len);
void reeve_set_int(struct reeve_object *obj, const char *column, int64_t value);
void reeve_set_double(struct reeve_object *obj, const char *column, double value);
void reeve_set_flag(struct reeve_object *obj, const char *column, int value);
void reeve_set_time(struct reeve_object *obj, const char *column, int64_t unix_ms);
/* One JSON value as text; the host makes it canonical. */
void reeve_set_json(struct reeve_object *obj, const char *column, const char *json);

/* Point to another object by its ref. column is the REEVE_REF column ("container_node_id");
 * kind says what is pointed to and must be the column's target, or any kind when the column
 * is polymorphic (its NAME_type column is then set too). The other may come later, or never. */
void reeve_link(struct reeve_object *obj, const char *column, const char *kind, const char *ref);
/* The same by the other's name_key: scope is its namespace (NULL for kinds whose name_key is
 * the name alone). */
void reeve_link_name(struct reeve_object *obj, const char *column, const char *kind,
                     const char *scope, const char *name);

/* Hand the object over. 0, or the class of the first failure since reeve_object: wrong column
 * or kind (INVALID), over a ceiling (LIMIT), cancelled, a failed save. May save what is pending
 * and so take as long as the store does: this is the backpressure. After a failure of class
 * INVALID or LIMIT only this object is lost; the others end the call. */
int reeve_emit(struct reeve_object *obj);
/* Drop the object that was begun: as if it had not been, so a listing that is completed after
 * it takes it for gone. For objects that turn out to be none; one that exists, but cannot be read,
 * is a failure. Not for children. Hosts of version 1.0 lack it: there the next object pays. */
void reeve_discard(struct reeve_object *obj);

/* This object is gone (a deletion was seen). Unknown refs are ignored. Its children go too. */
int reeve_gone(struct reeve_inventory *inv, const char *kind, const char *ref);

/* Between reeve_begin and reeve_complete of a kind everything of it is emitted: what was not
 * seen in between is then gone. refresh begins all kinds by itself; a watch that must list a
 * collection again calls both. */
int reeve_begin(struct reeve_inventory *inv, const char *kind);
int reeve_complete(struct reeve_inventory *inv, const char *kind);

/* Keep an opaque position of a stream (a collection's name, say) in the same transaction as
 * everything emitted before. At most 64 streams, names to 128 and tokens to 4096 bytes. */
int reeve_checkpoint(struct reeve_inventory *inv, const char *stream, const char *token);
/* The stored position, NULL when there is none. Valid until the next checkpoint. */
const char *reeve_token(struct reeve_inventory *inv, const char *stream);

/* A named warning that stays on the provider until it is cleared (text NULL) or a full
 * refresh ends without repeating it: "services: not allowed to list". */
int reeve_warn(struct reeve_inventory *inv, const char *name, const char *text);

/* What is asked of a refresh. */
struct reeve_scope {
    uint64_t size;
    int32_t whole; /* 1: everything. 0: the refs below (a provider without
                    * REEVE_INVENTORY_TARGETED is never asked for less than all) */
    int32_t reserved;
    const char *kind;        /* of the refs */
    const char *const *refs; /* ends with NULL */
};

#define REEVE_INVENTORY_TARGETED (1 << 0)

/* One object that is asked for. Lent by the host for the time of the call. */
struct reeve_inventory_target {
    uint64_t size;
    const char *kind; /* one that the provider emits, and not a kind of children */
    const char *ref;  /* NULL: only its name is known */
    /* Its name_key (struct reeve_kind), as far as it is known: for systems that find an object by
     * its name only. NULL where the kind has none. */
    const char *scope;
    const char *name;
};

/* What a provider offers about inventory. */
struct reeve_inventory_iface {
    uint64_t size;
    int32_t flags;
    int32_t reserved;
    const char *const *kinds; /* names of all kinds that it emits, children too; ends with NULL */
    /* List everything in scope. */
    int (*refresh)(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
                   struct reeve_inventory *inv);
    /* Optional: follow changes from the stored tokens until cancelled; blocks. Lists again
     * what has no token or whose token is too old. */
    int (*watch)(struct reeve_call *call, void *conn, struct reeve_inventory *inv);
    /* Optional (hosts from version 1.2 on call it): look at these few objects, of any kinds, and
     * emit those that are there, with whatever belongs to them. targets ends with NULL. When it
     * returns 0, a target with a ref that was neither emitted nor refused is gone, and nothing
     * else is: reeve_begin, reeve_complete and reeve_checkpoint are refused in it. UNSUPPORTED
     * when one of the kinds cannot be asked for: everything is listed then. In place of it a
     * provider may set REEVE_INVENTORY_TARGETED: refresh is then called once a kind. */
    int (*refresh_targets)(struct reeve_call *call, void *conn,
                           const struct reeve_inventory_target *const *targets,
                           struct reeve_inventory *inv);
};

#ifdef __cplusplus
}
#endif
#endif
