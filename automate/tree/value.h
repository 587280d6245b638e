/* SPDX-License-Identifier: Apache-2.0
 *
 * A value of automate: what an attribute holds, what a method gives and gets. It owns what it
 * holds; lists and maps nest, but a value is never part of itself.
 */
#ifndef RV_AE_VALUE_H
#define RV_AE_VALUE_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

enum rv_ae_type {
    RV_AE_NIL = 0,
    RV_AE_BOOL,   /* v.i 0 / 1 */
    RV_AE_INT,    /* v.i */
    RV_AE_DOUBLE, /* v.d */
    RV_AE_TEXT,   /* v.text, UTF-8 with a NUL behind; len bytes */
    RV_AE_SYMBOL, /* as a text; a word rather than a sentence */
    RV_AE_STAMP,  /* v.i: a time, ms since 1970 UTC */
    RV_AE_SECRET, /* v.text: an envelope (core/base/vault.h), shown as stars until decrypted */
    RV_AE_LIST,   /* v.items, len of them */
    RV_AE_MAP,    /* v.items, len of them, each with its key; in the order of insertion */
    RV_AE_ROW,    /* v.row: an object of the model */
    RV_AE_NODE,   /* v.i: an object of the workspace, its number */
};

/* Nesting and size of what crosses from a method or a document. */
enum { RV_AE_DEPTH_MAX = 32, RV_AE_ITEMS_MAX = 100000, RV_AE_NAMES_MAX = 10000 /* of a map */ };

struct rv_ae_value {
    int32_t type; /* enum rv_ae_type */
    int32_t len;  /* bytes of a text, items of a list or map */
    char *key;    /* of an item of a map; owned; else NULL */
    union {
        int64_t i;
        double d;
        char *text;                /* owned */
        struct rv_ae_value *items; /* owned */
        struct {
            const char *kind; /* name of an entity kind (model/model.h); static */
            int64_t id;
        } row;
    } v;
};

#define RV_AE_VNIL ((struct rv_ae_value){ .type = RV_AE_NIL })
struct rv_ae_value rv_ae_vbool(int flag);
struct rv_ae_value rv_ae_vint(int64_t i);
struct rv_ae_value rv_ae_vdouble(double d);
struct rv_ae_value rv_ae_vtext(const char *text); /* a copy; NULL gives nil */
struct rv_ae_value rv_ae_vtext_len(const char *text, size_t len);
struct rv_ae_value rv_ae_vstamp(int64_t unix_ms);
struct rv_ae_value rv_ae_vrow(const char *kind, int64_t id);
struct rv_ae_value rv_ae_vnode(int64_t number);
struct rv_ae_value rv_ae_vlist(void);
struct rv_ae_value rv_ae_vmap(void);

/* Takes over item (which is nil afterwards), and puts it at the end. */
void rv_ae_append(struct rv_ae_value *list, struct rv_ae_value *item);
/* Takes over item; one with this key (case counts) is replaced. */
void rv_ae_set(struct rv_ae_value *map, const char *key, struct rv_ae_value *item);
/* As rv_ae_set, without looking for the key, which is another than those there are; else
 * rv_ae_keep_last comes before anything else is done with the map. */
void rv_ae_put(struct rv_ae_value *map, const char *key, struct rv_ae_value *item);
/* Of the items with one key the last stays, in the place of the first. */
void rv_ae_keep_last(struct rv_ae_value *map);
/* NULL when there is none, or map is none. Borrowed. */
const struct rv_ae_value *rv_ae_get(const struct rv_ae_value *map, const char *key);

struct rv_ae_value rv_ae_copy(const struct rv_ae_value *value); /* without its key */
/* Of memory, about, with its key and all in it. */
size_t rv_ae_bytes(const struct rv_ae_value *value);
void rv_ae_clear(struct rv_ae_value *value); /* nil afterwards; texts of secrets are wiped */
#define RV_AUTO_AE_VALUE __attribute__((cleanup(rv_ae_clear)))

/* A text as people see it: "" for nil, "true", "12", "0.5", ISO 8601, eight stars for a secret,
 * "kind::id" for a row, JSON for lists and maps. LIMIT when out is full. */
int rv_ae_show(rv_buf *out, const struct rv_ae_value *value);
/* Nil, false and blank texts; empty lists and maps. */
int rv_ae_is_blank(const struct rv_ae_value *value);

/* JSON that keeps the type: what JSON cannot say is {"$type":"stamp","value":...}. A secret stays
 * its envelope. Deeper than RV_AE_DEPTH_MAX or more than RV_AE_ITEMS_MAX items, a map of
 * more than RV_AE_NAMES_MAX: LIMIT. rv_ae_from_json is for what rv_ae_to_json wrote. */
int rv_ae_to_json(rv_buf *out, const struct rv_ae_value *value, rv_err *err);
int rv_ae_from_json(struct rv_ae_value *out, const cJSON *json, rv_err *err);
/* Of what others wrote: "$type" is a name like any other, so that nothing becomes a row, an object
 * or a secret by saying so. */
int rv_ae_from_plain_json(struct rv_ae_value *out, const cJSON *json, rv_err *err);

#endif
