/* SPDX-License-Identifier: Apache-2.0
 *
 * One arena for all that was read since the datastore changed: what is found stays where it is
 * until then, so nothing counts references. A name that is not there is remembered too, or each
 * event of an unknown type would be looked for in every domain again.
 */
#include "datastore/cache.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "datastore/load.h"
#include "store/notes.h"
#include "tree/names.h"
#include "tree/read.h"

#define DEFAULT_LIMIT ((size_t)64 << 20)
enum { LOAD_TRIES = 4 };

struct cached_class {
    struct rv_ae_class def; /* first: what is given out */
    int64_t domain_id;
    const char *key; /* its path, folded */
    int has_fields;
};

/* A name of a class, and what it names; def NULL: nothing. */
struct named {
    struct named *next;
    int64_t class_id;
    const char *key;
    const void *def;
};

struct names {
    struct named **buckets;
    size_t size, count;
};

struct rv_ae_cache {
    struct rv_ae_source source;
    struct rv_store *store;
    struct rv_arena *arena;
    size_t limit;
    int64_t generation;
    int loaded;
    struct rv_ae_domain *domains;
    const struct rv_ae_domain **order; /* of the domains, as they are given out */
    size_t domain_count;
    struct cached_class *classes; /* by domain id and key */
    size_t class_count;
    struct names instances, methods;
};

static void
empty(struct names *names)
{
    free(names->buckets); /* what hangs on them lies in the arena */
    *names = (struct names){ 0 };
}

static void
drop(struct rv_ae_cache *cache)
{
    empty(&cache->instances);
    empty(&cache->methods);
    rv_arena_reset(cache->arena);
    cache->loaded = 0;
    cache->domains = NULL;
    cache->order = NULL;
    cache->classes = NULL;
    cache->domain_count = cache->class_count = 0;
}

static uint64_t
hash_of(int64_t class_id, const char *key)
{
    return rv_hash64(key, strlen(key), (uint64_t)class_id);
}

static struct named *
find_named(const struct names *names, int64_t class_id, const char *key)
{
    if (names->size == 0)
        return NULL;
    struct named *one = names->buckets[hash_of(class_id, key) % names->size];
    while (one && (one->class_id != class_id || strcmp(one->key, key) != 0))
        one = one->next;
    return one;
}

static void
grow(struct names *names)
{
    size_t size = names->size ? names->size * 2 : 256;
    struct named **buckets = rv_alloc(size * sizeof(struct named *));

    for (size_t i = 0; i < names->size; i++) {
        for (struct named *one = names->buckets[i], *next; one; one = next) {
            struct named **home = &buckets[hash_of(one->class_id, one->key) % size];
            next = one->next;
            one->next = *home;
            *home = one;
        }
    }
    free(names->buckets);
    names->buckets = buckets;
    names->size = size;
}

static void
keep_named(struct rv_ae_cache *cache, struct names *names, int64_t class_id, const char *key,
           const void *def)
{
    struct named *one = rv_arena_alloc(cache->arena, sizeof(*one));

    if (names->count >= names->size)
        grow(names);
    RV_ASSERT(one);
    struct named **home = &names->buckets[hash_of(class_id, key) % names->size];
    *one = (struct named){
        .next = *home, .class_id = class_id, .key = rv_arena_strdup(cache->arena, key), .def = def
    };
    *home = one;
    names->count++;
}

/* Folded; "" when it is longer than any name or path may be, which finds nothing. */
static void
fold(char out[RV_AE_PATH_MAX + 1], const char *name)
{
    size_t len = strlen(name);

    out[0] = '\0';
    if (len > RV_AE_PATH_MAX)
        return;
    memcpy(out, name, len + 1);
    rv_lower(out);
}

static int
take_domain(void *arg, const struct rv_ae_domain *domain, rv_err *err)
{
    struct rv_ae_cache *cache = arg;

    (void)err;
    if ((cache->domain_count & (cache->domain_count - 1)) == 0)
        cache->domains =
            rv_realloc(cache->domains, cache->domain_count ? cache->domain_count * 2 : 1,
                       sizeof(*cache->domains));
    cache->domains[cache->domain_count++] = *domain;
    return 0;
}

static int
take_class(void *arg, const struct rv_ae_class *class, int64_t domain_id, const char *key,
           rv_err *err)
{
    struct rv_ae_cache *cache = arg;

    (void)err;
    if ((cache->class_count & (cache->class_count - 1)) == 0)
        cache->classes = rv_realloc(cache->classes, cache->class_count ? cache->class_count * 2 : 1,
                                    sizeof(*cache->classes));
    cache->classes[cache->class_count++] = (struct cached_class){
        .def = *class, .domain_id = domain_id, .key = rv_arena_strdup(cache->arena, key)
    };
    return 0;
}

/* Grown on the heap, kept in the arena: it is given out. */
static void *
settle(struct rv_ae_cache *cache, void *list, size_t bytes)
{
    void *kept = rv_arena_alloc(cache->arena, bytes + 1);

    RV_ASSERT(kept);
    if (bytes)
        memcpy(kept, list, bytes);
    free(list);
    return kept;
}

static const struct rv_ae_domain *
domain_of(const struct rv_ae_cache *cache, int64_t id)
{
    for (size_t i = 0; i < cache->domain_count; i++)
        if (cache->domains[i].id == id)
            return &cache->domains[i];
    return NULL;
}

static int
read_all(struct rv_ae_cache *cache, rv_err *err)
{
    drop(cache);
    int rc = rv_datastore_each_domain(cache->store, cache->arena, RV_DATASTORE_ENABLED, take_domain,
                                      cache, err);
    cache->domains = settle(cache, cache->domains, cache->domain_count * sizeof(*cache->domains));
    if (rc == 0)
        rc = rv_datastore_each_class(cache->store, cache->arena, 0, take_class, cache, err);
    cache->classes = settle(cache, cache->classes, cache->class_count * sizeof(*cache->classes));
    cache->order = rv_arena_alloc(cache->arena, (cache->domain_count + 1) * sizeof(*cache->order));
    for (size_t i = 0; i < cache->domain_count; i++)
        cache->order[i] = &cache->domains[i];
    for (size_t i = 0; i < cache->class_count; i++)
        cache->classes[i].def.domain = domain_of(cache, cache->classes[i].domain_id);
    cache->loaded = rc == 0;
    return rc;
}

/* An import may be committed between two of our reads: a domain would seem to be empty. */
static int
load(struct rv_ae_cache *cache, rv_err *err)
{
    for (int tries = 0; !cache->loaded && tries < LOAD_TRIES; tries++) {
        int64_t generation = 0;
        if (read_all(cache, err) < 0 ||
            rv_note_read(&generation, cache->store, RV_NOTE_AUTOMATE, err) < 0) {
            cache->loaded = 0;
            return rv_wrap(err, "read the automate datastore");
        }
        if (generation != cache->generation && tries + 1 < LOAD_TRIES)
            cache->loaded = 0;
        cache->generation = cache->source.generation = generation;
    }
    return 0;
}

/* What is not there may have been: its domain was disabled or deleted since, or a large import has
 * put other rows in its place. Whoever resolves begins again. */
static int
check_class(struct rv_ae_cache *cache, const struct rv_ae_class *class, rv_err *err)
{
    rv_value row, param = rv_vint(class->id);
    int found = rv_store_one(cache->store, &row, 1,
                             "SELECT c.id FROM miq_ae_classes c JOIN miq_ae_domains d"
                             " ON d.id = c.domain_id WHERE c.id = $1 AND d.enabled IS TRUE",
                             &param, 1, err);

    return found ? (found < 0 ? found : 0)
                 : rv_fail(err, RV_E_UNAVAILABLE,
                           "class '%s' is not in force any more: it is looked for again",
                           class->path);
}

static int
give_domains(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err)
{
    struct rv_ae_cache *cache = arg;

    if (load(cache, err) < 0)
        return err->code;
    *out = cache->order;
    *count = cache->domain_count;
    return 0;
}

struct wanted {
    int64_t domain_id;
    const char *key;
};

static int
to_class(const void *key, const void *item)
{
    const struct wanted *wanted = key;
    const struct cached_class *class = item;

    if (wanted->domain_id != class->domain_id)
        return wanted->domain_id < class->domain_id ? -1 : 1;
    return strcmp(wanted->key, class->key);
}

static int
find_class(void *arg, const struct rv_ae_domain *domain, const char *path,
           const struct rv_ae_class **out, rv_err *err)
{
    struct rv_ae_cache *cache = arg;
    char key[RV_AE_PATH_MAX + 1];

    if (load(cache, err) < 0)
        return err->code;
    fold(key, path);
    struct cached_class *found = bsearch(&(struct wanted){ domain->id, key }, cache->classes,
                                         cache->class_count, sizeof(*cache->classes), to_class);
    if (found == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "no class '%.200s'", path);
    if (!found->has_fields) {
        if (rv_datastore_fields(cache->store, cache->arena, RV_DATASTORE_OF_CLASS, found->def.id,
                                &found->def.fields, &found->def.field_count, err) < 0)
            return err->code;
        found->has_fields = 1;
    }
    *out = &found->def;
    return 0;
}

static int
find_instance(void *arg, const struct rv_ae_class *class, const char *name,
              const struct rv_ae_instance **out, rv_err *err)
{
    struct rv_ae_cache *cache = arg;
    char key[RV_AE_PATH_MAX + 1];

    fold(key, name);
    const struct named *known = find_named(&cache->instances, class->id, key);
    if (known == NULL) {
        struct rv_ae_instance *found = NULL;
        int rc = rv_datastore_instance(cache->store, cache->arena, class, key, &found, err);
        if (rc == RV_E_NOT_FOUND)
            rc = check_class(cache, class, err);
        if (rc < 0)
            return rc;
        keep_named(cache, &cache->instances, class->id, key, found);
        *out = found;
    } else {
        *out = known->def;
    }
    return *out ? 0 : rv_fail(err, RV_E_NOT_FOUND, "no instance '%.200s'", name);
}

static int
find_method(void *arg, const struct rv_ae_class *class, const char *name,
            const struct rv_ae_method **out, rv_err *err)
{
    struct rv_ae_cache *cache = arg;
    char key[RV_AE_PATH_MAX + 1];

    fold(key, name);
    const struct named *known = find_named(&cache->methods, class->id, key);
    if (known == NULL) {
        struct rv_ae_method *found = NULL;
        int rc = rv_datastore_method(cache->store, cache->arena, class, key, &found, err);
        if (rc == RV_E_NOT_FOUND)
            rc = check_class(cache, class, err);
        if (rc < 0)
            return rc;
        keep_named(cache, &cache->methods, class->id, key, found);
        *out = found;
    } else {
        *out = known->def;
    }
    return *out ? 0 : rv_fail(err, RV_E_NOT_FOUND, "no method '%.200s'", name);
}

struct matching {
    struct rv_arena *arena;
    const char *pattern;
    const char **names;
    size_t count;
    int most;
};

static int
take_name(void *arg, const char *name, rv_err *err)
{
    struct matching *m = arg;

    if (!rv_ae_glob(m->pattern, name))
        return 0;
    if (m->count == (size_t)m->most)
        return rv_fail(err, RV_E_LIMIT, "'%.200s' matches more than %d instances", m->pattern,
                       m->most);
    if ((m->count & (m->count - 1)) == 0)
        m->names = rv_realloc(m->names, m->count ? m->count * 2 : 1, sizeof(*m->names));
    m->names[m->count++] = rv_arena_strdup(m->arena, name);
    return 0;
}

/* Names first: fn may use the store. */
static int
match(void *arg, const struct rv_ae_class *class, const char *pattern, int most,
      int (*fn)(void *fn_arg, const struct rv_ae_instance *instance, rv_err *err), void *fn_arg,
      rv_err *err)
{
    struct rv_ae_cache *cache = arg;
    struct matching m = { .arena = rv_arena_new(0), .pattern = pattern, .most = most };
    const struct rv_ae_instance *instance;

    int rc = rv_datastore_each_instance_name(cache->store, class->id, take_name, &m, err);
    for (size_t i = 0; rc == 0 && i < m.count; i++) {
        rc = find_instance(cache, class, m.names[i], &instance, err);
        if (rc == RV_E_NOT_FOUND) { /* deleted meanwhile */
            rv_err_clear(err);
            rc = 0;
        } else if (rc == 0) {
            rc = fn(fn_arg, instance, err);
        }
    }
    free(m.names);
    rv_arena_free(m.arena);
    return rc;
}

struct rv_ae_cache *
rv_ae_cache_new(struct rv_store *store, size_t limit_bytes)
{
    struct rv_ae_cache *cache = rv_alloc(sizeof(*cache));

    cache->store = store;
    cache->arena = rv_arena_new(0);
    cache->limit = limit_bytes ? limit_bytes : DEFAULT_LIMIT;
    cache->generation = -1;
    cache->source = (struct rv_ae_source){ .arg = cache,
                                           .generation = -1,
                                           .domains = give_domains,
                                           .find_class = find_class,
                                           .find_instance = find_instance,
                                           .match = match,
                                           .find_method = find_method };
    return cache;
}

void
rv_ae_cache_free(struct rv_ae_cache *cache)
{
    if (cache == NULL)
        return;
    drop(cache);
    rv_arena_free(cache->arena);
    free(cache);
}

static int
set_generation(struct rv_ae_cache *cache, int64_t generation)
{
    int changed = generation != cache->generation;

    if (changed || rv_arena_used(cache->arena) > cache->limit)
        drop(cache);
    cache->generation = cache->source.generation = generation;
    return changed;
}

/* Ours may be younger than what was read before it. */
int
rv_ae_cache_at(struct rv_ae_cache *cache, int64_t generation)
{
    return set_generation(cache, generation < cache->generation ? cache->generation : generation);
}

int
rv_ae_cache_refresh(struct rv_ae_cache *cache, rv_err *err)
{
    int64_t generation = 0;

    if (rv_note_read(&generation, cache->store, RV_NOTE_AUTOMATE, err) < 0)
        return err->code;
    return set_generation(cache, generation);
}

const struct rv_ae_source *
rv_ae_cache_source(const struct rv_ae_cache *cache)
{
    return &cache->source;
}

size_t
rv_ae_cache_bytes(const struct rv_ae_cache *cache)
{
    return rv_arena_used(cache->arena);
}
