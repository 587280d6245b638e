/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a connection: open, verify, close, in every order that a server
 * comes to, and nothing left behind.
 */
#include "checks.h"

#include <dirent.h>
#include <malloc.h>
#include <string.h>
#include "base/text.h"
#include "callback.h"
#include "record.h"
#include "spy.h"

enum { WARM_UP = 12, CYCLES = 40, LEAK_BYTES = 16, ROUNDS = 3 };

void
check_open_close(struct trial *trial)
{
    for (int i = 0; i < 3; i++) {
        struct rv_connection *connection = callback_connect_invented(trial);
        if (connection == NULL)
            return;
        callback_close(trial, connection);
    }
}

void
check_open_is_quiet(struct trial *trial)
{
    struct rv_connection *connection = callback_connect_invented(trial);
    if (spy.waits == 0 || connection == NULL)
        return;
    trial_fail(trial, "open waited %lld times", (long long)spy.waits);
    trial_advise(trial, "connect when verify, refresh or watch first need it: a server opens "
                        "connections to systems that are down, too");
}

static void
check_found(struct trial *trial, const char *name, const char *text)
{
    if (!rv_utf8_valid(text, strlen(text)))
        trial_fail(trial, "verify: its %s is not UTF-8", name);
}

void
check_verify(struct trial *trial)
{
    struct run run = { 0 };
    struct rv_identity_found found;
    if (trial->provider->verify == NULL) {
        trial_remark(trial, "it offers no verify");
        return;
    }
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL)
        return;
    if (callback_verify(trial, connection, &run, &found) < 0) {
        trial_fail_err(trial, &run.err, "verify");
        return;
    }
    check_found(trial, "uid", found.uid);
    check_found(trial, "api_version", found.api_version);
    check_found(trial, "account", found.account);
    trial_remark(trial, "%.50s%s%.40s%s%.50s", found.uid[0] ? found.uid : "no uid",
                 found.api_version[0] ? ", version " : "", found.api_version,
                 found.account[0] ? ", as " : "", found.account);
}

/* A verify that cannot succeed, in three ways; whatever it returns, close must take it. */
void
check_close_after_failed_verify(struct trial *trial)
{
    struct rv_identity_found found;
    if (trial->provider->verify == NULL) {
        trial_remark(trial, "it offers no verify");
        return;
    }
    for (int way = 0; way < 3; way++) {
        struct run run = { .cancel_at_ms = way == 0, .timeout_ms = way == 1, .late_start = 1 };
        struct rv_connection *connection = callback_connect_invented(trial);
        if (connection == NULL)
            return;
        spy.fail_alloc_at = way == 2;
        callback_verify(trial, connection, &run, &found);
        spy.fail_alloc_at = 0;
        callback_prompt(trial, &run);
        callback_close(trial, connection);
    }
}

static int
list_into(struct trial *trial, struct rv_connection *connection, struct record *record)
{
    if (trial->invented || trial->provider->inventory == NULL)
        return 0;
    return callback_list(trial, connection, record);
}

/* With one closed, the other lists as much as a new one: not at once, when the system changes. 0
 * or -1 when it does not. */
static int
compare_with_new(struct trial *trial, struct rv_connection *other, struct record *first,
                 struct record *second)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct rv_connection *fresh = i > 0 ? callback_connect_invented(trial) : NULL;
        if (i > 0 && (fresh == NULL || list_into(trial, fresh, first) < 0))
            return -1;
        if (fresh)
            callback_close(trial, fresh);
        if (list_into(trial, other, second) < 0)
            return -1;
        if (second->count >= first->count / 2)
            return 0;
    }
    return trial_fail(trial, "after one was closed, the other lists %d objects instead of %d",
                      second->count, first->count);
}

/* What one does must not be seen by the other, and closing one must leave the other alone. */
void
check_two_instances(struct trial *trial)
{
    struct record *first = trial_record(trial), *second = trial_record(trial);
    struct rv_connection *one = callback_connect_invented(trial);
    struct rv_connection *other = one ? callback_connect_invented(trial) : NULL;
    if (other == NULL)
        return;
    if (list_into(trial, one, first) < 0 || list_into(trial, other, second) < 0)
        return;
    callback_close(trial, one);
    if (compare_with_new(trial, other, first, second) < 0)
        trial_advise(trial, "keep everything in the connection that open makes, nothing in static "
                            "variables");
    callback_close(trial, other);
}

static int
count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return -1;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* One life: with a refresh, where there is something to list. */
static int
live_once(struct trial *trial, struct record *record)
{
    struct rv_connection *connection = callback_connect_invented(trial);
    if (connection == NULL || list_into(trial, connection, record) < 0)
        return -1;
    callback_close(trial, connection);
    return 0;
}

void
check_descriptors(struct trial *trial)
{
    struct record *record = trial_record(trial);
    if (live_once(trial, record) < 0)
        return;
    int before = count_descriptors();
    for (int i = 0; i < 3; i++)
        if (live_once(trial, record) < 0)
            return;
    int after = count_descriptors();
    if (after > before) {
        trial_fail(trial, "three connections left %d open files behind", after - before);
        trial_advise(trial, "close what open, refresh and watch opened, in close at the latest");
    }
}

/* Bytes in use; 0 where a sanitizer or valgrind keeps the memory (they find leaks by themselves).
 */
static size_t
bytes_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void
check_memory(struct trial *trial)
{
    size_t before = 0;
    for (int i = 0; i < WARM_UP + CYCLES; i++) {
        if (i == WARM_UP)
            before = bytes_in_use();
        struct rv_connection *connection = callback_connect_invented(trial);
        if (connection == NULL)
            return;
        callback_close(trial, connection);
    }
    size_t after = bytes_in_use();
    if (before == 0) {
        trial_remark(trial, "left to what runs beside it");
    } else if (after >= before + CYCLES * LEAK_BYTES) {
        trial_fail(trial, "each open and close leaves %zu bytes behind", (after - before) / CYCLES);
        trial_advise(trial, "free in close what open allocated; valgrind --leak-check=full or "
                            "-fsanitize=address names the place");
    }
}
