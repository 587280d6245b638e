/* SPDX-License-Identifier: Apache-2.0
 *
 * The key table over slots.c. An object's slot is four words: digest (two), id with
 * kind and flags, content hash. A name's slot is two: 64 bits of the digest, then 22 more
 * beside the id. Digests are salted per table, so that nobody outside can prepare names that
 * collide.
 */
#include "inventory/keys.h"

#include <string.h>
#include <sys/random.h>
#include "base/mem.h"
#include "inventory/slots.h"

enum { ID_BITS = 40, KIND_SHIFT = 40, FLAG_SHIFT = 56, REF_BYTES = 2 * 1024 + 64 };
#define ID_MASK ((1ull << ID_BITS) - 1)
#define KIND_MASK 0xffffull

/* A name's second word: 22 bits of digest, one that says used, one that says reserved, the id. */
#define NAME_USED (1ull << 41)
#define NAME_RESERVED (1ull << 40)
#define NAME_MATCH (~((1ull << 41) - 1))

struct change {
    struct rv_digest digest;
    struct rv_known before; /* id 0: it was not there */
    int name;               /* before.id and before.flags are those of a name */
};

struct rv_keys {
    struct rv_slots objects, names;
    int64_t base_id;
    unsigned char salt[16];
    size_t object_count, reserved_count;
    struct change *changes;
    size_t change_count, change_size;
};

struct rv_keys *
rv_keys_new(int64_t base_id)
{
    struct rv_keys *keys = rv_alloc(sizeof(*keys));
    keys->base_id = base_id;
    keys->objects.slot_bytes = 32;
    keys->objects.match = ~0ull;
    keys->names.slot_bytes = 16;
    keys->names.match = NAME_MATCH;
    RV_ASSERT(getentropy(keys->salt, sizeof(keys->salt)) == 0);
    return keys;
}

void
rv_keys_free(struct rv_keys *keys)
{
    if (keys == NULL)
        return;
    rv_slots_free(&keys->objects);
    rv_slots_free(&keys->names);
    free(keys->changes);
    free(keys);
}

static struct rv_digest
digest(const struct rv_keys *keys, const struct rv_kind *kind, char form, const char *scope,
       const char *name)
{
    char usual[REF_BYTES];
    size_t scope_len = scope ? strlen(scope) : 0, name_len = strlen(name), at = 0;
    size_t most = sizeof(keys->salt) + sizeof(kind->index) + scope_len + name_len + 2;
    RV_AUTO_FREE char *longer = most > sizeof(usual) ? rv_alloc(most) : NULL;
    char *bytes = longer ? longer : usual;
    memcpy(bytes, keys->salt, sizeof(keys->salt));
    at += sizeof(keys->salt);
    memcpy(bytes + at, &kind->index, sizeof(kind->index));
    at += sizeof(kind->index);
    bytes[at++] = form;
    if (scope) {
        memcpy(bytes + at, scope, scope_len + 1);
        at += scope_len + 1;
    }
    memcpy(bytes + at, name, name_len);
    struct rv_digest out = rv_digest_of(bytes, at + name_len);
    /* All zero marks an empty slot. */
    out.low |= out.low == 0;
    return out;
}

struct rv_digest
rv_keys_digest(const struct rv_keys *keys, const struct rv_kind *kind, const char *ref)
{
    return digest(keys, kind, 'r', NULL, ref);
}

struct rv_digest
rv_keys_name_digest(const struct rv_keys *keys, const struct rv_kind *kind, const char *scope,
                    const char *name)
{
    struct rv_digest out = digest(keys, kind, 'n', scope, name);
    out.high |= NAME_USED;
    return out;
}

static void
unpack(const struct rv_keys *keys, const uint64_t *slot, struct rv_known *out)
{
    out->id = keys->base_id + (int64_t)(slot[2] & ID_MASK);
    out->kind = (int)((slot[2] >> KIND_SHIFT) & KIND_MASK);
    out->flags = (int)(slot[2] >> FLAG_SHIFT);
    out->hash = slot[3];
}

static uint64_t
pack_id(const struct rv_keys *keys, int64_t id)
{
    int64_t n = id - keys->base_id;
    RV_ASSERT(n > 0 && (uint64_t)n <= ID_MASK);
    return (uint64_t)n;
}

static void
count_key(struct rv_keys *keys, const struct rv_known *key, size_t by)
{
    if (key->flags & RV_KEY_RESERVED)
        keys->reserved_count += by;
    else
        keys->object_count += by;
}

static struct change *
note(struct rv_keys *keys, struct rv_digest digest_of)
{
    if (keys->change_count == keys->change_size) {
        keys->change_size = keys->change_size ? 2 * keys->change_size : 256;
        keys->changes = rv_realloc(keys->changes, keys->change_size, sizeof(*keys->changes));
    }
    struct change *change = &keys->changes[keys->change_count++];
    *change = (struct change){ .digest = digest_of };
    return change;
}

int
rv_keys_get(const struct rv_keys *keys, struct rv_digest digest_of, struct rv_known *out)
{
    const uint64_t *slot = rv_slots_find(&keys->objects, digest_of.low, digest_of.high);
    if (slot == NULL)
        return 0;
    unpack(keys, slot, out);
    return 1;
}

static void
write_key(struct rv_keys *keys, struct rv_digest digest_of, const struct rv_known *key)
{
    struct rv_known before;
    if (rv_keys_get(keys, digest_of, &before))
        count_key(keys, &before, (size_t)-1);
    count_key(keys, key, 1);
    uint64_t *slot = rv_slots_add(&keys->objects, digest_of.low, digest_of.high);
    slot[2] = pack_id(keys, key->id) | (uint64_t)key->kind << KIND_SHIFT |
              (uint64_t)key->flags << FLAG_SHIFT;
    slot[3] = key->hash;
}

static void
erase_key(struct rv_keys *keys, struct rv_digest digest_of)
{
    struct rv_known before;
    if (rv_keys_get(keys, digest_of, &before))
        count_key(keys, &before, (size_t)-1);
    rv_slots_remove(&keys->objects, digest_of.low, digest_of.high);
}

void
rv_keys_put(struct rv_keys *keys, struct rv_digest digest_of, const struct rv_known *key)
{
    struct change *change = note(keys, digest_of);
    rv_keys_get(keys, digest_of, &change->before);
    write_key(keys, digest_of, key);
}

void
rv_keys_remove(struct rv_keys *keys, struct rv_digest digest_of)
{
    struct change *change = note(keys, digest_of);
    rv_keys_get(keys, digest_of, &change->before);
    erase_key(keys, digest_of);
}

void
rv_keys_see(struct rv_keys *keys, struct rv_digest digest_of)
{
    uint64_t *slot = rv_slots_find(&keys->objects, digest_of.low, digest_of.high);
    if (slot)
        slot[2] |= (uint64_t)RV_KEY_SEEN << FLAG_SHIFT;
}

void
rv_keys_unsee(struct rv_keys *keys, const uint8_t *kinds)
{
    for (int p = 0; p < RV_PARTITIONS; p++) {
        const struct rv_partition *partition = &keys->objects.partitions[p];
        for (uint32_t i = 0; i < partition->size; i++) {
            uint64_t *slot = rv_slot_at(&keys->objects, partition, i);
            if (rv_slot_used(&keys->objects, slot) && kinds[(slot[2] >> KIND_SHIFT) & KIND_MASK])
                slot[2] &= ~((uint64_t)RV_KEY_SEEN << FLAG_SHIFT);
        }
    }
}

size_t
rv_keys_unseen(const struct rv_keys *keys, int kind, struct rv_digest *out, size_t max)
{
    size_t count = 0;
    for (int p = 0; p < RV_PARTITIONS; p++) {
        const struct rv_partition *partition = &keys->objects.partitions[p];
        for (uint32_t i = 0; i < partition->size && count < max; i++) {
            const uint64_t *slot = rv_slot_at(&keys->objects, partition, i);
            struct rv_known key;
            if (!rv_slot_used(&keys->objects, slot))
                continue;
            unpack(keys, slot, &key);
            if (key.kind == kind && !(key.flags & (RV_KEY_SEEN | RV_KEY_RESERVED)))
                out[count++] = (struct rv_digest){ .low = slot[0], .high = slot[1] };
        }
    }
    return count;
}

int
rv_keys_name(const struct rv_keys *keys, struct rv_digest digest_of, struct rv_name *out)
{
    const uint64_t *slot = rv_slots_find(&keys->names, digest_of.low, digest_of.high);
    if (slot == NULL)
        return 0;
    out->id = keys->base_id + (int64_t)(slot[1] & ID_MASK);
    out->reserved = (slot[1] & NAME_RESERVED) != 0;
    return 1;
}

static void
write_name(struct rv_keys *keys, struct rv_digest digest_of, struct rv_name name)
{
    struct rv_name before;
    if (rv_keys_name(keys, digest_of, &before))
        keys->reserved_count -= (size_t)before.reserved;
    keys->reserved_count += name.reserved != 0;
    uint64_t *slot = rv_slots_add(&keys->names, digest_of.low, digest_of.high);
    slot[1] = (slot[1] & NAME_MATCH) | (name.reserved ? NAME_RESERVED : 0) | pack_id(keys, name.id);
}

static void
erase_name(struct rv_keys *keys, struct rv_digest digest_of)
{
    struct rv_name before;
    if (rv_keys_name(keys, digest_of, &before))
        keys->reserved_count -= (size_t)before.reserved;
    rv_slots_remove(&keys->names, digest_of.low, digest_of.high);
}

static void
note_name(struct rv_keys *keys, struct rv_digest digest_of)
{
    struct rv_name before;
    struct change *change = note(keys, digest_of);
    change->name = 1;
    if (rv_keys_name(keys, digest_of, &before)) {
        change->before.id = before.id;
        change->before.flags = before.reserved;
    }
}

void
rv_keys_put_name(struct rv_keys *keys, struct rv_digest digest_of, struct rv_name name)
{
    note_name(keys, digest_of);
    write_name(keys, digest_of, name);
}

void
rv_keys_remove_name(struct rv_keys *keys, struct rv_digest digest_of)
{
    note_name(keys, digest_of);
    erase_name(keys, digest_of);
}

void
rv_keys_keep(struct rv_keys *keys)
{
    keys->change_count = 0;
    /* What a large batch needed is given back: memory is to stay flat. */
    if (keys->change_size > 16384) {
        free(keys->changes);
        keys->changes = NULL;
        keys->change_size = 0;
    }
}

void
rv_keys_undo(struct rv_keys *keys)
{
    while (keys->change_count > 0) {
        const struct change *change = &keys->changes[--keys->change_count];
        struct rv_name name = { .id = change->before.id, .reserved = change->before.flags };
        if (change->name && change->before.id)
            write_name(keys, change->digest, name);
        else if (change->name)
            erase_name(keys, change->digest);
        else if (change->before.id)
            write_key(keys, change->digest, &change->before);
        else
            erase_key(keys, change->digest);
    }
}

size_t
rv_keys_count(const struct rv_keys *keys)
{
    return keys->object_count;
}

size_t
rv_keys_reserved(const struct rv_keys *keys)
{
    return keys->reserved_count;
}

size_t
rv_keys_bytes(const struct rv_keys *keys)
{
    return sizeof(*keys) + rv_slots_bytes(&keys->objects) + rv_slots_bytes(&keys->names);
}
