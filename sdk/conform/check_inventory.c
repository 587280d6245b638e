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

enum { ROUNDS = 3, ASKED_FOR = 3, PICKED = 24 };

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

/* Says of each object with this trouble (and among the suspects, unless they are NULL) what it is.
 */
static void
say_troubles(struct trial *trial, const struct record *record, const struct suspects *suspects,
             unsigned trouble, const char *what, const char *advice)
{
    for (int i = 0; i < record->count; i++) {
        const struct seen *seen = &record->seen[i];
        if (!(seen->troubles & trouble) || (suspects && !suspects_hold(suspects, seen->key)))
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
        say_troubles(trial, record, NULL, TROUBLE_REPLACED_BYTES,
                     "holds bytes that are not UTF-8 (they are replaced)",
                     "find out which encoding the other side uses, and convert");
}

/* Names what is wrong in one listing; how much that is. */
typedef int (*find_fn)(const struct record *record, struct suspects *suspects);

/* What is wrong in one listing of a system that lives may be right in the next: where a link leads
 * was made, or went, between two pages. NULL when a listing has nothing of it, else the last one:
 * the suspects are wrong in all of them. */
static const struct record *
find_steadily(struct trial *trial, find_fn find, struct suspects *suspects)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = callback_connect(trial);
    for (int i = 0; connection && i < ROUNDS; i++) {
        if (callback_list(trial, connection, record) < 0 || find(record, suspects) == 0)
            return NULL;
        suspects_end_round(suspects);
    }
    if (connection == NULL)
        return NULL;
    if (suspects->kept.count == 0)
        trial_skip_changing(trial, "each of %d listings has another fault of this sort", ROUNDS);
    return suspects->kept.count ? record : NULL;
}

static int
find_twice(const struct record *record, struct suspects *suspects)
{
    int found = 0;
    for (int i = 0; i < record->count; i++) {
        if (!(record->seen[i].troubles & (TROUBLE_TWICE | TROUBLE_TWICE_DIFFERENT)))
            continue;
        found++;
        suspects_name(suspects, record->seen[i].key);
    }
    return found;
}

void
check_unique(struct trial *trial)
{
    struct suspects twice = { 0 };
    const struct record *record = find_steadily(trial, find_twice, &twice);
    if (record) {
        say_troubles(trial, record, &twice, TROUBLE_TWICE, "was emitted twice",
                     "emit each object of a kind once in a refresh, under a ref of its own");
        say_troubles(trial, record, &twice, TROUBLE_TWICE_DIFFERENT,
                     "was emitted twice with other contents",
                     "the last one wins, so the result depends on the order: emit the same each "
                     "time");
    }
    suspects_free(&twice);
}

void
check_children(struct trial *trial)
{
    struct record *record = list_once(trial);
    if (record)
        say_troubles(trial, record, NULL, TROUBLE_CHILD_TWICE,
                     "has two children with one key, of kind ",
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

static int
find_dangling(const struct record *record, struct suspects *suspects)
{
    int found = 0;
    for (int i = 0; i < record->wanted_count && record->unkept == 0; i++) {
        if (find_target(record, record->wanted[i].key) >= 0)
            continue;
        found++;
        suspects_name(suspects, record->wanted[i].key);
    }
    return found;
}

static void
say_dangling(struct trial *trial, const struct record *record, const struct suspects *suspects)
{
    for (int i = 0; i < record->wanted_count; i++) {
        const struct wanted *wanted = &record->wanted[i];
        if (!suspects_hold(suspects, wanted->key))
            continue;
        trial_fail(trial, "%s points to '%.200s', %s", wanted->from, wanted->key + 1,
                   find_target(record, wanted->key) == -2 ? "and several have that name"
                                                          : "which was not emitted");
    }
    trial_advise(trial, "the ref of a link must be, letter by letter, the ref that its target "
                        "is emitted with; leave out links to what is not emitted");
}

void
check_links(struct trial *trial)
{
    struct suspects dangling = { 0 };
    const struct record *record = find_steadily(trial, find_dangling, &dangling);
    if (record)
        say_dangling(trial, record, &dangling);
    else if (trial->report->verdict == VERDICT_NONE)
        trial_remark(trial, "%d targets", trial->records[0]->wanted_count);
    suspects_free(&dangling);
}

void
check_complete(struct trial *trial)
{
    const char *const *kinds = trial->provider->inventory->kinds;
    struct record *record = list_once(trial);
    int incomplete = 0;
    if (record == NULL)
        return;
    say_troubles(trial, record, NULL, TROUBLE_AFTER_COMPLETE,
                 "was emitted after its kind was complete",
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

/* By its ref and, split in place, by its name. */
static void
ask_by_target(struct trial *trial, struct rv_connection *connection, const struct seen *wanted,
              struct run *run)
{
    struct rv_target target = { .kind = wanted->kind,
                                .ref = wanted->key + strlen(wanted->kind->name) + 1 };
    RV_AUTO_FREE char *names =
        wanted->name ? rv_strdup(wanted->name + strlen(wanted->kind->name) + 1) : NULL;
    char *cut = names ? strchr(names, ' ') : NULL;
    if (cut) {
        *cut = '\0';
        target.name = cut + 1;
        target.scope = wanted->kind->name_key_count == 2 ? names : NULL;
    }
    callback_target(trial, connection, run, &target);
}

/* Whether it was emitted. */
static int
ask_for_one(struct trial *trial, struct rv_connection *connection, const struct seen *wanted,
            struct run *run)
{
    const char *ref = wanted->key + strlen(wanted->kind->name) + 1;
    const char *refs[] = { ref, NULL };
    struct reeve_scope scope = { .size = sizeof(scope), .kind = wanted->kind->name, .refs = refs };
    if (trial->provider->inventory->refresh_targets)
        ask_by_target(trial, connection, wanted, run);
    else
        callback_refresh_scope(trial, connection, run, &scope);
    for (int i = 0; i < run->record->kinds; i++)
        if (run->record->complete[i])
            trial_fail(trial,
                       "asked for one object, it declared '%s' complete: all others would "
                       "be taken for gone",
                       rv_model_at(i)->name);
    if (trial_failed(trial))
        trial_advise(trial, "call reeve_complete only when scope->whole is set");
    return run->rc == 0 && rv_names_find(&run->record->by_key, wanted->key) >= 0;
}

static void
say_not_emitted(struct trial *trial, const struct seen *wanted, const struct run *run)
{
    const char *ref = wanted->key + strlen(wanted->kind->name) + 1;
    if (run->rc < 0)
        trial_fail_err(trial, &run->err, "refresh of %s '%.100s' alone", wanted->kind->name, ref);
    else
        trial_fail(trial, "asked for %s '%.100s' alone, it did not emit it", wanted->kind->name,
                   ref);
    trial_advise(trial, trial->provider->inventory->refresh_targets
                            ? "emit what targets names; answer REEVE_E_UNSUPPORTED for a kind that "
                              "cannot be asked for alone: everything is listed then"
                            : "list what scope->refs names, or leave REEVE_INVENTORY_TARGETED out: "
                              "then it is never asked for less than all");
}

/* The first few objects, then the first of each kind; returns how many. */
static int
pick(const struct record *all, const struct seen **out)
{
    int count = 0;
    for (int i = 0; i < all->count && count < PICKED; i++)
        if (i < ASKED_FOR || all->seen[i].kind != all->seen[i - 1].kind)
            out[count++] = &all->seen[i];
    return count;
}

/* An object that is not there any more says nothing about the provider: ask for the next. So does
 * one of a kind that cannot be asked for alone. */
static void
ask_for_some(struct trial *trial, struct rv_connection *connection, const struct record *all)
{
    struct record *one = trial_record(trial), *again = trial_record(trial);
    const struct seen *picked[PICKED];
    int count = pick(all, picked), refused = 0;
    for (int i = 0; i < count && i - refused < ASKED_FOR && !trial_failed(trial); i++) {
        const struct seen *wanted = picked[i];
        struct run run = { .record = one }, second = { .record = one };
        if (ask_for_one(trial, connection, wanted, &run) || trial_failed(trial))
            return;
        refused += run.rc == REEVE_E_UNSUPPORTED;
        if (run.rc == REEVE_E_UNSUPPORTED)
            continue;
        if (callback_list(trial, connection, again) < 0)
            return;
        if (rv_names_find(&again->by_key, wanted->key) < 0)
            continue;
        if (!ask_for_one(trial, connection, wanted, &second))
            say_not_emitted(trial, wanted, &second);
        return;
    }
    if (refused == count)
        trial_fail(trial, "it offers that, and refuses it for each of %d objects", count);
    else if (!trial_failed(trial))
        trial_skip_changing(trial, "what was listed was gone when it was asked for");
}

void
check_targeted(struct trial *trial)
{
    if (trial->provider->inventory->refresh_targets == NULL &&
        !(trial->provider->inventory->flags & REEVE_INVENTORY_TARGETED)) {
        trial_remark(trial, "it does not offer that");
        return;
    }
    struct record *all = list_once(trial);
    if (all && all->count && !trial_failed(trial))
        ask_for_some(trial, trial->connections[0], all);
}
