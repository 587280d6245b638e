/* SPDX-License-Identifier: Apache-2.0
 *
 * Set-up, tear-down and look-ups of the store's contract suites.
 */
#include "contract.h"

static int
begin(void **state, struct rv_store *(*open_it)(struct rv_test_db *db))
{
    struct contract *contract = rv_alloc(sizeof *contract);

    contract->store = open_it(&contract->db);
    *state = contract;
    return 0;
}

static struct rv_store *
open_bare(struct rv_test_db *db)
{
    rv_test_db_create(db);
    return rv_test_store_open(db);
}

int
contract_bare(void **state)
{
    return begin(state, open_bare);
}

int
contract_schema(void **state)
{
    return begin(state, rv_test_store_fresh);
}

int
contract_end(void **state)
{
    struct contract *contract = *state;

    rv_store_close(contract->store);
    rv_test_db_drop(&contract->db);
    free(contract);
    return 0;
}

struct rv_store *
store_of(void **state)
{
    return ((struct contract *)*state)->store;
}

struct rv_store *
second_store(void **state)
{
    return rv_test_store_open(&((struct contract *)*state)->db);
}

static void
add_value(rv_buf *out, const rv_value *value)
{
    if (value->type == RV_NULL)
        rv_buf_add_string(out, "NULL");
    else if (value->type == RV_INT)
        rv_buf_addf(out, "%lld", (long long)value->v.i);
    else if (value->type == RV_DOUBLE)
        rv_buf_addf(out, "%.17g", value->v.d);
    else
        rv_buf_add(out, value->v.text, (size_t)value->len);
}

char *
column_of(struct rv_store *store, const char *sql)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_buf out = rv_buf_limited(1 << 20);
    const rv_value *row = NULL;
    rv_err err = RV_ERR_INIT;
    int more, count = 0;

    if (rv_store_query(store, &rows, sql, NULL, 0, &err) < 0)
        fail_msg("%s: %s", sql, err.text);
    while ((more = rv_rows_next(rows, &row, &err)) > 0) {
        if (count++)
            rv_buf_add_char(&out, ',');
        add_value(&out, &row[0]);
    }
    if (more < 0)
        fail_msg("%s: %s", sql, err.text);
    return rv_buf_take_string(&out);
}

const char *
text_type(void)
{
    return rv_test_is_postgres() ? "TEXT COLLATE \"C\"" : "TEXT";
}

const char *
int_type(void)
{
    return rv_test_is_postgres() ? "BIGINT" : "INTEGER";
}

void
make_table(struct rv_store *store, const char *name, const char *columns)
{
    RV_AUTO_FREE char *sql = rv_format("CREATE TABLE %s (%s)%s", name, columns,
                                       rv_store_is_postgres(store) ? "" : " STRICT");

    rv_test_script(store, sql);
}

int
contract_one_thing(void **state)
{
    if (contract_bare(state) != 0)
        return -1;
    RV_AUTO_FREE char *columns = rv_format("id %s PRIMARY KEY, name %s", int_type(), text_type());
    make_table(store_of(state), "things", columns);
    rv_test_script(store_of(state), "INSERT INTO things (id, name) VALUES (1, 'a')");
    return 0;
}
