/* SPDX-License-Identifier: Apache-2.0
 *
 * See datastore_fixture.h.
 */
#include "datastore_fixture.h"

#include <stdlib.h>
#include "base/mem.h"

static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg, (void)err;
    *out = rv_format("v1:00000000:%s:%s", place, text);
    return 0;
}

static int
open_sealed(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    RV_AUTO_FREE char *start = rv_format("v1:00000000:%s:", place);

    (void)arg;
    if (strncmp(envelope, start, strlen(start)) != 0)
        return rv_fail(err, RV_E_AUTH, "'%s' does not open '%s'", place, envelope);
    *out = rv_strdup(envelope + strlen(start));
    return 0;
}

const struct rv_vault test_vault = { .seal = seal, .open = open_sealed };

int
set_up(void **state)
{
    struct fixture *f = rv_alloc(sizeof(*f));

    f->store = rv_test_store_fresh(&f->db);
    f->ds = (struct rv_datastore){ .store = f->store, .vault = &test_vault, .userid = "admin" };
    *state = f;
    return 0;
}

int
tear_down(void **state)
{
    struct fixture *f = *state;

    rv_store_close(f->store);
    rv_test_db_drop(&f->db);
    free(f);
    return 0;
}

struct rv_ae_tree *
read_tree(const char *path)
{
    rv_err err = RV_ERR_INIT;
    struct rv_ae_tree *tree;

    if (rv_ae_tree_read(&tree, path, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return tree;
}

struct rv_ae_tree *
made_tree(const char *sizes)
{
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *command =
        rv_format("python3 " REEVE_SOURCE_DIR "/tests/support/make_domain.py %s %s", dir, sizes);
    const char *const argv[] = { "/bin/sh", "-c", command, NULL };

    assert_int_equal(rv_test_run(argv, NULL, NULL, NULL), 0);
    struct rv_ae_tree *tree = read_tree(dir);
    rv_test_dir_remove(dir);
    return tree;
}

struct rv_ae_imported
import(struct fixture *f, const struct rv_ae_tree *tree)
{
    const struct rv_ae_import options = { .enable = 1 };
    struct rv_ae_imported out;
    rv_err err = RV_ERR_INIT;

    if (rv_datastore_import(&f->ds, tree, &options, &out, &err) < 0)
        fail_msg("%s", err.text);
    return out;
}

int64_t
domain_id(struct fixture *f, const char *name)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM miq_ae_domains WHERE name = '%s'", name);

    return rv_test_int(f->store, sql);
}
