/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites about copies and backups share: a database with rows of every sort, others to
 * put them into, and what must be the same in both.
 */
#ifndef RV_KEEPING_FIXTURE_H
#define RV_KEEPING_FIXTURE_H

#include "contract.h"
#include "keeping/keeping.h"

/* Pods with texts, flags and doubles of all sorts, a kind of a provider, a task, messages that are
 * worked on, leases, workers, a server, changes of which the first have expired. */
void keeping_fill(struct rv_store *store);

/* An empty database: of the engine that the run is about, or a SQLite file. */
struct keeping_db {
    struct rv_test_db db;
    struct rv_store *store;
};
void keeping_open_same(struct keeping_db *out);
void keeping_open_sqlite(struct keeping_db *out);
void keeping_close(struct keeping_db *db);

/* Table by table, but for those that a copy changes: leases, workers, servers, messages that are
 * worked on, and what tells databases apart. */
void keeping_assert_equal(struct rv_store *left, struct rv_store *right);

#endif
