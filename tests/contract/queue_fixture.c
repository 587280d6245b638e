/* SPDX-License-Identifier: Apache-2.0
 *
 * See queue_fixture.h.
 */
#include "queue_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct rv_test_db queue_db;
struct rv_store *queue_store;

static const char *const generic_only[] = { "generic", NULL };
static const char *const no_roles[] = { NULL };

int
queue_setup(void **state)
{
    (void)state;
    queue_store = rv_test_store_fresh(&queue_db);
    return 0;
}

int
queue_teardown(void **state)
{
    (void)state;
    rv_queue_working_on(NULL);
    rv_clock_real();
    rv_store_close(queue_store);
    rv_test_db_drop(&queue_db);
    return 0;
}

struct rv_taker
queue_taker(int64_t holder)
{
    return (struct rv_taker){ .holder = holder,
                              .queues = generic_only,
                              .roles = no_roles,
                              .zone = "default",
                              .server_guid = "me",
                              .max_priority = 200,
                              .lease_ms = 30000 };
}

int64_t
queue_put(const struct rv_message_spec *spec)
{
    rv_err err = RV_ERR_INIT;
    int64_t id = 0;
    if (rv_queue_put(queue_store, spec, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

struct rv_message *
queue_take(const struct rv_taker *who)
{
    rv_err err = RV_ERR_INIT;
    struct rv_message *message = NULL;
    int found = rv_queue_take(queue_store, who, &message, &err);
    if (found < 0)
        fail_msg("%s", err.text);
    assert_int_equal(found, message != NULL);
    return message;
}

const char *
queue_take_method(const struct rv_taker *who)
{
    static char method[64];
    rv_err err = RV_ERR_INIT;
    struct rv_message *message = queue_take(who);
    method[0] = '\0';
    if (message == NULL)
        return method;
    strncat(method, message->method_name, sizeof(method) - 1);
    assert_int_equal(rv_queue_done(queue_store, message, who->holder, &err), 0);
    rv_message_free(message);
    return method;
}

int64_t
queue_new_task(void)
{
    rv_err err = RV_ERR_INIT;
    int64_t id = 0;
    if (rv_task_create(queue_store, "Work", "admin", &id, &err))
        fail_msg("%s", err.text);
    return id;
}

void
queue_task_is(const char *state, const char *status, const char *message)
{
    RV_AUTO_FREE char *is_state = rv_test_text(queue_store, "SELECT state FROM miq_tasks");
    RV_AUTO_FREE char *is_status = rv_test_text(queue_store, "SELECT status FROM miq_tasks");
    RV_AUTO_FREE char *is_message = rv_test_text(queue_store, "SELECT message FROM miq_tasks");
    assert_string_equal(is_state, state);
    assert_string_equal(is_status, status);
    if (message && strstr(is_message, message) == NULL)
        fail_msg("'%s' lacks '%s'", is_message, message);
}

int64_t
queue_count(const char *condition)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT COUNT(*) FROM miq_queue WHERE %s", condition);
    return rv_test_int(queue_store, sql);
}

void
queue_fork(pid_t *pids, int count, int (*work)(void *arg, int index), void *arg)
{
    rv_store_close(queue_store);
    queue_store = NULL;
    for (int i = 0; i < count; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(work(arg, i));
    }
}

int
queue_take_until_empty(int64_t holder, int (*each)(int out, const struct rv_message *message),
                       int out)
{
    rv_err err = RV_ERR_INIT;
    struct rv_store *own = rv_test_store_open(&queue_db);
    struct rv_taker me = queue_taker(holder);
    int idle = 0, bad = 0;
    while (idle < 50 && !bad) {
        struct rv_message *message = NULL;
        int found = rv_queue_take(own, &me, &message, &err);
        if (found == 0) {
            idle++;
            usleep(5000);
            continue;
        }
        idle = 0;
        bad = found < 0 || each(out, message) || rv_queue_done(own, message, holder, &err);
        rv_message_free(message);
    }
    if (bad)
        fprintf(stderr, "taker %lld: %s\n", (long long)holder, err.text);
    rv_store_close(own);
    return bad;
}

void
queue_join(const pid_t *pids, int count)
{
    int well = 1;
    for (int i = 0; i < count; i++) {
        int status = 0;
        well &= waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0;
    }
    queue_store = rv_test_store_open(&queue_db);
    assert_true(well);
}
