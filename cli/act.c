/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that have no name: shown line by line, and acted on by id.
 */
#include "act.h"

#include <stdio.h>
#include <string.h>
#include "client.h"
#include "list.h"
#include "output.h"
#include "table.h"

enum { TEXT_LIMIT = 4 << 20, TITLE_WIDTH = 14 };

int
cli_add_filter(struct cli *cli, const char *filter)
{
    if (cli->given_count == CLI_MAX_VALUES)
        return cli_usage(cli, "too many options");
    cli->given[cli->given_count++] =
        (struct cli_given){ .option = cli_option_of(cli, "filter"), .value = filter };
    return CLI_OK;
}

int
cli_take_id(struct cli *cli, const char **word)
{
    const char *slash = strchr(*word, '/'), *id = slash && slash != *word ? slash + 1 : *word;
    if (*id == '\0' || strlen(id) >= 19 || strspn(id, "0123456789") != strlen(id))
        return cli_usage(cli, "'%s' is no id", *word);
    *word = id;
    return CLI_OK;
}

void
cli_print_lines(const cJSON *row, const char *const (*lines)[2])
{
    int width = TITLE_WIDTH;

    for (int i = 0; lines[i][0]; i++)
        if ((int)strlen(lines[i][0]) > width)
            width = (int)strlen(lines[i][0]);
    for (; (*lines)[0]; lines++) {
        RV_AUTO_BUF rv_buf raw = rv_buf_limited(TEXT_LIMIT), text = rv_buf_limited(TEXT_LIMIT);
        const cJSON *value = cli_value_at(row, (*lines)[1]);

        if (!value || cJSON_IsNull(value))
            continue;
        cli_add_value(&raw, value);
        cli_clean_line(&text, rv_buf_text(&raw));
        printf("%-*s %s\n", width, (*lines)[0], rv_buf_text(&text));
    }
}

int
cli_show_row(struct cli *cli, const char *collection, void (*print)(const cJSON *row))
{
    RV_AUTO_JSON cJSON *row = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code;

    if (format < 0 || cli_take_id(cli, &cli->words[0]))
        return CLI_USAGE;
    RV_AUTO_FREE char *path = rv_format("/api/%s/%s", collection, cli->words[0]);
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, path, &row, &err) < 0)
        return cli_failed(&err);
    if (cli_is_table((enum cli_format)format))
        print(row);
    else
        cli_print_document((enum cli_format)format, row);
    return CLI_OK;
}

int
cli_act_on(struct cli *cli, const char *collection, const char *id, const char *action)
{
    RV_AUTO_FREE char *path = rv_format("/api/%s/%s", collection, id);
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    const char *message;
    rv_err err = RV_ERR_INIT;

    cJSON_AddStringToObject(body, "action", action);
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
        return cli_failed(&err);
    message = rv_json_string(answer, "message");
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(answer, "success"))) {
        cli_warn("%s", message ? message : "the server refused");
        return CLI_FAILURE;
    }
    cli_say("%s", message ? message : "done");
    return CLI_OK;
}

void
cli_outcome_add(struct cli_outcome *outcome, int code)
{
    outcome->count++;
    outcome->failed += code != CLI_OK;
    outcome->code = code ? code : outcome->code;
}

int
cli_outcome_code(const struct cli_outcome *outcome)
{
    return outcome->failed < outcome->count && outcome->failed ? CLI_SOME_FAILED : outcome->code;
}

int
cli_act_on_words(struct cli *cli, const char *collection, const char *action)
{
    struct cli_outcome outcome = { 0 };

    for (int i = 0; i < cli->word_count; i++)
        if (cli_take_id(cli, &cli->words[i]))
            return CLI_USAGE;
    for (int i = 0; i < cli->word_count; i++)
        cli_outcome_add(&outcome, cli_act_on(cli, collection, cli->words[i], action));
    return cli_outcome_code(&outcome);
}

int
cli_find_target(struct cli *cli, const char *given, char **kind_name, char **id)
{
    const char *slash = strchr(given, '/');
    const char *namespace = cli_option_of(cli, "namespace") ? cli_value(cli, "namespace") : NULL;
    RV_AUTO_FREE char *filter = NULL;
    RV_AUTO_JSON cJSON *row = NULL;
    const char *filters[3] = { NULL };
    struct cli_query within = { .filters = filters };
    struct cli_kind kind;
    rv_err err = RV_ERR_INIT;
    int count = 0;

    if (slash == NULL || slash == given || slash[1] == '\0')
        return cli_usage(cli, "--target: '%s' is not of the form KIND/NAME", given);
    RV_AUTO_FREE char *word = rv_strndup(given, (size_t)(slash - given));
    if (cli_kind_find(cli, &kind, word, &err) < 0)
        return cli_failed(&err);
    if (kind.filter)
        filters[count++] = kind.filter;
    if (namespace && cli_kind_namespace(&kind))
        filters[count] = filter = cli_filter_equal(cli_kind_namespace(&kind), namespace);
    within.collection = kind.collection;
    if (cli_find(cli->client, &kind, slash + 1, &within, &row, &err) < 0)
        return cli_failed(&err);
    *kind_name = rv_strdup(kind.kind ? kind.kind->name : word);
    *id = rv_strdup(rv_json_string(row, "id"));
    return CLI_OK;
}
