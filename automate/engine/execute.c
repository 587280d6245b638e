/* SPDX-License-Identifier: Apache-2.0
 *
 * evm.execute(NAME, ...): tags and categories, machines' templates, and what asks for engines that
 * are not there.
 */
#include "automate/live.h"

#include <string.h>
#include "automate/net_calls.h"
#include "base/mem.h"
#include "base/text.h"
#include "tag/tag.h"

/* The arguments from `first` on. */
struct executing {
    struct rv_live *live;
    const char *name;
    const struct rv_ae_value *args;
    int first;
};

static const struct rv_ae_value *
argument(const struct executing *executing, int index)
{
    int at = executing->first + index;
    return at < executing->args->len ? &executing->args->v.items[at] : NULL;
}

/* A text argument, or the text of a member of a map. */
static int
need_text(const struct executing *executing, const struct rv_ae_value *value, const char *what,
          const char **out, rv_err *err)
{
    if (value == NULL || (value->type != RV_AE_TEXT && value->type != RV_AE_SYMBOL))
        return rv_fail(err, RV_E_INVALID, "execute('%s'): %s is no text", executing->name, what);
    *out = value->v.text;
    return 0;
}

static const char *
member(const struct rv_ae_value *map, const char *name)
{
    const struct rv_ae_value *value = map ? rv_ae_get(map, name) : NULL;
    return value && (value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL) ? value->v.text
                                                                               : NULL;
}

static int
is_on(const struct rv_ae_value *map, const char *name, int fallback)
{
    const struct rv_ae_value *value = map ? rv_ae_get(map, name) : NULL;
    return value && value->type == RV_AE_BOOL ? value->v.i != 0 : fallback;
}

static int
category_exists(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const char *category = NULL;
    if (need_text(executing, argument(executing, 0), "the category", &category, err))
        return err->code;
    int there = rv_tag_category_exists(executing->live->store, category, err);
    *out = rv_ae_vbool(there > 0);
    return there < 0 ? there : 0;
}

/* {name, description, single_value, example_text, show, perf_by_tag} */
static int
category_create(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *given = argument(executing, 0);
    struct rv_tag_category category = { .description = member(given, "description"),
                                        .example = member(given, "example_text") };
    if (need_text(executing, given ? rv_ae_get(given, "name") : NULL, "name", &category.name, err))
        return err->code;
    category.flags = (is_on(given, "single_value", 0) ? RV_TAG_SINGLE_VALUE : 0) |
                     (is_on(given, "show", 1) ? 0 : RV_TAG_HIDDEN) |
                     (is_on(given, "perf_by_tag", 0) ? RV_TAG_PERF : 0);
    if (rv_tag_category_create(executing->live->store, &category, NULL, err))
        return err->code;
    *out = rv_ae_vbool(1);
    return 0;
}

static int
category_delete(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const char *category = NULL;
    if (need_text(executing, argument(executing, 0), "the category", &category, err) ||
        rv_tag_category_delete(executing->live->store, category, err) < 0)
        return err->code;
    *out = rv_ae_vbool(1);
    return 0;
}

static int
tag_exists(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const char *category = NULL, *entry = NULL;
    if (need_text(executing, argument(executing, 0), "the category", &category, err) ||
        need_text(executing, argument(executing, 1), "the tag", &entry, err))
        return err->code;
    int there = rv_tag_exists(executing->live->store, category, entry, err);
    *out = rv_ae_vbool(there > 0);
    return there < 0 ? there : 0;
}

/* category, {name, description} */
static int
tag_create(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *given = argument(executing, 1);
    const char *category = NULL, *name = NULL;
    if (need_text(executing, argument(executing, 0), "the category", &category, err) ||
        need_text(executing, given ? rv_ae_get(given, "name") : NULL, "name", &name, err) ||
        rv_tag_create(executing->live->store, category, name, member(given, "description"), NULL,
                      err) < 0)
        return err->code;
    *out = rv_ae_vbool(1);
    return 0;
}

static int
tag_delete(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    const char *category = NULL, *entry = NULL;
    if (need_text(executing, argument(executing, 0), "the category", &category, err) ||
        need_text(executing, argument(executing, 1), "the tag", &entry, err) ||
        rv_tag_delete(executing->live->store, category, entry, err) < 0)
        return err->code;
    *out = rv_ae_vbool(1);
    return 0;
}

static int
vm_templates(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value query = rv_ae_vmap(), where = rv_ae_vmap();
    struct rv_ae_value flag = rv_ae_vbool(1);
    rv_ae_set(&where, "template", &flag);
    rv_ae_set(&query, "where", &where);
    return rv_models_rows(executing->live->models, rv_model_kind("vm"), "where", &query, out, err);
}

static int
no_requests(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    (void)out;
    return rv_fail(err, RV_E_UNSUPPORTED, "execute('%s'): there are no services and requests here",
                   executing->name);
}

static int
send_email(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    return rv_live_send_email(executing->live, executing->args, executing->first, out, err);
}

static int
snmp_trap(const struct executing *executing, struct rv_ae_value *out, rv_err *err)
{
    int version = strcmp(executing->name, "snmp_trap_v1") == 0 ? 1 : 2;
    return rv_live_trap(executing->live, version, executing->args, executing->first, out, err);
}

static const struct {
    const char *name;
    int (*run)(const struct executing *executing, struct rv_ae_value *out, rv_err *err);
} table[] = {
    { "category_exists?", category_exists },
    { "category_exists", category_exists },
    { "category_create", category_create },
    { "category_delete", category_delete },
    { "tag_exists?", tag_exists },
    { "tag_exists", tag_exists },
    { "tag_create", tag_create },
    { "tag_delete", tag_delete },
    { "vm_templates", vm_templates },
    { "send_email", send_email },
    { "snmp_trap_v1", snmp_trap },
    { "snmp_trap_v2", snmp_trap },
    { "create_provision_request", no_requests },
    { "create_automation_request", no_requests },
    { "create_service_provision_request", no_requests },
    { "create_retire_request", no_requests },
};

int
rv_live_execute(struct rv_live *live, const char *name, const struct rv_ae_value *args, int first,
                struct rv_ae_value *out, rv_err *err)
{
    const struct executing executing = { live, name, args, first };
    const char *names[RV_COUNT(table) + 1] = { NULL };
    *out = RV_AE_VNIL;
    for (size_t i = 0; i < RV_COUNT(table); i++) {
        if (strcmp(table[i].name, name) == 0)
            return table[i].run(&executing, out, err);
        names[i] = table[i].name;
    }
    const char *near = rv_nearest(name, names);
    rv_fail(err, RV_E_UNSUPPORTED, "execute knows no '%s'", name);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}
