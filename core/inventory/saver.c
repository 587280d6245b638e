/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink: takes objects one by one, drops those that are as they were, keeps copies
 * of the others until a bound of work is reached or the input is drained, and saves them.
 */
#include "inventory/saver_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/wait.h"
#include "inventory/hash.h"

enum {
    BATCH_OBJECTS = 1000,
    BATCH_BYTES = 2 << 20,
    GONE_AT_ONCE = 500,
    ROWS_OF_GONE = 10, /* a guess: with its children */
    FIRST_ROWS = 2000,
    LEAST_ROWS = 200,
    MOST_ROWS = 20000,
    SQLITE_SAVE_US = 50000, /* its one writer is shared with the queue */
    POSTGRES_SAVE_US = 200000,
    LISTING_WAIT_US = 20000, /* within a listing what is pending waits so long for more */
    TOKENS_ONLY_MS = 5000,   /* tokens without objects are saved so often at most */
    ANALYZE_ROWS = 500,      /* reading all of fewer costs nothing */
    MOST_WARNINGS = 64
};

/* The next save is as large as fits into its time, judging by this one. */
static void
adapt(struct rv_saver *saver, int64_t rows, int64_t took_us)
{
    int64_t wanted_us = rv_store_is_postgres(saver->store) ? POSTGRES_SAVE_US : SQLITE_SAVE_US;
    if (took_us > wanted_us)
        saver->row_bound = saver->row_bound * wanted_us / took_us;
    else if (rows >= saver->row_bound * 3 / 4 && took_us < wanted_us / 2)
        saver->row_bound *= 2;
    if (saver->row_bound < LEAST_ROWS)
        saver->row_bound = LEAST_ROWS;
    if (saver->row_bound > MOST_ROWS)
        saver->row_bound = MOST_ROWS;
}

static void
clear_pending(struct rv_saver *saver)
{
    rv_nodes_free(&saver->pending);
    rv_map_clear(&saver->pending_by_digest);
    rv_arena_reset(saver->arena);
    saver->pending_rows = 0;
    saver->pending_new = 0;
    saver->pending_news = 0;
}

static int
run_plan(struct rv_saver *saver, struct rv_plan *plan, rv_err *err)
{
    int64_t start_us = rv_monotonic_us(), before = rv_store_statements(saver->store);
    int rc = rv_plan_run(plan, err);
    int64_t took_us = rv_monotonic_us() - start_us;
    saver->save_us += took_us;
    saver->counts.statements += rv_store_statements(saver->store) - before;
    if (rc == 0)
        adapt(saver, plan->rows, took_us);
    rv_plan_end(plan);
    return rc;
}

void
rv_saver_drop(struct rv_saver *saver)
{
    if (saver == NULL)
        return;
    clear_pending(saver);
    rv_streams_revert(saver);
    for (int i = 0; i < saver->kind_count; i++)
        saver->kinds[i].begun = 0;
}

int
rv_saver_flush(struct rv_saver *saver, rv_err *err)
{
    if (saver->pending.count == 0 && !rv_streams_dirty(saver) && !saver->by_name_dirty)
        return 0;
    struct rv_plan plan;
    rv_plan_begin(&plan, saver, saver->arena);
    plan.tops = saver->pending;
    saver->pending = (struct rv_nodes){ 0 };
    int rc = run_plan(saver, &plan, err);
    clear_pending(saver);
    /* The tokens stand for objects that are lost now: they must come again. */
    if (rc < 0)
        rv_streams_revert(saver);
    return rc;
}

static int
is_full(const struct rv_saver *saver)
{
    size_t most =
        saver->config.batch_objects > 0 ? (size_t)saver->config.batch_objects : BATCH_OBJECTS;
    int64_t bytes = saver->config.batch_bytes > 0 ? saver->config.batch_bytes : BATCH_BYTES;
    return saver->pending.count >= most || saver->pending_rows >= saver->row_bound ||
           (int64_t)rv_arena_used(saver->arena) >= bytes;
}

/* Puts the node into the batch, in the place of an earlier one of the same object. What is no part
 * of a listing is news, and does not wait for a listing's next page. */
static int
add_pending(struct rv_saver *saver, struct rv_node *node, int64_t rows, rv_err *err)
{
    if (saver->pending.count == 0)
        saver->pending_since_us = rv_monotonic_us();
    int64_t before = rv_map_get(&saver->pending_by_digest, node->digest);
    if (before >= 0) {
        saver->pending.at[before] = node;
    } else {
        rv_map_put(&saver->pending_by_digest, node->digest, (int64_t)saver->pending.count);
        rv_nodes_add(&saver->pending, node);
    }
    saver->pending_rows += rows;
    saver->pending_news |= !saver->kinds[node->kind->index].begun;
    return is_full(saver) ? rv_saver_flush(saver, err) : 0;
}

/* The object of this digest that waits in the batch, or NULL. */
static const struct rv_node *
pending_node(const struct rv_saver *saver, struct rv_digest digest)
{
    int64_t at = rv_map_get(&saver->pending_by_digest, digest);
    return at >= 0 ? saver->pending.at[at] : NULL;
}

static int
is_unchanged(struct rv_saver *saver, struct rv_digest digest, uint64_t hash)
{
    struct rv_known key;
    const struct rv_node *pending = pending_node(saver, digest);
    if (pending)
        return pending->values && pending->state != RV_NODE_DROPPED && pending->hash == hash;
    return rv_keys_get(saver->keys, digest, &key) && !(key.flags & RV_KEY_RESERVED) &&
           key.hash == hash;
}

/* Whoever names ever more objects would fill the disk: what is there goes on being kept current,
 * and nothing is added. */
static int
check_room(struct rv_saver *saver, struct rv_digest digest, rv_err *err)
{
    struct rv_known key;
    int64_t most = saver->config.objects_max;
    if (pending_node(saver, digest) ||
        (rv_keys_get(saver->keys, digest, &key) && !(key.flags & RV_KEY_RESERVED)))
        return 0;
    int64_t count = (int64_t)(rv_keys_count(saver->keys) - rv_keys_reserved(saver->keys));
    if (most > 0 && count + saver->pending_new >= most) {
        rv_fail(err, RV_E_LIMIT, "the provider has more than %lld objects", (long long)most);
        return rv_hint(err, "when it is right to have so many, raise refresh.objects_max");
    }
    saver->pending_new++;
    return 0;
}

static int
sink_emit(void *arg, const struct rv_object *object, rv_err *err)
{
    struct rv_saver *saver = arg;
    int64_t start_us = rv_monotonic_us();
    uint64_t hash = rv_content_hash(object);
    struct rv_digest digest = rv_keys_digest(saver->keys, object->kind, object->ref);
    saver->counts.seen++;
    saver->counts.replaced_bytes += object->replaced_bytes;
    if (is_unchanged(saver, digest, hash)) {
        saver->counts.unchanged++;
        rv_keys_see(saver->keys, digest);
        saver->hash_us += rv_monotonic_us() - start_us;
        return 0;
    }
    if (check_room(saver, digest, err) < 0)
        return err->code;
    int64_t rows = 0;
    struct rv_node *node = rv_copy_object(saver, object, &rows);
    node->digest = digest;
    node->hash = hash;
    saver->hash_us += rv_monotonic_us() - start_us;
    return add_pending(saver, node, rows, err);
}

static int
sink_gone(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err)
{
    struct rv_saver *saver = arg;
    struct rv_digest digest = rv_keys_digest(saver->keys, kind, ref);
    struct rv_known key;
    int known = rv_keys_get(saver->keys, digest, &key) && !(key.flags & RV_KEY_RESERVED);
    if (!known && pending_node(saver, digest) == NULL)
        return 0;
    struct rv_node *node = rv_arena_alloc(saver->arena, sizeof(*node));
    RV_ASSERT(node != NULL);
    node->kind = kind;
    node->ref = rv_arena_strdup(saver->arena, ref);
    node->digest = digest;
    /* Created and gone within one batch: it was never there. */
    node->state = known ? RV_NODE_GONE : RV_NODE_DROPPED;
    return add_pending(saver, node, ROWS_OF_GONE, err);
}

static int
sink_begin(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct rv_saver *saver = arg;
    RV_AUTO_FREE uint8_t *kinds = rv_alloc((size_t)saver->kind_count);
    /* What waits in the batch was seen before. */
    if (rv_saver_flush(saver, err) < 0)
        return err->code;
    kinds[kind->index] = 1;
    rv_keys_unsee(saver->keys, kinds);
    saver->kinds[kind->index].begun = 1;
    return 0;
}

static int
take_away(struct rv_saver *saver, const struct rv_kind *kind, const struct rv_digest *digests,
          size_t count, rv_err *err)
{
    struct rv_plan plan;
    rv_plan_begin(&plan, saver, saver->arena);
    for (size_t i = 0; i < count; i++) {
        struct rv_known key;
        RV_ASSERT(rv_keys_get(saver->keys, digests[i], &key));
        rv_plan_gone(&plan, kind, key.id, NULL)->digest = digests[i];
    }
    int rc = run_plan(saver, &plan, err);
    clear_pending(saver);
    return rc;
}

static int
sink_complete(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct rv_saver *saver = arg;
    struct rv_digest unseen[GONE_AT_ONCE];
    if (rv_saver_flush(saver, err) < 0)
        return err->code;
    if (!saver->kinds[kind->index].begun)
        return rv_fail(err, RV_E_INVALID, "kind '%s' is complete, but was not begun", kind->name);
    saver->kinds[kind->index].begun = 0;
    for (;;) {
        size_t count = rv_keys_unseen(saver->keys, kind->index, unseen, GONE_AT_ONCE);
        if (count == 0)
            return 0;
        if (take_away(saver, kind, unseen, count, err) < 0 || rv_wait_poll(err) < 0)
            return err->code;
    }
}

static int
sink_checkpoint(void *arg, const char *stream, const char *token, rv_err *err)
{
    (void)err;
    rv_streams_set(arg, stream, token);
    return 0;
}

static const char *
sink_token(void *arg, const char *stream)
{
    return rv_streams_get(arg, stream);
}

void
rv_saver_warn(struct rv_saver *saver, const char *name, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(saver->warnings, name);
    if (text && cJSON_GetArraySize(saver->warnings) < MOST_WARNINGS)
        cJSON_AddStringToObject(saver->warnings, name, text);
}

static int
sink_warn(void *arg, const char *name, const char *text, rv_err *err)
{
    (void)err;
    rv_saver_warn(arg, name, text);
    return 0;
}

/* Before the provider sleeps. Within a listing the next page is on its way: a short break does not
 * end a batch. */
static int
sink_drain(void *arg, rv_err *err)
{
    struct rv_saver *saver = arg;
    if (saver->pending.count == 0) {
        if (!rv_streams_dirty(saver) || rv_monotonic_ms() - saver->tokens_saved_ms < TOKENS_ONLY_MS)
            return 0;
    } else if (!saver->pending_news &&
               rv_monotonic_us() - saver->pending_since_us < LISTING_WAIT_US) {
        return 0;
    }
    return rv_saver_flush(saver, err);
}

static void
sink_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    struct rv_saver *saver = arg;
    rv_err ignored = RV_ERR_INIT;
    saver->counts.rejected++;
    rv_keys_see(saver->keys, rv_keys_digest(saver->keys, kind, ref));
    RV_AUTO_FREE char *name = rv_format("%s: refused", kind->name);
    int64_t before = saver->rejected[kind->index]++;
    if (before == 0) {
        sink_warn(saver, name, why->text, &ignored);
        return;
    }
    RV_AUTO_FREE char *text =
        rv_format("%lld objects, the last: %.800s", (long long)before + 1, why->text);
    sink_warn(saver, name, text, &ignored);
}

static void
free_kinds(struct rv_saver *saver)
{
    for (int i = 0; i < saver->kind_count; i++) {
        free(saver->kinds[i].by_name);
        free(saver->kinds[i].children);
        free(saver->kinds[i].columns);
        free(saver->kinds[i].keepers);
    }
    free(saver->kinds);
}

void
rv_saver_limit(struct rv_saver *saver, int64_t objects_max, int64_t label_entries_max)
{
    saver->config.objects_max = objects_max;
    saver->config.label_entries_max = label_entries_max;
}

void
rv_saver_close(struct rv_saver *saver)
{
    if (saver == NULL)
        return;
    rv_nodes_free(&saver->pending);
    rv_map_free(&saver->pending_by_digest);
    rv_streams_free(saver);
    free_kinds(saver);
    rv_keys_free(saver->keys);
    rv_feed_free(saver->feed);
    rv_arena_free(saver->arena);
    cJSON_Delete(saver->warnings);
    free(saver->rejected);
    free(saver);
}

int
rv_saver_open(struct rv_saver **out, const struct rv_saver_config *config, rv_err *err)
{
    struct rv_saver *saver = rv_alloc(sizeof(*saver));
    saver->config = *config;
    saver->store = config->store;
    saver->sink = (struct rv_sink){ .arg = saver,
                                    .emit = sink_emit,
                                    .gone = sink_gone,
                                    .begin = sink_begin,
                                    .complete = sink_complete,
                                    .checkpoint = sink_checkpoint,
                                    .token = sink_token,
                                    .warn = sink_warn,
                                    .drain = sink_drain,
                                    .rejected = sink_rejected };
    saver->feed = rv_feed_new();
    saver->arena = rv_arena_new(0);
    saver->warnings = cJSON_CreateObject();
    saver->row_bound = FIRST_ROWS;
    saver->tokens_saved_ms = rv_monotonic_ms();
    if (rv_load_all(saver, err) < 0) {
        rv_saver_close(saver);
        return rv_wrap(err, "open the inventory of provider %lld", (long long)config->ems_id);
    }
    saver->rejected = rv_alloc((size_t)saver->kind_count * sizeof(*saver->rejected));
    *out = saver;
    return 0;
}

const struct rv_sink *
rv_saver_sink(struct rv_saver *saver)
{
    return &saver->sink;
}

int
rv_saver_begin_all(struct rv_saver *saver, const char *const *kinds, rv_err *err)
{
    RV_AUTO_FREE uint8_t *begun = rv_alloc((size_t)saver->kind_count);
    if (rv_saver_flush(saver, err) < 0)
        return err->code;
    for (size_t i = 0; kinds && kinds[i]; i++) {
        const struct rv_kind *kind = rv_model_kind(kinds[i]);
        if (kind == NULL || kind->index >= saver->kind_count)
            return rv_fail(err, RV_E_INVALID, "unknown kind '%s'", kinds[i]);
        if (kind->child)
            continue;
        begun[kind->index] = 1;
        saver->kinds[kind->index].begun = 1;
    }
    rv_keys_unsee(saver->keys, begun);
    cJSON_Delete(saver->warnings);
    saver->warnings = cJSON_CreateObject();
    memset(saver->rejected, 0, (size_t)saver->kind_count * sizeof(*saver->rejected));
    return 0;
}

int
rv_saver_end_all(struct rv_saver *saver, rv_err *err)
{
    if (rv_saver_flush(saver, err) < 0)
        return err->code;
    for (int i = 0; i < saver->kind_count; i++)
        saver->kinds[i].begun = 0;
    struct rv_plan plan;
    rv_plan_begin(&plan, saver, saver->arena);
    int rc = rv_keep_find_all(&plan, err);
    if (rc == 0)
        rc = rv_pointed_sweep(&plan, err);
    if (rc < 0 || plan.candidate_count + plan.arrived_count == 0) {
        rv_plan_end(&plan);
        return rc;
    }
    rc = run_plan(saver, &plan, err);
    clear_pending(saver);
    return rc;
}

int
rv_saver_analyze(struct rv_saver *saver, rv_err *err)
{
    for (int i = 0; i < saver->kind_count; i++) {
        struct rv_kind_state *state = &saver->kinds[i];
        if (state->inserted < ANALYZE_ROWS)
            continue;
        if (rv_store_analyze(saver->store, rv_model_at(i)->table, err) < 0)
            return rv_wrap(err, "analyze %s", rv_model_at(i)->table);
        state->inserted = 0;
    }
    return 0;
}

void
rv_saver_counts(const struct rv_saver *saver, struct rv_save_counts *out)
{
    *out = saver->counts;
    out->hash_ms = saver->hash_us / 1000;
    out->save_ms = saver->save_us / 1000;
    out->dangling = (int64_t)rv_keys_reserved(saver->keys);
}

void
rv_saver_counts_reset(struct rv_saver *saver)
{
    saver->counts = (struct rv_save_counts){ 0 };
    saver->hash_us = saver->save_us = 0;
}

size_t
rv_saver_memory(const struct rv_saver *saver)
{
    return rv_keys_bytes(saver->keys);
}

int64_t
rv_saver_objects(const struct rv_saver *saver)
{
    return (int64_t)rv_keys_count(saver->keys);
}

cJSON *
rv_saver_warnings(const struct rv_saver *saver)
{
    return cJSON_Duplicate(saver->warnings, 1);
}
