/* SPDX-License-Identifier: Apache-2.0
 *
 * base64.encode, base64.decode.
 */
#include "script/lua/libs.h"

#include "base/text.h"
#include "script/lua/value.h"

static int
base64_encode(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);
    rv_base64_encode(rv_lua_scratch(L), bytes, len);
    rv_lua_push_scratch(L);
    rv_lua_charge(L, (int64_t)(len / 8));
    return 1;
}

static int
base64_decode(lua_State *L)
{
    size_t len;
    rv_err err = RV_ERR_INIT;
    const char *text = luaL_checklstring(L, 1, &len);
    if (rv_base64_decode(rv_lua_scratch(L), text, len, &err))
        return rv_lua_raise(L, &err);
    rv_lua_push_scratch(L);
    rv_lua_charge(L, (int64_t)(len / 8));
    return 1;
}

void
rv_lua_push_base64(lua_State *L)
{
    static const luaL_Reg functions[] = { { "decode", base64_decode },
                                          { "encode", base64_encode },
                                          { NULL, NULL } };
    lua_createtable(L, 0, 2);
    luaL_setfuncs(L, functions, 0);
}
