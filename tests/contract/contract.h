/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of the store's contract share. A test gets a fresh database
 * and one open store: bare (no tables) or with the schema.
 */
#ifndef RV_CONTRACT_H
#define RV_CONTRACT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "support/support.h"

struct contract {
    struct rv_test_db db;
    struct rv_store *store;
};

/* Fails the test with the error's text. */
#define must(call)                                                                                 \
    do {                                                                                           \
        rv_err must_err = RV_ERR_INIT;                                                             \
        rv_err *err = &must_err;                                                                   \
        if ((call) < 0)                                                                            \
            fail_msg("%s: %s: %s (%s)", #call, rv_class_name(err->code), err->text, err->hint);    \
    } while (0)

/* The call must fail with this class. */
#define must_fail(class, call)                                                                     \
    do {                                                                                           \
        rv_err must_err = RV_ERR_INIT;                                                             \
        rv_err *err = &must_err;                                                                   \
        int must_rc = (call);                                                                      \
        if (must_rc != (class) || err->code != (class) || !err->text[0])                           \
            fail_msg("%s: %s (%d): %s, expected %s", #call, rv_class_name(err->code), must_rc,     \
                     err->text, rv_class_name(class));                                             \
    } while (0)

#define must_exec(store, sql, ...)                                                                 \
    must(rv_store_exec(store, NULL, sql, (rv_value[]){ __VA_ARGS__ },                              \
                       (int)RV_COUNT(((rv_value[]){ __VA_ARGS__ })), err))

int contract_bare(void **state);
int contract_schema(void **state);
/* Bare, but for a table things (id, name) with the row (1, 'a'). */
int contract_one_thing(void **state);
int contract_end(void **state);
#define bare_test(name) cmocka_unit_test_setup_teardown(name, contract_bare, contract_end)
#define schema_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, contract_end)

#define one_thing_test(name) cmocka_unit_test_setup_teardown(name, contract_one_thing, contract_end)
struct rv_store *store_of(void **state);
/* Another connection to the same database; the caller's to close. */
struct rv_store *second_store(void **state);
/* "a,b,c": first column of all rows, "NULL" for NULL. The caller's to free. */
char *column_of(struct rv_store *store, const char *sql);
#define assert_column(store, sql, expected)                                                        \
    do {                                                                                           \
        RV_AUTO_FREE char *assert_column_text = column_of(store, sql);                             \
        assert_string_equal(assert_column_text, expected);                                         \
    } while (0)
/* SQL type of texts and of integers on this engine. */
const char *text_type(void);
const char *int_type(void);
/* CREATE TABLE with these columns, STRICT where there is such a thing. */
void make_table(struct rv_store *store, const char *name, const char *columns);

#endif
