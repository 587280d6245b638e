/* SPDX-License-Identifier: Apache-2.0
 *
 * What a module declares about itself: the host has looked at the rules by which
 * it works; here it is looked at as a person who has to use it.
 */
#include "checks.h"

#include <string.h>
#include "base/text.h"

enum { HELP_BYTES = 300, TITLE_BYTES = 80 };

static int
is_given(const char *text)
{
    return text && text[0];
}

/* One line, UTF-8, not too long. */
static void
check_line(struct trial *trial, const char *of, const char *text, size_t most)
{
    if (!is_given(text))
        trial_fail(trial, "%s is missing", of);
    else if (!rv_utf8_valid(text, strlen(text)))
        trial_fail(trial, "%s is not UTF-8", of);
    else if (strpbrk(text, "\r\n\t"))
        trial_fail(trial, "%s is more than one line", of);
    else if (strlen(text) > most)
        trial_fail(trial, "%s is %zu bytes long, more than %zu", of, strlen(text), most);
    else if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        trial_fail(trial, "%s has a blank at its beginning or end", of);
}

static void RV_PRINTF(3, 4)
    check_help(struct trial *trial, const char *text, const char *format, ...)
{
    char of[200];
    va_list args;
    va_start(args, format);
    vsnprintf(of, sizeof(of), format, args);
    va_end(args);
    check_line(trial, of, text, HELP_BYTES);
    size_t len = text ? strlen(text) : 0;
    if (len && text[len - 1] == '.' && (len < 3 || strcmp(text + len - 3, "...") != 0))
        trial_fail(trial, "%s ends with a full stop", of);
}

/* As SPDX expressions are spelled: "Apache-2.0", "MIT OR GPL-2.0-only", "LicenseRef-Acme". */
static int
is_license(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+() ";
    return strspn(text, allowed) == strlen(text) && strlen(text) <= TITLE_BYTES;
}

void
check_identity(struct trial *trial)
{
    const struct reeve_provider *provider = trial->provider;
    check_line(trial, "title", provider->title, TITLE_BYTES);
    check_line(trial, "version", provider->version, TITLE_BYTES);
    check_line(trial, "vendor", provider->vendor, TITLE_BYTES);
    check_line(trial, "license", provider->license, TITLE_BYTES);
    if (is_given(provider->license) && !is_license(provider->license))
        trial_fail(trial, "license '%.100s' is no SPDX expression", provider->license);
    if (is_given(provider->docs_url))
        check_line(trial, "docs_url", provider->docs_url, 1000);
    if (trial_failed(trial))
        trial_advise(trial, "set it in REEVE_PROVIDER(...): .title, .version, .vendor, .license "
                            "(such as \"Apache-2.0\")");
}

static void
check_choices(struct trial *trial, const struct reeve_option *option)
{
    for (size_t i = 0; option->choices && option->choices[i]; i++) {
        if (option->type != REEVE_OPT_ENUM) {
            trial_fail(trial, "option '%s' has choices, and is no REEVE_OPT_ENUM", option->name);
            return;
        }
        if (!is_given(option->choices[i]))
            trial_fail(trial, "option '%s' has an empty choice", option->name);
        for (size_t other = 0; other < i; other++)
            if (strcmp(option->choices[i], option->choices[other]) == 0)
                trial_fail(trial, "option '%s' has the choice '%.80s' twice", option->name,
                           option->choices[i]);
    }
}

static void
check_option(struct trial *trial, const struct reeve_option *option)
{
    int number = option->type == REEVE_OPT_INT || option->type == REEVE_OPT_DURATION ||
                 option->type == REEVE_OPT_SIZE;
    check_help(trial, option->help, "the help of option '%s'", option->name);
    if ((option->flags & REEVE_OPT_REQUIRED) && option->fallback)
        trial_fail(trial, "option '%s' is required, and has a fallback", option->name);
    if ((option->flags & REEVE_OPT_REQUIRED) && (option->flags & REEVE_OPT_ADVANCED))
        trial_fail(trial, "option '%s' is required, and hidden among the advanced ones",
                   option->name);
    if (option->flags & ~(REEVE_OPT_REQUIRED | REEVE_OPT_ADVANCED))
        trial_fail(trial, "option '%s' has unknown flags 0x%x", option->name,
                   (unsigned)option->flags);
    if ((option->min || option->max) && !number)
        trial_fail(trial, "option '%s' has bounds, and is no number", option->name);
    check_choices(trial, option);
}

void
check_options(struct trial *trial)
{
    const struct reeve_option *option = trial->provider->options;
    int count = 0;
    for (; option && option->name; option++, count++)
        check_option(trial, option);
    trial_remark(trial, "%d options", count);
    if (trial_failed(trial))
        trial_advise(trial, "options become a form, a manual page and messages: say in one line "
                            "what a person has to give");
}

static int
sounds_secret(const char *name)
{
    static const char *const words[] = { "password", "passwd",     "passphrase", "secret",
                                         "token",    "auth_key",   "client_key", "private_key",
                                         "api_key",  "access_key", "credential", "kubeconfig" };
    static const char *const harmless[] = { "_file", "_path", "_url",  "_id",
                                            "_name", "_ttl",  "_type", "timeout" };
    size_t len = strlen(name);
    for (size_t i = 0; i < RV_COUNT(harmless); i++) {
        size_t end = strlen(harmless[i]);
        if (len > end && strcmp(name + len - end, harmless[i]) == 0)
            return 0;
    }
    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (strstr(name, words[i]))
            return 1;
    return 0;
}

void
check_secret_options(struct trial *trial)
{
    const struct reeve_option *option = trial->provider->options;
    int count = 0;
    for (; option && option->name; option++) {
        count += option->type == REEVE_OPT_SECRET;
        if (option->type == REEVE_OPT_SECRET && option->fallback)
            trial_fail(trial, "option '%s' is a secret, and everybody can read its fallback",
                       option->name);
        if (sounds_secret(option->name) &&
            (option->type == REEVE_OPT_STRING || option->type == REEVE_OPT_TEXT))
            trial_fail(trial, "option '%s' sounds like a secret, and is kept as plain text",
                       option->name);
    }
    trial_remark(trial, "%d of them", count);
    if (trial_failed(trial))
        trial_advise(trial, "secrets have type REEVE_OPT_SECRET and no fallback");
}

static void
check_kind(struct trial *trial, const struct rv_kind *kind)
{
    const struct reeve_kind *def = kind->def;
    char of[120];
    snprintf(of, sizeof(of), "the title of kind '%s'", kind->name);
    check_line(trial, of, def->title, TITLE_BYTES);
    check_help(trial, def->help, "the help of kind '%s'", kind->name);
    for (const struct reeve_column *column = def->columns; column && column->name; column++)
        check_help(trial, column->help, "the help of column '%s.%s'", kind->name, column->name);
    if (def->class_name)
        trial_fail(trial, "kind '%s' claims ManageIQ's class name '%.80s': leave it out",
                   kind->name, def->class_name);
}

void
check_own_kinds(struct trial *trial)
{
    const struct reeve_kind *const *kinds = trial->provider->kinds;
    int count = 0;
    for (; kinds && kinds[count]; count++) {
        const struct rv_kind *kind = rv_model_kind(kinds[count]->name);
        if (kind)
            check_kind(trial, kind);
    }
    trial_remark(trial, "%d of them", count);
    if (trial_failed(trial))
        trial_advise(trial, "a kind becomes a table, a collection of the API and a word of "
                            "reevectl: say in one line each what it and its columns are");
}

static int
is_declared(const struct reeve_inventory_iface *inventory, const char *name)
{
    for (size_t i = 0; inventory->kinds[i]; i++)
        if (strcmp(inventory->kinds[i], name) == 0)
            return 1;
    return 0;
}

/* A child that no declared kind can own would never be taken. */
static int
has_owner(const struct reeve_inventory_iface *inventory, const struct rv_kind *child)
{
    for (size_t i = 0; inventory->kinds[i]; i++) {
        const struct rv_kind *owner = rv_model_kind(inventory->kinds[i]);
        if (owner && rv_kind_accepts(child, child->owner_column, owner))
            return 1;
    }
    return 0;
}

void
check_inventory_kinds(struct trial *trial)
{
    const struct reeve_inventory_iface *inventory = trial->provider->inventory;
    int count = 0;
    for (; inventory->kinds[count]; count++) {
        const struct rv_kind *kind = rv_model_kind(inventory->kinds[count]);
        for (int other = 0; other < count; other++)
            if (strcmp(inventory->kinds[other], inventory->kinds[count]) == 0)
                trial_fail(trial, "kind '%s' is declared twice", kind->name);
        if (kind->child && !has_owner(inventory, kind))
            trial_fail(trial, "kind '%s' belongs to others, and none of those is declared",
                       kind->name);
        if (kind->kept_by_kind >= 0 &&
            !is_declared(inventory, rv_model_at(kind->kept_by_kind)->name))
            trial_fail(trial,
                       "kind '%s' lives as long as a '%s' points to it, and that is not "
                       "declared",
                       kind->name, rv_model_at(kind->kept_by_kind)->name);
    }
    if (inventory->flags & ~REEVE_INVENTORY_TARGETED)
        trial_fail(trial, "its inventory has unknown flags 0x%x", (unsigned)inventory->flags);
    for (const struct reeve_kind *const *own = trial->provider->kinds; own && *own; own++)
        if (!is_declared(inventory, (*own)->name))
            trial_fail(trial,
                       "its own kind '%s' is not in the inventory's list: it can never be "
                       "emitted",
                       (*own)->name);
    trial_remark(trial, "%d kinds", count);
    if (trial_failed(trial))
        trial_advise(trial, "the inventory's `kinds` lists everything that refresh and watch emit, "
                            "children and their owners too");
}

static void
check_strings(struct trial *trial, const cJSON *json)
{
    const cJSON *item;
    if (cJSON_IsString(json) && !rv_utf8_valid(json->valuestring, strlen(json->valuestring)))
        trial_fail(trial, "a text of '%s' is not UTF-8", json->string ? json->string : "a list");
    cJSON_ArrayForEach(item, json) check_strings(trial, item);
}

void
check_manifest(struct trial *trial)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *manifest = rv_module_describe(trial->module), *again = NULL;
    check_strings(trial, manifest);
    char *text = cJSON_Print(manifest);
    if (text == NULL)
        trial_fail(trial, "the manifest cannot be printed");
    else if (rv_json_parse(&again, text, strlen(text), 64 << 20, 0, &err) < 0)
        trial_fail_err(trial, &err, "the manifest");
    else if (!cJSON_Compare(manifest, again, 1))
        trial_fail(trial, "the manifest reads back as something else");
    else
        trial_remark(trial, "%zu bytes; --describe prints it", strlen(text));
    cJSON_free(text);
}

/* The server keeps their descriptions in its database, and must get the same kind from there. */
void
check_kinds_as_json(struct trial *trial)
{
    const struct reeve_kind *const *kinds = trial->provider->kinds;
    for (; kinds && *kinds; kinds++) {
        rv_err err = RV_ERR_INIT;
        struct reeve_kind *back = NULL;
        const struct rv_kind *kind = rv_model_kind((*kinds)->name);
        RV_AUTO_JSON cJSON *json = rv_kind_to_json(kind->def), *again = NULL;
        if (rv_kind_from_json(&back, json, &err) < 0) {
            trial_fail_err(trial, &err, "kind '%s'", kind->name);
            continue;
        }
        again = rv_kind_to_json(back);
        if (!cJSON_Compare(json, again, 1))
            trial_fail(trial, "kind '%s' reads back as something else", kind->name);
        rv_kind_def_free(back);
    }
}
