/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of verbs, and what their arguments have to be.
 */
#include "script/verbs.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum { CUSTOM_NAME_MAX = 255 };

static const struct {
    const char *kind, *name; /* kind NULL: of every kind */
} verbs[] = {
    [RV_VERB_ASSOCIATIONS] = { NULL, "associations" },
    [RV_VERB_COLUMNS] = { NULL, "columns" },
    [RV_VERB_CUSTOM_GET] = { NULL, "custom_get" },
    [RV_VERB_CUSTOM_KEYS] = { NULL, "custom_keys" },
    [RV_VERB_CUSTOM_SET] = { NULL, "custom_set" },
    [RV_VERB_INSPECT] = { NULL, "inspect" },
    [RV_VERB_INSPECT_ALL] = { NULL, "inspect_all" },
    [RV_VERB_REFRESH] = { NULL, "refresh" },
    [RV_VERB_REFRESH_EMS] = { "provider", "refresh_ems" },
    [RV_VERB_RELOAD] = { NULL, "reload" },
    [RV_VERB_SET_OWNER] = { NULL, "set_owner" },
    [RV_VERB_TAG_ASSIGN] = { NULL, "tag_assign" },
    [RV_VERB_TAG_UNASSIGN] = { NULL, "tag_unassign" },
    [RV_VERB_TAGGABLE] = { NULL, "taggable" },
    [RV_VERB_TAGGED_WITH] = { NULL, "tagged_with" },
    [RV_VERB_TAGS] = { NULL, "tags" },
    [RV_VERB_VIRTUAL_COLUMN_NAMES] = { NULL, "virtual_column_names" },
};

static const char *const operations[] = {
    "start",
    "stop",
    "suspend",
    "pause",
    "unpause",
    "shelve",
    "reset",
    "shutdown_guest",
    "reboot_guest",
    "standby_guest",
    "unregister",
    "migrate",
    "clone",
    "scan",
    "retire_now",
    "create_snapshot",
    "remove_snapshot",
    "remove_all_snapshots",
    "revert_to_snapshot",
    "remove_from_disk",
    "ems_custom_get",
    "ems_custom_set",
    "ems_custom_keys",
    "change_host_power_state",
    "enter_maintenance_mode",
    "exit_maintenance_mode",
    "reconfigure",
    "add_disk",
    "resize_disk",
    "authentication_check",
};

static int
is_named(const char *given, const char *name)
{
    size_t len = strlen(given);
    if (len > 1 && given[len - 1] == '?')
        return strlen(name) == len - 1 && strncmp(given, name, len - 1) == 0;
    if (len > 1 && given[len - 1] == '=')
        return strncmp(name, "set_", 4) == 0 && strlen(name) == len + 3 &&
               strncmp(given, name + 4, len - 1) == 0;
    return strcmp(given, name) == 0;
}

static int
is_of(size_t verb, const char *kind)
{
    return verbs[verb].name && (!verbs[verb].kind || strcmp(verbs[verb].kind, kind) == 0);
}

enum rv_verb
rv_verb_find(const char *kind, const char *given)
{
    for (size_t i = 0; i < RV_COUNT(verbs); i++)
        if (is_of(i, kind) && is_named(given, verbs[i].name))
            return (enum rv_verb)i;
    for (size_t i = 0; i < RV_COUNT(operations); i++)
        if (strcmp(operations[i], given) == 0)
            return RV_VERB_OPERATION;
    return RV_VERB_NONE;
}

static void
add_name(struct rv_ae_value *out, const char *name)
{
    struct rv_ae_value text = rv_ae_vtext(name);
    rv_ae_append(out, &text);
}

void
rv_verb_names(const char *kind, struct rv_ae_value *out)
{
    *out = rv_ae_vlist();
    for (size_t i = 0; i < RV_COUNT(verbs); i++)
        if (is_of(i, kind))
            add_name(out, verbs[i].name);
    add_name(out, "owner=");
    for (size_t i = 0; i < RV_COUNT(operations); i++)
        add_name(out, operations[i]);
}

int
rv_verb_fail_unknown(const char *kind, const char *given, rv_err *err)
{
    const char *names[RV_COUNT(verbs) + 1] = { NULL };
    size_t count = 0;
    for (size_t i = 0; i < RV_COUNT(verbs); i++)
        if (is_of(i, kind))
            names[count++] = verbs[i].name;
    const char *near = rv_nearest(given, names);
    rv_fail(err, RV_E_UNSUPPORTED, "a %s has no method '%s'", kind, given);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

/* NULL when it is none. */
static const char *
text_at(const struct rv_ae_value *args, int32_t index)
{
    const struct rv_ae_value *value = index < args->len ? &args->v.items[index] : NULL;
    int is_text = value && (value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL);
    return is_text ? value->v.text : NULL;
}

/* "category/name", or both. */
static int
check_tag(const struct rv_ae_value *args, rv_err *err)
{
    const char *first = text_at(args, 0);
    return args->len > 1 || strchr(first, '/')
               ? 0
               : rv_fail(err, RV_E_INVALID, "'%s' is no tag: category/name is", first);
}

static int
check_name(const char *name, rv_err *err)
{
    if (*name && strlen(name) <= CUSTOM_NAME_MAX)
        return 0;
    return rv_fail(err, RV_E_INVALID, "the name of a custom attribute has 1 to %d bytes",
                   CUSTOM_NAME_MAX);
}

/* How many texts it takes at least, of so many that are given. */
static int32_t
texts_of(enum rv_verb verb, int32_t given)
{
    switch (verb) {
    case RV_VERB_TAG_ASSIGN:
    case RV_VERB_TAG_UNASSIGN:
    case RV_VERB_TAGGED_WITH:
        return given > 1 ? 2 : 1;
    case RV_VERB_CUSTOM_GET:
    case RV_VERB_CUSTOM_SET:
        return 1;
    case RV_VERB_TAGS:
        return given > 0;
    default:
        return 0;
    }
}

int
rv_verb_check(enum rv_verb verb, const char *kind, const char *given,
              const struct rv_ae_value *args, rv_err *err)
{
    const struct rv_ae_value *first = args->len ? &args->v.items[0] : NULL;
    int32_t texts = texts_of(verb, args->len);
    for (int32_t i = 0; i < texts; i++)
        if (text_at(args, i) == NULL)
            return rv_fail(err, RV_E_INVALID, "%s of a %s: argument %d is no text", given, kind,
                           i + 1);
    if (verb == RV_VERB_CUSTOM_GET || verb == RV_VERB_CUSTOM_SET)
        return check_name(text_at(args, 0), err);
    if (texts && verb != RV_VERB_TAGS)
        return check_tag(args, err);
    if (verb == RV_VERB_SET_OWNER && first && first->type != RV_AE_NIL &&
        (first->type != RV_AE_ROW || strcmp(first->v.row.kind, "user") != 0))
        return rv_fail(err, RV_E_INVALID, "%s takes a user, or nil", given);
    return 0;
}
