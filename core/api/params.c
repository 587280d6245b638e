/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading expand, attributes, filter[], sort_*, offset, limit and their like.
 */
#include "api/params.h"

#include <string.h>
#include "api/api_internal.h"
#include "api/tree.h"
#include "base/text.h"

int
rv_params_item(struct rv_arena *arena, const char **at, const char **item)
{
    if (!*at)
        return 0;
    size_t len = strcspn(*at, ",");
    const char *from = *at;
    *at = from[len] ? from + len + 1 : NULL;
    while (len > 0 && *from == ' ') {
        from++;
        len--;
    }
    while (len > 0 && from[len - 1] == ' ')
        len--;
    *item = rv_arena_strndup(arena, from, len);
    return 1;
}

static int
add_expand(struct rv_list_params *out, const struct rv_sub *sub, rv_err *err)
{
    for (int i = 0; i < out->expand_count; i++) {
        if (rv_streq(out->expands[i].name, sub->name))
            return 0;
    }
    if (out->expand_count == RV_EXPANDS_MAX)
        return rv_fail(err, RV_E_INVALID, "more than %d sub-collections expanded", RV_EXPANDS_MAX);
    out->expands[out->expand_count++] = *sub;
    return 0;
}

static int
read_expand(struct rv_list_params *out, struct rv_request *req, const struct rv_kind *kind,
            rv_err *err)
{
    const char *at = rv_request_param(req, "expand"), *item;

    while (rv_params_item(req->arena, &at, &item)) {
        struct rv_sub sub;
        if (rv_streq(item, "resources")) {
            out->expand_resources = 1;
            continue;
        }
        if (!rv_sub_find(&sub, kind, item))
            return rv_fail(err, RV_E_INVALID, "expand: %s has no sub-collection '%.100s'",
                           kind->api_name, item);
        int rc = add_expand(out, &sub, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
was_expanded(const struct rv_list_params *out, const char *name, int count)
{
    for (int i = 0; i < count; i++) {
        if (rv_streq(out->expands[i].name, name))
            return 1;
    }
    return 0;
}

/* Words of attributes= that are no attribute. */
static int
is_word(const char *item)
{
    return rv_streq(item, "actions") || rv_streq(item, "custom_actions") || rv_streq(item, "id") ||
           rv_streq(item, "href");
}

/* Naming any column narrows to the named ones; naming only others leaves all columns. */
static int
read_attributes(struct rv_list_params *out, struct rv_request *req, struct rv_select *select,
                rv_err *err)
{
    const struct rv_kind *kind = select->hops[0].kind;
    const char *at = rv_request_param(req, "attributes"), *item;
    int narrowed = 0, expanded = out->expand_count;

    out->show_actions = 1;
    if (at && !*at)
        at = NULL;
    int given = at != NULL, actions = 0;
    while (rv_params_item(req->arena, &at, &item)) {
        struct rv_ref ref;
        struct rv_sub sub;
        if (is_word(item)) {
            actions |= rv_streq(item, "actions");
            narrowed |= rv_streq(item, "id");
            continue;
        }
        if (rv_sub_find(&sub, kind, item) && !rv_sub_single(&sub)) {
            if (was_expanded(out, item, expanded))
                return rv_fail(err, RV_E_INVALID, "'%.100s' is both in expand and in attributes",
                               item);
            int rc = add_expand(out, &sub, err);
            if (rc < 0)
                return rc;
            continue;
        }
        int rc = rv_select_resolve(select, item, &ref, err);
        if (rc < 0)
            return rc;
        narrowed |= ref.hop == 0 && ref.column >= 0;
        rv_select_show(select, &ref);
    }
    if (!narrowed)
        rv_select_show_all(select, 0);
    if (given)
        out->show_actions = actions;
    return 0;
}

static int
read_filters(struct rv_list_params *out, struct rv_request *req, rv_err *err)
{
    out->filters = rv_arena_alloc(req->arena, RV_FILTERS_MAX * sizeof(*out->filters));
    for (int i = 0; i < req->param_count; i++) {
        if (!rv_streq(req->params[i].name, "filter[]"))
            continue;
        if (out->filter_count == RV_FILTERS_MAX)
            return rv_fail(err, RV_E_INVALID, "more than %d filters", RV_FILTERS_MAX);
        int rc = rv_filter_parse(&out->filters[out->filter_count++], req->arena,
                                 req->params[i].value, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int
read_order(struct rv_sort *sort, const char *order, rv_err *err)
{
    if (rv_strcaseeq(order, "desc") || rv_strcaseeq(order, "descending"))
        sort->descending = 1;
    else if (!rv_strcaseeq(order, "asc") && !rv_strcaseeq(order, "ascending"))
        return rv_fail(err, RV_E_INVALID, "sort_order: '%.100s' is neither asc nor desc", order);
    return 0;
}

static int
check_orders(struct rv_request *req, rv_err *err)
{
    const char *at = rv_request_param(req, "sort_order"), *item;
    struct rv_sort ignored;

    while (rv_params_item(req->arena, &at, &item)) {
        int rc = read_order(&ignored, item, err);
        if (rc < 0)
            return rc;
    }
    at = rv_request_param(req, "sort_options");
    while (rv_params_item(req->arena, &at, &item)) {
        if (!rv_streq(item, "ignore_case"))
            return rv_fail(err, RV_E_INVALID, "sort_options: unknown option '%.100s'", item);
    }
    return 0;
}

static int
add_sort(struct rv_list_params *out, struct rv_select *select, const char *item, rv_err *err)
{
    struct rv_sort *sort = &out->sorts[out->sort_count];

    if (out->sort_count == RV_SORTS_MAX)
        return rv_fail(err, RV_E_INVALID, "sort_by: more than %d keys", RV_SORTS_MAX);
    *sort = (struct rv_sort){ .descending = 0 };
    int rc = rv_select_resolve(select, item, &sort->ref, err);
    if (rc < 0)
        return rv_wrap(err, "sort_by");
    if (sort->ref.whole || (sort->ref.virtual && !sort->ref.virtual->sql))
        return rv_fail(err, RV_E_INVALID, "sort_by: '%.100s' cannot be sorted by", item);
    out->sort_count++;
    return 0;
}

static int
read_sorts(struct rv_list_params *out, struct rv_request *req, struct rv_select *select,
           rv_err *err)
{
    const char *at = rv_request_param(req, "sort_by"), *item;
    const char *order_at = rv_request_param(req, "sort_order"), *order;
    const char *options = rv_request_param(req, "sort_options");
    int ignore_case = options && strstr(options, "ignore_case") != NULL;
    int rc = check_orders(req, err);

    while (rc == 0 && rv_params_item(req->arena, &at, &item)) {
        rc = add_sort(out, select, item, err);
        if (rc < 0)
            break;
        struct rv_sort *sort = &out->sorts[out->sort_count - 1];
        sort->ignore_case = ignore_case && rv_select_type(select, &sort->ref) == REEVE_STRING;
        if (rv_params_item(req->arena, &order_at, &order))
            rc = read_order(sort, order, err);
    }
    return rc;
}

static int
read_number(struct rv_request *req, const char *name, int64_t lowest, int64_t *out, rv_err *err)
{
    const char *text = rv_request_param(req, name);
    rv_err ignored = RV_ERR_INIT;

    if (!text)
        return 0;
    if (rv_parse_int(out, text, &ignored) < 0 || *out < lowest)
        return rv_fail(err, RV_E_INVALID, "%s: '%.100s' is not a whole number of at least %lld",
                       name, text, (long long)lowest);
    return 0;
}

static int
read_flag(struct rv_request *req, const char *name, int *out, rv_err *err)
{
    const char *text = rv_request_param(req, name);

    if (!text)
        return 0;
    *out = rv_streq(text, "true");
    if (!*out && !rv_streq(text, "false"))
        return rv_fail(err, RV_E_INVALID, "%s: '%.100s' is neither true nor false", name, text);
    return 0;
}

static int
read_hide(struct rv_list_params *out, struct rv_request *req, rv_err *err)
{
    const char *at = rv_request_param(req, "hide"), *item;

    while (rv_params_item(req->arena, &at, &item)) {
        if (!rv_streq(item, "resources"))
            return rv_fail(err, RV_E_INVALID, "hide: only 'resources' can be hidden, not '%.100s'",
                           item);
        out->hide_resources = 1;
    }
    return 0;
}

int
rv_params_read(struct rv_list_params *out, struct rv_request *req, struct rv_select *select,
               rv_err *err)
{
    const struct rv_kind *kind = select->hops[0].kind;
    const struct rv_settings *settings = req->api ? req->api->config.settings : NULL;
    int64_t limit_max = settings ? rv_settings_int(settings, "api.page_size_max") : 1000;

    *out = (struct rv_list_params){ 0 };
    out->limit = settings ? rv_settings_int(settings, "api.page_size") : 1000;
    int rc = rv_request_check_params(req, err);
    if (rc == 0)
        rc = read_expand(out, req, kind, err);
    if (rc == 0)
        rc = read_attributes(out, req, select, err);
    if (rc == 0)
        rc = read_filters(out, req, err);
    if (rc == 0)
        rc = read_sorts(out, req, select, err);
    if (rc == 0)
        rc = read_number(req, "offset", 0, &out->offset, err);
    if (rc == 0)
        rc = read_number(req, "limit", 1, &out->limit, err);
    if (rc == 0)
        rc = read_flag(req, "archived", &out->include_archived, err);
    if (rc == 0)
        rc = read_hide(out, req, err);
    if (rc == 0)
        rc = rv_tree_read(&out->tree, req, kind, err);
    if (rc < 0)
        return rc;
    if (out->limit > limit_max)
        out->limit = limit_max;
    out->collection_class = rv_request_param(req, "collection_class");
    out->by_tag = rv_request_param(req, "by_tag");
    return 0;
}
