/* SPDX-License-Identifier: Apache-2.0
 *
 * The key file: made once, private, never half-written.
 */
#include "base/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/mem.h"
#include "check.h"

static char folder[64];
static char path[80];

static int
start(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/reeve-key-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/key", folder);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails when anything else was left there */
}

static void
put_file(const char *bytes, size_t len, mode_t mode)
{
    unlink(path);
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
}

static int
load_fails(rv_err *err)
{
    struct rv_key *key = NULL;
    rv_err_clear(err);
    int code = rv_key_load(&key, path, err);
    assert_null(key);
    assert_int_equal(code, err->code);
    assert_contains(err->text, path);
    return code;
}

static void
the_first_start_makes_a_private_file_and_the_next_reads_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_key *first = NULL, *second = NULL;
    assert_int_equal(rv_key_load(&first, path, &err), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(rv_key_load(&second, path, &err), 0);
    rv_buf sealed = rv_buf_limited(1000), opened = rv_buf_limited(1000);
    assert_int_equal(rv_secret_seal(&sealed, first, "here", "text", 4, &err), 0);
    assert_int_equal(rv_secret_open(&opened, second, "here", sealed.data, &err), 0);
    assert_string_equal(opened.data, "text");
    rv_buf_wipe(&sealed);
    rv_buf_wipe(&opened);
    rv_key_free(first);
    rv_key_free(second);
    rv_key_free(NULL);
}

static void
a_file_that_holds_other_keys_by_now_is_seen(void **state)
{
    (void)state;
    static const char other[] = "reeve-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL;
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    assert_int_equal(rv_key_is_file(key, path, &err), 1);
    assert_int_equal(rv_key_begin(key, path, "7", &err), 0);
    assert_int_equal(rv_key_is_file(key, path, &err), 1);
    put_file(other, strlen(other), 0600);
    assert_int_equal(rv_key_is_file(key, path, &err), 0);
    put_file(other, strlen(other), 0644);
    assert_int_equal(rv_key_is_file(key, path, &err), RV_E_PERMISSION);
    unlink(path);
    rv_err_clear(&err);
    assert_int_equal(rv_key_is_file(key, path, &err), RV_E_NOT_FOUND);
    rv_key_free(key);
}

/* Sealed with the first key of a ring; the caller's. */
static char *
seal_with(const struct rv_key *key)
{
    rv_err err = RV_ERR_INIT;
    rv_buf sealed = rv_buf_limited(1000);
    assert_int_equal(rv_secret_seal(&sealed, key, "here", "text", 4, &err), 0);
    return rv_buf_take_string(&sealed);
}

static int
opens(const struct rv_key *key, const char *envelope)
{
    rv_err err = RV_ERR_INIT;
    rv_buf text = rv_buf_limited(1000);
    int failed = rv_secret_open(&text, key, "here", envelope, &err);
    if (!failed)
        assert_string_equal(rv_buf_text(&text), "text");
    rv_buf_wipe(&text);
    return !failed;
}

static void
a_new_key_seals_at_once_while_the_old_one_opens_until_it_is_retired(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL, *again = NULL;
    struct stat st;
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    RV_AUTO_FREE char *first_id = rv_strdup(rv_key_id(key, 0));
    RV_AUTO_FREE char *old = seal_with(key);
    assert_true(rv_key_is_current(key, old));
    assert_int_equal(rv_key_begin(key, path, "77", &err), 0);
    assert_string_equal(rv_key_label(key), "77");
    assert_int_equal(rv_key_count(key), 2);
    assert_string_equal(rv_key_id(key, 1), first_id);
    assert_string_not_equal(rv_key_id(key, 0), first_id);
    RV_AUTO_FREE char *new = seal_with(key);
    assert_false(rv_key_is_current(key, old));
    assert_true(rv_key_is_current(key, new));
    assert_true(opens(key, old) && opens(key, new));
    /* As after a crash: the file has both, and the same rotation begins nothing new. */
    assert_int_equal(rv_key_load(&again, path, &err), 0);
    assert_true(opens(again, old) && opens(again, new));
    assert_int_equal(rv_key_begin(again, path, "77", &err), 0);
    assert_string_equal(rv_key_id(again, 0), rv_key_id(key, 0));
    assert_int_equal(rv_key_begin(again, path, "78", &err), RV_E_CONFLICT);
    rv_err_clear(&err);
    assert_int_equal(rv_key_retire(again, path, &err), 0);
    assert_int_equal(rv_key_count(again), 1);
    assert_true(!opens(again, old) && opens(again, new));
    rv_key_free(key);
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    assert_true(!opens(key, old) && opens(key, new));
    assert_int_equal(rv_key_begin(key, path, "77", &err), 0); /* which is over */
    assert_int_equal(rv_key_count(key), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1);
    rv_key_free(key);
    rv_key_free(again);
}

static void
a_replacement_that_was_not_finished_is_taken_away(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL;
    RV_AUTO_FREE char *beside = rv_format("%s.new", path);
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    RV_AUTO_FREE char *sealed = seal_with(key);
    rv_key_free(key);
    RV_AUTO_FD int fd = open(beside, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "reeve-key-1 half", 16), 16);
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    assert_int_equal(access(beside, F_OK), -1);
    assert_true(opens(key, sealed));
    rv_key_free(key);
}

static void
a_file_that_others_can_touch_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0640, 0620, 0604, 0601, 0666 };
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL;
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    rv_key_free(key);
    for (size_t i = 0; i < RV_COUNT(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(load_fails(&err), RV_E_PERMISSION);
        assert_contains(err.hint, "chmod 600");
    }
    assert_int_equal(chmod(path, 0400), 0);
    key = NULL;
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    rv_key_free(key);
}

static void
what_is_no_key_is_refused_and_left_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\n",
        "reeve-key-1",
        "reeve-key-1 \n",
        "reeve-key-1 QUJD\n",
        "reeve-key-1 !!!\n",
        "reeve-key-2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "reeve-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA\n",
    };
    rv_err err = RV_ERR_INIT;
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        put_file(texts[i], strlen(texts[i]), 0600);
        assert_int_equal(load_fails(&err), RV_E_INVALID);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, strlen(texts[i]));
    }
    char large[10000];
    memset(large, 'x', sizeof(large));
    put_file(large, sizeof(large), 0600);
    assert_int_equal(load_fails(&err), RV_E_LIMIT);
    put_file("reeve-key-1 \0AAAA", 17, 0600);
    assert_int_equal(load_fails(&err), RV_E_INVALID);
}

static void
a_good_file_written_by_hand_is_read(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL;
    const char *text = "reeve-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    put_file(text, strlen(text), 0600);
    assert_int_equal(rv_key_load(&key, path, &err), 0);
    rv_key_free(key);
}

static void
a_folder_in_its_place_is_refused(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(load_fails(&err), RV_E_INVALID);
    assert_int_equal(rmdir(path), 0);
}

static void
a_missing_folder_is_named(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_key *key = NULL;
    assert_int_equal(rv_key_load(&key, "/nonexistent/reeve/key", &err), RV_E_NOT_FOUND);
    assert_contains(err.text, "/nonexistent/reeve/key");
    assert_null(key);
}

static void
processes_that_start_at_once_agree_on_one_key(void **state)
{
    (void)state;
    enum { PROCESSES = 8 };
    int results[2];
    assert_int_equal(pipe(results), 0);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() != 0)
            continue;
        rv_err err = RV_ERR_INIT;
        struct rv_key *key = NULL;
        rv_buf sealed = rv_buf_limited(1000);
        if (rv_key_load(&key, path, &err) || rv_secret_seal(&sealed, key, "", "", 0, &err))
            _exit(1);
        /* The key's id, which stands in the envelope. */
        _exit(write(results[1], sealed.data, 12) != 12);
    }
    char ids[PROCESSES][12];
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(read(results[0], ids, sizeof(ids)), sizeof(ids));
    for (int i = 1; i < PROCESSES; i++)
        assert_memory_equal(ids[i], ids[0], sizeof(ids[0]));
    close(results[0]);
    close(results[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_start_makes_a_private_file_and_the_next_reads_it,
                                        start, stop),
        cmocka_unit_test_setup_teardown(
            a_new_key_seals_at_once_while_the_old_one_opens_until_it_is_retired, start, stop),
        cmocka_unit_test_setup_teardown(a_file_that_holds_other_keys_by_now_is_seen, start, stop),
        cmocka_unit_test_setup_teardown(a_replacement_that_was_not_finished_is_taken_away, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_file_that_others_can_touch_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(what_is_no_key_is_refused_and_left_alone, start, stop),
        cmocka_unit_test_setup_teardown(a_good_file_written_by_hand_is_read, start, stop),
        cmocka_unit_test_setup_teardown(a_folder_in_its_place_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_named, start, stop),
        cmocka_unit_test_setup_teardown(processes_that_start_at_once_agree_on_one_key, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
