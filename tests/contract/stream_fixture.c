/* SPDX-License-Identifier: Apache-2.0
 *
 * See stream_fixture.h.
 */
#include "stream_fixture.h"

const struct rv_kind *
pods(void)
{
    return rv_model_kind("container_group");
}

int
count_of(const char *text, const char *word)
{
    const char *end = text + strlen(text); /* strstr would look for it at every step */
    int count = 0;

    for (; (text = memmem(text, (size_t)(end - text), word, strlen(word))) != NULL; text++)
        count++;
    return count;
}

void
change(struct api_fixture *f, int n, const char *phase, int64_t deleted_on, int op)
{
    int64_t id = FIRST_ID + 1000 + n;
    struct rv_feed *feed = rv_feed_new();
    struct rv_field fields[] = {
        { "phase", rv_vtext(phase) },
        { "deleted_on", deleted_on ? rv_vint(deleted_on) : RV_VNULL },
    };

    must(rv_store_begin(f->store, err));
    if (op == RV_DELETED) {
        must(rv_record_delete(f->store, feed, pods(), id, err));
    } else if (op == RV_UPDATED) {
        must(rv_record_update(f->store, feed, pods(), id, fields, 2, err));
    } else {
        must(rv_record_update(f->store, NULL, pods(), id, fields, 2, err));
        rv_feed_add(feed, pods(), id, PROVIDER_ID, op,
                    op == RV_ARCHIVED ? "{\"deleted_on\":null}" : NULL);
    }
    must(rv_feed_flush(feed, f->store, err));
    must(rv_store_commit(f->store, err));
    rv_feed_free(feed);
}

struct events *
watching(struct api_fixture *f, const char *target, const char *headers)
{
    struct events *events = events_open(f, target, headers);

    assert_true(events_wait(events, "retry: 1000"));
    assert_non_null(strstr(events_text(events), "Content-Type: text/event-stream"));
    return events;
}

void
set_row(struct api_fixture *f, const char *kind, int64_t id, struct rv_field one,
        struct rv_field two)
{
    struct rv_feed *feed = rv_feed_new();
    struct rv_field fields[] = { one, two };

    must(rv_store_begin(f->store, err));
    must(
        rv_record_update(f->store, feed, rv_model_kind(kind), id, fields, two.column ? 2 : 1, err));
    must(rv_feed_flush(feed, f->store, err));
    must(rv_store_commit(f->store, err));
    rv_feed_free(feed);
}
