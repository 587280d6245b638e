/* SPDX-License-Identifier: Apache-2.0
 *
 * What the events of a batch are about, looked up for all of them at once: by the provider's id of
 * it, by its other id (a machine's uid_ems), by name, and last among the ids that are kept for
 * objects that something pointed to and nobody has seen. A pod tells where it runs and what it
 * belongs to. In the same round trip is asked which events are there already: a provider that lost
 * its place tells some of them again.
 */
#include "catcher/catcher_internal.h"

#include <inttypes.h>
#include <string.h>
#include "base/buf.h"
#include "base/text.h"
#include "event/blacklist.h"
#include "store/notes.h"

enum { CHUNK_MAX = 256, FIXED_PARAMS = 3, SQL_BYTES = 64 << 10, POD_COLUMNS = 3 };
enum form { BY_REF, BY_UID, BY_NAME, FORMS };
/* What counts more where one is found in several ways. */
enum rank { NOWHERE, RESERVED, UID_ARCHIVED, UID_ACTIVE, ARCHIVED, ACTIVE };

struct found {
    int64_t id;
    enum rank rank;
    int64_t of_pod[POD_COLUMNS];
};

/* Objects of one kind that are wanted in one way. */
struct wanted {
    const struct rv_kind *kind;
    enum form form;
    struct rv_names by_key;
    const char **keys;  /* ref, or scope and name */
    const char **asked; /* ref, or the name alone */
    struct found *found;
    int count, size;
};

struct look_up {
    struct rv_catcher *c;
    struct rv_arena *arena; /* SQL, parameters, keys */
    struct wanted *wanted;
    int wanted_count;
    int *places;                /* of each link: in its wanted's arrays */
    int *sets;                  /* of each link: which wanted */
    struct rv_names events;     /* those of the batch, by what makes two the same */
    struct rv_names containers; /* those that are named, by pod and name */
    struct rv_store_read *reads;
    size_t read_count, read_size;
};

static void *
need(struct look_up *up, size_t bytes)
{
    void *memory = rv_arena_alloc(up->arena, bytes);
    RV_ASSERT(memory != NULL);
    return memory;
}

/* What events are the same by, beside the provider. */
static const char *
event_key(struct look_up *up, const char *ref, const char *type, int64_t time_ms, int64_t chain)
{
    return rv_arena_format(up->arena, "%" PRId64 " %" PRId64 " %s\x1f%s", time_ms, chain, type,
                           ref);
}

static int64_t
int_of(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static void
collect_events(struct look_up *up)
{
    struct rv_catcher *c = up->c;
    for (int i = 0; i < c->batch.count; i++) {
        struct rv_caught *event = &c->batch.events[i];
        const rv_value *values = event->values;
        const char *key =
            event_key(up, values[c->columns.ems_ref].v.text, values[c->columns.type].v.text,
                      values[c->columns.timestamp].v.i, int_of(&values[c->columns.chain]));
        /* Twice in one batch: the first stays. */
        event->dropped = rv_names_add(&up->events, key, i) != i;
    }
}

static struct wanted *
wanted_of(struct look_up *up, const struct rv_kind *kind, enum form form)
{
    for (int i = 0; i < up->wanted_count; i++)
        if (up->wanted[i].kind == kind && up->wanted[i].form == form)
            return &up->wanted[i];
    up->wanted = rv_realloc(up->wanted, (size_t)up->wanted_count + 1, sizeof(*up->wanted));
    struct wanted *made = &up->wanted[up->wanted_count++];
    *made = (struct wanted){ .kind = kind, .form = form };
    return made;
}

static int
want(struct wanted *wanted, const char *key, const char *asked)
{
    int place = rv_names_add(&wanted->by_key, key, wanted->count);
    if (place != wanted->count)
        return place;
    if (wanted->count == wanted->size) {
        wanted->size = wanted->size ? 2 * wanted->size : 64;
        size_t size = (size_t)wanted->size;
        wanted->keys = rv_realloc(wanted->keys, size, sizeof(*wanted->keys));
        wanted->asked = rv_realloc(wanted->asked, size, sizeof(*wanted->asked));
        wanted->found = rv_realloc(wanted->found, size, sizeof(*wanted->found));
    }
    wanted->keys[wanted->count] = key;
    wanted->asked[wanted->count] = asked;
    wanted->found[wanted->count] = (struct found){ 0 };
    return wanted->count++;
}

/* As names of references are kept (core/inventory/resolve.c). */
static const char *
name_key(struct look_up *up, const char *scope, const char *name)
{
    return scope ? rv_arena_format(up->arena, "%s\x1f%s", scope, name) : name;
}

static void
collect_links(struct look_up *up)
{
    const struct rv_batch *batch = &up->c->batch;
    up->places = need(up, ((size_t)batch->link_count + 1) * sizeof(int));
    up->sets = need(up, ((size_t)batch->link_count + 1) * sizeof(int));
    for (int i = 0; i < batch->link_count; i++) {
        const struct rv_link *link = &batch->links[i].link;
        struct wanted *wanted = wanted_of(up, link->kind, link->ref ? BY_REF : BY_NAME);
        const char *key = link->ref ? link->ref : name_key(up, link->scope, link->name);
        up->places[i] = want(wanted, key, link->ref ? link->ref : link->name);
        up->sets[i] = (int)(wanted - up->wanted);
    }
}

static void
find_better(struct found *found, enum rank rank, int64_t id)
{
    if (rank > found->rank) {
        found->rank = rank;
        found->id = id;
    }
}

static int
is_pod(const struct rv_kind *kind)
{
    return rv_streq(kind->name, "container_group");
}

/* What a pod points to, behind the three columns of a row by ref or name. */
static void
take_pod(const struct rv_kind *kind, struct found *found, const rv_value *row)
{
    for (int i = 0; i < POD_COLUMNS && is_pod(kind) && found->id == row[0].v.i; i++)
        found->of_pod[i] = int_of(&row[3 + i]);
}

/* Row: id, whether it is archived, ref; of a pod further what it points to. */
static int
take_by_ref(void *arg, const rv_value *row, rv_err *err)
{
    struct wanted *wanted = arg;
    (void)err;
    int place = row[2].type == RV_TEXT ? rv_names_find(&wanted->by_key, row[2].v.text) : -1;
    if (place < 0)
        return 0;
    struct found *found = &wanted->found[place];
    find_better(found, row[1].type == RV_NULL ? ACTIVE : ARCHIVED, row[0].v.i);
    take_pod(wanted->kind, found, row);
    return 0;
}

static int
take_by_uid(void *arg, const rv_value *row, rv_err *err)
{
    struct wanted *wanted = arg;
    (void)err;
    int place = row[2].type == RV_TEXT ? rv_names_find(&wanted->by_key, row[2].v.text) : -1;
    if (place >= 0)
        find_better(&wanted->found[place], row[1].type == RV_NULL ? UID_ACTIVE : UID_ARCHIVED,
                    row[0].v.i);
    return 0;
}

/* Row: id, the columns of name_key, of which one may stand twice. */
static int
take_by_name(void *arg, const rv_value *row, rv_err *err)
{
    struct wanted *wanted = arg;
    (void)err;
    int scoped = wanted->kind->name_key_count == 2;
    if (row[1].type != RV_TEXT || (scoped && row[2].type != RV_TEXT))
        return 0;
    RV_AUTO_FREE char *key =
        scoped ? rv_format("%s\x1f%s", row[1].v.text, row[2].v.text) : rv_strdup(row[1].v.text);
    int place = rv_names_find(&wanted->by_key, key);
    if (place < 0)
        return 0;
    find_better(&wanted->found[place], ACTIVE, row[0].v.i);
    take_pod(wanted->kind, &wanted->found[place], row);
    return 0;
}

/* Row: id, ref or key of the name. */
static int
take_reserved(void *arg, const rv_value *row, rv_err *err)
{
    struct wanted *wanted = arg;
    (void)err;
    int place = rv_names_find(&wanted->by_key, row[1].v.text);
    if (place >= 0)
        find_better(&wanted->found[place], RESERVED, row[0].v.i);
    return 0;
}

/* Row: ref, type, time, chain. */
static int
take_same(void *arg, const rv_value *row, rv_err *err)
{
    struct look_up *up = arg;
    (void)err;
    const char *key = event_key(up, row[0].v.text, row[1].v.text, row[2].v.i, int_of(&row[3]));
    int at = rv_names_find(&up->events, key);
    if (at >= 0)
        up->c->batch.events[at].dropped = 1;
    return 0;
}

/* Row: id, the pod's ref, its own name. */
static int
take_container(void *arg, const rv_value *row, rv_err *err)
{
    struct look_up *up = arg;
    struct rv_catcher *c = up->c;
    (void)err;
    if (row[1].type != RV_TEXT || row[2].type != RV_TEXT)
        return 0;
    RV_AUTO_FREE char *key = rv_format("%s\x1f%s", row[1].v.text, row[2].v.text);
    int first = rv_names_find(&up->containers, key);
    for (int i = first; i >= 0 && i < c->batch.link_count; i++) {
        const struct rv_caught_link *link = &c->batch.links[i];
        rv_value *values = c->batch.events[link->event].values;
        if (link->link.column == c->columns.pod && rv_streq(link->link.ref, row[1].v.text) &&
            values[c->columns.container_name].type == RV_TEXT &&
            strcmp(values[c->columns.container_name].v.text, row[2].v.text) == 0)
            values[c->columns.container] = rv_vint(row[0].v.i);
    }
    return 0;
}

static size_t
chunk_size(size_t left)
{
    static const size_t sizes[] = { 1, 4, 16, 64, CHUNK_MAX };
    size_t i = 0;
    while (i + 1 < RV_COUNT(sizes) && left > sizes[i])
        i++;
    return sizes[i];
}

/* A statement, which ends with "IN", and the texts that it is asked with; those are asked for in
 * chunks of few sizes, so that statements stay few and prepared. */
struct question {
    const char *sql;
    rv_value fixed[FIXED_PARAMS]; /* $1 ... */
    int fixed_count;
    const char *const *texts;
    size_t count;
    int (*row)(void *arg, const rv_value *row, rv_err *err);
    void *arg;
};

static struct rv_store_read *
new_read(struct look_up *up)
{
    if (up->read_count == up->read_size) {
        up->read_size = up->read_size ? 2 * up->read_size : 16;
        up->reads = rv_realloc(up->reads, up->read_size, sizeof(*up->reads));
    }
    return &up->reads[up->read_count++];
}

static void
add_chunk(struct look_up *up, const struct question *ask, size_t from, size_t count)
{
    size_t size = chunk_size(count), fixed = (size_t)ask->fixed_count;
    rv_value *params = need(up, (fixed + size) * sizeof(*params));
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_BYTES);
    rv_buf_add_string(&sql, ask->sql);
    memcpy(params, ask->fixed, fixed * sizeof(*params));
    for (size_t i = 0; i < size; i++) {
        rv_buf_addf(&sql, "%s$%zu", i ? "," : " (", fixed + i + 1);
        params[fixed + i] = rv_vtext(ask->texts[from + (i < count ? i : count - 1)]);
    }
    rv_buf_add_char(&sql, ')');
    *new_read(up) = (struct rv_store_read){ .sql = rv_arena_strdup(up->arena, rv_buf_text(&sql)),
                                            .params = params,
                                            .count = (int)(fixed + size),
                                            .row = ask->row,
                                            .arg = ask->arg };
}

static void
add_question(struct look_up *up, const struct question *ask)
{
    for (size_t from = 0; from < ask->count; from += CHUNK_MAX) {
        size_t left = ask->count - from;
        add_chunk(up, ask, from, left < CHUNK_MAX ? left : CHUNK_MAX);
    }
}

static void
ask_same(struct look_up *up)
{
    struct rv_catcher *c = up->c;
    const char **refs = need(up, ((size_t)c->batch.count + 1) * sizeof(*refs));
    int64_t first_ms = INT64_MAX, last_ms = 0;
    for (int i = 0; i < c->batch.count; i++) {
        const rv_value *values = c->batch.events[i].values;
        int64_t when_ms = values[c->columns.timestamp].v.i;
        refs[i] = values[c->columns.ems_ref].v.text;
        first_ms = when_ms < first_ms ? when_ms : first_ms;
        last_ms = when_ms > last_ms ? when_ms : last_ms;
    }
    /* The same event has the same time. Without it a planner that knows nothing of the table yet
     * reads everything that the provider ever told. */
    add_question(up, &(struct question){ .sql = "SELECT ems_ref, event_type, timestamp, chain_id"
                                                " FROM event_streams WHERE ems_id = $1"
                                                " AND timestamp >= $2 AND timestamp <= $3"
                                                " AND ems_ref IN",
                                         .fixed = { rv_vint(c->config.provider_id),
                                                    rv_vint(first_ms), rv_vint(last_ms) },
                                         .fixed_count = 3,
                                         .texts = refs,
                                         .count = (size_t)c->batch.count,
                                         .row = take_same,
                                         .arg = up });
}

static const char *
more_columns(const struct rv_kind *kind)
{
    return is_pod(kind) ? ", container_node_id, container_replicator_id, container_project_id" : "";
}

static const char *
ref_sql(struct look_up *up, const struct rv_kind *kind, const char *column)
{
    return rv_arena_format(
        up->arena, "SELECT id, %s, \"%s\"%s FROM \"%s\" WHERE ems_id = $1 AND \"%s\" IN",
        kind->archived ? "deleted_on" : "NULL", column, more_columns(kind), kind->table, column);
}

static const char *
name_sql(struct look_up *up, const struct rv_kind *kind)
{
    const char *first = kind->columns[kind->name_key[0]].name;
    const char *last = kind->columns[kind->name_key[kind->name_key_count - 1]].name;
    return rv_arena_format(up->arena,
                           "SELECT id, \"%s\", \"%s\"%s FROM \"%s\" WHERE ems_id = $1%s"
                           " AND \"%s\" IN",
                           first, last, more_columns(kind), kind->table,
                           kind->archived ? " AND deleted_on IS NULL" : "", last);
}

static void
ask_wanted(struct look_up *up, struct wanted *wanted)
{
    const struct rv_kind *kind = wanted->kind;
    struct question ask = { .fixed = { rv_vint(up->c->config.provider_id) },
                            .fixed_count = 1,
                            .texts = wanted->asked,
                            .count = (size_t)wanted->count,
                            .arg = wanted };
    int by_name = wanted->form == BY_NAME;
    ask.sql = by_name ? name_sql(up, kind) : ref_sql(up, kind, kind->columns[kind->key[0]].name);
    ask.row = by_name ? take_by_name : take_by_ref;
    add_question(up, &ask);
    if (!by_name && rv_streq(kind->name, "vm")) {
        ask.sql = ref_sql(up, kind, "uid_ems");
        ask.row = take_by_uid;
        add_question(up, &ask);
    }
    ask.sql = "SELECT row_id, ref FROM inventory_references WHERE ems_id = $1 AND kind = $2"
              " AND form = $3 AND ref IN";
    ask.fixed[1] = rv_vtext(kind->name);
    ask.fixed[2] = rv_vint(by_name);
    ask.fixed_count = 3;
    ask.texts = wanted->keys;
    ask.row = take_reserved;
    add_question(up, &ask);
}

/* Containers belong to their pods and have no ref of their own here: by pod and name. */
static void
ask_containers(struct look_up *up)
{
    struct rv_catcher *c = up->c;
    const char **refs = need(up, ((size_t)c->batch.link_count + 1) * sizeof(*refs));
    size_t count = 0;
    for (int i = 0; i < c->batch.link_count; i++) {
        const struct rv_caught_link *link = &c->batch.links[i];
        const rv_value *name = &c->batch.events[link->event].values[c->columns.container_name];
        if (link->link.column != c->columns.pod || link->link.ref == NULL || name->type != RV_TEXT)
            continue;
        rv_names_add(&up->containers,
                     rv_arena_format(up->arena, "%s\x1f%s", link->link.ref, name->v.text), i);
        refs[count++] = link->link.ref;
    }
    add_question(
        up, &(struct question){ .sql = "SELECT n.id, p.ems_ref, n.name FROM containers n"
                                       " JOIN container_groups p ON p.id = n.container_group_id"
                                       " WHERE p.ems_id = $1 AND p.ems_ref IN",
                                .fixed = { rv_vint(c->config.provider_id) },
                                .fixed_count = 1,
                                .texts = refs,
                                .count = count,
                                .row = take_container,
                                .arg = up });
}

static int
take_generation(void *arg, const rv_value *row, rv_err *err)
{
    struct rv_catcher *c = arg;
    (void)err;
    c->blacklist_generation = row[0].type == RV_INT ? row[0].v.i : 0;
    return 0;
}

/* Whether the list of what is not kept is another by now. */
static void
ask_blacklist(struct look_up *up)
{
    *new_read(up) = (struct rv_store_read){ .sql = "SELECT " RV_NOTE_SQL(RV_NOTE_BLACKLIST),
                                            .row = take_generation,
                                            .arg = up->c };
}

static void
set_if_none(rv_value *values, int column, int64_t id)
{
    if (id && values[column].type == RV_NULL)
        values[column] = rv_vint(id);
}

static void
fill_links(struct look_up *up)
{
    struct rv_catcher *c = up->c;
    for (int i = 0; i < c->batch.link_count; i++) {
        const struct rv_caught_link *link = &c->batch.links[i];
        const struct found *found = &up->wanted[up->sets[i]].found[up->places[i]];
        rv_value *values = c->batch.events[link->event].values;
        int type_column = c->kind->columns[link->link.column].type_column;
        if (found->id)
            values[link->link.column] = rv_vint(found->id);
        else if (type_column >= 0)
            values[type_column] = RV_VNULL;
    }
}

/* After what the provider itself said: it knows better. */
static void
fill_from_pods(struct look_up *up)
{
    struct rv_catcher *c = up->c;
    const int columns[POD_COLUMNS] = { c->columns.node, c->columns.replicator, c->columns.project };
    for (int i = 0; i < c->batch.link_count; i++) {
        const struct rv_caught_link *link = &c->batch.links[i];
        const struct found *found = &up->wanted[up->sets[i]].found[up->places[i]];
        if (link->link.column != c->columns.pod)
            continue;
        for (int k = 0; k < POD_COLUMNS; k++)
            set_if_none(c->batch.events[link->event].values, columns[k], found->of_pod[k]);
    }
}

static int
read_all(struct look_up *up, rv_err *err)
{
    ask_same(up);
    for (int i = 0; i < up->wanted_count; i++)
        ask_wanted(up, &up->wanted[i]);
    ask_containers(up);
    ask_blacklist(up);
    if (rv_store_read_all(up->c->store, up->reads, up->read_count, err) < 0)
        return rv_wrap(err, "find what events are about");
    return 0;
}

static void
end(struct look_up *up)
{
    for (int i = 0; i < up->wanted_count; i++) {
        rv_names_clear(&up->wanted[i].by_key);
        free(up->wanted[i].keys);
        free(up->wanted[i].asked);
        free(up->wanted[i].found);
    }
    free(up->wanted);
    free(up->reads);
    rv_names_clear(&up->events);
    rv_names_clear(&up->containers);
    rv_arena_free(up->arena);
}

int
rv_catch_look_up(struct rv_catcher *c, rv_err *err)
{
    struct look_up up = { .c = c, .arena = rv_arena_new(0) };
    collect_events(&up);
    collect_links(&up);
    int rc = read_all(&up, err);
    if (rc == 0) {
        fill_links(&up);
        fill_from_pods(&up);
    }
    end(&up);
    return rc;
}
