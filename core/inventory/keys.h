/* SPDX-License-Identifier: Apache-2.0
 *
 * The key table of one provider: for each of its objects 32 bytes (digest of kind and
 * ref, id, content hash), and for kinds that are also referred to by name 16 more
 * (digest of the name, id). Partitions grow one by one by a seventh, so that with the slack
 * an object takes at most 64 bytes, also while the table grows.
 *
 * Changes are noted until they are kept, so that a save that fails takes them back.
 */
#ifndef RV_INVENTORY_KEYS_H
#define RV_INVENTORY_KEYS_H

#include "base/text.h"
#include "model/model.h"

struct rv_keys;

#define RV_KEY_SEEN (1 << 0)     /* emitted since its kind began */
#define RV_KEY_RESERVED (1 << 1) /* mentioned by a link, has no row yet */

/* What is known of an object. */
struct rv_known {
    int64_t id;
    uint64_t hash; /* of its content; 0: not known */
    int kind;      /* index */
    int flags;
};

/* base_id: what all ids have in common (region * 10^12). */
struct rv_keys *rv_keys_new(int64_t base_id);
void rv_keys_free(struct rv_keys *keys);

struct rv_digest rv_keys_digest(const struct rv_keys *keys, const struct rv_kind *kind,
                                const char *ref);
/* scope NULL for kinds whose name_key is the name alone. */
struct rv_digest rv_keys_name_digest(const struct rv_keys *keys, const struct rv_kind *kind,
                                     const char *scope, const char *name);

/* 1 when it is there. */
int rv_keys_get(const struct rv_keys *keys, struct rv_digest digest, struct rv_known *out);
void rv_keys_put(struct rv_keys *keys, struct rv_digest digest, const struct rv_known *key);
void rv_keys_remove(struct rv_keys *keys, struct rv_digest digest);
/* Mark as seen; not taken back. */
void rv_keys_see(struct rv_keys *keys, struct rv_digest digest);
/* Forget that objects of these kinds (a byte for each index, not 0) were seen; not taken back. */
void rv_keys_unsee(struct rv_keys *keys, const uint8_t *kinds);
/* Up to max digests of objects of a kind that were not seen, reserved ones left out. */
size_t rv_keys_unseen(const struct rv_keys *keys, int kind, struct rv_digest *out, size_t max);

/* Names. */
struct rv_name {
    int64_t id;
    int reserved; /* mentioned by a link only */
};
int rv_keys_name(const struct rv_keys *keys, struct rv_digest digest, struct rv_name *out);
void rv_keys_put_name(struct rv_keys *keys, struct rv_digest digest, struct rv_name name);
void rv_keys_remove_name(struct rv_keys *keys, struct rv_digest digest);

/* Changes since the last of these: stay, or are taken back. */
void rv_keys_keep(struct rv_keys *keys);
void rv_keys_undo(struct rv_keys *keys);

size_t rv_keys_count(const struct rv_keys *keys);    /* objects, reserved ones left out */
size_t rv_keys_reserved(const struct rv_keys *keys); /* refs and names without an object */
size_t rv_keys_bytes(const struct rv_keys *keys);

#endif
