/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as JSON, indented.
 */
#include "output.h"

static void
add_scalar(rv_buf *out, const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);

    rv_buf_add_string(out, text);
    cJSON_free(text);
}

static void
add_name(rv_buf *out, char *name)
{
    const cJSON as_value = { .type = cJSON_String, .valuestring = name };

    add_scalar(out, &as_value);
    rv_buf_add_string(out, ": ");
}

void
cli_add_json(rv_buf *out, const cJSON *value, int indent)
{
    const cJSON *item;
    int is_list = cJSON_IsArray(value);

    if (!(is_list || cJSON_IsObject(value)) || !value->child) {
        add_scalar(out, value);
        return;
    }
    rv_buf_add_string(out, is_list ? "[\n" : "{\n");
    cJSON_ArrayForEach(item, value)
    {
        rv_buf_addf(out, "%*s", indent + 4, "");
        if (!is_list)
            add_name(out, item->string);
        cli_add_json(out, item, indent + 4);
        rv_buf_add_string(out, item->next ? ",\n" : "\n");
    }
    rv_buf_addf(out, "%*s%c", indent, "", is_list ? ']' : '}');
}
