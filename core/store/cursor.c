/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the change feed from a position on.
 */
#include "store/feed.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "model/model.h"
#include "schema_internal.h"
#include "store/notes.h"
#include "store_internal.h"

#define PIECE_MAX_BYTES (8u << 20)

/* What one read brings: rows are closed before the reader's function runs, so that it may use the
 * store. */
struct piece {
    struct rv_arena *texts;
    struct rv_change *changes;
    const char **kinds;
    int count;
};

static void
piece_free(struct piece *piece)
{
    rv_arena_free(piece->texts);
    free(piece->changes);
    free(piece->kinds);
}

int
rv_cursor_now(struct rv_cursor *out, struct rv_store *store, rv_err *err)
{
    rv_value row[3];
    int found = rv_store_one(store, row, 3,
                             "SELECT " RV_NOTE_SQL(RV_NOTE_EPOCH) ", " RV_NOTE_SQL(
                                 RV_NOTE_FEED_FLOOR) ", (SELECT MAX(number) FROM changes)",
                             NULL, 0, err);

    if (found < 0)
        return rv_wrap(err, "read the change feed's position");
    out->epoch = row[0].v.i;
    out->number = row[2].type == RV_INT ? row[2].v.i : row[1].v.i;
    return 0;
}

int
rv_cursor_parse(struct rv_cursor *out, const char *text, rv_err *err)
{
    char epoch[32];
    size_t len = strcspn(text, "-");
    rv_err ignored = RV_ERR_INIT;

    if (len > 0 && len < sizeof epoch && text[len] == '-') {
        memcpy(epoch, text, len);
        epoch[len] = '\0';
        if (rv_parse_int(&out->epoch, epoch, &ignored) == 0 &&
            rv_parse_int(&out->number, text + len + 1, &ignored) == 0 && out->number >= 0)
            return 0;
    }
    return rv_fail(err, RV_E_INVALID, "'%.48s' is not a position of the change feed", text);
}

void
rv_cursor_format(char out[48], const struct rv_cursor *cursor)
{
    snprintf(out, 48, "%lld-%lld", (long long)cursor->epoch, (long long)cursor->number);
}

/* Epoch, floor and last number stand beside each row, in one statement: what is dropped meanwhile
 * is either all seen or told by the floor. One row at least. */
static const char read_sql[] =
    "SELECT i.epoch, i.floor, i.last, c.number, c.kind, c.row_id, c.ems_id, c.op, c.columns, c.at"
    " FROM (SELECT " RV_NOTE_SQL(
        RV_NOTE_EPOCH) " AS epoch,"
                       " " RV_NOTE_SQL(
                           RV_NOTE_FEED_FLOOR) " AS floor,"
                                               " (SELECT MAX(number) FROM changes) AS last) AS i"
                                               " LEFT JOIN (SELECT * FROM changes WHERE number > "
                                               "$1 ORDER BY number LIMIT $2) AS c ON 1 = 1"
                                               " ORDER BY c.number";

static int
check_position(const rv_value *row, const struct rv_cursor *cursor, rv_err *err)
{
    int64_t last = row[2].type == RV_INT && row[2].v.i > row[1].v.i ? row[2].v.i : row[1].v.i;

    if (row[0].v.i != cursor->epoch || cursor->number > last)
        return rv_fail(err, RV_E_GONE, "this position is of another database");
    if (cursor->number < row[1].v.i)
        return rv_fail(err, RV_E_GONE, "changes up to %lld are no longer kept",
                       (long long)row[1].v.i);
    return 0;
}

/* 1 kept, 0 no room left. */
static int
keep(struct piece *piece, const rv_value *row)
{
    struct rv_change *change = &piece->changes[piece->count];

    *change = (struct rv_change){ .number = row[3].v.i,
                                  .id = row[5].v.i,
                                  .ems_id = row[6].type == RV_INT ? row[6].v.i : 0,
                                  .op = (int)row[7].v.i,
                                  .at_ms = row[9].v.i };
    piece->kinds[piece->count] = rv_arena_strdup(piece->texts, row[4].v.text);
    if (row[8].type == RV_TEXT)
        change->old_values = rv_arena_strdup(piece->texts, row[8].v.text);
    if (!piece->kinds[piece->count] || (row[8].type == RV_TEXT && !change->old_values))
        return 0;
    piece->count++;
    return 1;
}

/* A row of a writer that knew no ceiling, alone in its piece: without its old values. */
static void
keep_bare(struct piece *piece, const rv_value *row)
{
    rv_value bare[10];

    memcpy(bare, row, sizeof bare);
    bare[8] = RV_VNULL;
    rv_arena_reset(piece->texts);
    RV_ASSERT(keep(piece, bare) == 1);
}

static int
read_piece(struct piece *piece, struct rv_store *store, const struct rv_cursor *cursor, int limit,
           rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value params[] = { rv_vint(cursor->number), rv_vint(limit) };
    const rv_value *row = NULL;
    int more;

    if (rv_store_query(store, &rows, read_sql, params, 2, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (check_position(row, cursor, err) < 0)
            return err->code;
        if (row[3].type != RV_INT || !keep(piece, row))
            break;
    }
    if (more > 0 && piece->count == 0 && row[3].type == RV_INT)
        keep_bare(piece, row);
    return more < 0 ? more : 0;
}

/* A kind that another process brought in after our start is learnt now. */
static int
resolve_kinds(struct piece *piece, struct rv_store *store, rv_err *err)
{
    int learnt = 0;

    for (int i = 0; i < piece->count; i++) {
        piece->changes[i].kind = rv_model_kind(piece->kinds[i]);
        if (piece->changes[i].kind || learnt)
            continue;
        learnt = 1;
        if (rv_provider_kinds_load(store, err) < 0)
            return err->code;
        i--;
    }
    return 0;
}

static int
hand_over(struct piece *piece, struct rv_cursor *cursor,
          int (*fn)(void *arg, const struct rv_change *change), void *arg)
{
    int count = 0;

    for (int i = 0; i < piece->count; i++) {
        cursor->number = piece->changes[i].number;
        if (!piece->changes[i].kind)
            continue;
        count++;
        if (fn(arg, &piece->changes[i]))
            break;
    }
    return count;
}

int
rv_feed_read(struct rv_store *store, struct rv_cursor *cursor, int limit,
             int (*fn)(void *arg, const struct rv_change *change), void *arg, rv_err *err)
{
    struct piece piece = { 0 };

    RV_ASSERT(limit > 0);
    piece.texts = rv_arena_new(PIECE_MAX_BYTES);
    piece.changes = rv_realloc(NULL, (size_t)limit, sizeof *piece.changes);
    piece.kinds = rv_realloc(NULL, (size_t)limit, sizeof *piece.kinds);
    int rc = read_piece(&piece, store, cursor, limit, err);
    if (rc == 0)
        rc = resolve_kinds(&piece, store, err);
    if (rc == 0)
        rc = hand_over(&piece, cursor, fn, arg);
    else
        rv_wrap(err, "read the change feed");
    piece_free(&piece);
    return rc;
}
