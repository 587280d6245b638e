/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: values of the API as people read them, in kubectl's forms where it has one.
 */
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "cli.h"
#include "table.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

enum { SHORT_WIDTH = 32, WHOLE_LIMIT = 16 << 20 };

const cJSON *
cli_value_at(const cJSON *row, const char *path)
{
    char part[128];
    size_t len;

    for (; row && *path; path += len + (path[len] == '.')) {
        len = strcspn(path, ".");
        snprintf(part, sizeof(part), "%.*s", (int)len, path);
        row = cJSON_GetObjectItemCaseSensitive(row, part);
    }
    return row;
}

/* Value of the column's attribute at an index, NULL when there is none. */
static const cJSON *
attribute(const cJSON *row, const struct cli_column *column, int index)
{
    const char *at = column->attributes;
    char path[256];

    for (; index > 0; index--) {
        at += strcspn(at, ",");
        if (!*at++)
            return NULL;
    }
    snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, ","), at);
    return cli_value_at(row, path);
}

static void
add_json(rv_buf *out, const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);

    rv_buf_add_string(out, text);
    cJSON_free(text);
}

static int
holds_scalars(const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsArray(item) || cJSON_IsObject(item))
            return 0;
    }
    return cJSON_IsArray(list);
}

void
cli_add_value(rv_buf *out, const cJSON *value)
{
    const cJSON *item;

    if (!value || cJSON_IsNull(value))
        return;
    if (cJSON_IsString(value)) {
        rv_buf_add_string(out, value->valuestring);
    } else if (holds_scalars(value)) {
        cJSON_ArrayForEach(item, value)
        {
            if (item != value->child)
                rv_buf_add_char(out, ',');
            cli_add_value(out, item);
        }
    } else {
        add_json(out, value);
    }
}

void
cli_cell_text(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    cli_add_value(out, attribute(row, column, 0));
}

/* A text that anybody may have made as long as he liked: one of them does not push the columns of
 * all rows out of the window. */
void
cli_cell_short(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    RV_AUTO_BUF rv_buf whole = rv_buf_limited(WHOLE_LIMIT);
    RV_AUTO_BUF rv_buf part = rv_buf_limited(WHOLE_LIMIT);

    cli_cell_text(&whole, row, column);
    const char *text = rv_buf_text(&whole);
    size_t len = whole.len < 4 * SHORT_WIDTH ? whole.len : 4 * SHORT_WIDTH;
    if (cli_width(text) <= SHORT_WIDTH) {
        rv_buf_add_string(out, text);
        return;
    }
    do {
        len = rv_utf8_prefix(text, len - 1);
        rv_buf_reset(&part);
        rv_buf_add(&part, text, len);
    } while (len > 0 && cli_width(rv_buf_text(&part)) > SHORT_WIDTH - 3);
    rv_buf_addf(out, "%s...", rv_buf_text(&part));
}

/* The first of several attributes that has a value. */
void
cli_cell_first(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    size_t before = out->len;

    for (int i = 0; i < 4 && out->len == before; i++)
        cli_add_value(out, attribute(row, column, i));
}

void
cli_add_duration(rv_buf *out, int64_t ms)
{
    static const struct {
        int64_t below, unit, part; /* part 0: the unit alone */
        const char *name, *part_name;
    } forms[] = {
        { 2 * MINUTE, SECOND, 0, "s", NULL }, { 10 * MINUTE, MINUTE, SECOND, "m", "s" },
        { 3 * HOUR, MINUTE, 0, "m", NULL },   { 8 * HOUR, HOUR, MINUTE, "h", "m" },
        { 2 * DAY, HOUR, 0, "h", NULL },      { 8 * DAY, DAY, HOUR, "d", "h" },
        { 2 * YEAR, DAY, 0, "d", NULL },      { 8 * YEAR, YEAR, DAY, "y", "d" },
        { INT64_MAX, YEAR, 0, "y", NULL },
    };
    size_t i = 0;

    if (ms <= -2 * SECOND) {
        rv_buf_add_string(out, "<invalid>");
        return;
    }
    if (ms < 0) /* clocks differ a little */
        ms = 0;
    while (ms >= forms[i].below)
        i++;
    rv_buf_addf(out, "%lld%s", (long long)(ms / forms[i].unit), forms[i].name);
    if (forms[i].part && ms % forms[i].unit / forms[i].part > 0)
        rv_buf_addf(out, "%lld%s", (long long)(ms % forms[i].unit / forms[i].part),
                    forms[i].part_name);
}

static int
time_of(int64_t *ms, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    rv_err ignored = RV_ERR_INIT;

    return text && rv_parse_time(ms, text, &ignored) == 0;
}

/* How long ago. */
void
cli_cell_age(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    int64_t ms;

    if (time_of(&ms, attribute(row, column, 0)))
        cli_add_duration(out, rv_now_ms() - ms);
}

/* From the first time to the second, or until now. */
void
cli_cell_span(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    int64_t from, to;

    if (!time_of(&from, attribute(row, column, 0)))
        return;
    if (!time_of(&to, attribute(row, column, 1)))
        to = rv_now_ms();
    cli_add_duration(out, to - from);
}

void
cli_cell_bytes(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const cJSON *value = attribute(row, column, 0);
    char text[24];

    if (!cJSON_IsNumber(value))
        return;
    rv_format_size(text, value->valuedouble);
    rv_buf_add_string(out, text);
}

static long long
count_of(const cJSON *value)
{
    return cJSON_IsNumber(value) ? (long long)value->valuedouble : 0;
}

/* "2/3" */
void
cli_cell_ratio(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const cJSON *have = attribute(row, column, 0), *want = attribute(row, column, 1);

    if (cJSON_IsNumber(have) || cJSON_IsNumber(want))
        rv_buf_addf(out, "%lld/%lld", count_of(have), count_of(want));
}

/* "Deployment/web" */
void
cli_cell_path(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const char *left = cJSON_GetStringValue(attribute(row, column, 0));
    const char *right = cJSON_GetStringValue(attribute(row, column, 1));

    if (left || right)
        rv_buf_addf(out, "%s/%s", left ? left : "", right ? right : "");
}

/* "6.1.0 (amd64)" */
void
cli_cell_with_note(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const char *note = cJSON_GetStringValue(attribute(row, column, 1));

    cli_add_value(out, attribute(row, column, 0));
    if (out->len > 0 && note && *note)
        rv_buf_addf(out, " (%s)", note);
}

/* As kubectl shows some flags. */
void
cli_cell_flag(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const cJSON *value = attribute(row, column, 0);

    if (cJSON_IsBool(value))
        rv_buf_add_string(out, cJSON_IsTrue(value) ? "True" : "False");
}

/* "3 (5m ago)" */
void
cli_cell_restarts(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const cJSON *count = attribute(row, column, 0);
    int64_t last;

    if (!cJSON_IsNumber(count))
        return;
    rv_buf_addf(out, "%lld", count_of(count));
    if (count_of(count) == 0 || !time_of(&last, attribute(row, column, 1)))
        return;
    rv_buf_add_string(out, " (");
    cli_add_duration(out, rv_now_ms() - last);
    rv_buf_add_string(out, " ago)");
}

/* Of a job: succeeded, completions, parallelism. */
void
cli_cell_completions(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    long long succeeded = count_of(attribute(row, column, 0));
    const cJSON *completions = attribute(row, column, 1);
    long long parallelism = count_of(attribute(row, column, 2));

    if (cJSON_IsNumber(completions))
        rv_buf_addf(out, "%lld/%lld", succeeded, count_of(completions));
    else if (parallelism > 1)
        rv_buf_addf(out, "%lld/1 of %lld", succeeded, parallelism);
    else
        rv_buf_addf(out, "%lld/1", succeeded);
}

static int
is_listed(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ',') && (at[len] == ',' || !at[len]))
            return 1;
    return 0;
}

/* Access modes in kubectl's short words and order. */
void
cli_cell_modes(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    static const char *const modes[][2] = { { "ReadWriteOnce", "RWO" },
                                            { "ReadOnlyMany", "ROX" },
                                            { "ReadWriteMany", "RWX" },
                                            { "ReadWriteOncePod", "RWOP" } };
    RV_AUTO_BUF rv_buf all = rv_buf_limited(1u << 16);
    const char *between = "";

    cli_add_value(&all, attribute(row, column, 0));
    for (size_t i = 0; i < RV_COUNT(modes); i++) {
        if (!is_listed(rv_buf_text(&all), modes[i][0]))
            continue;
        rv_buf_addf(out, "%s%s", between, modes[i][1]);
        between = ",";
    }
}

/* Quantity of storage in a map of resources. */
void
cli_cell_storage(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    cli_add_value(out, cJSON_GetObjectItemCaseSensitive(attribute(row, column, 0), "storage"));
}

/* Name of a storage class, and whether it is the default. */
void
cli_cell_class_name(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    cli_add_value(out, attribute(row, column, 0));
    if (cJSON_IsTrue(attribute(row, column, 1)))
        rv_buf_add_string(out, " (default)");
}
