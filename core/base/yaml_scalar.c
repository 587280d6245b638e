/* SPDX-License-Identifier: Apache-2.0
 *
 * What a YAML scalar means. The core schema of YAML 1.2 as far as JSON has the
 * thing: "no", "on", 0x1F, 1_000, .inf and dates are strings. So are whole
 * numbers with a leading zero, and those that a double does not hold exactly:
 * such texts are identifiers far more often than quantities.
 */
#include "base/yaml_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

#define LARGEST_EXACT 9007199254740992

static int
is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(text, *words) == 0)
            return 1;
    }
    return 0;
}

static cJSON *
resolve_word(const char *text)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const trues[] = { "true", "True", "TRUE", NULL };
    static const char *const falses[] = { "false", "False", "FALSE", NULL };
    if (is_one_of(text, nulls))
        return cJSON_CreateNull();
    if (is_one_of(text, trues))
        return cJSON_CreateTrue();
    return is_one_of(text, falses) ? cJSON_CreateFalse() : NULL;
}

static cJSON *
resolve_int(const char *text)
{
    const char *digits = text + (*text == '+' || *text == '-');
    if (digits[0] == '0' && digits[1] != '\0')
        return NULL;
    rv_err ignored = RV_ERR_INIT;
    int64_t value;
    if (rv_parse_int(&value, *text == '+' ? digits : text, &ignored) || *digits == '-')
        return NULL;
    if (value > LARGEST_EXACT || value < -(int64_t)LARGEST_EXACT)
        return NULL;
    return cJSON_CreateNumber((double)value);
}

/* [-+]? ( .digits | digits [ . [digits] ] ) ( [eE] [-+]? digits )?, with a dot or an exponent. */
static int
is_float(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t whole = strspn(text, "0123456789");
    text += whole;
    int has_dot = *text == '.';
    text += has_dot;
    size_t fraction = has_dot ? strspn(text, "0123456789") : 0;
    text += fraction;
    if (whole + fraction == 0)
        return 0;
    int has_exponent = *text == 'e' || *text == 'E';
    if (has_exponent) {
        text++;
        text += *text == '+' || *text == '-';
        size_t digits = strspn(text, "0123456789");
        if (digits == 0)
            return 0;
        text += digits;
    }
    return *text == '\0' && (has_dot || has_exponent);
}

static cJSON *
resolve_float(const char *text)
{
    if (!is_float(text))
        return NULL;
    double value = strtod(text, NULL);
    return isfinite(value) ? cJSON_CreateNumber(value) : NULL;
}

static cJSON *
resolve_plain(const char *text)
{
    cJSON *value = resolve_word(text);
    if (value == NULL)
        value = resolve_int(text);
    if (value == NULL)
        value = resolve_float(text);
    return value ? value : cJSON_CreateString(text);
}

static int
fits_tag(const cJSON *value, const char *tag)
{
    if (strcmp(tag, YAML_NULL_TAG) == 0)
        return cJSON_IsNull(value);
    if (strcmp(tag, YAML_BOOL_TAG) == 0)
        return cJSON_IsBool(value);
    if (strcmp(tag, YAML_INT_TAG) == 0)
        return cJSON_IsNumber(value) && value->valuedouble == trunc(value->valuedouble);
    return cJSON_IsNumber(value);
}

cJSON *
rv_yaml_scalar(const yaml_event_t *event, const char **wrong)
{
    static const char *const resolved_tags[] = { YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG,
                                                 YAML_FLOAT_TAG, NULL };
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    if (tag == NULL) {
        int plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return plain ? resolve_plain(text) : cJSON_CreateString(text);
    }
    if (strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0)
        return cJSON_CreateString(text);
    if (!is_one_of(tag, resolved_tags)) {
        *wrong = "unknown tag";
        return NULL;
    }
    cJSON *value = resolve_plain(text);
    if (fits_tag(value, tag))
        return value;
    cJSON_Delete(value);
    *wrong = "the value does not fit its tag";
    return NULL;
}
