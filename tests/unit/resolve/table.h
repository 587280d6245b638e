/* SPDX-License-Identifier: Apache-2.0
 *
 * A datastore written down in a text, for tests of the resolver:
 *
 *   domain Top 20 [off]
 *   class A/B/C [< inherits]
 *     field NAME AETYPE [DATATYPE] [raw] [once] [#message] [= default]
 *       collect: / on_entry: / on_exit: / on_error: / max_retries: / max_time:   of the field above
 *     method NAME [builtin|expression]: what it does (see run.h)
 *       input NAME [DATATYPE] [= default]
 *     instance NAME
 *       FIELD = value
 *       on_entry: ...                                                            of the value above
 */
#ifndef RV_TEST_TABLE_H
#define RV_TEST_TABLE_H

#include "tree/tree.h"

struct table;

/* Fails the test when the text cannot be read. */
struct table *table_new(const char *text);
void table_free(struct table *table);
/* Enables or disables a domain. */
void table_enable(struct table *table, const char *domain, int enabled);
const struct rv_ae_source *table_source(struct table *table);

#endif
