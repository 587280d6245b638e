/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as YAML. A text is written without quotes only when no reader of YAML 1.1 or 1.2 takes
 * it for anything else.
 */
#include <string.h>
#include "output.h"

/* Words that some reader takes for a flag or null. */
static int
is_special_word(const char *text)
{
    static const char *const words[] = { "null", "true", "false", "yes", "no",
                                         "on",   "off",  "y",     "n",   NULL };

    for (int i = 0; words[i]; i++)
        if (rv_strcaseeq(text, words[i]))
            return 1;
    return 0;
}

/* It begins with an ASCII letter or '/', has nothing that means something, no blank at its end. */
static int
is_plain(const char *text)
{
    size_t len = strlen(text);
    char first = text[0];

    if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '/') ||
        is_special_word(text) || text[len - 1] == ' ' || text[len - 1] == ':')
        return 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c > 0x7e || strchr("{}[],&*!|>'\"%@`\\", c) ||
            (c == '#' && text[i - 1] == ' ') || (c == ':' && text[i + 1] == ' '))
            return 0;
    }
    return 1;
}

/* In double quotes; what is no printable character in YAML is escaped. */
static void
add_quoted(rv_buf *out, const char *text)
{
    rv_buf_add_char(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            rv_buf_addf(out, "\\%c", *c);
        else if (*c == '\n')
            rv_buf_add_string(out, "\\n");
        else if (*c == '\t')
            rv_buf_add_string(out, "\\t");
        else if (*c < 0x20 || *c == 0x7f)
            rv_buf_addf(out, "\\x%02x", *c);
        else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* C1 */
            rv_buf_addf(out, "\\x%02x", *++c);
        else if (*c == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9)) {
            rv_buf_addf(out, "\\u20%02x", c[2] - 0x80); /* line and paragraph separator */
            c += 2;
        } else if (*c == 0xef && c[1] == 0xbb && c[2] == 0xbf) {
            rv_buf_add_string(out, "\\ufeff");
            c += 2;
        } else
            rv_buf_add_char(out, (char)*c);
    }
    rv_buf_add_char(out, '"');
}

static void
add_text(rv_buf *out, const char *text)
{
    if (is_plain(text))
        rv_buf_add_string(out, text);
    else
        add_quoted(out, text);
}

static void
add_scalar(rv_buf *out, const cJSON *value)
{
    char *text;

    if (cJSON_IsString(value)) {
        add_text(out, value->valuestring);
        return;
    }
    text = cJSON_PrintUnformatted(value); /* numbers, flags, null, [] and {} */
    rv_buf_add_string(out, text);
    cJSON_free(text);
}

static int
has_members(const cJSON *value)
{
    return (cJSON_IsArray(value) || cJSON_IsObject(value)) && value->child;
}

/* Members of a list or object, each on lines of its own. The first stands where the line is now:
 * behind the dash of a list, or at the beginning of a line that was indented. */
static void
add_members(rv_buf *out, const cJSON *value, int indent)
{
    const cJSON *item;
    int is_list = cJSON_IsArray(value);

    cJSON_ArrayForEach(item, value)
    {
        if (item != value->child)
            rv_buf_addf(out, "%*s", indent, "");
        if (is_list) {
            rv_buf_add_string(out, "- ");
        } else {
            add_text(out, item->string);
            rv_buf_add_char(out, ':');
        }
        if (!has_members(item)) {
            rv_buf_add_string(out, is_list ? "" : " ");
            add_scalar(out, item);
            rv_buf_add_char(out, '\n');
        } else if (is_list) {
            add_members(out, item, indent + 2);
        } else {
            /* As kubectl: the dashes of a list stand under the name. */
            int deeper = cJSON_IsArray(item) ? indent : indent + 2;

            rv_buf_addf(out, "\n%*s", deeper, "");
            add_members(out, item, deeper);
        }
    }
}

void
cli_add_yaml(rv_buf *out, const cJSON *value)
{
    if (has_members(value)) {
        add_members(out, value, 0);
        return;
    }
    add_scalar(out, value);
    rv_buf_add_char(out, '\n');
}
