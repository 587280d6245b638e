/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading expressions. What other tools keep in them beside (tokens, aliases) is passed over.
 */
#include "query/expression_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "query/kinds.h"

struct parsing {
    struct rv_expression *expression;
    struct rv_arena *arena;
};

static const struct expression_op ops[] = {
    { "AND", EXPRESSION_AND, 0, NULL, NULL },
    { "OR", EXPRESSION_OR, 0, NULL, NULL },
    { "NOT", EXPRESSION_NOT, 0, NULL, NULL },
    { "!", EXPRESSION_NOT, 0, NULL, NULL },
    { "=", EXPRESSION_COMPARE, RV_EQ, NULL, NULL },
    { "EQUAL", EXPRESSION_COMPARE, RV_EQ, NULL, NULL },
    { "IS", EXPRESSION_COMPARE, RV_EQ, NULL, NULL },
    { "!=", EXPRESSION_COMPARE, RV_NE, NULL, NULL },
    { "<", EXPRESSION_COMPARE, RV_LT, NULL, NULL },
    { "BEFORE", EXPRESSION_COMPARE, RV_LT, NULL, NULL },
    { "<=", EXPRESSION_COMPARE, RV_LE, NULL, NULL },
    { ">", EXPRESSION_COMPARE, RV_GT, NULL, NULL },
    { "AFTER", EXPRESSION_COMPARE, RV_GT, NULL, NULL },
    { ">=", EXPRESSION_COMPARE, RV_GE, NULL, NULL },
    { "FROM", EXPRESSION_BETWEEN, RV_EQ, NULL, NULL },
    { "LIKE", EXPRESSION_LIKE, RV_EQ, "%", "%" },
    { "INCLUDES", EXPRESSION_LIKE, RV_EQ, "%", "%" },
    { "NOT LIKE", EXPRESSION_LIKE, RV_NE, "%", "%" },
    { "STARTS WITH", EXPRESSION_LIKE, RV_EQ, "", "%" },
    { "ENDS WITH", EXPRESSION_LIKE, RV_EQ, "%", "" },
    { "IS NULL", EXPRESSION_NULL, RV_EQ, NULL, NULL },
    { "IS NOT NULL", EXPRESSION_NULL, RV_NE, NULL, NULL },
    { "IS EMPTY", EXPRESSION_EMPTY, RV_EQ, NULL, NULL },
    { "IS NOT EMPTY", EXPRESSION_EMPTY, RV_NE, NULL, NULL },
    { "CONTAINS", EXPRESSION_TAGGED, RV_EQ, NULL, NULL },
};

static int
fail_op(const char *name, rv_err *err)
{
    const char *names[RV_COUNT(ops) + 1];
    for (size_t i = 0; i < RV_COUNT(ops); i++)
        names[i] = ops[i].name;
    names[RV_COUNT(ops)] = NULL;
    const char *near = rv_nearest(name, names);
    rv_fail(err, RV_E_INVALID, "'%.60s' is no operator of expressions here", name);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

/* The one key that is an operator: others may stand beside it. */
static int
find_op(const struct expression_op **op, const cJSON **body, const cJSON *map, rv_err *err)
{
    const cJSON *one;
    *body = NULL;
    if (!cJSON_IsObject(map))
        return rv_fail(err, RV_E_INVALID, "an operator with what it is about is expected");
    cJSON_ArrayForEach(one, map)
    {
        if (rv_streq(one->string, "token") || rv_streq(one->string, "context_type"))
            continue;
        if (*body)
            return rv_fail(err, RV_E_INVALID, "'%.60s' and '%.60s' stand beside each other",
                           (*body)->string, one->string);
        *body = one;
    }
    if (*body == NULL)
        return rv_fail(err, RV_E_INVALID, "an operator with what it is about is expected");
    for (size_t i = 0; i < RV_COUNT(ops); i++)
        if (strcasecmp(ops[i].name, (*body)->string) == 0) {
            *op = &ops[i];
            return 0;
        }
    return fail_op((*body)->string, err);
}

static int
read_value(struct parsing *in, struct expression_value *out, const cJSON *value, rv_err *err)
{
    if (cJSON_IsString(value) && rv_streq(value->valuestring, ":user_input")) {
        if (in->expression->inputs == RV_EXPRESSION_INPUTS_MAX)
            return rv_fail(err, RV_E_LIMIT, "more than %d values are left open",
                           RV_EXPRESSION_INPUTS_MAX);
        out->input = in->expression->inputs++;
        return 0;
    }
    if (cJSON_IsArray(value) || cJSON_IsObject(value))
        return rv_fail(err, RV_E_INVALID, "a value is expected, not a list");
    out->is_null = value == NULL || cJSON_IsNull(value);
    if (cJSON_IsString(value))
        out->text = rv_arena_strdup(in->arena, value->valuestring);
    else if (cJSON_IsBool(value))
        out->text = cJSON_IsTrue(value) ? "true" : "false";
    else if (cJSON_IsNumber(value))
        out->text = rv_arena_format(in->arena, "%.15g", value->valuedouble);
    else
        out->text = "";
    return 0;
}

/* "Vm.host-name" as "host.name"; the class must be that of the expression. */
static int
read_field(struct parsing *in, struct expression_node *node, const char *text, rv_err *err)
{
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == ':')
        len++;
    const char *rest = text + len;
    const char *dash = strrchr(rest, '-');
    const struct rv_kind *kind =
        rv_query_kind(rv_arena_strndup(in->arena, text, len < 200 ? len : 200));
    if (kind == NULL || (*rest != '.' && *rest != '-'))
        return rv_fail(err, RV_E_INVALID, "'%.200s' is no field such as Vm-name or Vm.host-name",
                       text);
    if (kind != in->expression->kind)
        return rv_fail(err, RV_E_INVALID,
                       "'%.200s' is a field of %s, and rows of %s are looked for", text, kind->name,
                       in->expression->kind->name);
    const char *managed = strstr(rest, ".managed-");
    if (managed) {
        node->attribute = rv_arena_strndup(in->arena, rest == managed ? rest : rest + 1,
                                           rest == managed ? 0 : (size_t)(managed - rest - 1));
        node->category = rv_arena_strdup(in->arena, managed + strlen(".managed-"));
        return 0;
    }
    if (node->counts)
        node->attribute = rv_arena_strdup(in->arena, rest + 1);
    else if (dash == NULL || dash[1] == '\0')
        return rv_fail(err, RV_E_INVALID, "'%.200s' names no column", text);
    else if (dash == rest)
        node->attribute = rv_arena_strdup(in->arena, dash + 1);
    else
        node->attribute =
            rv_arena_format(in->arena, "%.*s.%s", (int)(dash - rest - 1), rest + 1, dash + 1);
    return 0;
}

static int
read_leaf(struct parsing *in, struct expression_node *node, const cJSON *body, rv_err *err)
{
    const char *count = rv_json_string(body, "count"), *tag = rv_json_string(body, "tag");
    const char *field = count ? count : tag ? tag : rv_json_string(body, "field");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, "value");
    node->counts = count != NULL;
    if (field == NULL)
        return rv_fail(err, RV_E_INVALID, "%s: 'field', 'count' or 'tag' is missing",
                       node->op->name);
    if (read_field(in, node, field, err) < 0)
        return err->code;
    if ((node->category != NULL) != (node->op->sort == EXPRESSION_TAGGED) && node->category)
        return rv_fail(err, RV_E_INVALID, "%s: tags are asked for by CONTAINS", node->op->name);
    if (node->counts && node->op->sort != EXPRESSION_COMPARE)
        return rv_fail(err, RV_E_INVALID,
                       "%s: counts are compared by = != < <= > >=", node->op->name);
    if (node->op->sort != EXPRESSION_BETWEEN)
        return read_value(in, &node->value, value, err);
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) != 2)
        return rv_fail(err, RV_E_INVALID, "FROM: a list of two times is expected");
    if (read_value(in, &node->value, cJSON_GetArrayItem(value, 0), err) < 0)
        return err->code;
    return read_value(in, &node->until, cJSON_GetArrayItem(value, 1), err);
}

/* Its own children too: expressions nest no deeper than YAML may. */
static int
read_node(struct expression_node **out, struct parsing *in, const cJSON *map, rv_err *err)
{
    const struct expression_op *op = NULL;
    const cJSON *body = NULL;
    if (find_op(&op, &body, map, err) < 0)
        return err->code;
    if (++in->expression->nodes > RV_EXPRESSION_NODES_MAX)
        return rv_fail(err, RV_E_LIMIT, "more than %d parts", RV_EXPRESSION_NODES_MAX);
    struct expression_node *node = *out = rv_arena_alloc(in->arena, sizeof(*node));
    RV_ASSERT(node);
    node->op = op;
    if (op->sort > EXPRESSION_NOT)
        return read_leaf(in, node, body, err);
    int list = cJSON_IsArray(body);
    if (!list && op->sort != EXPRESSION_NOT)
        return rv_fail(err, RV_E_INVALID, "%s: a list is expected", op->name);
    const cJSON *one = list ? body->child : body;
    if (one == NULL || (op->sort == EXPRESSION_NOT && list && one->next))
        return rv_fail(err, RV_E_INVALID, "%s: it is about %s", op->name,
                       one ? "more than one part" : "nothing");
    struct expression_node **next = &node->first;
    for (; one; one = list ? one->next : NULL, next = &(*next)->next)
        if (read_node(next, in, one, err) < 0)
            return err->code;
    return 0;
}

/* ":db" is how ManageIQ writes "db". */
static const cJSON *
member(const cJSON *json, const char *symbol)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, symbol);
    return found ? found : cJSON_GetObjectItemCaseSensitive(json, symbol + 1);
}

static int
read_document(struct parsing *in, const cJSON *json, rv_err *err)
{
    const cJSON *db = member(json, ":db"), *root = member(json, ":expression");
    if (!cJSON_IsString(db) || root == NULL)
        return rv_fail(err, RV_E_INVALID, "'db' and 'expression' are expected");
    in->expression->kind = rv_query_kind(db->valuestring);
    if (in->expression->kind == NULL) {
        const char *near = rv_nearest(db->valuestring, rv_model_words());
        rv_fail(err, RV_E_INVALID, "db: there is no model '%.100s'", db->valuestring);
        return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
    }
    return read_node(&in->expression->root, in, root, err);
}

/* What stands in it for good fits its fields. */
static int
check(const struct parsing *in, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    struct rv_select select;
    rv_select_init(&select, in->arena, in->expression->kind, "t");
    return rv_expression_add(&sql, &select, in->expression, NULL, 1, err);
}

int
rv_expression_parse(struct rv_expression **out, struct rv_arena *arena, const char *yaml,
                    size_t len, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    struct parsing in = { rv_arena_alloc(arena, sizeof(*in.expression)), arena };
    RV_ASSERT(in.expression);
    *out = in.expression;
    if (rv_yaml_parse(&json, yaml, len, RV_EXPRESSION_BYTES_MAX, err) < 0 ||
        read_document(&in, json, err) < 0 || check(&in, err) < 0)
        return rv_wrap(err, "expression");
    return 0;
}

const struct rv_kind *
rv_expression_kind(const struct rv_expression *expression)
{
    return expression->kind;
}

int
rv_expression_input_count(const struct rv_expression *expression)
{
    return expression->inputs;
}
