/* SPDX-License-Identifier: Apache-2.0
 *
 * What a datastore defines: domains of namespaces of classes, whose schema is a list of fields and
 * whose instances give those fields values, and methods. All of it is read-only once made and
 * lives in the arena of whoever made it. Names keep their case and are compared without it
 * (ASCII); texts are UTF-8, NULL when absent.
 */
#ifndef RV_AE_TREE_H
#define RV_AE_TREE_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

enum rv_ae_aetype { /* what a field is for */
                    RV_AE_ATTRIBUTE = 0,
                    RV_AE_ASSERTION,
                    RV_AE_METHOD,
                    RV_AE_RELATIONSHIP,
                    RV_AE_STATE,
};

enum rv_ae_datatype { /* what a field's text becomes */
                      RV_AE_DATA_STRING = 0,
                      RV_AE_DATA_SYMBOL,
                      RV_AE_DATA_INTEGER,
                      RV_AE_DATA_FLOAT,
                      RV_AE_DATA_BOOLEAN,
                      RV_AE_DATA_TIME,
                      RV_AE_DATA_ARRAY,
                      RV_AE_DATA_PASSWORD,
                      RV_AE_DATA_NULL_COALESCING,
                      RV_AE_DATA_OBJECT, /* an id: the row of field->object_class */
};

enum rv_ae_source_of { /* who may change a domain */
                       RV_AE_USER = 0,
                       RV_AE_USER_LOCKED,
                       RV_AE_REMOTE, /* git */
                       RV_AE_SYSTEM, /* shipped */
};

enum {
    RV_AE_SUBSTITUTE = 1, /* ${...} in the value is replaced */
    RV_AE_ONCE = 2,       /* a state whose main step is begun at most once, whatever dies */
};

/* Where a definition was read; file NULL when it was not read from one. */
struct rv_ae_place {
    const char *file; /* below what was read */
    int32_t line;     /* 0: the whole file */
};

/* A row of a class's schema, or an input of a method. */
struct rv_ae_field {
    const char *name;
    int32_t aetype;           /* enum rv_ae_aetype */
    int32_t datatype;         /* enum rv_ae_datatype */
    const char *object_class; /* RV_AE_DATA_OBJECT: "vm", "Host", ... as written */
    int32_t priority;         /* order, from 1 */
    int32_t flags;            /* RV_AE_SUBSTITUTE, RV_AE_ONCE */
    const char *default_value;
    const char *message; /* "create", "a,b" or "*"; NULL: "create" */
    const char *collect;
    const char *scope; /* "class", "instance", "local" */
    const char *condition;
    const char *display_name, *description;
    const char *on_entry, *on_exit, *on_error;
    const char *max_retries, *max_time; /* as written: "100", "10.minutes" */
    const char *visibility, *owner;
    struct rv_ae_place at;
};

/* What an instance says of a field of its class; NULL: as the field. The value of a password (and
 * the default value of a field that is one) is the text itself in files, and "PLACE|ENVELOPE" when
 * it comes from the database (datastore/secret.h). */
struct rv_ae_entry {
    const char *name; /* the field's */
    const char *value;
    const char *collect;
    const char *condition;
    const char *display_name;
    const char *on_entry, *on_exit, *on_error;
    const char *max_retries, *max_time;
    struct rv_ae_place at;
};

struct rv_ae_domain {
    int64_t id; /* of its row; 0 when read from files */
    const char *name, *display_name, *description;
    int32_t priority; /* higher wins */
    int32_t enabled;
    int32_t source; /* enum rv_ae_source_of */
    int64_t tenant_id;
    struct rv_ae_place at;
};

struct rv_ae_namespace {
    int64_t id;
    const char *path; /* below the domain: "System/Event/EmsEvent" */
    const char *display_name, *description;
    struct rv_ae_place at;
};

struct rv_ae_class {
    int64_t id;
    const struct rv_ae_domain *domain;
    const char *path; /* namespace and name: "System/Event/EmsEvent/Demo" */
    const char *name; /* the last part of path */
    const char *display_name, *description;
    const char *inherits, *type, *visibility, *owner;
    const struct rv_ae_field *fields; /* by priority */
    size_t field_count;
    struct rv_ae_place at;
};

struct rv_ae_instance {
    int64_t id;
    const struct rv_ae_class *class;
    const char *name; /* ".missing" and ".default" too */
    const char *display_name, *description, *inherits;
    const struct rv_ae_entry *entries; /* any order, a field at most once */
    size_t entry_count;
    struct rv_ae_place at;
};

struct rv_ae_method {
    int64_t id;
    const struct rv_ae_class *class;
    const char *name, *display_name, *description;
    const char *language; /* "lua"; "ruby" is kept and shown, not run */
    const char *location; /* "inline", "builtin", "expression", "playbook", ... */
    const char *scope;
    const char *data; /* the text of an inline method; NULL when there is none */
    size_t data_len;
    char digest[33];             /* of data, hex: the key under which a compiled chunk is kept */
    const char *options;         /* JSON; NULL: none */
    const char *const *embedded; /* paths of methods that are loaded before it */
    size_t embedded_count;
    const struct rv_ae_field *inputs;
    size_t input_count;
    struct rv_ae_place at;
};

/* Where definitions come from: the database's cache, or a directory. What is given out stays
 * valid until the source is closed or `generation` changes between two resolutions. Paths and
 * names are given without a leading slash. Functions return 0 and *out, or NOT_FOUND without a
 * text worth showing, or another error. */
struct rv_ae_source {
    void *arg;
    int64_t generation;
    /* The enabled ones, highest priority first. */
    int (*domains)(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err);
    int (*find_class)(void *arg, const struct rv_ae_domain *domain, const char *path,
                      const struct rv_ae_class **out, rv_err *err);
    int (*find_instance)(void *arg, const struct rv_ae_class *class, const char *name,
                         const struct rv_ae_instance **out, rv_err *err);
    /* Instances whose name matches a pattern of * and ?, by name; LIMIT when more than `most`. fn
     * returns 0 to go on. */
    int (*match)(void *arg, const struct rv_ae_class *class, const char *pattern, int most,
                 int (*fn)(void *fn_arg, const struct rv_ae_instance *instance, rv_err *err),
                 void *fn_arg, rv_err *err);
    int (*find_method)(void *arg, const struct rv_ae_class *class, const char *name,
                       const struct rv_ae_method **out, rv_err *err);
};

/* The word of an enum in files, tables and documents; NULL when the number is none. */
const char *rv_ae_aetype_name(int aetype);
const char *rv_ae_source_name(int source_of);
/* "null coalescing" for RV_AE_DATA_NULL_COALESCING; RV_AE_DATA_OBJECT has none: NULL. */
const char *rv_ae_datatype_name(int datatype);
/* Without regard to case. aetype: -1 when unknown. datatype: NULL or "" is RV_AE_DATA_STRING, a
 * word that is no datatype is RV_AE_DATA_OBJECT. */
int rv_ae_aetype(const char *word);
int rv_ae_source_of(const char *word);
int rv_ae_datatype(const char *word);
/* A method that every class has, since the server carries it out; NULL when there is none. */
const struct rv_ae_method *rv_ae_builtin(const char *name);
/* The field of this name, without regard to case; NULL when the class has none. */
const struct rv_ae_field *rv_ae_class_field(const struct rv_ae_class *class, const char *name);
/* Whether one of its fields is a state. */
int rv_ae_is_machine(const struct rv_ae_class *class);
/* Fills in the digest of what data and data_len say. */
void rv_ae_method_sign(struct rv_ae_method *method);

#endif
