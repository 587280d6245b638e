/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings as answers.
 */
#include "api/settings_show.h"

#include <string.h>
#include "api/answer.h"
#include "base/text.h"
#include "store/url.h"

int
rv_settings_below(const char *key, const char *section)
{
    size_t len = strlen(section);

    return len == 0 || (strncmp(key, section, len) == 0 && (key[len] == '.' || key[len] == '\0'));
}

/* As it may be shown: a store's URL without its password. The caller's. */
static char *
shown(const struct rv_setting *setting, const char *text)
{
    return rv_streq(setting->key, "store") ? rv_store_url_public(text) : rv_strdup(text);
}

static const char *
text_of(const struct rv_settings *settings, const struct rv_setting *setting)
{
    return setting->type == RV_SET_SECRET
               ? rv_settings_at(settings, rv_settings_origin(settings, setting->key), setting->key)
               : rv_settings_string(settings, setting->key);
}

void
rv_settings_show_nested(struct rv_request *req, const struct rv_settings *settings,
                        const char *section)
{
    RV_AUTO_JSON cJSON *top = cJSON_CreateObject();

    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++) {
        const char *last = NULL;
        if (!rv_settings_below(one->key, section))
            continue;
        cJSON *object = rv_settings_object_of(top, one->key, &last);
        if (one->type == RV_SET_INT)
            cJSON_AddNumberToObject(object, last, (double)rv_settings_int(settings, one->key));
        else if (one->type == RV_SET_FLAG)
            cJSON_AddBoolToObject(object, last, rv_settings_int(settings, one->key) != 0);
        else {
            RV_AUTO_FREE char *text = shown(one, text_of(settings, one));
            cJSON_AddStringToObject(object, last, text);
        }
    }
    rv_json_writer w = rv_answer_json(req, 200);
    RV_AUTO_FREE char *text = cJSON_PrintUnformatted(top);
    rv_jw_raw(&w, text, strlen(text));
}

static void
write_pair(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    rv_jw_string(w, text);
}

static void
write_limits(rv_json_writer *w, const struct rv_setting *setting)
{
    const char *unit = rv_settings_unit(setting->type);

    if (*unit)
        write_pair(w, "unit", unit);
    if (setting->type == RV_SET_STRING || setting->type == RV_SET_SECRET ||
        setting->type == RV_SET_FLAG || (setting->min == 0 && setting->max == 0))
        return;
    rv_jw_name(w, "minimum");
    rv_jw_int(w, setting->min);
    rv_jw_name(w, "maximum");
    rv_jw_int(w, setting->max);
}

static void
write_layers(rv_json_writer *w, const struct rv_settings *settings,
             const struct rv_setting *setting)
{
    rv_jw_name(w, "layers");
    rv_jw_object(w);
    for (int layer = RV_LAYER_DEFAULT; layer < RV_LAYERS; layer++) {
        const char *text = rv_settings_at(settings, layer, setting->key);
        RV_AUTO_FREE char *visible = text ? shown(setting, text) : NULL;
        if (visible)
            write_pair(w, rv_settings_layer_name(layer), visible);
    }
    rv_jw_end_object(w);
}

static const char *
takes_effect(int traits)
{
    return traits & RV_SET_AT_START    ? "at the next start"
           : traits & RV_SET_FILE_ONLY ? "when reeved reads reeve.yaml again (SIGHUP)"
                                       : "at once";
}

static void
write_one(rv_json_writer *w, const struct rv_settings *settings, const struct rv_setting *setting)
{
    int traits = rv_settings_traits(setting->key);
    const char *source = rv_settings_source(settings, setting->key);
    RV_AUTO_FREE char *value = shown(setting, text_of(settings, setting));

    rv_jw_object(w);
    write_pair(w, "key", setting->key);
    write_pair(w, "value", value);
    write_pair(w, "origin", rv_settings_layer_name(rv_settings_origin(settings, setting->key)));
    if (setting->inherits)
        write_pair(w, "inherits", setting->inherits);
    if (!rv_streq(source, setting->key))
        write_pair(w, "inherited_from", source);
    write_pair(w, "type", rv_settings_type_name(setting->type));
    write_limits(w, setting);
    write_layers(w, settings, setting);
    write_pair(w, "takes_effect", takes_effect(traits));
    write_pair(w, "kept_in", traits & RV_SET_FILE_ONLY ? "reeve.yaml" : "database");
    write_pair(w, "help", setting->help);
    rv_jw_end_object(w);
}

void
rv_settings_show_list(struct rv_request *req, const struct rv_settings *settings,
                      const char *section)
{
    rv_json_writer w = rv_answer_json(req, 200);
    int count = 0, shown = 0;

    rv_jw_object(&w);
    write_pair(&w, "name", "settings");
    rv_jw_name(&w, "resources");
    rv_jw_array(&w);
    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++) {
        count++;
        if (!rv_settings_below(one->key, section))
            continue;
        write_one(&w, settings, one);
        shown++;
    }
    rv_jw_end_array(&w);
    rv_jw_name(&w, "count");
    rv_jw_int(&w, count);
    rv_jw_name(&w, "subcount");
    rv_jw_int(&w, shown);
    rv_jw_end_object(&w);
}
