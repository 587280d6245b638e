/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl settings list, get, describe: what is in force, and where it comes from.
 */
#include "settings.h"

#include <string.h>
#include "client.h"
#include "list.h"
#include "output.h"

#define TEXT_LIMIT (1u << 16)

static int
named_path(struct cli *cli, const char *collection, const char *name, char **out)
{
    const struct cli_query query = { .collection = collection };
    RV_AUTO_JSON cJSON *found = NULL;
    struct cli_kind kind;
    rv_err err = RV_ERR_INIT;

    if (cli_kind_find(cli, &kind, collection, &err) < 0 ||
        cli_find(cli->client, &kind, name, &query, &found, &err) < 0)
        return cli_failed(&err);
    *out = rv_format("/api/%s/%s/settings", collection, rv_json_string(found, "id"));
    return CLI_OK;
}

/* Of the server itself, or of its region: the entry point says their addresses. */
static int
own_path(struct cli *cli, const char *collection, const char *member, char **out)
{
    RV_AUTO_JSON cJSON *entry = NULL;
    rv_err err = RV_ERR_INIT;

    if (cli_get(cli->client, "/api", &entry, &err) < 0)
        return cli_failed(&err);
    const cJSON *href = cli_value_at(entry, member);
    const char *slash = cJSON_IsString(href) ? strrchr(href->valuestring, '/') : NULL;
    if (slash == NULL) {
        cli_warn("the server does not say what it is");
        return CLI_FAILURE;
    }
    *out = rv_format("/api/%s/%s/settings", collection, slash + 1);
    return CLI_OK;
}

int
cli_settings_path(struct cli *cli, char **out)
{
    const char *server = cli_value(cli, "server"), *zone = cli_value(cli, "zone");
    int region = cli_has(cli, "region");

    if ((server != NULL) + (zone != NULL) + region > 1)
        return cli_usage(cli, "only one of --server, --zone and --region");
    int code = cli_connect(cli);
    if (code)
        return code;
    if (server)
        return named_path(cli, "servers", server, out);
    if (zone)
        return named_path(cli, "zones", zone, out);
    return region ? own_path(cli, "regions", "server_info.region_href", out)
                  : own_path(cli, "servers", "server_info.server_href", out);
}

int
cli_settings_list(struct cli *cli, const char *path, const char *section, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *escaped = cli_escape(section);
    RV_AUTO_FREE char *whole =
        rv_format("%s%s%s?expand=resources", path, *section ? "/" : "", escaped);
    RV_AUTO_JSON cJSON *answer = NULL;

    if (cli_get(cli->client, whole, &answer, err) < 0)
        return err->code;
    *out = cJSON_DetachItemFromObjectCaseSensitive(answer, "resources");
    return *out ? 0 : rv_fail(err, RV_E_INTERNAL, "the server sent no list of settings");
}

void
cli_settings_add_limits(rv_buf *out, const cJSON *setting)
{
    const char *unit = rv_json_string(setting, "unit");
    char least[32], most[32];

    if (!cJSON_GetObjectItemCaseSensitive(setting, "maximum"))
        return;
    rv_format_in_unit(least, rv_json_int(setting, "minimum", 0), unit ? unit : "");
    rv_format_in_unit(most, rv_json_int(setting, "maximum", 0), unit ? unit : "");
    rv_buf_addf(out, "%s to %s", least, most);
}

static void
limits_cell(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    (void)column;
    cli_settings_add_limits(out, row);
}

/* "zone", or "zone (workers.poll)" when it is inherited. */
static void
origin_cell(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const char *from = rv_json_string(row, "inherited_from");

    cli_cell_text(out, row, column);
    if (from)
        rv_buf_addf(out, " (%s)", from);
}

static const struct cli_column columns[] = {
    { "KEY", "key", cli_cell_text, "", 0 },
    { "VALUE", "value", cli_cell_text, "", 0 },
    { "ORIGIN", "origin,inherited_from", origin_cell, "", 0 },
    { "TYPE", "type", cli_cell_text, "", 0 },
    { "LIMITS", "minimum,maximum,unit", limits_cell, "", 0 },
    { "TAKES EFFECT", "takes_effect", cli_cell_text, "", 1 },
    { "HELP", "help", cli_cell_text, "", 1 },
    CLI_COLUMNS_END,
};

static const struct cli_column origin_columns[] = {
    { "KEY", "key", cli_cell_text, "", 0 },
    { "VALUE", "value", cli_cell_text, "", 0 },
    { "ORIGIN", "origin,inherited_from", origin_cell, "", 0 },
    { "DEFAULT", "layers.default", cli_cell_text, "-", 0 },
    { "REGION", "layers.region", cli_cell_text, "-", 0 },
    { "ZONE", "layers.zone", cli_cell_text, "-", 0 },
    { "SERVER", "layers.server", cli_cell_text, "-", 0 },
    { "FILE", "layers.file", cli_cell_text, "-", 0 },
    CLI_COLUMNS_END,
};

static void
keep_changed(cJSON *rows)
{
    for (cJSON *row = rows->child, *next; row; row = next) {
        next = row->next;
        if (rv_streq(rv_json_string(row, "origin"), "default"))
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
    }
}

int
cmd_settings_list(struct cli *cli)
{
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_JSON cJSON *rows = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli);

    if (format < 0)
        return CLI_USAGE;
    int code = cli_settings_path(cli, &path);
    if (code)
        return code;
    if (cli_settings_list(cli, path, cli->word_count ? cli->words[0] : "", &rows, &err) < 0)
        return cli_failed(&err);
    if (cli_has(cli, "changed"))
        keep_changed(rows);
    return cli_print_plain(cli, (enum cli_format)format, rows,
                           cli_has(cli, "show-origin") ? origin_columns : columns, "setting");
}

/* The setting of that very key. */
static int
read_one(struct cli *cli, cJSON **out)
{
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_JSON cJSON *rows = NULL;
    rv_err err = RV_ERR_INIT;
    int code = cli_settings_path(cli, &path);

    if (code)
        return code;
    if (cli_settings_list(cli, path, cli->words[0], &rows, &err) < 0)
        return cli_failed(&err);
    if (!rv_streq(rv_json_string(rows->child, "key"), cli->words[0])) {
        cli_warn("'%s' is a section; reevectl settings list %s shows it", cli->words[0],
                 cli->words[0]);
        return CLI_USAGE;
    }
    *out = cJSON_DetachItemFromArray(rows, 0);
    return CLI_OK;
}

static const char *
word_of(const cJSON *setting, const char *name)
{
    const char *text = rv_json_string(setting, name);
    return text ? text : "";
}

/* The bare value also into a pipe: that is what scripts want; -o json has the rest. */
int
cmd_settings_get(struct cli *cli)
{
    RV_AUTO_JSON cJSON *setting = NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    int format = cli_document_format(cli);

    if (format < 0)
        return CLI_USAGE;
    int code = read_one(cli, &setting);
    if (code)
        return code;
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, setting);
        return CLI_OK;
    }
    if (cli_has(cli, "show-origin")) {
        cli_clean_line(&text, word_of(setting, "origin"));
        rv_buf_add_char(&text, '\t');
    }
    cli_clean_line(&text, word_of(setting, "value"));
    rv_buf_add_char(&text, '\n');
    cli_emit(&text);
    return CLI_OK;
}

static void
add_line(rv_buf *out, const char *title, const char *text)
{
    if (!*text)
        return;
    rv_buf_addf(out, "%-15s ", title);
    cli_clean_line(out, text);
    rv_buf_add_char(out, '\n');
}

static void
add_setting(rv_buf *out, const cJSON *setting)
{
    RV_AUTO_BUF rv_buf limits = rv_buf_limited(TEXT_LIMIT);
    const cJSON *layer;

    cli_settings_add_limits(&limits, setting);
    add_line(out, "Key:", word_of(setting, "key"));
    add_line(out, "Value:", word_of(setting, "value"));
    add_line(out, "Origin:", word_of(setting, "origin"));
    add_line(out, "Inherited from:", word_of(setting, "inherited_from"));
    add_line(out, "Type:", word_of(setting, "type"));
    add_line(out, "Limits:", rv_buf_text(&limits));
    add_line(out, "Takes effect:", word_of(setting, "takes_effect"));
    add_line(out, "Kept in:", word_of(setting, "kept_in"));
    add_line(out, "Help:", word_of(setting, "help"));
    rv_buf_add_string(out, "Layers:\n");
    cJSON_ArrayForEach(layer, cJSON_GetObjectItemCaseSensitive(setting, "layers"))
    {
        RV_AUTO_FREE char *title = rv_format("  %s", layer->string);
        add_line(out, title, cJSON_IsString(layer) ? layer->valuestring : "");
    }
}

int
cmd_settings_describe(struct cli *cli)
{
    RV_AUTO_JSON cJSON *setting = NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    int format = cli_document_format(cli);

    if (format < 0)
        return CLI_USAGE;
    int code = read_one(cli, &setting);
    if (code)
        return code;
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, setting);
        return CLI_OK;
    }
    add_setting(&text, setting);
    cli_emit(&text);
    return CLI_OK;
}
