/* SPDX-License-Identifier: Apache-2.0
 *
 * What a rotation of the key covers, and what the supervisor does for it.
 */
#include "server/rotate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "base/text.h"
#include "keeping/sealed.h"
#include "model/model.h"
#include "server/protocol.h"
#include "server/vault.h"

#define PLACE "authentications/12/auth_key/1000000000003"

static char home_dir[] = "/tmp/reeve-rotate-XXXXXX";
static struct rv_server_vault *vault;

static int
setup(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_non_null(mkdtemp(home_dir));
    struct rv_home home = { .dir = home_dir };
    return rv_server_vault_open(&vault, &home, &err);
}

static int
teardown(void **state)
{
    (void)state;
    RV_AUTO_FREE char *key = rv_format("%s/key", home_dir);
    rv_server_vault_close(vault);
    unlink(key);
    return rmdir(home_dir);
}

/* Digests are compared, never opened. */
static int
is_digest(const char *column)
{
    size_t len = strlen(column);
    return len > 7 && strcmp(column + len - 7, "_digest") == 0;
}

static int
is_covered(const char *table, const char *column)
{
    for (const struct rv_sealed_column *one = rv_sealed_columns(); one->table; one++)
        if (strcmp(one->table, table) == 0 && strcmp(one->column, column) == 0)
            return 1;
    return 0;
}

static void
every_secret_column_of_the_dictionary_is_covered(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int covered = 0;
    assert_int_equal(rv_model_init(&err), 0);
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        for (int k = 0; k < kind->column_count; k++) {
            const struct rv_column *column = &kind->columns[k];
            if (!(column->flags & REEVE_COL_SECRET) || is_digest(column->name))
                continue;
            if (!is_covered(kind->table, column->name))
                fail_msg("%s.%s is not sealed anew", kind->table, column->name);
            covered++;
        }
    }
    assert_true(covered >= 5);
    rv_model_reset();
}

static cJSON *
keys(const char *act, const char *label)
{
    RV_AUTO_JSON cJSON *request = rv_message_new("keys");
    cJSON_AddStringToObject(request, "do", act);
    if (label)
        cJSON_AddStringToObject(request, "label", label);
    return rv_server_vault_keys(vault, request);
}

static char *
text_of(cJSON *answer)
{
    rv_err err = RV_ERR_INIT;
    char *text = rv_message_error(answer, &err) ? NULL : rv_strdup(rv_json_string(answer, "text"));
    cJSON_Delete(answer);
    return text;
}

static char *
ask(cJSON *(*what)(const struct rv_server_vault *, const cJSON *), const char *envelope)
{
    RV_AUTO_JSON cJSON *request = rv_message_new("reseal");
    cJSON_AddStringToObject(request, "place", PLACE);
    cJSON_AddStringToObject(request, "envelope", envelope);
    return text_of(what(vault, request));
}

static char *
seal(const char *text, const char *word)
{
    RV_AUTO_JSON cJSON *request = rv_message_new("seal");
    cJSON_AddStringToObject(request, "place", PLACE);
    cJSON_AddStringToObject(request, "text", text);
    return text_of(rv_server_vault_seal(vault, request, word));
}

static char *
open_sealed(const char *envelope)
{
    RV_AUTO_JSON cJSON *request = rv_message_new("open");
    cJSON_AddStringToObject(request, "place", PLACE);
    cJSON_AddStringToObject(request, "envelope", envelope);
    return text_of(rv_server_vault_unseal(vault, request, 1000000000003));
}

static void
assert_opens(const char *envelope)
{
    RV_AUTO_FREE char *text = open_sealed(envelope);
    assert_non_null(text);
    assert_string_equal(text, "s3cret");
}

static void
what_the_old_key_sealed_is_sealed_anew_and_does_not_come_back(void **state)
{
    (void)state;
    RV_AUTO_FREE char *old = seal("s3cret", "word");
    RV_AUTO_FREE char *lent = rv_lent_make("word", PLACE, old);
    cJSON_Delete(keys("begin", "42"));
    assert_opens(old);
    RV_AUTO_FREE char *anew = ask(rv_server_vault_reseal, old);
    assert_string_not_equal(anew, old);
    assert_opens(anew);
    /* An edit that was begun before stores its stand-in now. */
    RV_AUTO_FREE char *late = seal(lent, "word");
    assert_true(strncmp(late, anew, 12) == 0);
    assert_opens(late);
    RV_AUTO_JSON cJSON *retired = keys("retire", "42");
    assert_int_equal(rv_json_int(retired, "count", 0), 1);
    assert_opens(anew);
    assert_opens(late);
    RV_AUTO_FREE char *lost = open_sealed(old);
    assert_null(lost);
    RV_AUTO_FREE char *hopeless = ask(rv_server_vault_reseal, old);
    assert_null(hopeless);
}

static void
only_who_began_a_rotation_ends_it_and_nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *act, *label;
    } rows[] = { { "retire", "44" }, { "retire", NULL }, { "begin", NULL },  { "begin", "" },
                 { "begin", "x y" }, { "begin", "44" },  { "destroy", "43" } };
    cJSON_Delete(keys("begin", "43"));
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *answer = keys(rows[i].act, rows[i].label);
        assert_int_not_equal(rv_message_error(answer, &err), 0);
        assert_int_equal(rv_json_int(answer, "count", 0), 2);
    }
    RV_AUTO_JSON cJSON *retired = keys("retire", "43");
    assert_int_equal(rv_json_int(retired, "count", 0), 1);
}

static void
how_long_a_rotation_has_lasted_is_told_by_the_key_file_also_after_a_restart(void **state)
{
    (void)state;
    RV_AUTO_FREE char *path = rv_format("%s/key", home_dir);
    struct rv_home home = { .dir = home_dir };
    rv_err err = RV_ERR_INIT;
    cJSON_Delete(keys("begin", "45"));
    RV_AUTO_JSON cJSON *fresh = keys("look", "45");
    assert_in_range(rv_json_int(fresh, "age_ms", -1), 0, 60 * 1000);
    struct timespec times[2] = { { .tv_sec = time(NULL) - 3600 }, { .tv_sec = time(NULL) - 3600 } };
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    rv_server_vault_close(vault);
    assert_int_equal(rv_server_vault_open(&vault, &home, &err), 0);
    RV_AUTO_JSON cJSON *later = keys("begin", "45");
    assert_in_range(rv_json_int(later, "age_ms", -1), 3600 * 1000, 3700 * 1000);
    cJSON_Delete(keys("retire", "45"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_secret_column_of_the_dictionary_is_covered),
        cmocka_unit_test(what_the_old_key_sealed_is_sealed_anew_and_does_not_come_back),
        cmocka_unit_test(only_who_began_a_rotation_ends_it_and_nonsense_is_refused),
        cmocka_unit_test(
            how_long_a_rotation_has_lasted_is_told_by_the_key_file_also_after_a_restart),
    };
    return cmocka_run_group_tests_name("key rotation", tests, setup, teardown);
}
