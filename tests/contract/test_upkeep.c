/* SPDX-License-Identifier: Apache-2.0
 *
 * The command that maintains the database: how deep it goes is what its arguments say.
 */
#include "contract.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "server/upkeep.h"
#include "store/notes.h"

static int
maintain(struct rv_store *store, const char *args, rv_err *err)
{
    struct rv_worker worker = { .store = store };
    const struct rv_command command = rv_upkeep_command(&worker);
    RV_AUTO_FREE char *copy = rv_strdup(args), *results = NULL;
    const struct rv_message message = { .args = copy };
    return command.run(command.arg, &message, &results, err);
}

/* Whether a full run was noted. */
static int
was_full(struct rv_store *store)
{
    int64_t full = 0;
    must(rv_note_read(&full, store, RV_NOTE_VACUUM, err));
    return full > 0;
}

static void
maintenance_is_as_deep_as_its_arguments_say(void **state)
{
    struct rv_store *store = store_of(state);
    must(maintain(store, "{}", err));
    assert_false(was_full(store));
    must(maintain(store, "{\"depth\":\"light\",\"why\":\"the disk is full\"}", err));
    assert_false(was_full(store));
    must(maintain(store, "{\"depth\":\"full\"}", err));
    assert_true(was_full(store));
}

static void
maintenance_with_other_arguments_says_what_they_may_be(void **state)
{
    struct rv_store *store = store_of(state);
    static const char *const wrong[] = { "{\"depth\":\"fuller\"}", "{\"depth\":1}", "[\"full\"]" };
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        rv_err err = RV_ERR_INIT;
        assert_int_equal(maintain(store, wrong[i], &err), RV_E_INVALID);
        assert_non_null(strstr(err.text, "{\"depth\":\"full\"}"));
    }
    rv_err err = RV_ERR_INIT;
    assert_true(maintain(store, "full", &err) < 0);
    assert_false(was_full(store));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(maintenance_is_as_deep_as_its_arguments_say),
        schema_test(maintenance_with_other_arguments_says_what_they_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
