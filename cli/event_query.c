/* SPDX-License-Identifier: Apache-2.0
 *
 * From options to filters of the API.
 */
#include "event.h"

#include <string.h>
#include "base/clock.h"
#include "event/groups.h"
#include "provider.h"

static void
add(struct cli_event_query *query, char *filter)
{
    RV_ASSERT(query->filter_count < CLI_EVENT_FILTERS);
    query->owned[query->owned_count++] = filter;
    query->filters[query->filter_count++] = filter;
}

static int
check_word(struct cli *cli, const char *option, const char *const *words)
{
    const char *value = cli_value(cli, option);
    RV_AUTO_BUF rv_buf all = rv_buf_limited(1024);
    if (value == NULL || strchr(value, '*'))
        return CLI_OK;
    for (int i = 0; words[i]; i++) {
        if (rv_streq(words[i], value))
            return CLI_OK;
        rv_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    }
    return cli_usage(cli, "--%s: '%s' is none; there are %s", option, value, rv_buf_text(&all));
}

int
cli_event_check(struct cli *cli)
{
    int code = check_word(cli, "group", rv_event_groups);
    return code ? code : check_word(cli, "level", rv_event_levels);
}

static int
add_equal(struct cli *cli, struct cli_event_query *query)
{
    static const char *const options[][2] = { { "type", "event_type" },
                                              { "source", "source" },
                                              { "group", "event_group" },
                                              { "level", "event_level" } };
    for (size_t i = 0; i < RV_COUNT(options); i++) {
        const char *value = cli_value(cli, options[i][0]);
        if (value && strchr(value, '*')) /* a pattern, as the API takes it */
            add(query, rv_format("%s='%s'", options[i][1], value));
        else if (value)
            add(query, cli_filter_equal(options[i][1], value));
    }
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "filter") == 0)
            add(query, rv_strdup(cli->given[i].value));
    return CLI_OK;
}

/* "10m" is so long ago, else it is a time. */
static int
add_time(struct cli *cli, struct cli_event_query *query, const char *option, const char *operator)
{
    const char *value = cli_value(cli, option);
    rv_err err = RV_ERR_INIT;
    char text[32];
    int64_t ms;
    if (value == NULL)
        return CLI_OK;
    if (rv_parse_duration(&ms, value, &err) == 0) {
        ms = rv_now_ms() - ms;
    } else {
        rv_err_clear(&err);
        if (rv_parse_time(&ms, value, &err) < 0)
            return cli_usage(cli,
                             "--%s: '%s' is neither a time nor a duration: 10m, 2026-11-22, "
                             "2026-11-22T10:00:00Z",
                             option, value);
    }
    rv_format_time(text, ms);
    add(query, rv_format("timestamp%s'%s'", operator, text));
    return CLI_OK;
}

static int
add_provider(struct cli *cli, struct cli_event_query *query)
{
    RV_AUTO_JSON cJSON *row = NULL;
    rv_err err = RV_ERR_INIT;
    const char *provider = cli_value(cli, "provider");
    if (provider == NULL)
        return CLI_OK;
    if (cli_find_provider(cli, provider, &row, &err) < 0)
        return cli_failed(&err);
    add(query, rv_format("ems_id=%s", rv_json_string(row, "id")));
    return CLI_OK;
}

static int
choose_columns(struct cli *cli, struct cli_event_query *query)
{
    const char *chosen = cli_value(cli, "columns");
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli);
    if (format < 0)
        return CLI_USAGE;
    query->format = (enum cli_format)format;
    if (chosen && cli_view_chosen(&query->view, chosen, &err) < 0)
        return cli_failed(&err);
    if (!chosen)
        cli_view_of(&query->view, cli_columns(&query->kind),
                    query->format == CLI_TABLE ? 0 : CLI_VIEW_WIDE);
    if (chosen || cli_is_table(query->format) || query->format == CLI_CSV)
        query->attributes = cli_view_attributes(&query->view);
    query->query.attributes = query->attributes;
    query->table_flags =
        (cli->color ? CLI_TABLE_COLOR : 0) | (cli_has(cli, "no-headers") ? 0 : CLI_TABLE_HEADERS);
    return CLI_OK;
}

int
cli_event_query(struct cli *cli, struct cli_event_query *out, const char *of)
{
    *out = (struct cli_event_query){ .owned_count = 1, .owned = { rv_strdup(of) } };
    cli_kind_of(&out->kind, rv_model_kind("event_stream"));
    out->query.collection = out->owned[0];
    out->query.filters = out->filters;
    int code = choose_columns(cli, out);
    if (code == CLI_OK)
        code = add_equal(cli, out);
    if (code == CLI_OK)
        code = add_time(cli, out, "since", ">=");
    if (code == CLI_OK)
        code = add_time(cli, out, "until", "<");
    return code == CLI_OK ? add_provider(cli, out) : code;
}

void
cli_event_query_free(struct cli_event_query *query)
{
    for (int i = 0; i < query->owned_count; i++)
        free(query->owned[i]);
    free(query->attributes);
    cli_view_free(&query->view);
}

int
cli_event_last(struct cli *cli, const struct cli_event_query *query, int64_t most, cJSON **out,
               rv_err *err)
{
    struct cli_query newest = query->query;
    *out = NULL;
    newest.sort_by = "timestamp";
    newest.latest = 1;
    newest.limit = most;
    return cli_list(cli->client, &newest, out, NULL, err);
}
