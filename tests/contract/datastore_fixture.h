/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the datastore share: a store of their own, a vault that is none, trees.
 */
#ifndef DATASTORE_FIXTURE_H
#define DATASTORE_FIXTURE_H

#include "contract.h"

#include <string.h>
#include "base/text.h"
#include "datastore/datastore.h"
#include "tree/read.h"

/* Fails and shows both unless part is somewhere in text. */
#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (strstr(text, part) == NULL)                                                            \
            fail_msg("'%s' is not in '%s'", part, text);                                           \
    } while (0)
#define ACME REEVE_SOURCE_DIR "/tests/data/automate"

struct fixture {
    struct rv_test_db db;
    struct rv_store *store;
    struct rv_datastore ds;
};

#define fresh_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* "v1:00000000:PLACE:TEXT": opens at its place only. */
extern const struct rv_vault test_vault;

int set_up(void **state);
int tear_down(void **state);
/* The tree of a folder, the caller's. */
struct rv_ae_tree *read_tree(const char *path);
/* That of tests/support/make_domain.py with these arguments, the caller's. */
struct rv_ae_tree *made_tree(const char *sizes);
/* Enabled at once; must work. */
struct rv_ae_imported import(struct fixture *f, const struct rv_ae_tree *tree);
int64_t domain_id(struct fixture *f, const char *name);

#endif
