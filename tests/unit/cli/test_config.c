/* SPDX-License-Identifier: Apache-2.0
 *
 * Which server, as whom: environment, file, both.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture.h"
#include "cli.h"
#include "config.h"

static char *folder;

static int
setup(void **state)
{
    RV_AUTO_FREE char *path = NULL;
    (void)state;

    folder = make_folder();
    path = rv_format("%s/deep/er/config.yaml", folder);
    setenv("REEVE_CONFIG", path, 1);
    unsetenv("REEVE_URL");
    unsetenv("REEVE_TOKEN");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

static struct cli_context
context(const char *url, const char *user, const char *token)
{
    return (struct cli_context){ .url = rv_strdup(url),
                                 .user = rv_strdup(user),
                                 .token = rv_strdup(token) };
}

static void
save(const char *url, const char *user, const char *token)
{
    struct cli_context saved = context(url, user, token);
    rv_err err = RV_ERR_INIT;

    if (cli_context_save(&saved, &err) < 0)
        fail_msg("%s", err.text);
    cli_context_free(&saved);
}

static void
assert_loads(const char *flag, const char *url, const char *token)
{
    struct cli_context loaded;
    rv_err err = RV_ERR_INIT;

    if (cli_context_load(&loaded, flag, &err) < 0)
        fail_msg("%s", err.text);
    if (!rv_streq(loaded.url, url) || !rv_streq(loaded.token, token))
        fail_msg("url %s, token %s", loaded.url, loaded.token);
    cli_context_free(&loaded);
}

static char *
read_config(void)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1u << 16);
    rv_err err = RV_ERR_INIT;

    assert_int_equal(rv_buf_read_file(&text, getenv("REEVE_CONFIG"), &err), 0);
    return rv_buf_take_string(&text);
}

static void
what_is_saved_is_loaded_and_private(void **state)
{
    struct stat info;
    (void)state;

    save("http://127.0.0.1:7400", "admin", "0123abcd");
    assert_loads(NULL, "http://127.0.0.1:7400", "0123abcd");
    assert_int_equal(stat(getenv("REEVE_CONFIG"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    save("http://127.0.0.1:7401", "admin", NULL);
    assert_loads(NULL, "http://127.0.0.1:7401", NULL);
}

static void
texts_that_mean_something_in_yaml_are_quoted(void **state)
{
    static const char *const urls[] = { "http://[::1]:7400/a'b",
                                        "yes",
                                        "http://h/\"x\"",
                                        "http://h/#frag: x",
                                        "12",
                                        "a\\b",
                                        " blank " };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(urls); i++) {
        save(urls[i], "o'hara: \"x\"", "#t");
        assert_loads(NULL, urls[i], "#t");
    }
}

static void
trust_belongs_to_the_server_that_was_logged_in_to(void **state)
{
    struct cli_context saved = context("https://one:7400", "admin", "t1"), loaded;
    rv_err err = RV_ERR_INIT;
    (void)state;

    saved.ca = rv_strdup("/etc/ca: 1.crt");
    saved.insecure = 1;
    assert_int_equal(cli_context_save(&saved, &err), 0);
    assert_int_equal(cli_context_load(&loaded, NULL, &err), 0);
    assert_string_equal(loaded.ca, "/etc/ca: 1.crt");
    assert_int_equal(loaded.insecure, 1);
    cli_context_free(&loaded);
    assert_int_equal(cli_context_load(&loaded, "https://two:7400", &err), 0);
    assert_null(loaded.ca);
    assert_int_equal(loaded.insecure, 0);
    cli_context_free(&loaded);
    free(saved.ca);
    saved.ca = NULL;
    saved.insecure = 0;
    assert_int_equal(cli_context_save(&saved, &err), 0);
    cli_context_free(&saved);
    assert_int_equal(cli_context_load(&loaded, NULL, &err), 0);
    assert_null(loaded.ca);
    assert_int_equal(loaded.insecure, 0);
    cli_context_free(&loaded);
}

static void
other_contexts_and_keys_of_the_file_stay(void **state)
{
    RV_AUTO_FREE char *text = NULL;
    const char *path = put_file(folder, "many.yaml",
                                "current-context: two\nextra: 1\ncontexts:\n"
                                "  one:\n    url: http://one\n    token: t1\n"
                                "  two:\n    url: http://two\n    token: t2\n    note: mine\n");
    (void)state;

    assert_int_equal(chmod(path, 0600), 0);
    setenv("REEVE_CONFIG", path, 1);
    assert_loads(NULL, "http://two", "t2");
    save("http://three", "admin", "t3");
    assert_loads(NULL, "http://three", "t3");
    text = read_config();
    assert_non_null(strstr(text, "url: http://one"));
    assert_non_null(strstr(text, "note: mine"));
    assert_non_null(strstr(text, "extra: 1"));
}

static void
flags_beat_the_environment_which_beats_the_file(void **state)
{
    (void)state;

    save("http://file", "admin", "file-token");
    setenv("REEVE_TOKEN", "env-token", 1);
    assert_loads(NULL, "http://file", "env-token");
    setenv("REEVE_URL", "http://env", 1);
    assert_loads(NULL, "http://env", "env-token");
    assert_loads("http://flag", "http://flag", "env-token");
    setenv("REEVE_TOKEN", "", 1);
    setenv("REEVE_URL", "", 1);
    assert_loads(NULL, "http://file", "file-token");
}

/* A token given to one server must not be shown to another. */
static void
a_token_of_the_file_goes_to_its_own_server_only(void **state)
{
    (void)state;

    save("http://file:7400", "admin", "file-token");
    assert_loads("http://other:7400", "http://other:7400", NULL);
    assert_loads("http://file:7400/", "http://file:7400/", "file-token");
    setenv("REEVE_URL", "http://file:74000", 1);
    assert_loads(NULL, "http://file:74000", NULL);
    setenv("REEVE_URL", "HTTP://file:7400", 1);
    assert_loads(NULL, "HTTP://file:7400", "file-token");
}

static void
the_environment_alone_is_enough(void **state)
{
    const char *path = put_file(folder, "broken.yaml", "contexts: [\n");
    struct cli_context loaded;
    rv_err err = RV_ERR_INIT;
    (void)state;

    assert_loads(NULL, NULL, NULL); /* no file at all */
    setenv("REEVE_URL", "http://env", 1);
    assert_loads(NULL, "http://env", NULL);
    setenv("REEVE_TOKEN", "t", 1);
    assert_int_equal(chmod(path, 0600), 0);
    setenv("REEVE_CONFIG", path, 1);
    assert_loads(NULL, "http://env", "t"); /* the file is not even read */
    unsetenv("REEVE_TOKEN");
    assert_true(cli_context_load(&loaded, NULL, &err) < 0);
    assert_non_null(strstr(err.text, "broken.yaml"));
    assert_non_null(strstr(err.hint, "reevectl login"));
    cli_context_free(&loaded);
}

static void
the_file_is_looked_for_where_the_user_says(void **state)
{
    static const struct {
        const char *given, *xdg, *home, *path;
    } table[] = {
        { "/a/b.yaml", "/x", "/h", "/a/b.yaml" },
        { "", "/x", "/h", "/x/reeve/config.yaml" },
        { NULL, "", "/h", "/h/.config/reeve/config.yaml" },
        { NULL, NULL, "/h", "/h/.config/reeve/config.yaml" },
        { NULL, NULL, "", NULL },
        { NULL, NULL, NULL, NULL },
    };
    RV_AUTO_FREE char *home = rv_strdup(getenv("HOME"));
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        const char *const values[] = { table[i].given, table[i].xdg, table[i].home };
        const char *const names[] = { "REEVE_CONFIG", "XDG_CONFIG_HOME", "HOME" };
        RV_AUTO_FREE char *path = NULL;
        rv_err err = RV_ERR_INIT;

        for (size_t n = 0; n < RV_COUNT(names); n++)
            values[n] ? setenv(names[n], values[n], 1) : unsetenv(names[n]);
        path = cli_config_path(&err);
        assert_true(rv_streq(path, table[i].path));
        assert_true(path || strstr(err.hint, "REEVE_CONFIG"));
    }
    unsetenv("XDG_CONFIG_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
}

static void
a_file_that_others_can_read_is_complained_about(void **state)
{
    struct cli_context loaded;
    struct capture said;
    rv_err err = RV_ERR_INIT;
    (void)state;

    save("http://file", "admin", "t");
    assert_int_equal(chmod(getenv("REEVE_CONFIG"), 0644), 0);
    capture_begin(&said);
    assert_int_equal(cli_context_load(&loaded, NULL, &err), 0);
    capture_end(&said);
    assert_non_null(strstr(said.err_text, "others can read it"));
    cli_context_free(&loaded);
    capture_free(&said);
}

static void
a_place_that_cannot_be_written_is_named(void **state)
{
    struct cli_context saved = context("http://x", "admin", "t");
    const char *path = put_file(folder, "file", "");
    RV_AUTO_FREE char *below = rv_format("%s/config.yaml", path);
    rv_err err = RV_ERR_INIT;
    (void)state;

    setenv("REEVE_CONFIG", below, 1);
    assert_true(cli_context_save(&saved, &err) < 0);
    assert_non_null(strstr(err.text, below));
    cli_context_free(&saved);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_saved_is_loaded_and_private, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_that_mean_something_in_yaml_are_quoted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(trust_belongs_to_the_server_that_was_logged_in_to, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(other_contexts_and_keys_of_the_file_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(flags_beat_the_environment_which_beats_the_file, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_token_of_the_file_goes_to_its_own_server_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_environment_alone_is_enough, setup, teardown),
        cmocka_unit_test_setup_teardown(the_file_is_looked_for_where_the_user_says, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_that_others_can_read_is_complained_about, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_written_is_named, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
