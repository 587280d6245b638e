/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl log level, log recent: the server's log from afar. Levels are settings (log.level,
 * log.topics), so who changed them is in the audit trail like any other setting.
 */
#include "log.h"

#include <string.h>
#include "base/log.h"
#include "client.h"
#include "output.h"
#include "settings.h"

enum { MOST_SPEC = 4096, MOST_LINE = 1 << 16 };

static const struct cli_column level_columns[] = {
    { "TOPIC", "topic", cli_cell_text, NULL, 0 },
    { "LEVEL", "level", cli_cell_text, NULL, 0 },
    { "FROM", "setting", cli_cell_text, NULL, 0 },
    CLI_COLUMNS_END,
};

/* A setting's value in a server's list; "" when it is not there. */
static const char *
value_of(const cJSON *list, const char *key)
{
    const cJSON *setting;
    cJSON_ArrayForEach(setting, list)
    {
        const char *value = rv_json_string(setting, "value");
        if (value && rv_streq(rv_json_string(setting, "key"), key))
            return value;
    }
    return "";
}

static int
find_level(const char *word)
{
    for (int i = RV_DEBUG; i <= RV_ERROR; i++)
        if (strcmp(rv_log_level_name((enum rv_log_level)i), word) == 0)
            return i;
    return -1;
}

static int
find_topic(const char *word)
{
    for (int i = 0; i < RV_TOPICS; i++)
        if (strcmp(rv_log_topic_name((enum rv_log_topic)i), word) == 0)
            return i;
    return -1;
}

/* Levels of all topics, -1 where log.level holds. The server has checked what it sent. */
static void
take_topics(int levels[RV_TOPICS], const char *spec)
{
    for (int i = 0; i < RV_TOPICS; i++)
        levels[i] = -1;
    while (*spec) {
        size_t len = strcspn(spec, ",");
        RV_AUTO_FREE char *one = rv_strndup(spec, len);
        char *name = one + strspn(one, " "), *equals = strchr(name, '=');
        if (equals) {
            *equals = '\0';
            equals[1 + strcspn(equals + 1, " ")] = '\0';
            int topic = find_topic(name);
            if (topic >= 0)
                levels[topic] = find_level(equals + 1);
        }
        spec += len + (spec[len] == ',');
    }
}

static int
show_levels(struct cli *cli, const cJSON *settings, int only)
{
    int levels[RV_TOPICS], format = cli_format(cli);
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    if (format < 0)
        return CLI_USAGE;
    take_topics(levels, value_of(settings, "log.topics"));
    for (int i = 0; i < RV_TOPICS; i++) {
        if (only >= 0 && i != only)
            continue;
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "topic", rv_log_topic_name((enum rv_log_topic)i));
        cJSON_AddStringToObject(row, "level",
                                levels[i] < 0 ? value_of(settings, "log.level")
                                              : rv_log_level_name((enum rv_log_level)levels[i]));
        cJSON_AddStringToObject(row, "setting", levels[i] < 0 ? "log.level" : "log.topics");
        cJSON_AddItemToArray(rows, row);
    }
    return cli_print_plain(cli, (enum cli_format)format, rows, level_columns, "topic");
}

static int
set_one(struct cli *cli, const char *path, const char *key, const char *value)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    if (*value)
        cJSON_AddStringToObject(body, key, value);
    else
        cJSON_AddNullToObject(body, key);
    if (cli_request(cli->client, "PATCH", path, body, NULL, &err) < 0)
        return cli_failed(&err);
    cli_say("%s%s%s; in force within seconds", key, *value ? " = " : " is unset", value);
    return CLI_OK;
}

/* level -1: as the others again. */
static int
set_topic(struct cli *cli, const char *path, const cJSON *settings, int topic, int level)
{
    int levels[RV_TOPICS];
    RV_AUTO_BUF rv_buf spec = rv_buf_limited(MOST_SPEC);
    take_topics(levels, value_of(settings, "log.topics"));
    levels[topic] = level;
    for (int i = 0; i < RV_TOPICS; i++)
        if (levels[i] >= 0)
            rv_buf_addf(&spec, "%s%s=%s", spec.len ? "," : "",
                        rv_log_topic_name((enum rv_log_topic)i),
                        rv_log_level_name((enum rv_log_level)levels[i]));
    return set_one(cli, path, "log.topics", rv_buf_text(&spec));
}

static int
unknown_word(struct cli *cli, const char *what, const char *word)
{
    const char *names[RV_TOPICS + 1 + RV_ERROR + 1];
    int count = 0;
    for (int i = 0; i < RV_TOPICS && strcmp(what, "topic") == 0; i++)
        names[count++] = rv_log_topic_name((enum rv_log_topic)i);
    for (int i = RV_DEBUG; i <= RV_ERROR && strcmp(what, "level") == 0; i++)
        names[count++] = rv_log_level_name((enum rv_log_level)i);
    names[count] = NULL;
    return cli_usage(cli, "'%s' is no %s%s; reevectl log level lists all", word, what,
                     cli_did_you_mean(word, names, ""));
}

/* What the words ask for, before anybody is asked. */
static int
check_words(struct cli *cli, int *topic, int *level)
{
    *topic = *level = -1;
    if (cli->word_count == 0)
        return CLI_OK;
    *topic = find_topic(cli->words[0]);
    if (cli->word_count == 1 && *topic < 0) {
        *level = find_level(cli->words[0]);
        return *level < 0 ? unknown_word(cli, "topic", cli->words[0]) : CLI_OK;
    }
    if (*topic < 0)
        return unknown_word(cli, "topic", cli->words[0]);
    if (cli->word_count == 2 && strcmp(cli->words[1], "default") != 0) {
        *level = find_level(cli->words[1]);
        if (*level < 0)
            return unknown_word(cli, "level", cli->words[1]);
    }
    return CLI_OK;
}

int
cmd_log_level(struct cli *cli)
{
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_JSON cJSON *settings = NULL;
    rv_err err = RV_ERR_INIT;
    int topic, level, code = check_words(cli, &topic, &level);
    if (code == CLI_OK)
        code = cli_settings_path(cli, &path);
    if (code != CLI_OK)
        return code;
    if (cli_settings_list(cli, path, "log", &settings, &err) < 0)
        return cli_failed(&err);
    if (cli->word_count == 2)
        return set_topic(cli, path, settings, topic, level);
    if (level >= 0)
        return set_one(cli, path, "log.level", rv_log_level_name((enum rv_log_level)level));
    return show_levels(cli, settings, topic);
}

/* From its quotation mark to the one that ends it. */
static size_t
quoted_length(const char *at)
{
    size_t len = 1;
    while (at[len] && at[len] != '"')
        len += at[len] == '\\' && at[len + 1] ? 2 : 1;
    return len + (at[len] == '"');
}

/* What is quoted is quoted as in JSON; what is cut off stays as it is. */
static void
add_unquoted(rv_buf *out, const char *at, size_t len)
{
    RV_AUTO_JSON cJSON *text = NULL;
    rv_err ignored = RV_ERR_INIT;
    if (*at == '"' && rv_json_parse(&text, at, len, MOST_LINE, 0, &ignored) == 0)
        rv_buf_add_string(out, text->valuestring);
    else
        rv_buf_add(out, at, len);
}

/* The next NAME=VALUE of a line as the server writes it, quoted where it must be; 0 at the end. */
static int
next_field(const char **at, rv_buf *name, rv_buf *value)
{
    rv_buf_reset(name);
    rv_buf_reset(value);
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, "= ");
    if (len == 0 || (*at)[len] != '=')
        return 0;
    rv_buf_add(name, *at, len);
    *at += len + 1;
    len = **at == '"' ? quoted_length(*at) : strcspn(*at, " ");
    add_unquoted(value, *at, len);
    *at += len;
    return 1;
}

cJSON *
cli_log_row(const char *line)
{
    RV_AUTO_BUF rv_buf name = rv_buf_limited(MOST_LINE), value = rv_buf_limited(MOST_LINE);
    rv_err ignored = RV_ERR_INIT;
    cJSON *row = NULL;
    if (line[0] == '{' && rv_json_parse(&row, line, strlen(line), MOST_LINE, 0, &ignored) == 0)
        return row;
    row = cJSON_CreateObject();
    while (next_field(&line, &name, &value))
        cJSON_AddStringToObject(row, rv_buf_text(&name), rv_buf_text(&value));
    return row;
}

/* The message, and what the line says beside its moment, level and process. */
static void
cell_message(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    static const char *const apart[] = { "ts", "level", "msg", "worker", "topic" };
    const cJSON *field;
    cli_cell_text(out, row, column);
    cJSON_ArrayForEach(field, row)
    {
        size_t i = 0;
        while (i < RV_COUNT(apart) && strcmp(apart[i], field->string) != 0)
            i++;
        if (i < RV_COUNT(apart))
            continue;
        rv_buf_addf(out, " %s=", field->string);
        cli_add_value(out, field);
    }
}

static const struct cli_column recent_columns[] = {
    { "TIME", "ts", cli_cell_text, NULL, 0 },          { "LEVEL", "level", cli_cell_text, NULL, 0 },
    { "WORKER", "worker", cli_cell_text, NULL, 0 },    { "TOPIC", "topic", cli_cell_text, NULL, 1 },
    { "MESSAGE", "msg,error", cell_message, NULL, 0 }, CLI_COLUMNS_END,
};

int
cmd_log_recent(struct cli *cli)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    rv_err err = RV_ERR_INIT;
    const cJSON *line;
    int format = cli_format(cli), code;
    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, "/api/diagnostics", &answer, &err) < 0)
        return cli_failed(&err);
    cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(answer, "log"))
    {
        if (cJSON_IsString(line))
            cJSON_AddItemToArray(rows, cli_log_row(line->valuestring));
    }
    return cli_print_plain(cli, (enum cli_format)format, rows, recent_columns, "ts");
}
