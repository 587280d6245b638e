/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading: what is refused, and with which words.
 */
#include "host_test.h"

#include <unistd.h>

static const struct {
    const char *name;
    int error_class;
    const char *says;
} broken[] = {
    { "plain", RV_E_INVALID, "it has no symbol reeve_provider_entry" },
    { "magic", RV_E_INVALID, "it is not a Reeve provider (its magic number is 0x12345678)" },
    { "major", RV_E_UNSUPPORTED,
      "made for version 2.0 of the provider interface, this server has 1.3" },
    { "size", RV_E_INVALID, "shorter than its prologue" },
    { "null", RV_E_INVALID, "returned nothing" },
    { "undefined", RV_E_INVALID, "reeve_nobody_has_this" },
    { "short", RV_E_INVALID, "it has no open function" },
    { "sizeless", RV_E_INVALID, "it does not say how long its struct reeve_option is" },
    { "narrow", RV_E_INVALID,
      "says that its struct reeve_option is 48 bytes long, which cannot be (version 1.0: 56)" },
    { "wide", RV_E_INVALID, "says that its struct reeve_option is 1048576 bytes long" },
    { "shapeless", RV_E_INVALID, "kind 0: it does not say how long its struct reeve_column is" },
    { "crooked", RV_E_INVALID, "kind 0: it says that its struct reeve_column is 33 bytes long" },
    { "shortkind", RV_E_INVALID, "kind 0: it says that it is 16 bytes long, which cannot be" },
    { "sizes", RV_E_INVALID, "its table of sizes says that it is 4 bytes long" },
    { "goood", RV_E_NOT_FOUND, "there is no provider 'goood', did you mean 'good'?" },
    { "../modules/good", RV_E_NOT_FOUND, "there is no provider '../modules/good'" },
    { "", RV_E_NOT_FOUND, "there is no provider ''" },
};

static void
broken_modules_are_refused_with_the_reason(void **state)
{
    (void)state;
    good_module();
    for (size_t i = 0; i < RV_COUNT(broken); i++) {
        struct rv_module *module = NULL;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_module_load(&module, HOST_TEST_MODULES, broken[i].name, &err),
                         broken[i].error_class);
        assert_contains(err.text, broken[i].says);
        assert_null(module);
    }
}

static void
another_major_names_file_and_remedy(void **state)
{
    (void)state;
    good_module();
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_load(&module, HOST_TEST_MODULES, "major", &err), RV_E_UNSUPPORTED);
    assert_contains(err.text, "modules/major.so");
    assert_contains(err.hint, "upgrade the server");
}

static void
a_module_without_sizes_is_told_to_be_built_again(void **state)
{
    (void)state;
    good_module();
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_load(&module, HOST_TEST_MODULES, "sizeless", &err), RV_E_INVALID);
    assert_contains(err.text, "modules/sizeless.so");
    assert_contains(err.hint, "build it again with this SDK");
    assert_contains(err.hint, "REEVE_SIZES");
}

static void
all_mistakes_of_the_tables_are_said_at_once(void **state)
{
    (void)state;
    good_module();
    static const char *const expected[] = {
        "its name 'other' is not that of its file, 'tables'",
        "it has no open function",
        "option 'token' is declared twice",
        "option 'Size': its name is not made of [a-z0-9_]",
        "option 'count': its fallback must be a whole number",
        "option 'mode' has no choices",
        "option 'odd' has unknown type 99",
        "kind 'other_thing' does not begin with 'tables_'",
        "its inventory has no refresh function",
        "unknown kind 'container_grup', did you mean 'container_group'?",
        "kind 'zone', which is the server's own",
    };
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_load(&module, HOST_TEST_MODULES, "tables", &err), RV_E_INVALID);
    for (size_t i = 0; i < RV_COUNT(expected); i++)
        assert_contains(err.text, expected[i]);
    assert_contains(err.hint, "reeve-conform");
}

static void
a_newer_minor_loads_and_an_older_table_lacks_what_it_does_not_have(void **state)
{
    (void)state;
    good_module();
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_load(&module, HOST_TEST_MODULES, "newer", &err), 0);
    const struct reeve_provider *provider = rv_module_provider(module);
    assert_string_equal(provider->title, "newer");
    assert_non_null(provider->inventory->refresh);
    assert_null(provider->inventory->watch);
    struct rv_config *config = NULL;
    assert_int_equal(rv_config_make(&config, module, NULL, &err), 0);
    struct rv_call_spec spec = { .scope = "newer" };
    struct rv_connection *connection = NULL;
    assert_int_equal(rv_connection_open(&connection, module, config, &spec, &err), 0);
    struct rv_identity_found found;
    assert_int_equal(rv_connection_verify(connection, &spec, &found, &err), RV_E_UNSUPPORTED);
    assert_int_equal(rv_connection_watch(connection, &spec, &err), RV_E_UNSUPPORTED);
    rv_connection_close(connection);
    rv_config_free(config);
}

static void
what_is_no_library_is_refused(void **state)
{
    (void)state;
    good_module();
    char path[] = "/tmp/reeve-not-a-module-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hello", 5), 5);
    close(fd);
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_load_file(&module, path, &err), RV_E_INVALID);
    assert_contains(err.text, "cannot be loaded");
    unlink(path);
    assert_int_equal(rv_module_load_file(&module, path, &err), RV_E_NOT_FOUND);
    assert_int_equal(rv_module_load_file(&module, "/tmp", &err), RV_E_INVALID);
}

static void
a_module_is_loaded_once_and_its_kinds_join_the_dictionary(void **state)
{
    (void)state;
    struct rv_module *first = good_module();
    assert_ptr_equal(first, good_module());
    const struct rv_kind *kind = rv_model_kind("good_gadget");
    assert_non_null(kind);
    assert_true(rv_kind_column(kind, "size") >= 0);
    assert_true(rv_kind_column(kind, "ems_id") >= 0);
}

static void
modules_of_a_folder_are_listed_by_name(void **state)
{
    (void)state;
    char **names = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_list(&names, HOST_TEST_MODULES, &err), 0);
    int count = 0, good = -1;
    for (; names[count]; count++) {
        if (count)
            assert_true(strcmp(names[count - 1], names[count]) < 0);
        if (strcmp(names[count], "good") == 0)
            good = count;
    }
    assert_int_equal(count, 17);
    assert_true(good >= 0);
    rv_names_free(names);
    assert_int_equal(rv_module_list(&names, "/nowhere/at/all", &err), RV_E_NOT_FOUND);
}

static void
the_first_folder_of_a_path_wins(void **state)
{
    (void)state;
    static const char path[] = ":/nowhere/at/all:" HOST_TEST_MODULES ":" HOST_TEST_MODULES "/.:";
    char **names = NULL, **files = NULL;
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_module_list(&names, path, &err), 0);
    for (int i = 1; names[i]; i++)
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    rv_names_free(names);
    assert_int_equal(rv_module_files(&files, path, "good"), 2);
    assert_string_equal(files[0], HOST_TEST_MODULES "/good.so");
    assert_string_equal(files[1], HOST_TEST_MODULES "/./good.so");
    assert_null(files[2]);
    rv_names_free(files);
    assert_int_equal(rv_module_load(&module, path, "good", &err), 0);
    assert_ptr_equal(module, good_module());
    assert_int_equal(rv_module_load(&module, path, "goood", &err), RV_E_NOT_FOUND);
    assert_int_equal(rv_module_list(&names, "", &err), RV_E_NOT_FOUND);
}

static void
the_manifest_tells_options_kinds_and_interfaces(void **state)
{
    (void)state;
    cJSON *manifest = rv_module_describe(good_module());
    assert_string_equal(rv_json_string(manifest, "name"), "good");
    assert_string_equal(rv_json_string(manifest, "abi"), "1.3");
    const cJSON *options = cJSON_GetObjectItem(manifest, "options");
    assert_int_equal(cJSON_GetArraySize(options), 10);
    const cJSON *count = cJSON_GetArrayItem(options, 2);
    assert_string_equal(rv_json_string(count, "type"), "integer");
    assert_int_equal(rv_json_int(count, "max", 0), 100);
    assert_string_equal(rv_json_string(count, "default"), "3");
    const cJSON *inventory = cJSON_GetObjectItem(manifest, "inventory");
    assert_false(rv_json_flag(inventory, "watch", 1));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(inventory, "kinds")), 8);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(manifest, "kinds")), 1);
    cJSON_Delete(manifest);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_modules_are_refused_with_the_reason),
        cmocka_unit_test(another_major_names_file_and_remedy),
        cmocka_unit_test(a_module_without_sizes_is_told_to_be_built_again),
        cmocka_unit_test(all_mistakes_of_the_tables_are_said_at_once),
        cmocka_unit_test(a_newer_minor_loads_and_an_older_table_lacks_what_it_does_not_have),
        cmocka_unit_test(what_is_no_library_is_refused),
        cmocka_unit_test(a_module_is_loaded_once_and_its_kinds_join_the_dictionary),
        cmocka_unit_test(modules_of_a_folder_are_listed_by_name),
        cmocka_unit_test(the_first_folder_of_a_path_wins),
        cmocka_unit_test(the_manifest_tells_options_kinds_and_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
