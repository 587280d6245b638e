/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes objects down. Hashes cover what the host would store: volatile columns
 * and those of core do not count, children count whatever their order, a link by its target.
 */
#include "record.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

struct record *
record_new(int kinds)
{
    struct record *record = rv_alloc(sizeof(*record));
    record->kinds = kinds;
    record->complete = rv_alloc((size_t)kinds);
    record->per_kind = rv_alloc((size_t)kinds * sizeof(int));
    return record;
}

static void
forget_seen(struct seen *seen)
{
    free(seen->key);
    free(seen->name);
    free(seen->columns);
}

static void
forget_objects(struct record *record)
{
    rv_names_clear(&record->by_key);
    rv_names_clear(&record->by_name);
    rv_names_clear(&record->by_wanted);
    for (int i = 0; i < record->count; i++)
        forget_seen(&record->seen[i]);
    for (int i = 0; i < record->wanted_count; i++) {
        free(record->wanted[i].key);
        free(record->wanted[i].from);
    }
    for (int i = 0; i < record->warning_count; i++)
        free(record->warnings[i]);
    rv_names_clear(&record->by_rejected);
    for (int i = 0; i < record->rejected_count; i++)
        free(record->rejected[i]);
    record->rejected_count = 0;
    record->count = record->wanted_count = record->warning_count = record->unkept = 0;
    record->emitted = 0;
}

static void
forget_tokens(struct record *record)
{
    for (int i = 0; i < record->stream_count; i++) {
        free(record->streams[i]);
        free(record->tokens[i]);
    }
    record->stream_count = 0;
}

void
record_free(struct record *record)
{
    if (record == NULL)
        return;
    forget_objects(record);
    forget_tokens(record);
    free(record->seen);
    free(record->wanted);
    free(record->rejected);
    free(record->complete);
    free(record->per_kind);
    free(record);
}

void
record_begin_refresh(struct record *record)
{
    forget_objects(record);
    memset(record->complete, 0, (size_t)record->kinds);
    memset(record->per_kind, 0, (size_t)record->kinds * sizeof(int));
}

static uint64_t
hash_text(uint64_t seed, const char *text)
{
    return rv_hash64(text ? text : "", text ? strlen(text) + 1 : 0, seed);
}

static uint64_t
hash_value(const rv_value *value)
{
    switch (value->type) {
    case RV_TEXT:
        return rv_hash64(value->v.text, (size_t)value->len, 3);
    case RV_DOUBLE:
        return rv_hash64(&value->v.d, sizeof(value->v.d), 2);
    case RV_INT:
        return rv_hash64(&value->v.i, sizeof(value->v.i), 1);
    default:
        return 0;
    }
}

static uint64_t
hash_link(const struct rv_link *link)
{
    uint64_t hash = hash_text(5, link->kind->name);
    hash = hash_text(hash, link->ref);
    hash = hash_text(hash, link->scope);
    return hash_text(hash, link->name);
}

/* Fills hashes (column_count of them, zeroed); 0 stands for "not known" or "does not count". */
static void
hash_columns(const struct rv_object *object, uint64_t *hashes)
{
    const struct rv_kind *kind = object->kind;
    for (int i = 0; i < kind->column_count; i++)
        if (!(kind->columns[i].flags & (REEVE_COL_VOLATILE | REEVE_COL_CORE)))
            hashes[i] = hash_value(&object->values[i]);
    for (int i = 0; i < object->link_count; i++)
        if (!(kind->columns[object->links[i].column].flags & REEVE_COL_VOLATILE))
            hashes[object->links[i].column] = hash_link(&object->links[i]);
}

static uint64_t
hash_object(const struct rv_object *object)
{
    size_t count = (size_t)object->kind->column_count;
    RV_AUTO_FREE uint64_t *hashes = rv_alloc(count * sizeof(*hashes));
    hash_columns(object, hashes);
    uint64_t children = 0;
    for (const struct rv_object *child = object->children; child; child = child->next)
        children += hash_object(child);
    uint64_t hash = rv_hash64(hashes, count * sizeof(*hashes), hash_text(7, object->kind->name));
    return rv_hash64(&children, sizeof(children), hash);
}

/* A child's key as a hash: of its kind and its key columns. */
static uint64_t
hash_child_key(const struct rv_object *child)
{
    const struct rv_kind *kind = child->kind;
    uint64_t hash = hash_text(11, kind->name);
    RV_AUTO_FREE uint64_t *hashes = rv_alloc((size_t)kind->column_count * sizeof(*hashes));
    for (int i = 0; i < kind->column_count; i++)
        hashes[i] = hash_value(&child->values[i]);
    for (int i = 0; i < child->link_count; i++)
        hashes[child->links[i].column] = hash_link(&child->links[i]);
    for (int i = 0; i < kind->key_count; i++)
        hash = rv_hash64(&hashes[kind->key[i]], sizeof(uint64_t), hash);
    return hash;
}

static int
by_number(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

/* The kind of which an owner, at any depth, has two children with one key; NULL: none. */
static const struct rv_kind *
find_child_twice(const struct rv_object *owner)
{
    size_t count = 0, at = 0;
    for (const struct rv_object *child = owner->children; child; child = child->next) {
        const struct rv_kind *deeper = find_child_twice(child);
        if (deeper)
            return deeper;
        count++;
    }
    RV_AUTO_FREE uint64_t *keys = rv_alloc((count + 1) * sizeof(*keys));
    for (const struct rv_object *child = owner->children; child; child = child->next)
        keys[at++] = hash_child_key(child);
    qsort(keys, count, sizeof(*keys), by_number);
    for (size_t i = 1; i < count; i++) {
        const struct rv_object *child = owner->children;
        if (keys[i] != keys[i - 1])
            continue;
        while (hash_child_key(child) != keys[i])
            child = child->next;
        return child->kind;
    }
    return NULL;
}

static char *
name_of(const struct rv_object *object)
{
    const struct rv_kind *kind = object->kind;
    const char *parts[2] = { "", "" };
    if (kind->name_key_count == 0)
        return NULL;
    for (int i = 0; i < kind->name_key_count; i++) {
        const rv_value *value = &object->values[kind->name_key[i]];
        if (value->type != RV_TEXT)
            return NULL;
        parts[i] = value->v.text;
    }
    return kind->name_key_count == 2 ? rv_format("%s %s %s", kind->name, parts[0], parts[1])
                                     : rv_format("%s  %s", kind->name, parts[0]);
}

static void
want(struct record *record, const struct rv_object *object, const char *ref,
     const struct rv_link *link)
{
    const char *kind = link->kind->name, *scope = link->scope ? link->scope : "";
    RV_AUTO_FREE char *key = link->ref ? rv_format("=%s %s", kind, link->ref)
                                       : rv_format("~%s %s %s", kind, scope, link->name);
    if (record->wanted_count == RECORD_OBJECTS || rv_names_find(&record->by_wanted, key) >= 0)
        return;
    if (record->wanted_count == record->wanted_size) {
        record->wanted_size = record->wanted_size ? 2 * record->wanted_size : 64;
        record->wanted =
            rv_realloc(record->wanted, (size_t)record->wanted_size, sizeof(*record->wanted));
    }
    struct wanted *wanted = &record->wanted[record->wanted_count];
    wanted->key = rv_strdup(key);
    wanted->from = rv_format("%s of %s '%.100s'", object->kind->columns[link->column].name,
                             object->kind->name, ref);
    rv_names_add(&record->by_wanted, wanted->key, record->wanted_count++);
}

static void
want_all(struct record *record, const struct rv_object *object, const char *ref)
{
    for (int i = 0; i < object->link_count; i++)
        want(record, object, ref, &object->links[i]);
    for (const struct rv_object *child = object->children; child; child = child->next)
        want_all(record, child, ref);
}

static void
fill(struct seen *seen, const struct rv_object *object)
{
    size_t count = (size_t)object->kind->column_count;
    RV_AUTO_FREE uint64_t *hashes = rv_alloc(count * sizeof(*hashes));
    hash_columns(object, hashes);
    seen->columns = rv_alloc(count * sizeof(*seen->columns));
    for (size_t i = 0; i < count; i++)
        seen->columns[i] = (uint32_t)(hashes[i] ^ hashes[i] >> 32);
    uint64_t children = 0;
    for (const struct rv_object *child = object->children; child; child = child->next)
        children += hash_object(child);
    seen->children = (uint32_t)(children ^ children >> 32);
    seen->kind = object->kind;
    const struct rv_kind *twice = find_child_twice(object);
    if (twice) {
        seen->troubles |= TROUBLE_CHILD_TWICE;
        snprintf(seen->child_kind, sizeof(seen->child_kind), "%s", twice->name);
    }
    if (object->replaced_bytes)
        seen->troubles |= TROUBLE_REPLACED_BYTES;
}

static int
same_content(const struct seen *first, const struct seen *second)
{
    return first->children == second->children &&
           memcmp(first->columns, second->columns,
                  (size_t)first->kind->column_count * sizeof(uint32_t)) == 0;
}

static void
seen_again(struct record *record, int index, const struct rv_object *object)
{
    struct seen *old = &record->seen[index], again = { 0 };
    fill(&again, object);
    /* What others keep alive may be told with each of those. */
    if (old->kind->kept_by_kind < 0)
        old->troubles |= TROUBLE_TWICE;
    if (!same_content(old, &again))
        old->troubles |= TROUBLE_TWICE_DIFFERENT;
    old->troubles |= again.troubles;
    free(again.columns);
}

static void
see(struct record *record, const struct rv_object *object, char *key)
{
    if (record->count == record->size) {
        record->size = record->size ? 2 * record->size : 256;
        record->seen = rv_realloc(record->seen, (size_t)record->size, sizeof(*record->seen));
    }
    struct seen *seen = &record->seen[record->count];
    memset(seen, 0, sizeof(*seen));
    fill(seen, object);
    seen->key = key;
    seen->name = name_of(object);
    if (object->kind->name_key_count && seen->name == NULL)
        seen->troubles |= TROUBLE_EMPTY_NAME;
    if (record->complete[object->kind->index] && object->kind->kept_by_kind < 0)
        seen->troubles |= TROUBLE_AFTER_COMPLETE;
    rv_names_add(&record->by_key, seen->key, record->count);
    if (seen->name) {
        int first = rv_names_add(&record->by_name, seen->name, record->count);
        record->seen[first].name_count++;
    }
    record->per_kind[object->kind->index]++;
    record->count++;
}

uint64_t
record_hash(const struct seen *seen)
{
    return hash_text(13, seen->key);
}

void
record_emit(struct record *record, const struct rv_object *object)
{
    char *key = rv_format("%s %s", object->kind->name, object->ref);
    int index = rv_names_find(&record->by_key, key);
    record->emitted++;
    if (index >= 0)
        seen_again(record, index, object);
    else if (record->count == RECORD_OBJECTS)
        record->unkept++;
    else
        see(record, object, key);
    if (index >= 0 || record->unkept)
        free(key);
    want_all(record, object, object->ref);
}

void
record_rejected(struct record *record, const struct rv_kind *kind, const char *ref)
{
    if (record->rejected_count == RECORD_OBJECTS)
        return;
    record->rejected =
        rv_realloc(record->rejected, (size_t)record->rejected_count + 1, sizeof(*record->rejected));
    char *key = rv_format("%s %s", kind->name, ref);
    record->rejected[record->rejected_count] = key;
    rv_names_add(&record->by_rejected, key, record->rejected_count++);
}

/* The names are made anew: places in the array have changed. */
static void
index_objects(struct record *record)
{
    rv_names_clear(&record->by_key);
    rv_names_clear(&record->by_name);
    for (int i = 0; i < record->count; i++) {
        struct seen *seen = &record->seen[i];
        seen->name_count = 0;
        rv_names_add(&record->by_key, seen->key, i);
        if (seen->name)
            record->seen[rv_names_add(&record->by_name, seen->name, i)].name_count++;
    }
}

/* A listing of the kind begins anew: what was emitted of it before does not count. */
void
record_begin(struct record *record, const struct rv_kind *kind)
{
    int kept = 0;
    for (int i = 0; i < record->count; i++) {
        if (record->seen[i].kind == kind)
            forget_seen(&record->seen[i]);
        else
            record->seen[kept++] = record->seen[i];
    }
    if (kept < record->count) {
        record->count = kept;
        record->per_kind[kind->index] = 0;
        index_objects(record);
    }
    record->complete[kind->index] = 0;
}

void
record_complete(struct record *record, const struct rv_kind *kind)
{
    record->complete[kind->index] = 1;
}

void
record_checkpoint(struct record *record, const char *stream, const char *token)
{
    int i = 0;
    while (i < record->stream_count && strcmp(record->streams[i], stream) != 0)
        i++;
    if (i == RECORD_STREAMS)
        return;
    if (i == record->stream_count)
        record->streams[record->stream_count++] = rv_strdup(stream);
    else
        free(record->tokens[i]);
    record->tokens[i] = rv_strdup(token);
}

const char *
record_token(const struct record *record, const char *stream)
{
    for (int i = 0; i < record->stream_count; i++)
        if (strcmp(record->streams[i], stream) == 0)
            return record->tokens[i];
    return NULL;
}

void
record_warning(struct record *record, const char *name, const char *text)
{
    if (text && record->warning_count < RECORD_WARNINGS)
        record->warnings[record->warning_count++] = rv_format("%s: %s", name, text);
}

void
record_copy_tokens(struct record *record, const struct record *from, const char *instead)
{
    for (int i = 0; i < from->stream_count; i++)
        record_checkpoint(record, from->streams[i], instead ? instead : from->tokens[i]);
}
