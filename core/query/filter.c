/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of filter[]: the leftmost operator splits attribute and value, the longest one that
 * fits there wins, blanks around the parts do not count.
 */
#include "query/filter.h"

#include <ctype.h>
#include <string.h>
#include "base/text.h"

static const struct {
    const char *text;
    enum rv_filter_op op;
} operators[] = {
    { "!=", RV_NE }, { "<=", RV_LE }, { ">=", RV_GE },
    { "=", RV_EQ },  { "<", RV_LT },  { ">", RV_GT },
};

const char *
rv_filter_op_text(enum rv_filter_op op)
{
    for (size_t i = 0; i < RV_COUNT(operators); i++) {
        if (operators[i].op == op)
            return operators[i].text;
    }
    return "?";
}

/* [from, to) without blanks at its ends. */
static char *
trimmed(struct rv_arena *arena, const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    return rv_arena_strndup(arena, from, (size_t)(to - from));
}

static int
check_attribute(const char *name, const char *whole, rv_err *err)
{
    if (*name == '\0')
        return rv_fail(err, RV_E_INVALID, "filter '%.200s' names no attribute", whole);
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.' && *c != '?')
            return rv_fail(err, RV_E_INVALID, "filter '%.200s': '%.100s' is not an attribute",
                           whole, name);
    }
    return 0;
}

/* Takes the quotes off. */
static int
parse_value(struct rv_filter *out, char *value, const char *whole, rv_err *err)
{
    size_t len = strlen(value);
    char quote = *value;

    out->value = value;
    if (quote != '\'' && quote != '"') {
        if (len == 0)
            return rv_fail(err, RV_E_INVALID, "filter '%.200s' has no value", whole);
        if (strchr("=~<>", *value) == NULL)
            return 0;
        rv_fail(err, RV_E_INVALID, "filter '%.200s': unknown operator", whole);
        return rv_hint(err, "operators are = != < <= > >=; a value of such signs needs quotes");
    }
    if (len < 2 || value[len - 1] != quote)
        return rv_fail(err, RV_E_INVALID, "filter '%.200s': the quote is not closed", whole);
    value[len - 1] = '\0';
    out->value = value + 1;
    out->quoted = 1;
    return 0;
}

int
rv_filter_parse(struct rv_filter *out, struct rv_arena *arena, const char *text, rv_err *err)
{
    const char *whole = text;

    *out = (struct rv_filter){ .op = RV_EQ };
    if (strlen(text) > RV_FILTER_BYTES_MAX)
        return rv_fail(err, RV_E_INVALID, "a filter of %zu bytes; at most %d are read",
                       strlen(text), RV_FILTER_BYTES_MAX);
    text += strspn(text, " \t");
    if (strncasecmp(text, "or ", 3) == 0) {
        out->is_or = 1;
        text += 3;
    }
    const char *at = strpbrk(text, "!=<>");
    size_t len = 0;
    for (size_t i = 0; at && i < RV_COUNT(operators) && len == 0; i++) {
        if (strncmp(at, operators[i].text, strlen(operators[i].text)) == 0) {
            len = strlen(operators[i].text);
            out->op = operators[i].op;
        }
    }
    if (len == 0) {
        rv_fail(err, RV_E_INVALID, "filter '%.200s' has no operator", whole);
        return rv_hint(err, "operators are = != < <= > >=");
    }
    char *attribute = trimmed(arena, text, at);
    out->attribute = attribute;
    int rc = check_attribute(attribute, whole, err);
    if (rc < 0)
        return rc;
    return parse_value(out, trimmed(arena, at + len, at + strlen(at)), whole, err);
}

int
rv_filter_is_null(const struct rv_filter *filter)
{
    if (filter->match != RV_MATCH_WRITTEN)
        return filter->match == RV_MATCH_NULL;
    return !filter->quoted &&
           (rv_strcaseeq(filter->value, "null") || rv_strcaseeq(filter->value, "nil"));
}

int
rv_filter_is_wildcard(const struct rv_filter *filter)
{
    if (filter->match != RV_MATCH_WRITTEN)
        return filter->match == RV_MATCH_LIKE;
    return filter->quoted && (filter->op == RV_EQ || filter->op == RV_NE) &&
           strpbrk(filter->value, "%*") != NULL;
}

const char *
rv_filter_like(const struct rv_filter *filter, struct rv_arena *arena)
{
    if (filter->match == RV_MATCH_LIKE)
        return filter->value;
    char *pattern = rv_arena_alloc(arena, 2 * strlen(filter->value) + 1);
    char *to = pattern;

    for (const char *c = filter->value; *c; c++) {
        if (*c == '_' || *c == '\\')
            *to++ = '\\';
        *to++ = *c == '*' ? '%' : *c;
    }
    return pattern;
}
