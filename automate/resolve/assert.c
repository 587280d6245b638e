/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions: a small grammar of comparisons. Nothing is evaluated as script: what ${...} gives is
 * a value, whatever it contains.
 *
 *   any     := all (("or" | "||") all)*          all := one (("and" | "&&") one)*
 *   one     := ("not" | "!") one | "(" any ")" | operand [operator operand]
 *   operator:= == != < <= > >= in "not in"       operand := ${...} 'text' "text ${...}" 12 0.5 true
 *                                                            false nil [operand, ...] word
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

enum { NESTING_MAX = 32, OPERANDS_MAX = 1000 };

enum { OP_NONE, OP_EQ, OP_NE, OP_LE, OP_LT, OP_GE, OP_GT, OP_IN, OP_NOT_IN };

struct reader {
    struct rv_ws_object *object; /* NULL: it is read only, and nothing is looked up */
    const char *text, *at;
    const char *last; /* '}' of the text */
    size_t bytes;     /* of values that were charged */
    int nesting, operands;
    rv_err *err;
};

static int
complain(struct reader *reader, const char *what)
{
    return rv_fail(reader->err, RV_E_INVALID, "%s at character %zu", what,
                   (size_t)(reader->at - reader->text) + 1);
}

static void
skip_blanks(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

static int
is_word_character(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_.:-", c)) || (unsigned char)c >= 0x80;
}

/* A word or sign that stands here is taken. */
static int
take(struct reader *reader, const char *token)
{
    skip_blanks(reader);
    size_t len = strlen(token);
    if (strncasecmp(reader->at, token, len) != 0)
        return 0;
    if (isalpha((unsigned char)token[0]) && is_word_character(reader->at[len]))
        return 0;
    reader->at += len;
    return 1;
}

static int
look_up(struct reader *reader, struct rv_ae_value *out, const char *text, size_t len)
{
    return reader->object ? ws_look_up(out, reader->object, text, len, reader->err) : 0;
}

/* Values of a list and of both sides are there at once. */
static int
charge(struct reader *reader, size_t bytes)
{
    if (reader->object == NULL)
        return 0;
    reader->bytes += bytes;
    ws_charge(reader->object->ws, bytes);
    return rv_ws_check(reader->object->ws, reader->err);
}

static int
read_quoted(struct reader *reader, struct rv_ae_value *out)
{
    RV_AUTO_BUF rv_buf text =
        rv_buf_limited(reader->object ? reader->object->ws->limits.bytes : RV_WS_URI_MAX);
    char quote = *reader->at++;
    while (*reader->at && *reader->at != quote) {
        size_t len = ws_substitution_length(reader->at, reader->last);
        if (len) {
            RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
            if (look_up(reader, &value, reader->at + 2, len - 3) < 0)
                return reader->err->code;
            rv_ae_show(&text, &value);
            reader->at += len;
            continue;
        }
        if (*reader->at == '\\' && reader->at[1])
            reader->at++;
        rv_buf_add_char(&text, *reader->at++);
    }
    if (*reader->at != quote)
        return complain(reader, "a quote is missing");
    reader->at++;
    if (rv_buf_check(&text, reader->err) < 0)
        return reader->err->code;
    *out = rv_ae_vtext_len(rv_buf_text(&text), text.len);
    return 0;
}

/* true, nil, 12 or a word as it stands. */
static int
read_word(struct reader *reader, struct rv_ae_value *out)
{
    const char *from = reader->at;
    while (is_word_character(*reader->at))
        reader->at++;
    if (reader->at == from)
        return complain(reader, *from ? "something is not understood" : "a value is missing");
    RV_AUTO_FREE char *word = rv_strndup(from, (size_t)(reader->at - from));
    rv_err none = RV_ERR_INIT;
    double number;
    if (rv_strcaseeq(word, "true") || rv_strcaseeq(word, "false"))
        *out = rv_ae_vbool(rv_strcaseeq(word, "true"));
    else if (rv_parse_double(&number, word, &none) == 0)
        *out = rv_ae_vdouble(number);
    else if (!rv_strcaseeq(word, "nil") && !rv_strcaseeq(word, "null"))
        *out = rv_ae_vtext(word);
    return 0;
}

static int
read_plain(struct reader *reader, struct rv_ae_value *out)
{
    *out = RV_AE_VNIL;
    skip_blanks(reader);
    if (++reader->operands > OPERANDS_MAX)
        return complain(reader, "too many values");
    size_t len = ws_substitution_length(reader->at, reader->last);
    if (len) {
        const char *from = reader->at + 2;
        reader->at += len;
        if (look_up(reader, out, from, len - 3) < 0)
            return reader->err->code;
        return charge(reader, rv_ae_bytes(out));
    }
    if (*reader->at == '\'' || *reader->at == '"')
        return read_quoted(reader, out);
    return read_word(reader, out);
}

static int
read_list(struct reader *reader, struct rv_ae_value *out)
{
    *out = rv_ae_vlist();
    while (!take(reader, "]")) {
        if (out->len && !take(reader, ","))
            return complain(reader, "a comma or ] is missing");
        struct rv_ae_value item;
        int rc = read_plain(reader, &item);
        rv_ae_append(out, &item);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
read_operand(struct reader *reader, struct rv_ae_value *out)
{
    return take(reader, "[") ? read_list(reader, out) : read_plain(reader, out);
}

static int
read_operator(struct reader *reader)
{
    static const char *const signs[] = { "==", "!=", "<=", "<", ">=", ">", "in" };
    for (size_t i = 0; i < RV_COUNT(signs); i++)
        if (take(reader, signs[i]))
            return (int)i + 1;
    const char *at = reader->at;
    if (take(reader, "not") && take(reader, "in"))
        return OP_NOT_IN;
    reader->at = at;
    return OP_NONE;
}

static int
number_of(double *out, const struct rv_ae_value *value)
{
    rv_err none = RV_ERR_INIT;
    if (value->type == RV_AE_INT || value->type == RV_AE_STAMP)
        *out = (double)value->v.i;
    else if (value->type == RV_AE_DOUBLE)
        *out = value->v.d;
    else
        return value->type == RV_AE_TEXT && rv_parse_double(out, value->v.text, &none) == 0;
    return 1;
}

/* Numbers by size, also where one is a text; the rest as texts. A text that is too long to be shown
 * is less than anything. */
static int
compare(const struct rv_ae_value *left, const struct rv_ae_value *right)
{
    double a, b;
    if (number_of(&a, left) && number_of(&b, right))
        return a < b ? -1 : a > b;
    RV_AUTO_BUF rv_buf left_text = rv_buf_limited(1 << 20), right_text = rv_buf_limited(1 << 20);
    rv_ae_show(&left_text, left);
    rv_ae_show(&right_text, right);
    return strcmp(rv_buf_text(&left_text), rv_buf_text(&right_text));
}

static int
is_in(const struct rv_ae_value *value, const struct rv_ae_value *list)
{
    if (list->type != RV_AE_LIST)
        return compare(value, list) == 0;
    for (int32_t i = 0; i < list->len; i++)
        if (compare(value, &list->v.items[i]) == 0)
            return 1;
    return 0;
}

static int
holds(int operator, const struct rv_ae_value * left, const struct rv_ae_value *right)
{
    switch (operator) {
    case OP_EQ:
        return compare(left, right) == 0;
    case OP_NE:
        return compare(left, right) != 0;
    case OP_LE:
        return compare(left, right) <= 0;
    case OP_LT:
        return compare(left, right) < 0;
    case OP_GE:
        return compare(left, right) >= 0;
    case OP_GT:
        return compare(left, right) > 0;
    case OP_IN:
        return is_in(left, right);
    default:
        return !is_in(left, right);
    }
}

/* A value alone: blank and "false" do not hold. */
static int
is_true(const struct rv_ae_value *value)
{
    if (value->type == RV_AE_TEXT && rv_strcaseeq(value->v.text, "false"))
        return 0;
    return !rv_ae_is_blank(value);
}

static int
read_comparison(struct reader *reader, int *out)
{
    RV_AUTO_AE_VALUE struct rv_ae_value left = RV_AE_VNIL, right = RV_AE_VNIL;
    if (read_operand(reader, &left) < 0)
        return reader->err->code;
    int operator= read_operator(reader);
    if (operator== OP_NONE) {
        *out = is_true(&left);
        return 0;
    }
    if (read_operand(reader, &right) < 0)
        return reader->err->code;
    *out = holds(operator, & left, &right);
    return 0;
}

static int read_any(struct reader *reader, int *out);

static int
read_one(struct reader *reader, int *out)
{
    int rc;
    if (++reader->nesting > NESTING_MAX)
        return complain(reader, "too deeply nested");
    skip_blanks(reader);
    if (take(reader, "not") ||
        (reader->at[0] == '!' && reader->at[1] != '=' && take(reader, "!"))) {
        rc = read_one(reader, out);
        *out = !*out;
    } else if (take(reader, "(")) {
        rc = read_any(reader, out);
        if (rc == 0 && !take(reader, ")"))
            rc = complain(reader, "a ) is missing");
    } else {
        rc = read_comparison(reader, out);
    }
    reader->nesting--;
    return rc;
}

static int
read_all(struct reader *reader, int *out)
{
    if (read_one(reader, out) < 0)
        return reader->err->code;
    while (take(reader, "&&") || take(reader, "and")) {
        int next = 0;
        if (read_one(reader, &next) < 0)
            return reader->err->code;
        *out = *out && next;
    }
    return 0;
}

static int
read_any(struct reader *reader, int *out)
{
    if (read_all(reader, out) < 0)
        return reader->err->code;
    while (take(reader, "||") || take(reader, "or")) {
        int next = 0;
        if (read_all(reader, &next) < 0)
            return reader->err->code;
        *out = *out || next;
    }
    return 0;
}

int
ws_assert(int *out, struct rv_ws_object *object, const char *text, rv_err *err)
{
    struct reader reader = {
        .object = object, .text = text, .at = text, .last = strrchr(text, '}'), .err = err
    };
    *out = 0;
    int rc = read_any(&reader, out);
    if (object)
        ws_release(object->ws, reader.bytes);
    skip_blanks(&reader);
    if (rc == 0 && *reader.at)
        rc = complain(&reader, "something is not understood");
    return rc < 0 ? rv_wrap(err, "assertion '%.200s'", text) : 0;
}

int
ws_check_assertion(const char *text, rv_err *err)
{
    int holds;
    return ws_assert(&holds, NULL, text, err);
}
