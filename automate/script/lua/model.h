/* SPDX-License-Identifier: Apache-2.0
 *
 * Between rows and the classes that find them.
 */
#ifndef RV_LUA_MODEL_H
#define RV_LUA_MODEL_H

extern const char *const rv_lua_model_functions[]; /* find, where, ...; NULL at the end */

#endif
