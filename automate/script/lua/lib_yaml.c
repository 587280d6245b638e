/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml.encode, yaml.decode. Aliases are refused when reading, so that nothing expands.
 */
#include "script/lua/libs.h"

#include <string.h>
#include <strings.h>
#include "base/yaml.h"
#include "script/lua/json_tree.h"

static int
parse_yaml(cJSON **out, const char *text, size_t len, rv_err *err)
{
    return rv_yaml_parse(out, text, len, RV_LUA_DOCUMENT_MAX, err);
}

/* A line of YAML for each value; texts are quoted as JSON's when they could be read as something
 * else. */
static int
is_plain(const char *text)
{
    static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "~" };
    if (!((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') ||
          text[0] == '/' || text[0] == '_'))
        return 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(text, words[i]) == 0)
            return 0;
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-./ ()+@=");
    return text[len] == '\0' && text[len - 1] != ' ';
}

static void
add_yaml_text(rv_buf *out, const char *text, size_t len)
{
    if (is_plain(text)) {
        rv_buf_add(out, text, len);
        return;
    }
    rv_json_writer w = rv_json_to(out);
    rv_jw_string_len(&w, text, len);
}

static void
indent(rv_buf *out, int depth)
{
    rv_buf_addf(out, "\n%*s", depth * 2, "");
}

/* What stands behind "key:" or "-"; depth of what is below it. */
static void
write_yaml(rv_buf *out, struct rv_ae_value *value, int depth)
{
    int map = value->type == RV_AE_MAP;
    if (value->type == RV_AE_TEXT) {
        rv_buf_add_char(out, ' ');
        add_yaml_text(out, value->v.text, (size_t)value->len);
        return;
    }
    if ((!map && value->type != RV_AE_LIST) || value->len == 0) {
        rv_buf_add_char(out, ' ');
        rv_lua_write_json(out, value);
        return;
    }
    if (map)
        rv_lua_sort_map(value);
    for (int32_t i = 0; i < value->len; i++) {
        indent(out, depth);
        if (map) {
            add_yaml_text(out, value->v.items[i].key, strlen(value->v.items[i].key));
            rv_buf_add_char(out, ':');
        } else {
            rv_buf_add_char(out, '-');
        }
        write_yaml(out, &value->v.items[i], depth + 1);
    }
}

static int
yaml_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    struct rv_ae_value *value = rv_lua_give(L, 1);
    rv_buf *out = rv_lua_scratch(L);
    rv_buf_add_string(out, "---");
    write_yaml(out, value, 0);
    rv_buf_add_char(out, '\n');
    rv_lua_push_scratch(L);
    rv_lua_charge(L, (int64_t)out->len);
    return 1;
}

static int
yaml_decode(lua_State *L)
{
    return rv_lua_decode(L, parse_yaml);
}

void
rv_lua_push_yaml(lua_State *L)
{
    static const luaL_Reg functions[] = { { "decode", yaml_decode },
                                          { "encode", yaml_encode },
                                          { NULL, NULL } };
    lua_createtable(L, 0, 2);
    luaL_setfuncs(L, functions, 0);
}
