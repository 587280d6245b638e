/* SPDX-License-Identifier: Apache-2.0
 *
 * What the runs of a message are going to read is read before them: which of its events ran
 * already, the events' rows, that of the object which they are about, and whether the definitions
 * are the same still. One round trip to PostgreSQL for many events, where each event cost four.
 */
#include "automate/deliver_internal.h"

#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/notes.h"

enum { FIRST = 4, SQL_MAX_BYTES = 1024 };

void
rv_ahead_forget(struct rv_deliverer *deliverer)
{
    deliverer->ahead.end = 0;
    rv_models_ahead_drop(deliverer->live->models);
}

/* As many as were begun in time, and twice as many when those were all. */
static int
size_of(struct rv_ahead *ahead)
{
    if (ahead->most == 0)
        ahead->most = FIRST;
    else if (ahead->used < ahead->all)
        ahead->most = ahead->used;
    else if (ahead->all == ahead->most && ahead->most < RV_AHEAD_MOST)
        ahead->most *= 2;
    if (ahead->most > RV_AHEAD_MOST)
        ahead->most = RV_AHEAD_MOST;
    return ahead->most;
}

/* What the message's order is by: "ae/KIND/ID". */
static int
target_of(struct rv_model_want *out, const struct rv_message *message)
{
    static const char head[] = "ae/";
    rv_err ignored = RV_ERR_INIT;
    const char *kind = message->series;
    if (kind == NULL || strncmp(kind, head, sizeof(head) - 1) != 0)
        return 0;
    kind += sizeof(head) - 1;
    const char *slash = strchr(kind, '/');
    RV_AUTO_FREE char *name = slash ? rv_strndup(kind, (size_t)(slash - kind)) : NULL;
    out->kind = name ? rv_model_kind(name) : NULL;
    return out->kind && rv_parse_int(&out->id, slash + 1, &ignored) == 0;
}

static int
note_generation(void *arg, const rv_value *row, rv_err *err)
{
    struct rv_ahead *ahead = arg;
    (void)err;
    ahead->generation = row[0].type == RV_INT ? row[0].v.i : 0;
    return 0;
}

static int
note_run(void *arg, const rv_value *row, rv_err *err)
{
    struct rv_ahead *ahead = arg;
    (void)err;
    if (ahead->have_run_count < RV_AHEAD_MOST)
        ahead->have_run[ahead->have_run_count++] = row[0].v.i;
    return 0;
}

static int
read_ahead(struct rv_deliverer *deliverer, const struct rv_message *message, const char *uri,
           const int64_t *events, int count, rv_err *err)
{
    struct rv_ahead *ahead = &deliverer->ahead;
    struct rv_model_want wants[RV_AHEAD_MOST + 1];
    rv_value params[RV_AHEAD_MOST + 1] = { rv_vtext(uri) };
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    int padded = 1;
    while (padded < count)
        padded *= 2; /* few different sizes: each is a statement of its own */
    rv_buf_add_string(&sql, "SELECT event_stream_id FROM automate_runs WHERE uri = $1 AND"
                            " event_stream_id IN (");
    for (int i = 0; i < padded; i++) {
        params[i + 1] = rv_vint(events[i < count ? i : count - 1]);
        rv_buf_addf(&sql, "%s$%d", i ? "," : "", i + 2);
    }
    rv_buf_add_char(&sql, ')');
    for (int i = 0; i < count; i++)
        wants[i] = (struct rv_model_want){ rv_model_kind("event_stream"), events[i] };
    const struct rv_store_read more[] = {
        { "SELECT " RV_NOTE_SQL(RV_NOTE_AUTOMATE), NULL, 0, note_generation, ahead },
        { rv_buf_text(&sql), params, padded + 1, note_run, ahead },
    };
    int wanted = count + target_of(&wants[count], message);
    ahead->have_run_count = 0;
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_models_ahead(deliverer->live->models, wants, wanted, more, (int)RV_COUNT(more), err);
}

int
rv_ahead_look(struct rv_deliverer *deliverer, const struct rv_message *message, const char *uri,
              const int64_t *events, int count, int at, rv_err *err)
{
    struct rv_ahead *ahead = &deliverer->ahead;
    if (message->attempts > 1)
        return 0;
    if (at < ahead->end && rv_models_ahead_is_fresh(deliverer->live->models)) {
        ahead->used++;
        return 0;
    }
    int here = size_of(ahead);
    if (here > count - at)
        here = count - at;
    ahead->end = 0;
    if (read_ahead(deliverer, message, uri, events + at, here, err))
        return rv_wrap(err, "read what %d events need", here);
    ahead->end = at + here;
    ahead->used = 1;
    ahead->all = here;
    return 0;
}

int
rv_ahead_is_new(const struct rv_deliverer *deliverer, int64_t event_id)
{
    const struct rv_ahead *ahead = &deliverer->ahead;
    if (ahead->end == 0)
        return 0;
    for (int i = 0; i < ahead->have_run_count; i++)
        if (ahead->have_run[i] == event_id)
            return 0;
    return 1;
}

const int64_t *
rv_ahead_generation(const struct rv_deliverer *deliverer)
{
    return rv_models_ahead_is_fresh(deliverer->live->models) ? &deliverer->ahead.generation : NULL;
}
