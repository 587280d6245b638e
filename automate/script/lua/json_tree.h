/* SPDX-License-Identifier: Apache-2.0
 *
 * What the libraries of JSON and YAML share.
 */
#ifndef RV_LUA_JSON_TREE_H
#define RV_LUA_JSON_TREE_H

#include <lua.h>
#include "base/json.h"
#include "script/lua/value.h"

typedef int (*rv_lua_parser)(cJSON **out, const char *text, size_t len, rv_err *err);
enum { RV_LUA_DOCUMENT_MAX = 4 << 20 };

/* The text at 1 becomes values: [] are marked lists, null is json.null. */
int rv_lua_decode(lua_State *L, rv_lua_parser parse);
/* As JSON, with sorted names. */
void rv_lua_write_json(rv_buf *out, struct rv_ae_value *value);
void rv_lua_sort_map(struct rv_ae_value *map);

#endif
