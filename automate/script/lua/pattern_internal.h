/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the reader of patterns and the matcher.
 */
#ifndef RV_LUA_PATTERN_INTERNAL_H
#define RV_LUA_PATTERN_INTERNAL_H

#include "script/lua/pattern.h"

enum { RV_PATTERN_LONGEST = 32768 };

enum rv_pattern_kind {
    RV_ITEM_CHAR,
    RV_ITEM_ANY,
    RV_ITEM_CLASS, /* argument: its letter */
    RV_ITEM_SET,   /* argument: which set; also of FRONTIER */
    RV_ITEM_OPEN,  /* argument: which capture; also of CLOSE, POSITION, BACK */
    RV_ITEM_CLOSE,
    RV_ITEM_POSITION,
    RV_ITEM_BACK,
    RV_ITEM_BALANCE, /* argument and second: the two bytes */
    RV_ITEM_FRONTIER,
    RV_ITEM_END
};

struct rv_pattern_item {
    uint8_t kind;
    uint8_t quantifier; /* '*', '+', '-', '?' or 0 */
    uint8_t second;
    uint16_t argument;
};

struct rv_pattern_set {
    uint32_t bits[8];
};

struct rv_pattern {
    struct rv_pattern_set *sets;
    struct rv_pattern_item *items;
    int count, set_count;
};

/* Whether the byte is of class %letter; a letter that names no class stands for itself. */
int rv_pattern_class(int byte, int letter);

#endif
