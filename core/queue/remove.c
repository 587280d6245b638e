/* SPDX-License-Identifier: Apache-2.0
 *
 * See remove.h. A dead message has had its end already: its task is finished and its callback was
 * put when it died, so it is only deleted.
 */
#include "queue/remove.h"

#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "queue/queue_internal.h"

/* Of one message: the new message of its callback, a line in its task's log, and one in reserve. */
enum { IDS_EACH = 3 };

struct removed {
    struct rv_message *messages[RV_REMOVED_AT_ONCE];
    int dead[RV_REMOVED_AT_ONCE];
    int count;
};

static void
free_removed(struct removed *removed)
{
    while (removed->count > 0)
        rv_message_free(removed->messages[--removed->count]);
}

static int
delete_rows(struct removed *out, struct rv_store *store, const struct rv_removal *removal,
            rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { removal->param, rv_vint(RV_REMOVED_AT_ONCE) };
    RV_AUTO_FREE char *sql = rv_format(
        "DELETE FROM miq_queue WHERE (%s) AND id IN (SELECT id FROM miq_queue"
        " WHERE %s ORDER BY id LIMIT $2%s) RETURNING " RV_MESSAGE_COLUMNS ", state",
        removal->which, removal->which, removal->past_locked ? rv_store_skip_locked(store) : "");
    int more;
    if (rv_store_query(store, &rows, sql, params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        out->dead[out->count] = strcmp(row[RV_MESSAGE_COLUMN_COUNT].v.text, "error") == 0;
        out->messages[out->count++] = rv_queue_message_of(row);
    }
    return more;
}

static int
remove_some(struct removed *out, struct rv_store *store, const struct rv_removal *removal,
            rv_err *err)
{
    if (delete_rows(out, store, removal, err))
        return err->code;
    for (int i = 0; i < out->count; i++)
        if (!out->dead[i] && rv_queue_follow_up(store, out->messages[i], &removal->ended, err))
            return err->code;
    return out->count;
}

int
rv_queue_remove_reserve(struct rv_store *store, rv_err *err)
{
    return rv_store_reserve_ids(store, IDS_EACH * RV_REMOVED_AT_ONCE, err);
}

int
rv_queue_remove_some(struct rv_store *store, const struct rv_removal *removal, rv_err *err)
{
    struct removed removed = { .count = 0 };
    int count = remove_some(&removed, store, removal, err);
    free_removed(&removed);
    return count;
}

static void
say_removed(const struct rv_message *message, const struct rv_removal *removal)
{
    rv_log(RV_WARNING, "message ends without being taken", RV_F("message", RV_I(message->id)),
           RV_F("queue", RV_S(message->queue_name)), RV_F("class", RV_S(message->class_name)),
           RV_F("method", RV_S(message->method_name)), RV_F("target", RV_I(message->target_id)),
           RV_F("why", RV_S(removal->ended.text)));
}

/* How many of them there were, or an error. */
static int
remove_in_transaction(struct rv_store *store, const struct rv_removal *removal, rv_err *err)
{
    struct removed removed = { .count = 0 };
    if (rv_queue_remove_reserve(store, err) || rv_store_begin(store, err))
        return err->code;
    int count = remove_some(&removed, store, removal, err);
    if (count < 0)
        rv_store_rollback(store);
    else if (rv_store_commit(store, err))
        count = err->code;
    for (int i = 0; i < count; i++)
        say_removed(removed.messages[i], removal);
    free_removed(&removed);
    return count;
}

int
rv_queue_remove(struct rv_store *store, const struct rv_removal *removal, int64_t *count,
                rv_err *err)
{
    rv_value row[1];
    int64_t all = 0;
    int some = 1, there;
    RV_AUTO_FREE char *look =
        rv_format("SELECT id FROM miq_queue WHERE %s LIMIT 1", removal->which);
    /* A look without locks first: mostly there is none. */
    while ((there = rv_store_one(store, row, 1, look, &removal->param, 1, err)) > 0 && some > 0) {
        some = remove_in_transaction(store, removal, err);
        all += some > 0 ? some : 0;
    }
    if (count)
        *count = all;
    return there < 0 ? there : some < 0 ? some : 0;
}

int
rv_queue_remove_all(struct rv_store *store, const char *queue_name, const char *why, int64_t *count,
                    rv_err *err)
{
    const struct rv_removal removal = { .which = "queue_name = $1",
                                        .param = rv_vtext(queue_name),
                                        .ended = { .state = "error", .text = why } };
    return rv_queue_remove(store, &removal, count, err)
               ? rv_wrap(err, "end the messages of queue '%s'", queue_name)
               : 0;
}
