/* SPDX-License-Identifier: Apache-2.0
 *
 * Every value of a tree, each for itself; where names lead is looked at in tree/check.c.
 */
#include "resolve/check.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "resolve/resolve_internal.h"

struct checking {
    const struct rv_ae_notes *notes;
    const struct rv_ae_tree_class *class;
};

static void
tell(struct checking *checking, const struct rv_ae_place *at, const char *what, rv_err *err)
{
    RV_AUTO_FREE char *text = rv_format("%s: %s", what, err->text);
    checking->notes->note(checking->notes->arg, RV_AE_NOTE_ERROR, at->file ? at->file : "",
                          at->line, text);
    rv_err_clear(err);
}

static void
check_value(struct checking *checking, const struct rv_ae_field *field,
            const struct rv_ae_place *at, const char *value)
{
    rv_err err = RV_ERR_INIT;
    if (rv_ws_check_value(field, value, &err) < 0)
        tell(checking, at, field->name, &err);
}

/* "first; second(x => 1)" */
static void
check_calls(struct checking *checking, const struct rv_ae_place *at, const char *what,
            const char *calls)
{
    static const struct rv_ae_field as_method = { .name = "",
                                                  .aetype = RV_AE_METHOD,
                                                  .flags = RV_AE_SUBSTITUTE };
    RV_AUTO_FREE char *own = rv_strdup(calls);
    for (char *next = own; next;) {
        rv_err err = RV_ERR_INIT;
        if (rv_ws_check_value(&as_method, strsep(&next, ";"), &err) < 0)
            tell(checking, at, what, &err);
    }
}

struct sayings {
    const char *collect, *on_entry, *on_exit, *on_error, *max_retries, *max_time;
};

static void
check_sayings(struct checking *checking, const struct rv_ae_place *at,
              const struct sayings *sayings)
{
    rv_err err = RV_ERR_INIT;
    int64_t number;
    if (!ws_is_blank(sayings->collect) && ws_check_collect(sayings->collect, &err) < 0)
        tell(checking, at, "collect", &err);
    if (!ws_is_blank(sayings->max_retries) && rv_parse_int(&number, sayings->max_retries, &err) < 0)
        tell(checking, at, "max_retries", &err);
    if (!ws_is_blank(sayings->max_time) && ws_parse_interval(&number, sayings->max_time, &err) < 0)
        tell(checking, at, "max_time", &err);
    check_calls(checking, at, "on_entry", sayings->on_entry);
    check_calls(checking, at, "on_exit", sayings->on_exit);
    check_calls(checking, at, "on_error", sayings->on_error);
}

static void
check_instance(struct checking *checking, const struct rv_ae_instance *instance)
{
    for (size_t i = 0; i < instance->entry_count; i++) {
        const struct rv_ae_entry *entry = &instance->entries[i];
        const struct rv_ae_field *field = rv_ae_class_field(&checking->class->def, entry->name);
        const struct sayings sayings = { entry->collect,  entry->on_entry,    entry->on_exit,
                                         entry->on_error, entry->max_retries, entry->max_time };
        if (field)
            check_value(checking, field, &entry->at, entry->value);
        check_sayings(checking, &entry->at, &sayings);
    }
}

static void
check_class(struct checking *checking, const struct rv_ae_tree_class *class)
{
    checking->class = class;
    for (size_t i = 0; i < class->def.field_count; i++) {
        const struct rv_ae_field *field = &class->def.fields[i];
        const struct sayings sayings = { field->collect,  field->on_entry,    field->on_exit,
                                         field->on_error, field->max_retries, field->max_time };
        check_value(checking, field, &field->at, field->default_value);
        check_sayings(checking, &field->at, &sayings);
    }
    for (size_t i = 0; i < class->instance_count; i++)
        check_instance(checking, &class->instances[i]);
}

void
rv_ws_check_tree(const struct rv_ae_tree *tree, const struct rv_ae_notes *notes)
{
    struct checking checking = { .notes = notes };
    for (size_t i = 0; i < tree->domain_count; i++)
        for (size_t j = 0; j < tree->domains[i].class_count; j++)
            check_class(&checking, &tree->domains[i].classes[j]);
}
