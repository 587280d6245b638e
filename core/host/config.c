/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of a connection: what a person gave, checked against the table that
 * the provider declares, with all mistakes said at once, one a line; and the getters that
 * cannot fail afterwards.
 */
#include "host/internal.h"

#include <sodium.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"

enum { SHORT_TEXT_BYTES = 4096, LONG_TEXT_BYTES = 1 << 20, MISTAKE_BYTES = 1900 };

static size_t
text_ceiling(const struct reeve_option *option)
{
    int is_long = option->type == REEVE_OPT_TEXT || option->type == REEVE_OPT_SECRET;
    return is_long ? LONG_TEXT_BYTES : SHORT_TEXT_BYTES;
}

static int
parse_flag(int64_t *number, const char *text, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    if (rv_parse_flag(number, text, &ignored) == 0)
        return 0;
    return rv_fail(err, RV_E_INVALID, "must be true or false, not '%.80s'", text);
}

static int
parse_url(const char *text, rv_err *err)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    if (scheme == 0)
        return rv_fail(err, RV_E_INVALID, "must begin with http:// or https://");
    if (text[scheme] == 0 || strchr("/:?#", text[scheme]) || strpbrk(text, " \t\r\n"))
        return rv_fail(err, RV_E_INVALID, "'%.200s' is not a URL", text);
    /* It is stored and shown as it is. */
    if (memchr(text + scheme, '@', strcspn(text + scheme, "/?#")))
        return rv_fail(err, RV_E_INVALID,
                       "must not hold a user name or password: give them by options of their own");
    return 0;
}

static int
parse_choice(const struct reeve_option *option, const char *text, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf words = rv_buf_limited(1024);
    for (size_t i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0)
            return 0;
        rv_buf_addf(&words, "%s%s", i ? ", " : "", option->choices[i]);
    }
    const char *near = rv_nearest(text, option->choices);
    if (near)
        return rv_fail(err, RV_E_INVALID, "'%.80s' is not known, did you mean '%s'?", text, near);
    return rv_fail(err, RV_E_INVALID, "must be one of %s, not '%.80s'", rv_buf_text(&words), text);
}

static int
check_bounds(const struct reeve_option *option, int64_t number, rv_err *err)
{
    if (option->min == 0 && option->max == 0)
        return 0;
    if (number >= option->min && number <= option->max)
        return 0;
    const char *unit = option->type == REEVE_OPT_DURATION ? " ms"
                       : option->type == REEVE_OPT_SIZE   ? " bytes"
                                                          : "";
    return rv_fail(err, RV_E_INVALID, "must be from %lld to %lld%s", (long long)option->min,
                   (long long)option->max, unit);
}

static int
parse_number(int64_t *number, const struct reeve_option *option, const char *text, rv_err *err)
{
    rv_err inner = RV_ERR_INIT;
    int rc = option->type == REEVE_OPT_INT        ? rv_parse_int(number, text, &inner)
             : option->type == REEVE_OPT_DURATION ? rv_parse_duration(number, text, &inner)
                                                  : rv_parse_size(number, text, &inner);
    if (rc == 0)
        return check_bounds(option, *number, err);
    const char *example = option->type == REEVE_OPT_INT        ? "a whole number"
                          : option->type == REEVE_OPT_DURATION ? "a time such as 500ms, 10s or 5m"
                                                               : "a size such as 64KiB or 2MiB";
    return rv_fail(err, RV_E_INVALID, "must be %s, not '%.80s'", example, text);
}

int
rv_option_parse(int64_t *number, const struct reeve_option *option, const char *text, rv_err *err)
{
    *number = 0;
    size_t len = strlen(text);
    if (len > text_ceiling(option))
        return rv_fail(err, RV_E_LIMIT, "is %zu bytes long, more than %zu", len,
                       text_ceiling(option));
    if (!rv_utf8_valid(text, len))
        return rv_fail(err, RV_E_INVALID, "is not UTF-8");
    switch (option->type) {
    case REEVE_OPT_INT:
    case REEVE_OPT_DURATION:
    case REEVE_OPT_SIZE:
        return parse_number(number, option, text, err);
    case REEVE_OPT_FLAG:
        return parse_flag(number, text, err);
    case REEVE_OPT_URL:
        return parse_url(text, err);
    case REEVE_OPT_ENUM:
        return parse_choice(option, text, err);
    default:
        return 0;
    }
}

static void
wipe_text(char *text)
{
    if (text)
        sodium_memzero(text, strlen(text));
    free(text);
}

/* Text of a given value: the caller's; NULL for null and for what is neither text, number nor flag.
 */
static char *
text_of(const cJSON *value)
{
    if (cJSON_IsString(value))
        return rv_strdup(value->valuestring);
    if (cJSON_IsBool(value))
        return rv_strdup(cJSON_IsTrue(value) ? "true" : "false");
    if (!cJSON_IsNumber(value))
        return NULL;
    if (value->valuedouble == (double)(int64_t)value->valuedouble)
        return rv_format("%lld", (long long)value->valuedouble);
    return rv_format("%.17g", value->valuedouble);
}

static void
mistake(rv_buf *mistakes, const char *option, const char *text)
{
    if (mistakes->len + strlen(option) + strlen(text) + 20 > MISTAKE_BYTES)
        return;
    rv_buf_addf(mistakes, "%soption '%s' %s", mistakes->len ? "\n" : "", option, text);
}

static int
take_text(struct rv_option_value *setting, const char *text, int given, rv_buf *mistakes)
{
    rv_err err = RV_ERR_INIT;
    const struct reeve_option *option = setting->option;
    if (rv_option_parse(&setting->number, option, text, &err) < 0) {
        mistake(mistakes, option->name, err.text);
        return -1;
    }
    setting->given = given;
    if (option->type != REEVE_OPT_SECRET) {
        setting->text = rv_strdup(text);
        return 0;
    }
    setting->secret = rv_host_secret_new(text, strlen(text));
    if (setting->secret == NULL)
        mistake(mistakes, option->name, "cannot be kept: no memory for secrets");
    return setting->secret ? 0 : -1;
}

static void
fill(struct rv_option_value *setting, const cJSON *given, rv_buf *mistakes)
{
    const struct reeve_option *option = setting->option;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(given, option->name);
    char *text = value ? text_of(value) : NULL;
    if (value && text == NULL && !cJSON_IsNull(value)) {
        mistake(mistakes, option->name, "must be a text, a number or true or false");
    } else if (text && text[0]) {
        take_text(setting, text, 1, mistakes);
    } else if (option->fallback) {
        take_text(setting, option->fallback, 0, mistakes);
    } else if (option->flags & REEVE_OPT_REQUIRED) {
        RV_AUTO_FREE char *help =
            rv_format("is missing (%s)", option->help ? option->help : "required");
        mistake(mistakes, option->name, help);
    }
    wipe_text(text);
}

static void
find_unknown(const struct rv_module *module, const cJSON *given, rv_buf *mistakes)
{
    size_t count = 0;
    const struct reeve_option *options = module->provider.options;
    while (options && options[count].name)
        count++;
    RV_AUTO_FREE const char **names = rv_alloc((count + 1) * sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = options[i].name;
    const cJSON *item;
    cJSON_ArrayForEach(item, given)
    {
        size_t i = 0;
        while (i < count && strcmp(names[i], item->string) != 0)
            i++;
        if (i < count || mistakes->len > MISTAKE_BYTES - 300)
            continue;
        const char *near = rv_nearest(item->string, names);
        rv_buf_addf(mistakes, "%sunknown option '%.80s'", mistakes->len ? "\n" : "", item->string);
        if (near)
            rv_buf_addf(mistakes, ", did you mean '%s'?", near);
    }
}

static struct rv_config *
config_new(const struct rv_module *module)
{
    struct rv_config *config = rv_alloc(sizeof(*config));
    const struct reeve_option *options = module->provider.options;
    config->module = module;
    while (options && options[config->handle.count].name)
        config->handle.count++;
    config->handle.settings =
        rv_alloc(((size_t)config->handle.count + 1) * sizeof(struct rv_option_value));
    for (int i = 0; i < config->handle.count; i++)
        config->handle.settings[i].option = &options[i];
    return config;
}

int
rv_config_make(struct rv_config **out, const struct rv_module *module, const cJSON *given,
               rv_err *err)
{
    cJSON *prepared = NULL;
    if (rv_config_prepare(&prepared, module, given, err) < 0)
        return err->code;
    struct rv_config *config = config_new(module);
    RV_AUTO_BUF
    rv_buf mistakes = rv_buf_limited(64 << 10);
    find_unknown(module, prepared, &mistakes);
    for (int i = 0; i < config->handle.count; i++)
        fill(&config->handle.settings[i], prepared, &mistakes);
    rv_json_wipe(prepared);
    cJSON_Delete(prepared);
    if (mistakes.len == 0) {
        *out = config;
        return 0;
    }
    rv_config_free(config);
    rv_fail(err, RV_E_INVALID, "%s", rv_buf_text(&mistakes));
    rv_mask_secrets(err->text);
    return err->code;
}

void
rv_config_free(struct rv_config *config)
{
    if (config == NULL)
        return;
    for (int i = 0; i < config->handle.count; i++) {
        free(config->handle.settings[i].text);
        rv_host_secret_free(config->handle.settings[i].secret);
    }
    free(config->handle.settings);
    free(config);
}

static int
add_secret(void *arg, const char *bytes, uint64_t len)
{
    RV_AUTO_FREE char *text = rv_strndup(bytes, len);
    cJSON *item = cJSON_CreateString(text);
    sodium_memzero(text, len);
    *(cJSON **)arg = item;
    return 0;
}

int
rv_config_split(const struct rv_config *config, cJSON **plain, cJSON **secrets, rv_err *err)
{
    *plain = cJSON_CreateObject();
    if (secrets)
        *secrets = cJSON_CreateObject();
    if (*plain == NULL || (secrets && *secrets == NULL))
        return rv_fail(err, RV_E_INTERNAL, "out of memory");
    for (int i = 0; i < config->handle.count; i++) {
        const struct rv_option_value *setting = &config->handle.settings[i];
        if (!setting->given)
            continue;
        if (setting->text)
            cJSON_AddStringToObject(*plain, setting->option->name, setting->text);
        cJSON *item = NULL;
        if (setting->secret && secrets) {
            rv_host_secret_with(NULL, setting->secret, add_secret, &item);
            cJSON_AddItemToObject(*secrets, setting->option->name, item);
        }
    }
    return 0;
}

int
rv_option_is_secret(const struct rv_module *module, const char *name)
{
    const struct reeve_option *options = module->provider.options;
    for (size_t i = 0; options && options[i].name; i++)
        if (strcmp(options[i].name, name) == 0)
            return options[i].type == REEVE_OPT_SECRET;
    return 0;
}

static const struct rv_option_value *
find(const struct reeve_config *config, const char *name)
{
    for (int i = 0; name && i < config->count; i++)
        if (strcmp(config->settings[i].option->name, name) == 0)
            return &config->settings[i];
    return NULL;
}

const char *
rv_config_get_string(const struct reeve_config *config, const char *name)
{
    const struct rv_option_value *setting = find(config, name);
    return setting ? setting->text : NULL;
}

int64_t
rv_config_get_int(const struct reeve_config *config, const char *name)
{
    const struct rv_option_value *setting = find(config, name);
    return setting ? setting->number : 0;
}

int32_t
rv_config_get_has(const struct reeve_config *config, const char *name)
{
    const struct rv_option_value *setting = find(config, name);
    return setting && (setting->text || setting->secret);
}

const struct reeve_secret *
rv_config_get_secret(const struct reeve_config *config, const char *name)
{
    const struct rv_option_value *setting = find(config, name);
    return setting ? setting->secret : NULL;
}

int
rv_config_wants_events(const struct rv_config *config)
{
    const struct rv_option_value *setting = find(&config->handle, "events");
    if (config->module->provider.events == NULL)
        return 0;
    int type = setting ? setting->option->type : 0;
    return (type != REEVE_OPT_INT && type != REEVE_OPT_FLAG) || setting->number != 0;
}
