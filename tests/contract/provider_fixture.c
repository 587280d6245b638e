/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the suites of providers.
 */
#include "provider_fixture.h"

#include <stdio.h>
#include <unistd.h>

static char *script_dir;

static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg, (void)err;
    *out = rv_format("sealed(%s)%s", place, text);
    return 0;
}

static int
open_sealed(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    (void)arg;
    RV_AUTO_FREE char *start = rv_format("sealed(%s)", place);
    if (strncmp(envelope, start, strlen(start)) != 0)
        return rv_fail(err, RV_E_AUTH, "'%s' was not sealed for %s", envelope, place);
    *out = rv_strdup(envelope + strlen(start));
    return 0;
}

const struct rv_vault test_vault = { .seal = seal, .open = open_sealed };

void
script(const char *text)
{
    if (script_dir == NULL)
        script_dir = rv_test_dir();
    rv_test_write_file(script_dir, "script", text);
}

char *
script_asked(void)
{
    RV_AUTO_FREE char *path = rv_format("%s/script.asked", script_dir);
    rv_buf text = rv_buf_limited(1 << 20);
    must(rv_buf_read_file(&text, path, err));
    return rv_buf_take_string(&text);
}

int
script_hangs(void)
{
    RV_AUTO_FREE char *path = rv_format("%s/script.hangs", script_dir);
    return access(path, F_OK) == 0;
}

void
script_begin(void)
{
    RV_AUTO_FREE char *path = rv_format("%s/script.hangs", script_dir);
    unlink(path);
}

void
script_remove(void)
{
    if (script_dir)
        rv_test_dir_remove(script_dir);
    script_dir = NULL;
}

void
split_options(const char *given, cJSON **plain, cJSON **secrets)
{
    struct rv_module *module = NULL;
    struct rv_config *config = NULL;
    cJSON *json = cJSON_Parse(given);
    assert_non_null(json);
    must(rv_module_load(&module, CONTRACT_MODULES, "scripted", err));
    must(rv_config_make(&config, module, json, err));
    must(rv_config_split(config, plain, secrets, err));
    rv_config_free(config);
    cJSON_Delete(json);
}

int64_t
scripted_provider(struct rv_store *store, const char *name)
{
    cJSON *plain = NULL, *secrets = NULL;
    int64_t id = 0;
    script("");
    RV_AUTO_FREE char *given = rv_format(
        "{\"hostname\":\"here\",\"auth_key\":\"s3cr3t\",\"script\":\"%s/script\"}", script_dir);
    split_options(given, &plain, &secrets);
    must(rv_provider_create(store, &test_vault, name, "scripted", 0, plain, secrets, &id, err));
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
    return id;
}

struct rv_refresher_config
refresher_config(struct rv_store *store, int64_t id)
{
    return (struct rv_refresher_config){ .store = store,
                                         .provider_id = id,
                                         .holder = 77,
                                         .lease_ms = 60000,
                                         .module_dir = CONTRACT_MODULES,
                                         .vault = &test_vault };
}

char *
record(struct rv_store *store, int64_t id, const char *column)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT %s FROM ext_management_systems WHERE id = %lld", column, (long long)id);
    char *text = column_of(store, sql);
    if (strcmp(text, "NULL") == 0)
        text[0] = 0;
    return text;
}
