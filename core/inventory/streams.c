/* SPDX-License-Identifier: Apache-2.0
 *
 * Resume tokens, in table inventory_streams. One more stream, of our own, says
 * which columns were ever linked by name: when a name passes to another row, these columns of
 * other rows must follow, also after a restart.
 */
#include "inventory/saver_internal.h"

#include <string.h>
#include "base/clock.h"

/* The host keeps providers from names that begin so. */
#define BY_NAME_STREAM "reeve:linked-by-name"

static struct rv_saver_stream *
find(const struct rv_saver *saver, const char *name)
{
    for (size_t i = 0; i < saver->stream_count; i++)
        if (strcmp(saver->streams[i].name, name) == 0)
            return &saver->streams[i];
    return NULL;
}

static struct rv_saver_stream *
find_or_add(struct rv_saver *saver, const char *name)
{
    struct rv_saver_stream *stream = find(saver, name);
    if (stream)
        return stream;
    saver->streams = rv_realloc(saver->streams, saver->stream_count + 1, sizeof(*saver->streams));
    stream = &saver->streams[saver->stream_count++];
    *stream = (struct rv_saver_stream){ .name = rv_strdup(name) };
    return stream;
}

static void
mark_by_name(struct rv_saver *saver, const struct rv_kind *kind, int column)
{
    saver->kinds[kind->index].by_name[column] = 1;
    for (int i = 0; i < saver->kind_count; i++)
        if (rv_kind_accepts(kind, column, rv_model_at(i)))
            saver->kinds[i].named = 1;
}

static void
take_by_name(struct rv_saver *saver, const char *text)
{
    RV_AUTO_FREE char *copy = rv_strdup(text);
    char *rest = copy;
    for (char *word; (word = strsep(&rest, " "));) {
        char *dot = strchr(word, '.');
        if (dot == NULL)
            continue;
        *dot = 0;
        const struct rv_kind *kind = rv_model_kind(word);
        int column = kind ? rv_kind_column(kind, dot + 1) : -1;
        if (column >= 0)
            mark_by_name(saver, kind, column);
    }
}

static char *
by_name_text(const struct rv_saver *saver)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    for (int i = 0; i < saver->kind_count; i++)
        for (int c = 0; c < rv_model_at(i)->column_count; c++)
            if (saver->kinds[i].by_name[c])
                rv_buf_addf(&text, "%s%s.%s", text.len ? " " : "", rv_model_at(i)->name,
                            rv_model_at(i)->columns[c].name);
    return rv_buf_take_string(&text);
}

int
rv_streams_load(struct rv_saver *saver, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value param = rv_vint(saver->config.ems_id);
    const rv_value *row;
    if (rv_store_query(saver->store, &rows,
                       "SELECT stream, token FROM inventory_streams WHERE ems_id = $1", &param, 1,
                       err) < 0)
        return rv_wrap(err, "read resume tokens");
    int rc;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        if (strcmp(row[0].v.text, BY_NAME_STREAM) == 0) {
            take_by_name(saver, row[1].v.text);
            continue;
        }
        struct rv_saver_stream *stream = find_or_add(saver, row[0].v.text);
        stream->token = rv_strdup(row[1].v.text);
        stream->saved = rv_strdup(row[1].v.text);
    }
    return rc < 0 ? rv_wrap(err, "read resume tokens") : 0;
}

void
rv_streams_free(struct rv_saver *saver)
{
    for (size_t i = 0; i < saver->stream_count; i++) {
        free(saver->streams[i].name);
        free(saver->streams[i].token);
        free(saver->streams[i].saved);
    }
    free(saver->streams);
}

int
rv_streams_dirty(const struct rv_saver *saver)
{
    for (size_t i = 0; i < saver->stream_count; i++)
        if (saver->streams[i].dirty)
            return 1;
    return 0;
}

void
rv_streams_set(struct rv_saver *saver, const char *name, const char *token)
{
    struct rv_saver_stream *stream = find_or_add(saver, name);
    if (stream->token && strcmp(stream->token, token) == 0)
        return;
    free(stream->token);
    stream->token = rv_strdup(token);
    stream->dirty = 1;
}

const char *
rv_streams_get(const struct rv_saver *saver, const char *name)
{
    const struct rv_saver_stream *stream = find(saver, name);
    return stream ? stream->token : NULL;
}

static int
write_token(struct rv_saver *saver, const char *name, const char *token, rv_err *err)
{
    rv_value params[] = { rv_vint(saver->config.ems_id), rv_vtext(name), rv_vtext(token),
                          rv_vint(rv_now_ms()) };
    return rv_store_exec(saver->store, NULL,
                         "INSERT INTO inventory_streams (ems_id, stream, token, updated_at)"
                         " VALUES ($1, $2, $3, $4) ON CONFLICT (ems_id, stream)"
                         " DO UPDATE SET token = excluded.token, updated_at = excluded.updated_at",
                         params, (int)RV_COUNT(params), err);
}

int
rv_streams_write(struct rv_saver *saver, rv_err *err)
{
    for (size_t i = 0; i < saver->stream_count; i++)
        if (saver->streams[i].dirty &&
            write_token(saver, saver->streams[i].name, saver->streams[i].token, err) < 0)
            return rv_wrap(err, "save resume token");
    if (!saver->by_name_dirty)
        return 0;
    RV_AUTO_FREE char *text = by_name_text(saver);
    return write_token(saver, BY_NAME_STREAM, text, err) < 0 ? rv_wrap(err, "save links by name")
                                                             : 0;
}

void
rv_streams_saved(struct rv_saver *saver)
{
    for (size_t i = 0; i < saver->stream_count; i++) {
        struct rv_saver_stream *stream = &saver->streams[i];
        if (!stream->dirty)
            continue;
        free(stream->saved);
        stream->saved = rv_strdup(stream->token);
        stream->dirty = 0;
    }
    saver->by_name_dirty = 0;
    saver->tokens_saved_ms = rv_monotonic_ms();
}

void
rv_streams_revert(struct rv_saver *saver)
{
    for (size_t i = 0; i < saver->stream_count; i++) {
        struct rv_saver_stream *stream = &saver->streams[i];
        if (!stream->dirty)
            continue;
        free(stream->token);
        stream->token = rv_strdup(stream->saved);
        stream->dirty = 0;
    }
}

void
rv_streams_linked_by_name(struct rv_saver *saver, const struct rv_kind *kind, int column)
{
    if (saver->kinds[kind->index].by_name[column])
        return;
    mark_by_name(saver, kind, column);
    saver->by_name_dirty = 1;
}
