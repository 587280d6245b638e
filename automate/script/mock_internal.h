/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the mock.
 */
#ifndef RV_SCRIPT_MOCK_INTERNAL_H
#define RV_SCRIPT_MOCK_INTERNAL_H

#include "script/mock.h"

enum { RV_MOCK_ROOT = 1, RV_MOCK_PARENT, RV_MOCK_OBJECT, RV_MOCK_OBJECTS };

struct rv_mock_object {
    int exists;
    int64_t parent;
    char *path;
    char *parts; /* path, cut into the four below */
    const char *domain, *namespace_path, *class_name, *instance_name;
    struct rv_ae_value attributes;
};

struct rv_mock_row {
    char *kind; /* what handles point to: kept until the mock is freed */
    int64_t id;
    struct rv_ae_value columns, tags;
};

struct rv_mock {
    struct rv_script_host host;
    struct rv_mock_object objects[RV_MOCK_OBJECTS]; /* by number */
    struct rv_mock_row *rows;
    size_t row_count;
    char **kinds; /* names given out */
    size_t kind_count;
    struct rv_ae_value inputs, state_vars, service_vars, answers, calls, lines;
    char *message;
    int rbac;
    rv_mock_library library;
    void *library_arg;
    rv_mock_call call;
    void *call_arg;
};

/* mock_rows.c */
const char *rv_mock_kind(struct rv_mock *mock, const char *name); /* one pointer for a name */
struct rv_mock_row *rv_mock_row(struct rv_mock *mock, const char *kind, int64_t id);
/* Maps with kind and id, at any depth, become rows. */
int rv_mock_take_rows(struct rv_mock *mock, struct rv_ae_value *value, rv_err *err);
void rv_mock_drop_rows(struct rv_mock *mock);
void rv_mock_fill_rows(struct rv_script_host *host); /* the functions about rows */
/* mock_calls.c */
void rv_mock_write_down(struct rv_mock *mock, const char *name, const char *on,
                        const struct rv_ae_value *args);
/* The answer for a name, when one was given: 1 with *out or *err filled. */
int rv_mock_answer(struct rv_mock *mock, const char *name, struct rv_ae_value *out, rv_err *err);
int rv_mock_do(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
               struct rv_ae_value *out, rv_err *err);

#endif
