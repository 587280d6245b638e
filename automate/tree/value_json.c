/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as text for people, and as JSON that keeps their types: plain JSON for what JSON has, an
 * object with "$type" and "value" for the rest.
 */
#include "value.h"

#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "model/model.h"

enum { SHOWN_MAX = 1 << 20, PAIRS_DEPTH = 3 };

/* Integers that a double holds, which is what JSON's readers make of them. */
static const int64_t exact_max = 1LL << 53;

static const struct {
    const char *word;
    int32_t type;
} kept[] = { { "symbol", RV_AE_SYMBOL }, { "stamp", RV_AE_STAMP },  { "secret", RV_AE_SECRET },
             { "row", RV_AE_ROW },       { "node", RV_AE_NODE },    { "int", RV_AE_INT },
             { "map", RV_AE_MAP },       { "double", RV_AE_DOUBLE } };

static const char *
word_of(int32_t type)
{
    for (size_t i = 0; i < RV_COUNT(kept); i++)
        if (kept[i].type == type)
            return kept[i].word;
    return "nil";
}

static int32_t
type_of(const char *word)
{
    for (size_t i = 0; word && i < RV_COUNT(kept); i++)
        if (strcmp(kept[i].word, word) == 0)
            return kept[i].type;
    return RV_AE_NIL;
}

struct budget {
    int depth, items;
    int plain; /* what is read is others': "$type" means nothing */
    int shows; /* for people: types are not kept, secrets are stars */
};

static int
too_deep(rv_err *err)
{
    return rv_fail(err, RV_E_LIMIT, "a value is nested deeper than %d levels", RV_AE_DEPTH_MAX);
}

static int
spend(struct budget *left, rv_err *err)
{
    if (left->depth <= 0)
        return too_deep(err);
    if (left->items-- <= 0)
        return rv_fail(err, RV_E_LIMIT, "a value has more than %d items", RV_AE_ITEMS_MAX);
    return 0;
}

static int
check_names(int32_t count, rv_err *err)
{
    return count > RV_AE_NAMES_MAX
               ? rv_fail(err, RV_E_LIMIT, "a map has more than %d names", RV_AE_NAMES_MAX)
               : 0;
}

static int write_value(rv_json_writer *w, const struct rv_ae_value *value, struct budget *left,
                       rv_err *err);

static int
write_items(rv_json_writer *w, const struct rv_ae_value *value, struct budget *left, rv_err *err)
{
    int code = 0;
    left->depth--;
    value->type == RV_AE_MAP ? rv_jw_object(w) : rv_jw_array(w);
    for (int32_t i = 0; i < value->len && code == 0 && !w->out->failed; i++) {
        if (value->type == RV_AE_MAP)
            rv_jw_name(w, value->v.items[i].key);
        code = write_value(w, &value->v.items[i], left, err);
    }
    value->type == RV_AE_MAP ? rv_jw_end_object(w) : rv_jw_end_array(w);
    left->depth++;
    return code;
}

/* A map with a key that is ours: pairs, so that it is not taken for something else. They are three
 * levels of JSON, whose reader has a ceiling too. */
static int
write_pairs(rv_json_writer *w, const struct rv_ae_value *map, struct budget *left, rv_err *err)
{
    int code = 0;
    left->depth -= PAIRS_DEPTH;
    rv_jw_array(w);
    for (int32_t i = 0; i < map->len && code == 0 && !w->out->failed; i++) {
        rv_jw_array(w);
        rv_jw_string(w, map->v.items[i].key);
        code = write_value(w, &map->v.items[i], left, err);
        rv_jw_end_array(w);
    }
    rv_jw_end_array(w);
    left->depth += PAIRS_DEPTH;
    return code;
}

static int
write_kept(rv_json_writer *w, const struct rv_ae_value *value, struct budget *left, rv_err *err)
{
    char digits[24];
    int code = 0;
    if (value->type == RV_AE_MAP && left->depth < PAIRS_DEPTH)
        return too_deep(err);
    rv_jw_object(w);
    rv_jw_name(w, "$type");
    rv_jw_string(w, word_of(value->type));
    rv_jw_name(w, "value");
    switch (value->type) {
    case RV_AE_SYMBOL:
    case RV_AE_SECRET:
        rv_jw_string_len(w, value->v.text, (size_t)value->len);
        break;
    case RV_AE_ROW:
        rv_format_int(digits, value->v.row.id);
        rv_jw_string(w, digits);
        rv_jw_name(w, "kind");
        rv_jw_string(w, value->v.row.kind);
        break;
    case RV_AE_MAP:
        code = write_pairs(w, value, left, err);
        break;
    case RV_AE_DOUBLE:
        rv_format_int(digits, (int64_t)value->v.d);
        rv_jw_string(w, digits);
        break;
    default:
        rv_format_int(digits, value->v.i);
        rv_jw_string(w, digits);
    }
    rv_jw_end_object(w);
    return code;
}

static int
is_whole(double d)
{
    return d >= -(double)exact_max && d <= (double)exact_max && d == (double)(int64_t)d;
}

/* What is no JSON, within a list or map that is shown. */
static int
show_within(rv_json_writer *w, const struct rv_ae_value *value)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(SHOWN_MAX);
    rv_ae_show(&text, value);
    rv_jw_string_len(w, rv_buf_text(&text), text.len);
    return 0;
}

static int
write_value(rv_json_writer *w, const struct rv_ae_value *value, struct budget *left, rv_err *err)
{
    if (spend(left, err) < 0 || (value->type == RV_AE_MAP && check_names(value->len, err) < 0))
        return err->code;
    if (left->shows && value->type == RV_AE_DOUBLE) {
        rv_jw_double(w, value->v.d);
        return 0;
    }
    if (left->shows && value->type == RV_AE_MAP)
        return write_items(w, value, left, err);
    if (left->shows && (value->type == RV_AE_SYMBOL || value->type == RV_AE_STAMP ||
                        value->type == RV_AE_SECRET || value->type == RV_AE_ROW))
        return show_within(w, value);
    switch (value->type) {
    case RV_AE_NIL:
        rv_jw_null(w);
        return 0;
    case RV_AE_BOOL:
        rv_jw_flag(w, value->v.i != 0);
        return 0;
    case RV_AE_DOUBLE: /* "1" would come back as an integer */
        if (is_whole(value->v.d))
            return write_kept(w, value, left, err);
        rv_jw_double(w, value->v.d);
        return 0;
    case RV_AE_TEXT:
        rv_jw_string_len(w, value->v.text, (size_t)value->len);
        return 0;
    case RV_AE_INT:
        if (value->v.i > exact_max || value->v.i < -exact_max)
            return write_kept(w, value, left, err);
        rv_jw_int(w, value->v.i);
        return 0;
    case RV_AE_MAP:
        if (rv_ae_get(value, "$type"))
            return write_kept(w, value, left, err);
        return write_items(w, value, left, err);
    case RV_AE_LIST:
        return write_items(w, value, left, err);
    default:
        return write_kept(w, value, left, err);
    }
}

int
rv_ae_to_json(rv_buf *out, const struct rv_ae_value *value, rv_err *err)
{
    rv_json_writer w = rv_json_to(out);
    struct budget left = { RV_AE_DEPTH_MAX, RV_AE_ITEMS_MAX, 0, 0 };
    int code = write_value(&w, value, &left, err);
    return code < 0 ? code : rv_buf_check(out, err);
}

static int read_value(struct rv_ae_value *out, const cJSON *json, struct budget *left, rv_err *err);

static int
read_items(struct rv_ae_value *out, const cJSON *json, struct budget *left, rv_err *err)
{
    const cJSON *one;
    left->depth--;
    *out = cJSON_IsObject(json) ? rv_ae_vmap() : rv_ae_vlist();
    cJSON_ArrayForEach(one, json)
    {
        RV_AUTO_AE_VALUE struct rv_ae_value item = RV_AE_VNIL;
        if (read_value(&item, one, left, err) < 0)
            return err->code;
        if (out->type == RV_AE_MAP)
            rv_ae_put(out, one->string, &item);
        else
            rv_ae_append(out, &item);
        if (out->type == RV_AE_MAP && check_names(out->len, err) < 0)
            return err->code;
    }
    if (out->type == RV_AE_MAP)
        rv_ae_keep_last(out);
    left->depth++;
    return 0;
}

static int
read_pairs(struct rv_ae_value *out, const cJSON *pairs, struct budget *left, rv_err *err)
{
    const cJSON *pair;
    left->depth--;
    *out = rv_ae_vmap();
    cJSON_ArrayForEach(pair, pairs)
    {
        RV_AUTO_AE_VALUE struct rv_ae_value item = RV_AE_VNIL;
        const char *key = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const cJSON *held = cJSON_GetArrayItem(pair, 1);
        if (!key || !held)
            return rv_fail(err, RV_E_INVALID, "a map of a saved value is not made of pairs");
        if (read_value(&item, held, left, err) < 0)
            return err->code;
        rv_ae_put(out, key, &item);
        if (check_names(out->len, err) < 0)
            return err->code;
    }
    rv_ae_keep_last(out);
    left->depth++;
    return 0;
}

static int
read_kept(struct rv_ae_value *out, const cJSON *json, const char *word, struct budget *left,
          rv_err *err)
{
    int32_t type = type_of(word);
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(json, "value");
    if (type == RV_AE_MAP)
        return read_pairs(out, held, left, err);
    const char *text = cJSON_GetStringValue(held);
    if (type == RV_AE_NIL || !text)
        return rv_fail(err, RV_E_INVALID, "a saved value of type '%s' cannot be read",
                       word ? word : "");
    if (type == RV_AE_SYMBOL || type == RV_AE_SECRET) {
        *out = rv_ae_vtext(text);
        out->type = type;
        return 0;
    }
    int64_t number;
    if (rv_parse_int(&number, text, err) < 0)
        return rv_wrap(err, "a saved value of type '%s'", word);
    if (type == RV_AE_DOUBLE) {
        *out = rv_ae_vdouble((double)number);
        return 0;
    }
    if (type != RV_AE_ROW) {
        *out = (struct rv_ae_value){ .type = type, .v.i = number };
        return 0;
    }
    const struct rv_kind *kind = rv_model_kind(rv_json_string(json, "kind"));
    if (!kind)
        return rv_fail(err, RV_E_INVALID, "a saved row is of a kind that is not there");
    *out = rv_ae_vrow(kind->name, number);
    return 0;
}

static int
read_value(struct rv_ae_value *out, const cJSON *json, struct budget *left, rv_err *err)
{
    *out = RV_AE_VNIL;
    if (spend(left, err) < 0)
        return err->code;
    if (cJSON_IsBool(json))
        *out = rv_ae_vbool(cJSON_IsTrue(json));
    else if (cJSON_IsString(json))
        *out = rv_ae_vtext(json->valuestring);
    else if (cJSON_IsNumber(json)) {
        double d = json->valuedouble;
        *out = is_whole(d) ? rv_ae_vint((int64_t)d) : rv_ae_vdouble(d);
    } else if (!left->plain && cJSON_IsObject(json) &&
               cJSON_GetObjectItemCaseSensitive(json, "$type"))
        return read_kept(out, json, rv_json_string(json, "$type"), left, err);
    else if (cJSON_IsObject(json) || cJSON_IsArray(json))
        return read_items(out, json, left, err);
    return 0;
}

static int
read_whole(struct rv_ae_value *out, const cJSON *json, struct budget left, rv_err *err)
{
    if (read_value(out, json, &left, err) == 0)
        return 0;
    rv_ae_clear(out);
    return err->code;
}

int
rv_ae_from_json(struct rv_ae_value *out, const cJSON *json, rv_err *err)
{
    return read_whole(out, json, (struct budget){ RV_AE_DEPTH_MAX, RV_AE_ITEMS_MAX, 0, 0 }, err);
}

int
rv_ae_from_plain_json(struct rv_ae_value *out, const cJSON *json, rv_err *err)
{
    return read_whole(out, json, (struct budget){ RV_AE_DEPTH_MAX, RV_AE_ITEMS_MAX, 1, 0 }, err);
}

int
rv_ae_show(rv_buf *out, const struct rv_ae_value *value)
{
    char text[32];
    rv_err err = RV_ERR_INIT;
    rv_json_writer w = rv_json_to(out);
    struct budget left = { RV_AE_DEPTH_MAX, RV_AE_ITEMS_MAX, 0, 1 };
    switch (value->type) {
    case RV_AE_NIL:
        break;
    case RV_AE_BOOL:
        rv_buf_add_string(out, value->v.i ? "true" : "false");
        break;
    case RV_AE_INT:
    case RV_AE_NODE:
        rv_buf_addf(out, "%lld", (long long)value->v.i);
        break;
    case RV_AE_TEXT:
    case RV_AE_SYMBOL:
        rv_buf_add(out, value->v.text, (size_t)value->len);
        break;
    case RV_AE_STAMP:
        rv_format_time(text, value->v.i);
        rv_buf_add_string(out, text);
        break;
    case RV_AE_SECRET:
        rv_buf_add_string(out, "********");
        break;
    case RV_AE_ROW:
        rv_buf_addf(out, "%s::%lld", value->v.row.kind, (long long)value->v.row.id);
        break;
    case RV_AE_DOUBLE:
        if (is_whole(value->v.d))
            rv_buf_addf(out, "%.1f", value->v.d);
        else
            rv_jw_double(&w, value->v.d);
        break;
    default:
        write_value(&w, value, &left, &err);
    }
    return out->failed ? RV_E_LIMIT : 0;
}

int
rv_ae_is_blank(const struct rv_ae_value *value)
{
    switch (value->type) {
    case RV_AE_NIL:
        return 1;
    case RV_AE_BOOL:
        return value->v.i == 0;
    case RV_AE_TEXT:
    case RV_AE_SYMBOL:
        return strspn(value->v.text, " \t\r\n") == (size_t)value->len;
    case RV_AE_LIST:
    case RV_AE_MAP:
        return value->len == 0;
    default:
        return 0;
    }
}
