/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl settings set, unset, history.
 */
#include <string.h>
#include <unistd.h>
#include "base/secret.h"
#include "client.h"
#include "list.h"
#include "output.h"
#include "settings.h"

#define VALUE_LIMIT (1u << 14)
#define TEXT_LIMIT (1u << 16)

/* From a file, or asked for: a secret must not stand on the command line, which all can see. */
static int
read_value(const char *key, const char *path, rv_buf *out, rv_err *err)
{
    RV_AUTO_FREE char *prompt = rv_format("%s: ", key);

    if (path && strcmp(path, "-") != 0) {
        if (rv_buf_read_file(out, path, err) < 0)
            return rv_wrap(err, "read the value of %s from '%s'", key, path);
    } else if (cli_ask_secret(out, prompt, err) < 0) {
        return err->code;
    }
    if (out->len > 0) {
        out->len = strcspn(out->data, "\r\n");
        out->data[out->len] = '\0';
    }
    return 0;
}

/* KEY=VALUE, KEY=@FILE, or KEY alone, whose value is asked for. */
static int
add_word(cJSON *body, const char *word, rv_err *err)
{
    const char *equals = strchr(word, '=');
    RV_AUTO_FREE char *key = rv_strndup(word, equals ? (size_t)(equals - word) : strlen(word));

    if (!*key)
        return rv_fail(err, RV_E_INVALID, "'%s' has no key; KEY=VALUE is expected", word);
    cJSON_DeleteItemFromObjectCaseSensitive(body, key);
    if (equals && equals[1] != '@') {
        cJSON_AddStringToObject(body, key, equals + 1);
        return 0;
    }
    rv_buf value = rv_buf_limited(VALUE_LIMIT);
    int rc = read_value(key, equals ? equals + 2 : NULL, &value, err);
    if (rc == 0)
        cJSON_AddStringToObject(body, key, rv_buf_text(&value));
    rv_buf_wipe(&value);
    return rc;
}

/* Say what is in force now, and what must be done for it. */
static void
tell(const cJSON *list, const cJSON *body)
{
    const cJSON *setting;

    cJSON_ArrayForEach(setting, list)
    {
        const char *key = rv_json_string(setting, "key");
        const char *value = rv_json_string(setting, "value");
        const char *origin = rv_json_string(setting, "origin");
        const char *when = rv_json_string(setting, "takes_effect");
        if (!key || !value || !origin || !cJSON_GetObjectItemCaseSensitive(body, key))
            continue;
        RV_AUTO_BUF rv_buf clean = rv_buf_limited(TEXT_LIMIT);
        cli_clean_line(&clean, value);
        cli_say("%s = %s (%s)", key, rv_buf_text(&clean), origin);
        if (when && !rv_streq(when, "at once"))
            cli_say("%s takes effect %s of reeved", key, when);
    }
}

static int
change(struct cli *cli, const char *path, const cJSON *body)
{
    RV_AUTO_FREE char *whole = rv_format("%s?expand=resources", path);
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_err err = RV_ERR_INIT;

    if (cli_request(cli->client, "PATCH", whole, body, &answer, &err) < 0)
        return cli_failed(&err);
    tell(cJSON_GetObjectItemCaseSensitive(answer, "resources"), body);
    return CLI_OK;
}

int
cmd_settings_set(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    int code = cli_settings_path(cli, &path);

    for (int i = 0; i < cli->word_count && code == CLI_OK; i++)
        if (add_word(body, cli->words[i], &err) < 0)
            code = cli_failed(&err);
    if (code == CLI_OK)
        code = change(cli, path, body);
    rv_json_wipe(body);
    return code;
}

int
cmd_settings_unset(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    RV_AUTO_FREE char *path = NULL;
    int code = cli_settings_path(cli, &path);

    for (int i = 0; i < cli->word_count && code == CLI_OK; i++) {
        cJSON_DeleteItemFromObjectCaseSensitive(body, cli->words[i]);
        cJSON_AddNullToObject(body, cli->words[i]);
    }
    return code ? code : change(cli, path, body);
}

/* An empty value is one, too. */
static void
add_value(rv_buf *out, const cJSON *row, const struct cli_column *column,
          void (*cell)(rv_buf *, const cJSON *, const struct cli_column *))
{
    const cJSON *value = cli_value_at(row, column->attributes);

    if (cJSON_IsString(value) && !*value->valuestring)
        rv_buf_add_string(out, "\"\"");
    else
        cell(out, row, column);
}

static void
short_value(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    add_value(out, row, column, cli_cell_short);
}

static void
whole_value(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    add_value(out, row, column, cli_cell_text);
}

static const struct cli_column history_columns[] = {
    { "WHEN", "created_on", cli_cell_text, "", 0 },
    { "USER", "userid", cli_cell_short, "", 0 },
    { "LAYER", "details.layer", cli_cell_text, "", 0 },
    { "KEY", "details.key", cli_cell_text, "", 0 },
    { "OLD", "details.old", short_value, "(unset)", 0 },
    { "NEW", "details.new", short_value, "(unset)", 0 },
    CLI_COLUMNS_END,
};

/* With -o wide, and for csv. */
static const struct cli_column history_whole[] = {
    { "WHEN", "created_on", cli_cell_text, "", 0 },
    { "USER", "userid", cli_cell_text, "", 0 },
    { "LAYER", "details.layer", cli_cell_text, "", 0 },
    { "KEY", "details.key", cli_cell_text, "", 0 },
    { "OLD", "details.old", whole_value, "(unset)", 0 },
    { "NEW", "details.new", whole_value, "(unset)", 0 },
    CLI_COLUMNS_END,
};

/* That nothing has changed is told of what there is. */
static int
check_key(struct cli *cli, const char *key, rv_err *err)
{
    RV_AUTO_JSON cJSON *there = NULL;

    return cli_settings_list(cli, "/api/settings", key, &there, err);
}

int
cmd_settings_history(struct cli *cli)
{
    RV_AUTO_JSON cJSON *rows = NULL;
    const char *key = cli->word_count ? cli->words[0] : NULL;
    RV_AUTO_FREE char *of_key = key ? rv_format("message='setting %s *'", key) : NULL;
    RV_AUTO_FREE char *of_section = key ? rv_format("or message='setting %s.*'", key) : NULL;
    const char *const filters[] = { "event=vmdb_config_update", of_key, of_section, NULL };
    const struct cli_query query = { .collection = "audit_events",
                                     .filters = filters,
                                     .sort_by = "id",
                                     .descending = 1,
                                     .limit = -1 };
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli);

    if (format < 0)
        return CLI_USAGE;
    int code = cli_connect(cli);
    if (code)
        return code;
    if (cli_list(cli->client, &query, &rows, NULL, &err) < 0 ||
        (key && cJSON_GetArraySize(rows) == 0 && check_key(cli, key, &err) < 0))
        return cli_failed(&err);
    return cli_print_plain(cli, (enum cli_format)format, rows,
                           format == CLI_TABLE ? history_columns : history_whole, "change");
}
