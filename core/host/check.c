/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks over what a module declares, before anything of it is used: what a
 * provider's author got wrong is said here, with the place, and all of it at once.
 */
#include "host/internal.h"

#include <string.h>
#include "base/text.h"

enum { MISTAKE_BYTES = 1800, MAX_KINDS = 1024, NAME_BYTES = 48, EVENT_TYPE_BYTES = 255 };

static void RV_PRINTF(2, 3) mistake(rv_buf *mistakes, const char *format, ...)
{
    rv_err line = RV_ERR_INIT;
    va_list args;
    va_start(args, format);
    rv_vfail(&line, RV_E_INVALID, format, args);
    va_end(args);
    if (mistakes->len + strlen(line.text) < MISTAKE_BYTES)
        rv_buf_addf(mistakes, "%s%s", mistakes->len ? "\n" : "", line.text);
}

static int
is_name(const char *name)
{
    return name && name[0] && strlen(name) <= NAME_BYTES &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static void
check_identity(const struct rv_module *module, rv_buf *mistakes)
{
    const struct reeve_provider *provider = &module->provider;
    if (!is_name(provider->name))
        mistake(mistakes, "its name '%.80s' is not made of [a-z0-9_]",
                provider->name ? provider->name : "");
    else if (strcmp(provider->name, module->name) != 0)
        mistake(mistakes, "its name '%s' is not that of its file, '%s'", provider->name,
                module->name);
    if (provider->open == NULL || provider->close == NULL)
        mistake(mistakes, "it has no %s function", provider->open ? "close" : "open");
}

static void
check_option(const struct reeve_option *options, size_t index, rv_buf *mistakes)
{
    const struct reeve_option *option = &options[index];
    if (!is_name(option->name)) {
        mistake(mistakes, "option '%.80s': its name is not made of [a-z0-9_]", option->name);
        return;
    }
    for (size_t i = 0; i < index; i++)
        if (strcmp(options[i].name, option->name) == 0)
            mistake(mistakes, "option '%s' is declared twice", option->name);
    if (option->type < REEVE_OPT_STRING || option->type > REEVE_OPT_TEXT) {
        mistake(mistakes, "option '%s' has unknown type %d", option->name, (int)option->type);
        return;
    }
    if (option->type == REEVE_OPT_ENUM && (option->choices == NULL || option->choices[0] == NULL)) {
        mistake(mistakes, "option '%s' has no choices", option->name);
        return;
    }
    if (option->min > option->max)
        mistake(mistakes, "option '%s': min is over max", option->name);
    int64_t number;
    rv_err err = RV_ERR_INIT;
    if (option->fallback && rv_option_parse(&number, option, option->fallback, &err) < 0)
        mistake(mistakes, "option '%s': its fallback %s", option->name, err.text);
}

static void
check_options(const struct reeve_option *options, rv_buf *mistakes)
{
    for (size_t i = 0; options && options[i].name; i++)
        check_option(options, i, mistakes);
}

static void
check_kinds(const struct rv_module *module, rv_buf *mistakes)
{
    const struct reeve_kind *const *kinds = module->provider.kinds;
    size_t prefix = strlen(module->name);
    for (size_t i = 0; kinds && kinds[i]; i++) {
        const char *name = kinds[i]->name;
        if (!is_name(name))
            mistake(mistakes, "kind %zu has no name made of [a-z0-9_]", i);
        else if (strncmp(name, module->name, prefix) != 0 || name[prefix] != '_')
            mistake(mistakes, "kind '%s' does not begin with '%s_'", name, module->name);
    }
}

static int
adds_kind(const struct rv_module *module, const char *name)
{
    const struct reeve_kind *const *kinds = module->provider.kinds;
    for (size_t i = 0; kinds && kinds[i]; i++)
        if (rv_streq(kinds[i]->name, name))
            return 1;
    return 0;
}

static void
check_inventory(const struct rv_module *module, rv_buf *mistakes)
{
    if (module->provider.inventory == NULL)
        return;
    if (module->inventory.refresh == NULL)
        mistake(mistakes, "its inventory has no refresh function");
    const char *const *kinds = module->inventory.kinds;
    if (kinds == NULL || kinds[0] == NULL)
        mistake(mistakes, "its inventory declares no kinds");
    for (size_t i = 0; kinds && kinds[i]; i++) {
        if (i == MAX_KINDS) {
            mistake(mistakes, "its inventory has more than %d kinds, or no end of them", MAX_KINDS);
            return;
        }
        const struct rv_kind *kind = rv_model_kind(kinds[i]);
        const char *near = kind ? NULL : rv_nearest(kinds[i], rv_model_words());
        if (kind && kind->server)
            mistake(mistakes, "its inventory has kind '%s', which is the server's own", kinds[i]);
        else if (kind == NULL && !adds_kind(module, kinds[i]))
            mistake(mistakes, "its inventory has unknown kind '%.80s'%s%s%s", kinds[i],
                    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

static void
check_event_type(const struct rv_module *module, size_t index, rv_buf *mistakes)
{
    static const char *const levels[] = { "critical", "detail", NULL };
    const struct reeve_event_type *types = module->events.types, *type = &types[index];
    size_t level = 0;
    if (type->name[0] == '\0' || strlen(type->name) > EVENT_TYPE_BYTES)
        mistake(mistakes, "event type %zu has no name, or one of more than %d bytes", index,
                EVENT_TYPE_BYTES);
    while (type->level && levels[level] && strcmp(levels[level], type->level) != 0)
        level++;
    if (type->level && levels[level] == NULL)
        mistake(mistakes,
                "event type '%.80s': its level '%.80s' is neither critical nor "
                "detail",
                type->name, type->level);
    if ((type->level == NULL) != (type->group == NULL))
        mistake(mistakes, "event type '%.80s': a group and a level go together", type->name);
    if (type->group && !is_name(type->group))
        mistake(mistakes, "event type '%.80s': its group '%.80s' is not made of [a-z0-9_]",
                type->name, type->group);
}

static void
check_events(const struct rv_module *module, rv_buf *mistakes)
{
    const char *source = module->events.source;
    if (module->provider.events == NULL)
        return;
    if (module->events.watch == NULL)
        mistake(mistakes, "its events have no watch function");
    if (source == NULL || source[0] == '\0' || strlen(source) > NAME_BYTES ||
        strspn(source, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(source))
        mistake(mistakes, "its events have no source made of [A-Z0-9_]");
    for (size_t i = 0; module->events.types && module->events.types[i].name; i++)
        check_event_type(module, i, mistakes);
}

int
rv_module_check(const struct rv_module *module, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf mistakes = rv_buf_limited(8192);
    check_identity(module, &mistakes);
    check_options(module->provider.options, &mistakes);
    check_kinds(module, &mistakes);
    check_inventory(module, &mistakes);
    check_events(module, &mistakes);
    if (mistakes.len == 0)
        return 0;
    rv_fail(err, RV_E_INVALID, "%s", rv_buf_text(&mistakes));
    return rv_hint(err, "this is for the provider's author: run reeve-conform on the module");
}
