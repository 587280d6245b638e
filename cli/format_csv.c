/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as CSV (RFC 4180, but newlines alone end lines): values as the API gives them, for
 * programs and spreadsheets.
 */
#include <string.h>
#include "output.h"

/* One field, quoted when it must be. */
static void
add_field(rv_buf *out, const char *text)
{
    if (!text[strcspn(text, ",\"\n\r")]) {
        rv_buf_add_string(out, text);
        return;
    }
    rv_buf_add_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            rv_buf_add_char(out, '"');
        rv_buf_add_char(out, *text);
    }
    rv_buf_add_char(out, '"');
}

/* A text that a spreadsheet would carry out gets a quote in front; numbers are numbers. */
static void
add_value(rv_buf *out, const cJSON *value)
{
    RV_AUTO_BUF rv_buf cell = rv_buf_limited(16u << 20);

    if (cJSON_IsString(value) && value->valuestring[0] && strchr("=+-@\t\r", value->valuestring[0]))
        rv_buf_add_char(&cell, '\'');
    cli_add_value(&cell, value);
    add_field(out, rv_buf_text(&cell));
}

/* Next name of a comma list; 0 at its end. */
static int
next_name(const char **list, char name[256])
{
    size_t len = strcspn(*list, ",");

    if (!**list)
        return 0;
    snprintf(name, 256, "%.*s", (int)len, *list);
    *list += len + ((*list)[len] == ',');
    return 1;
}

void
cli_add_csv_head(rv_buf *out, const char *attributes)
{
    rv_buf_add_string(out, attributes); /* a comma list already */
    rv_buf_add_char(out, '\n');
}

void
cli_add_csv_row(rv_buf *out, const char *attributes, const cJSON *row)
{
    const char *between = "";
    char name[256];

    while (next_name(&attributes, name)) {
        rv_buf_add_string(out, between);
        add_value(out, cli_value_at(row, name));
        between = ",";
    }
    rv_buf_add_char(out, '\n');
}
