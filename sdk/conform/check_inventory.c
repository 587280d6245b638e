/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refresh emits: taken whole by the host, each object once, links that
 * lead somewhere, kinds declared complete, and the same when it is asked again.
 */
#include "checks.h"

#include <string.h>
#include "callback.h"
#include "record.h"
#include "spy.h"

enum { ATTEMPTS = 4 };

/* A whole listing into a new record; NULL when there is none. */
static struct record *
list_once(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL || callback_list(trial, connection, record) < 0)
        return NULL;
    return record;
}

void
check_refresh(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record == NULL)
        return;
    int kinds = 0;
    for (int i = 0; i < record->kinds; i++)
        kinds += record->per_kind[i] > 0;
    trial_remark(trial, "%d objects of %d kinds", record->count, kinds);
    if (record->count == 0) {
        trial_fail(trial, "it emitted nothing");
        trial_advise(trial, "run it against a system that has something of every kind");
    }
}

/* Whether the refresh goes on after a refusal or not, what was refused is said. */
void
check_taken(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct run run = { .record = record };
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL)
        return;
    callback_refresh(trial, connection, &run);
    for (int i = 0; i < spy.refused && i < SPY_REFUSALS; i++)
        trial_fail(trial, "%s", spy.refusals[i]);
    if (spy.refused > SPY_REFUSALS)
        trial_fail(trial, "and %lld more", (long long)spy.refused - SPY_REFUSALS);
    if (spy.refused) {
        trial_advise(trial, "reeve_emit returns the class of what was wrong with the object; "
                            "docs/dictionary.md lists kinds, columns and their types");
    } else if (run.rc < 0) {
        trial->report->cause = CAUSE_REFRESH;
        trial_fail_err(trial, &run.err, "refresh");
    } else {
        trial_remark(trial, "%lld emits", (long long)record->emitted);
    }
}

/* Says of each object with this trouble what it is. */
static void
say_troubles(struct trial *trial, const struct record *record, unsigned trouble, const char *what,
             const char *advice)
{
    for (int i = 0; i < record->count; i++) {
        const struct seen *seen = &record->seen[i];
        if (!(seen->troubles & trouble))
            continue;
        trial_fail(trial, "%s '%.200s' %s%s", seen->kind->name,
                   seen->key + strlen(seen->kind->name) + 1, what,
                   trouble == TROUBLE_CHILD_TWICE ? seen->child_kind : "");
        trial_advise(trial, "%s", advice);
    }
}

void
check_utf8(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record)
        say_troubles(trial, record, TROUBLE_REPLACED_BYTES,
                     "holds bytes that are not UTF-8 (they are replaced)",
                     "find out which encoding the other side uses, and convert");
}

void
check_unique(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record == NULL)
        return;
    say_troubles(trial, record, TROUBLE_TWICE, "was emitted twice",
                 "emit each object of a kind once in a refresh, under a ref of its own");
    say_troubles(trial, record, TROUBLE_TWICE_DIFFERENT, "was emitted twice with other contents",
                 "the last one wins, so the result depends on the order: emit the same each time");
}

void
check_children(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record)
        say_troubles(trial, record, TROUBLE_CHILD_TWICE, "has two children with one key, of kind ",
                     "children of one owner differ in the key columns of their kind; one of a kind "
                     "without key columns is all that an owner can have");
}

/* The object behind a link; -1: nobody, -2: several have the name. */
static int
find_target(const struct record *record, const char *key)
{
    if (key[0] == '=')
        return rv_names_find(&record->by_key, key + 1);
    int index = rv_names_find(&record->by_name, key + 1);
    return index >= 0 && record->seen[index].name_count > 1 ? -2 : index;
}

void
check_links(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record == NULL)
        return;
    for (int i = 0; i < record->wanted_count; i++) {
        const struct wanted *wanted = &record->wanted[i];
        int target = record->unkept ? 0 : find_target(record, wanted->key);
        if (target == -1)
            trial_fail(trial, "%s points to '%.200s', which was not emitted", wanted->from,
                       wanted->key + 1);
        else if (target == -2)
            trial_fail(trial, "%s points to '%.200s', and several have that name", wanted->from,
                       wanted->key + 1);
    }
    trial_remark(trial, "%d targets", record->wanted_count);
    if (trial_failed(trial))
        trial_advise(trial, "the ref of a link must be, letter by letter, the ref that its target "
                            "is emitted with; leave out links to what is not emitted");
}

void
check_complete(struct trial *trial)
{
    const char *const *kinds = trial->provider->inventory->kinds;
    struct record *record = list_once(trial);
    int incomplete = 0;
    if (record == NULL)
        return;
    say_troubles(trial, record, TROUBLE_AFTER_COMPLETE, "was emitted after its kind was complete",
                 "call reeve_complete after the last object of the kind");
    for (int i = 0; kinds[i]; i++) {
        const struct rv_kind *kind = rv_model_kind(kinds[i]);
        if (kind->child || kind->kept_by_kind >= 0 || record->complete[kind->index])
            continue;
        incomplete++;
        /* A warning says that something could not be listed. */
        if (record->warning_count == 0)
            trial_fail(trial, "kind '%s' was never declared complete", kind->name);
    }
    if (trial_failed(trial))
        trial_advise(trial,
                     "call reeve_complete(inv, kind) when all of a kind was emitted: without "
                     "it nothing of that kind is ever taken for gone");
    else if (incomplete)
        trial_remark(trial, "%d kinds not, and a warning: %.100s", incomplete, record->warnings[0]);
}

/* Two listings that follow each other may differ when the system lives: some of several pairs must
 * agree. */
static void
compare_pairs(struct trial *trial, struct rv_connection *connection, struct rv_config *again)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(64 << 10);
    struct record *records[2] = { trial_record(trial), trial_record(trial) };
    if (callback_list(trial, connection, records[0]) < 0)
        return;
    for (int i = 1; i <= ATTEMPTS; i++) {
        struct rv_connection *other = connection;
        if (again && callback_open(trial, again, NULL, &other) < 0) {
            trial_fail(trial, "it cannot be opened a second time");
            return;
        }
        if (callback_list(trial, other, records[i % 2]) < 0)
            return;
        if (again)
            callback_close(trial, other);
        rv_buf_reset(&said);
        if (record_compare(records[(i + 1) % 2], records[i % 2], &said) == 0)
            return;
    }
    trial_fail(trial, "%s", rv_buf_text(&said));
    trial_advise(trial,
                 "what is emitted must depend on the other side alone: no clock, no counter, "
                 "no address; what changes by itself all the time is a volatile column");
}

void
check_twice(struct trial *trial)
{
    struct rv_connection *connection = callback_connect(trial);
    if (connection)
        compare_pairs(trial, connection, NULL);
}

void
check_new_connection(struct trial *trial)
{
    struct rv_connection *connection = callback_connect(trial);
    if (connection)
        compare_pairs(trial, connection, trial->configs[0]);
}

static void
ask_for_one(struct trial *trial, struct rv_connection *connection, const struct seen *wanted)
{
    const char *ref = wanted->key + strlen(wanted->kind->name) + 1;
    const char *refs[] = { ref, NULL };
    struct reeve_scope scope = { .size = sizeof(scope), .kind = wanted->kind->name, .refs = refs };
    struct record *record = trial_record(trial);
    struct run run = { .record = record };
    if (callback_refresh_scope(trial, connection, &run, &scope) < 0)
        trial_fail_err(trial, &run.err, "refresh of %s '%.100s' alone", wanted->kind->name, ref);
    else if (rv_names_find(&record->by_key, wanted->key) < 0)
        trial_fail(trial, "asked for %s '%.100s' alone, it did not emit it", wanted->kind->name,
                   ref);
    for (int i = 0; i < record->kinds; i++)
        if (record->complete[i])
            trial_fail(trial,
                       "asked for one object, it declared '%s' complete: all others would "
                       "be taken for gone",
                       rv_model_at(i)->name);
}

void
check_targeted(struct trial *trial)
{
    if (!(trial->provider->inventory->flags & REEVE_INVENTORY_TARGETED)) {
        trial_remark(trial, "it does not offer that");
        return;
    }
    struct record *all = list_once(trial);
    if (all && all->count && !trial_failed(trial))
        ask_for_one(trial, trial->connections[0], &all->seen[0]);
}
