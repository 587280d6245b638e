/* SPDX-License-Identifier: Apache-2.0
 *
 * What a relationship gathers from the objects it made. One or more of, with ';' between them:
 *
 *   name                 the attribute of the last of them     total = [size].sum
 *   [name]               a list of all                         /all = {name => size}
 *   {key => value}       a map                                 ../names = [name].sort
 *
 * Behind it any of sort, rsort, reverse, uniq (sorted, each once), count, min, max, sum, mean,
 * variance and stddev. The target is an attribute of this object, or "/name", "../name",
 * "Class#name" for another's; without one, the name that is gathered.
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

enum { FORM_ONE, FORM_LIST, FORM_MAP };

struct wish {
    int form;
    char *target;     /* NULL: the name */
    char *name;       /* or key */
    char *value_name; /* of a map */
    char *aggregates; /* "sort.reverse"; NULL: none */
};

static char *
trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    return text;
}

static char *
attribute_name(char *text)
{
    text = trim(text);
    return text + (*text == '#');
}

/* The '=' behind a target; "=>" is a map's. */
static char *
end_of_target(char *text)
{
    char *bracket = strpbrk(text, "[{");
    char *equals = strchr(text, '=');
    return equals && (bracket == NULL || equals < bracket) ? equals : NULL;
}

static int
parse_bracketed(struct wish *out, char *text, rv_err *err)
{
    out->form = *text == '[' ? FORM_LIST : FORM_MAP;
    char *end = strchr(text, *text == '[' ? ']' : '}');
    if (end == NULL)
        return rv_fail(err, RV_E_INVALID, "'%s' does not end", text);
    *end = '\0';
    out->name = attribute_name(text + 1);
    char *rest = trim(end + 1);
    if (*rest && *rest != '.')
        return rv_fail(err, RV_E_INVALID, "'%s' is not understood", rest);
    out->aggregates = *rest ? rest + 1 : NULL;
    if (out->form == FORM_LIST)
        return 0;
    char *arrow = strstr(out->name, "=>");
    if (arrow == NULL)
        return rv_fail(err, RV_E_INVALID, "a map is gathered as {key => value}");
    *arrow = '\0';
    out->value_name = attribute_name(arrow + 2);
    out->name = trim(out->name);
    return 0;
}

static int
parse(struct wish *out, char *text, rv_err *err)
{
    *out = (struct wish){ 0 };
    char *equals = end_of_target(text);
    if (equals) {
        *equals = '\0';
        out->target = trim(text);
        text = equals + 1;
    }
    text = trim(text);
    if (*text == '[' || *text == '{') {
        if (parse_bracketed(out, text, err) < 0)
            return err->code;
    } else {
        out->name = attribute_name(text);
        char *dot = strchr(out->name, '.');
        if (dot)
            *dot++ = '\0';
        out->aggregates = dot;
    }
    if (*out->name == '\0' || (out->value_name && *out->value_name == '\0'))
        return rv_fail(err, RV_E_INVALID, "no attribute is named");
    if (out->form == FORM_MAP && out->target == NULL)
        return rv_fail(err, RV_E_INVALID, "a map needs a target: name = {key => value}");
    return 0;
}

static struct rv_ae_value
attribute_of(const struct rv_ws_object *object, const char *name)
{
    const struct rv_ae_value *value = rv_ws_get(object, name);
    return value ? rv_ae_copy(value) : RV_AE_VNIL;
}

static int
gather(struct rv_ae_value *out, const struct wish *wish, const struct rv_ws_object *child,
       rv_err *err)
{
    struct rv_ae_value value =
        attribute_of(child, wish->form == FORM_MAP ? wish->value_name : wish->name);
    if (wish->form == FORM_ONE) {
        rv_ae_clear(out);
        *out = value;
    } else if (wish->form == FORM_LIST) {
        rv_ae_append(out, &value);
    } else {
        RV_AUTO_AE_VALUE struct rv_ae_value key = attribute_of(child, wish->name);
        RV_AUTO_BUF rv_buf shown = rv_buf_limited(4096);
        if (rv_ae_show(&shown, &key) < 0) {
            rv_ae_clear(&value);
            return rv_fail(err, RV_E_LIMIT, "a key has more than 4096 bytes");
        }
        rv_ae_set(out, rv_buf_text(&shown), &value);
    }
    return 0;
}

/* A number, or a text that is one. */
static int
number_of(double *out, const struct rv_ae_value *value)
{
    rv_err err = RV_ERR_INIT;
    if (value->type == RV_AE_INT || value->type == RV_AE_STAMP)
        *out = (double)value->v.i;
    else if (value->type == RV_AE_DOUBLE)
        *out = value->v.d;
    else
        return value->type == RV_AE_TEXT && rv_parse_double(out, value->v.text, &err) == 0;
    return 1;
}

static int
compare(const void *a, const void *b)
{
    double left, right;
    int left_is = number_of(&left, a), right_is = number_of(&right, b);
    if (left_is && right_is)
        return left < right ? -1 : left > right;
    if (left_is != right_is)
        return left_is ? -1 : 1;
    RV_AUTO_BUF rv_buf left_text = rv_buf_limited(4096), right_text = rv_buf_limited(4096);
    rv_ae_show(&left_text, a);
    rv_ae_show(&right_text, b);
    return strcmp(rv_buf_text(&left_text), rv_buf_text(&right_text));
}

static void
reverse(struct rv_ae_value *list)
{
    for (int32_t i = 0; i < list->len / 2; i++) {
        struct rv_ae_value kept = list->v.items[i];
        list->v.items[i] = list->v.items[list->len - 1 - i];
        list->v.items[list->len - 1 - i] = kept;
    }
}

static void
order(struct rv_ae_value *list)
{
    if (list->len > 1)
        qsort(list->v.items, (size_t)list->len, sizeof(*list->v.items), compare);
}

static void
drop_doubles(struct rv_ae_value *sorted)
{
    struct rv_ae_value all = *sorted;
    *sorted = rv_ae_vlist();
    for (int32_t i = 0; i < all.len; i++)
        if (sorted->len == 0 || compare(&sorted->v.items[sorted->len - 1], &all.v.items[i]))
            rv_ae_append(sorted, &all.v.items[i]);
    rv_ae_clear(&all);
}

static int
reorder(struct rv_ae_value *list, const char *name)
{
    int sorts = strcmp(name, "sort") == 0, backwards = strcmp(name, "rsort") == 0;
    int once = strcmp(name, "uniq") == 0, turns = strcmp(name, "reverse") == 0;
    if (sorts || backwards || once)
        order(list);
    if (backwards || turns)
        reverse(list);
    if (once)
        drop_doubles(list);
    return sorts || backwards || once || turns;
}

static struct rv_ae_value
extreme(const struct rv_ae_value *list, int largest)
{
    int32_t best = 0;
    for (int32_t i = 1; i < list->len; i++) {
        int order = compare(&list->v.items[i], &list->v.items[best]);
        if (largest ? order > 0 : order < 0)
            best = i;
    }
    return list->len ? rv_ae_copy(&list->v.items[best]) : RV_AE_VNIL;
}

/* Of a sample: divided by one less than there are, as ManageIQ does. */
static double
variance(const struct rv_ae_value *list, double mean)
{
    double sum = 0, one;
    for (int32_t i = 0; i < list->len; i++)
        if (number_of(&one, &list->v.items[i]))
            sum += (one - mean) * (one - mean);
    return list->len > 1 ? sum / (list->len - 1) : 0;
}

static int
sum_up(struct rv_ae_value *out, const struct rv_ae_value *list, const char *name, rv_err *err)
{
    double sum = 0, one;
    int whole = 1;
    for (int32_t i = 0; i < list->len; i++) {
        if (!number_of(&one, &list->v.items[i]))
            return rv_fail(err, RV_E_INVALID, "%s: one of the values is no number", name);
        whole &= one == floor(one);
        sum += one;
    }
    double mean = list->len ? sum / list->len : 0;
    if (strcmp(name, "sum") == 0)
        *out = whole && fabs(sum) < 9e15 ? rv_ae_vint((int64_t)sum) : rv_ae_vdouble(sum);
    else if (strcmp(name, "mean") == 0)
        *out = rv_ae_vdouble(mean);
    else if (strcmp(name, "variance") == 0)
        *out = rv_ae_vdouble(variance(list, mean));
    else if (strcmp(name, "stddev") == 0)
        *out = rv_ae_vdouble(sqrt(variance(list, mean)));
    else
        return rv_fail(err, RV_E_INVALID, "'%s' is no aggregate", name);
    return 0;
}

static int
aggregate(struct rv_ae_value *value, const char *name, rv_err *err)
{
    if (value->type != RV_AE_LIST)
        return rv_fail(err, RV_E_INVALID, "%s: there is no list", name);
    struct rv_ae_value out = RV_AE_VNIL;
    if (reorder(value, name))
        return 0;
    if (strcmp(name, "count") == 0)
        out = rv_ae_vint(value->len);
    else if (strcmp(name, "min") == 0 || strcmp(name, "max") == 0)
        out = extreme(value, name[1] == 'a');
    else if (sum_up(&out, value, name, err) < 0)
        return rv_hint(err, "there are sort, rsort, reverse, uniq, count, min, max, sum, mean, "
                            "variance and stddev");
    rv_ae_clear(value);
    *value = out;
    return 0;
}

static int
put(struct rv_ws_object *object, const struct wish *wish, struct rv_ae_value *value, rv_err *err)
{
    RV_AUTO_FREE char *target = rv_strdup(wish->target ? wish->target : wish->name);
    char *name = strrchr(target, '#');
    char *slash = strrchr(target, '/');
    struct rv_ws_object *owner = object;
    if (name || slash) {
        if (name == NULL)
            name = slash;
        *name++ = '\0';
        size_t len = strlen(target);
        if (len > 1 && target[len - 1] == '/')
            target[len - 1] = '\0';
        /* Nothing before the slash of "/name": the root's. */
        owner = rv_ws_find(object->ws, object, len == 0 && slash ? "/" : target);
    }
    if (owner == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no object '%s' here", wish->target);
    name = trim(name ? name : target);
    ws_trace(owner, RV_WS_STEP_FIELD, NULL, name, value, 0, 0);
    rv_ws_set(owner, name, value);
    return 0;
}

static int
collect_one(struct rv_ws_object *object, char *text, struct rv_ws_object *const *children,
            size_t count, rv_err *err)
{
    struct wish wish;
    if (parse(&wish, text, err) < 0)
        return err->code;
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    if (wish.form != FORM_ONE)
        value = wish.form == FORM_LIST ? rv_ae_vlist() : rv_ae_vmap();
    for (size_t i = 0; i < count; i++)
        if (gather(&value, &wish, children[i], err) < 0)
            return err->code;
    for (char *next = wish.aggregates; next;)
        if (aggregate(&value, trim(strsep(&next, ".")), err) < 0)
            return err->code;
    return put(object, &wish, &value, err);
}

int
ws_collect(struct rv_ws_object *object, const char *text, struct rv_ws_object *const *children,
           size_t count, rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strdup(text);
    for (char *next = own; next;) {
        char *one = strsep(&next, ";");
        if (!ws_is_blank(one) && collect_one(object, one, children, count, err) < 0)
            return rv_wrap(err, "collect '%.200s'", text);
    }
    return 0;
}

static int
check_one(char *text, rv_err *err)
{
    struct wish wish;
    if (parse(&wish, text, err) < 0)
        return err->code;
    for (char *next = wish.aggregates; next;) {
        RV_AUTO_AE_VALUE struct rv_ae_value none = rv_ae_vlist();
        if (aggregate(&none, trim(strsep(&next, ".")), err) < 0)
            return err->code;
    }
    return 0;
}

int
ws_check_collect(const char *text, rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strdup(text);
    for (char *next = own; next;) {
        char *one = strsep(&next, ";");
        if (!ws_is_blank(one) && check_one(one, err) < 0)
            return rv_wrap(err, "collect '%.200s'", text);
    }
    return 0;
}
