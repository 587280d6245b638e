/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions of collections. collection_class follows ManageIQ's class names: the kind's own class,
 * for providers the class of each plugin and its bases, and for what a provider has, the
 * provider's class and the kind's
 * ("ManageIQ::Providers::Kubernetes::ContainerManager::ContainerNode"). Events say their class
 * themselves.
 */
#include "api/scope.h"

#include <string.h>
#include "api/tree.h"
#include "api/types.h"
#include "base/text.h"

static void
add_parent(struct rv_sql *sql, const struct rv_sub *sub, int64_t parent_id)
{
    const struct rv_kind *kind = sub->relation ? sub->child : sub->join->via;
    int column = sub->relation ? sub->relation->column : sub->join->parent_column;
    const struct rv_column *ref = &kind->columns[column];
    const char *alias = sub->relation ? "t" : "v";

    rv_sql_add(sql, " AND ");
    if (sub->join)
        rv_sql_addf(sql, "t.\"id\" IN (SELECT v.\"%s\" FROM \"%s\" v WHERE ",
                    kind->columns[sub->join->child_column].name, kind->table);
    rv_sql_column(sql, alias, ref->name);
    rv_sql_add(sql, " = ");
    rv_sql_param(sql, rv_vint(parent_id));
    if (!ref->target)
        rv_sql_addf(sql, " AND %s.\"%s\" = '%s'", alias, kind->columns[ref->type_column].name,
                    sub->parent->name);
    if (sub->join)
        rv_sql_add(sql, ")");
}

static const char *const event_classes[] = { "EmsEvent", "CustomEvent", "MiqEvent",
                                             "RequestEvent" };

static int
is_event_class(const struct rv_kind *kind, const char *wanted)
{
    int found = 0;

    for (size_t i = 0; i < RV_COUNT(event_classes) && rv_streq(kind->name, "event_stream"); i++)
        found |= rv_streq(event_classes[i], wanted);
    return found;
}

const char *
rv_scope_class_column(const struct rv_kind *kind, const char *wanted)
{
    return rv_streq(kind->name, "provider") || is_event_class(kind, wanted) ? "type" : "ems_id";
}

/* What stands behind the last "::". */
static const char *
last_part(const char *class_name)
{
    const char *at = class_name;

    for (const char *next; (next = strstr(at, "::")) != NULL;)
        at = next + 2;
    return at;
}

/* "ManageIQ::Providers::Kubernetes::ContainerManager" is a "ManageIQ::Providers::ContainerManager".
 */
static int
is_base(const char *base, const char *class_name)
{
    static const char prefix[] = "ManageIQ::Providers::";

    return strncmp(base, prefix, sizeof(prefix) - 1) == 0 &&
           strcmp(base + sizeof(prefix) - 1, last_part(class_name)) == 0;
}

/* Does wanted (a class name) cover rows of kind that come from a plugin of this class? */
static int
covers(const struct rv_kind *kind, const char *wanted, const char *plugin_class)
{
    size_t len = strlen(plugin_class);

    if (rv_streq(kind->name, "provider"))
        return rv_streq(wanted, plugin_class) || is_base(wanted, plugin_class);
    return kind->def->class_name && rv_kind_column(kind, "ems_id") >= 0 &&
           strncmp(wanted, plugin_class, len) == 0 && strncmp(wanted + len, "::", 2) == 0 &&
           rv_streq(wanted + len + 2, kind->def->class_name);
}

static int
add_class(struct rv_listing *listing, const char *wanted, rv_err *err)
{
    const struct rv_kind *kind = listing->kind;
    struct rv_sql *sql = &listing->scope;
    int is_provider = rv_streq(kind->name, "provider");
    const cJSON *type;
    int found = 0;

    if (rv_streq(wanted, kind->def->class_name))
        return 0;
    if (is_event_class(kind, wanted)) {
        rv_sql_add(sql, " AND t.\"type\" = ");
        rv_sql_param(sql, rv_vtext(wanted));
        return 0;
    }
    cJSON_ArrayForEach(type, rv_types_list(listing->req->api))
    {
        const char *name = rv_json_string(type, "name");
        const char *class_name = name ? rv_types_class(listing->req->api, name) : NULL;
        if (!class_name || !covers(kind, wanted, class_name))
            continue;
        if (found++)
            rv_sql_add(sql, ", ");
        else
            rv_sql_add(sql, is_provider ? " AND t.\"type\" IN ("
                                        : " AND t.\"ems_id\" IN (SELECT p.\"id\" FROM "
                                          "\"ext_management_systems\" p WHERE p.\"type\" IN (");
        rv_sql_param(sql, rv_vtext(rv_arena_strdup(listing->req->arena, name)));
    }
    if (!found)
        return rv_fail(err, RV_E_INVALID, "collection_class: '%.200s' is no class of %s", wanted,
                       kind->api_name);
    rv_sql_add(sql, is_provider ? ")" : "))");
    return 0;
}

const char **
rv_scope_classes(struct rv_arena *arena, const struct rv_kind *kind, const struct rv_api *api)
{
    const cJSON *list = rv_types_list(api), *type;
    const char **out = rv_arena_alloc(
        arena, (2 * (size_t)cJSON_GetArraySize(list) + RV_COUNT(event_classes) + 2) * sizeof(*out));
    int count = 0;

    if (kind->def->class_name)
        out[count++] = kind->def->class_name;
    for (size_t i = 0; i < RV_COUNT(event_classes) && rv_streq(kind->name, "event_stream"); i++)
        out[count++] = event_classes[i];
    cJSON_ArrayForEach(type, list)
    {
        const char *name = rv_json_string(type, "name");
        const char *class_name = name ? rv_types_class(api, name) : NULL;
        if (!class_name)
            continue;
        if (rv_streq(kind->name, "provider"))
            out[count++] = class_name;
        else if (kind->def->class_name && rv_kind_column(kind, "ems_id") >= 0 && !kind->server)
            out[count++] = rv_arena_format(arena, "%s::%s", class_name, kind->def->class_name);
    }
    return out;
}

/* Every tag of the list must be there: "/environment/prod" is the tag "/managed/environment/prod".
 */
static int
add_tags(struct rv_listing *listing, const char *list, rv_err *err)
{
    struct rv_sql *sql = &listing->scope;
    struct rv_arena *arena = listing->req->arena;
    const char *at = list, *item;
    int count = 0;

    while (rv_params_item(arena, &at, &item)) {
        if (++count > RV_TAGS_MAX)
            return rv_fail(err, RV_E_INVALID, "by_tag: more than %d tags", RV_TAGS_MAX);
        if (*item != '/' || strlen(item) > 1000)
            return rv_fail(err, RV_E_INVALID, "by_tag: '%.200s' is not of the form /category/name",
                           item);
        const char *name =
            strncmp(item, "/managed/", 9) == 0 ? item : rv_arena_format(arena, "/managed%s", item);
        rv_sql_add(sql, " AND ");
        rv_condition_tagged(sql, listing->kind, "t", name);
    }
    return 0;
}

int
rv_scope_make(struct rv_listing *listing, rv_err *err)
{
    const struct rv_list_params *params = &listing->params;
    struct rv_sql *sql = &listing->scope;

    rv_sql_add(sql, " WHERE 1 = 1");
    if (listing->sub)
        add_parent(sql, listing->sub, listing->parent_id);
    if (listing->id) {
        rv_sql_add(sql, " AND t.\"id\" = ");
        rv_sql_param(sql, rv_vint(listing->id));
        return 0;
    }
    if (listing->kind->archived && !params->include_archived && !params->gone_too &&
        !rv_condition_about_life(params->filters, params->filter_count))
        rv_sql_add(sql, " AND t.\"deleted_on\" IS NULL");
    rv_tree_add(sql, listing->kind, &params->tree);
    if (params->collection_class) {
        int rc = add_class(listing, params->collection_class, err);
        if (rc < 0)
            return rc;
    }
    return params->by_tag ? add_tags(listing, params->by_tag, err) : 0;
}
