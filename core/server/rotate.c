/* SPDX-License-Identifier: Apache-2.0
 *
 * A new key takes over in steps, each of which may be the last before a crash:
 *
 *   1. The supervisor puts a new key in front of the old one, in the key file first. From now on
 * the new one seals; both open.
 *   2. Every envelope of the old key is sealed anew, in batches; a row that has changed meanwhile
 * is left to the next look.
 *   3. Requests that had something sealed before step 1 get time to store it (key.grace, counted
 * from step 1, so that no restart makes it longer); then all is looked through again.
 *   4. The old key leaves the file.
 *
 * Whoever carries the message out after a crash begins at 1, finds the key that was made for this
 * task, and goes on. Texts never leave the supervisor: it is given envelopes and gives envelopes.
 */
#include "server/rotate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "keeping/sealed.h"
#include "queue/task.h"
#include "server/protocol.h"
#include "server/worker.h"
#include "store/audit.h"

enum { BATCH = 50, ALIVE_MS = 10 * 60 * 1000 };

struct rotation {
    struct rv_worker *worker;
    const struct rv_message *message;
    char label[24];
    char old_ones[24]; /* LIKE pattern of what the current key has sealed: all else is old */
    int keys;
    int64_t age_ms; /* of the current key */
    int64_t total, sealed, lost;
};

/* What is read before anything is written. */
struct piece {
    int64_t ids[BATCH];
    char *before[BATCH], *after[BATCH], *places[BATCH];
    int count;
};

static int
ask_keys(struct rotation *rotation, const char *act, rv_err *err)
{
    cJSON *answer = NULL;
    RV_AUTO_JSON cJSON *question = rv_message_new("keys");
    cJSON_AddStringToObject(question, "do", act);
    cJSON_AddStringToObject(question, "label", rotation->label);
    int failed = rv_worker_ask(rotation->worker, question, &answer, err);
    if (!failed) {
        const char *current = rv_json_string(answer, "current");
        snprintf(rotation->old_ones, sizeof(rotation->old_ones), "v1:%s:%%",
                 current ? current : "");
        rotation->keys = (int)rv_json_int(answer, "count", 1);
        rotation->age_ms = rv_json_int(answer, "age_ms", 0);
    }
    cJSON_Delete(answer);
    return failed;
}

/* Servers of a region share one key file, and only ours would have the new key. */
static int
check_alone(struct rotation *rotation, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(rotation->worker->server_id),
                                rv_vint(rv_now_ms() - ALIVE_MS) };
    int rc = rv_store_one(rotation->worker->store, row, 1,
                          "SELECT COUNT(*) FROM miq_servers WHERE id <> $1 AND status = 'started'"
                          " AND last_heartbeat > $2",
                          params, 2, err);
    if (rc < 0 || row[0].v.i == 0)
        return rc < 0 ? rc : 0;
    rv_fail(err, RV_E_CONFLICT, "%" PRId64 " more servers of the region use this key", row[0].v.i);
    return rv_hint(err, "stop the others, rotate, and give them the new key file");
}

static void
free_piece(struct piece *piece)
{
    for (int i = 0; i < piece->count; i++) {
        free(piece->before[i]);
        free(piece->after[i]);
        free(piece->places[i]);
    }
    *piece = (struct piece){ .count = 0 };
}

static int
read_piece(struct rotation *rotation, const struct rv_sealed_column *column, int64_t after_id,
           struct piece *out, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT id, %s, %s FROM %s WHERE id > $1 AND %s LIKE 'v1:%%' AND %s NOT LIKE $2"
        " ORDER BY id LIMIT %d",
        column->column, column->place, column->table, column->column, column->column, BATCH);
    const rv_value params[] = { rv_vint(after_id), rv_vtext(rotation->old_ones) };
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(rotation->worker->store, &rows, sql, params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (row[2].type != RV_TEXT)
            continue;
        out->ids[out->count] = row[0].v.i;
        out->before[out->count] = rv_strdup(row[1].v.text);
        out->places[out->count++] = rv_strdup(row[2].v.text);
    }
    return more;
}

/* One that cannot be opened was lost before: it is left as it is, and said. */
static int
reseal(struct rotation *rotation, const char *place, const char *envelope, char **out, rv_err *err)
{
    cJSON *answer = NULL;
    RV_AUTO_JSON cJSON *question = rv_message_new("reseal");
    cJSON_AddStringToObject(question, "place", place);
    cJSON_AddStringToObject(question, "envelope", envelope);
    int failed = rv_worker_ask(rotation->worker, question, &answer, err);
    if (failed == RV_E_AUTH) {
        rv_log_err(RV_WARNING, "a stored secret cannot be opened, and is not sealed anew", err);
        rv_err_clear(err);
        failed = 0;
    } else if (!failed) {
        *out = rv_strdup(rv_json_string(answer, "text"));
    }
    cJSON_Delete(answer);
    return failed;
}

static int
write_piece(struct rotation *rotation, const struct rv_sealed_column *column,
            const struct piece *piece, rv_err *err)
{
    struct rv_store *store = rotation->worker->store;
    RV_AUTO_FREE char *sql = rv_format("UPDATE %s SET %s = $2 WHERE id = $1 AND %s = $3",
                                       column->table, column->column, column->column);
    int failed = rv_store_begin(store, err);
    for (int i = 0; i < piece->count && !failed; i++)
        if (piece->after[i])
            failed = rv_store_exec(store, NULL, sql,
                                   (rv_value[]){ rv_vint(piece->ids[i]), rv_vtext(piece->after[i]),
                                                 rv_vtext(piece->before[i]) },
                                   3, err);
    if (failed)
        rv_store_rollback(store);
    return failed ? failed : rv_store_commit(store, err);
}

static int
tell(struct rotation *rotation, const char *message, rv_err *err)
{
    int64_t done = rotation->sealed + rotation->lost;
    int pct =
        rotation->total > 0 && done < rotation->total ? (int)(done * 90 / rotation->total) : 90;
    if (rotation->message->task_id == 0)
        return 0;
    return rv_task_progress(rotation->worker->store, rotation->message->task_id, pct, message, err);
}

static int
sweep_column(struct rotation *rotation, const struct rv_sealed_column *column, rv_err *err)
{
    int64_t last_id = 0;
    for (int count = BATCH; count == BATCH;) {
        struct piece piece = { .count = 0 };
        int failed = read_piece(rotation, column, last_id, &piece, err);
        for (int i = 0; i < piece.count && !failed; i++)
            failed = reseal(rotation, piece.places[i], piece.before[i], &piece.after[i], err);
        if (!failed && piece.count > 0)
            failed = write_piece(rotation, column, &piece, err);
        count = piece.count;
        if (count > 0)
            last_id = piece.ids[count - 1];
        for (int i = 0; i < count && !failed; i++)
            *(piece.after[i] ? &rotation->sealed : &rotation->lost) += 1;
        free_piece(&piece);
        if (failed || (count > 0 && tell(rotation, "sealing with the new key", err)))
            return err->code;
    }
    return 0;
}

static int
sweep(struct rotation *rotation, rv_err *err)
{
    rotation->lost = 0;
    for (const struct rv_sealed_column *one = rv_sealed_columns(); one->table; one++)
        if (sweep_column(rotation, one, err))
            return rv_wrap(err, "seal %s of %s anew", one->column, one->table);
    return 0;
}

static int
count_old(struct rotation *rotation, rv_err *err)
{
    rv_value row[1];
    for (const struct rv_sealed_column *one = rv_sealed_columns(); one->table; one++) {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT COUNT(*) FROM %s WHERE %s LIKE 'v1:%%' AND %s NOT LIKE $1",
                      one->table, one->column, one->column);
        if (rv_store_one(rotation->worker->store, row, 1, sql,
                         (rv_value[]){ rv_vtext(rotation->old_ones) }, 1, err) < 0)
            return err->code;
        rotation->total += row[0].v.i;
    }
    return 0;
}

static int
take_over(struct rotation *rotation, rv_err *err)
{
    int64_t grace_ms = rv_settings_int(rotation->worker->settings, "key.grace");
    if (count_old(rotation, err) || sweep(rotation, err) || ask_keys(rotation, "look", err))
        return err->code;
    int64_t wait_ms = rotation->keys > 1 ? grace_ms - rotation->age_ms : 0;
    if (wait_ms > 0 &&
        (tell(rotation, "waiting for requests that were under way (key.grace)", err) ||
         rv_sleep(wait_ms, err)))
        return err->code;
    if (rotation->keys > 1 && (sweep(rotation, err) || ask_keys(rotation, "retire", err)))
        return err->code;
    return 0;
}

static void
note(const struct rotation *rotation)
{
    RV_AUTO_FREE char *message = rv_format("the key was replaced: %" PRId64
                                           " secrets sealed anew, %" PRId64 " could not be opened",
                                           rotation->sealed, rotation->lost);
    rv_audit_note(rotation->worker->store,
                  &(struct rv_audit){ .event = "key_rotated",
                                      .target_class = "MiqServer",
                                      .target_id = rotation->worker->server_id,
                                      .message = message });
}

int
rv_rotate_key(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rotation rotation = { .worker = arg, .message = message };
    snprintf(rotation.label, sizeof(rotation.label), "%" PRId64, message->id);
    if (check_alone(&rotation, err) || ask_keys(&rotation, "begin", err) ||
        take_over(&rotation, err))
        return rv_wrap(err, "rotate the key");
    note(&rotation);
    *results =
        rv_format("{\"sealed\":%" PRId64 ",\"lost\":%" PRId64 "}", rotation.sealed, rotation.lost);
    return 0;
}
