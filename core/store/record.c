/* SPDX-License-Identifier: Apache-2.0
 *
 * Single rows by column name, with the feed. Column names come from code; an
 * unknown one is a bug of the caller and said as such.
 */
#include "store/record.h"

#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "model/model.h"
#include "store_internal.h"

#define SQL_MAX_BYTES (256 * 1024)
#define OLD_MAX_BYTES (32u << 20)
#define MOST_FIELDS 512

static int
work_and_flush(struct rv_store *store, rv_record_work work, void *arg, rv_err *err)
{
    struct rv_feed *feed = rv_feed_new();
    int rc = work(arg, store, feed, err);

    if (rc >= 0)
        rc = rv_feed_flush(feed, store, err);
    rv_feed_free(feed);
    return rc;
}

static int
work_and_commit(struct rv_store *store, rv_record_work work, void *arg, rv_err *err)
{
    int rc = work_and_flush(store, work, arg, err);
    if (rc == 0)
        return rv_store_commit(store, err);
    rv_store_rollback(store);
    return rc;
}

int
rv_record_transaction(struct rv_store *store, rv_record_work work, void *arg, rv_err *err)
{
    if (rv_store_in_transaction(store))
        return work_and_flush(store, work, arg, err);
    return rv_store_begin(store, err) < 0 ? err->code : work_and_commit(store, work, arg, err);
}

int
rv_record_transaction_later(struct rv_store *store, rv_record_work work, void *arg, rv_err *err)
{
    return rv_store_begin_later(store, err) < 0 ? err->code
                                                : work_and_commit(store, work, arg, err);
}

static int
find_column(const struct rv_kind *kind, const char *name, rv_err *err)
{
    int column = rv_kind_column(kind, name);

    if (column < 0)
        return rv_fail(err, RV_E_INTERNAL, "kind %s has no column '%s'", kind->name, name);
    return column;
}

static int
same_value(const rv_value *a, const rv_value *b)
{
    if (a->type == RV_NULL || b->type == RV_NULL)
        return a->type == b->type;
    if (a->type == RV_TEXT && b->type == RV_TEXT)
        return a->len == b->len && memcmp(a->v.text, b->v.text, (size_t)a->len) == 0;
    if (a->type == RV_INT && b->type == RV_INT)
        return a->v.i == b->v.i;
    if (a->type == RV_TEXT || b->type == RV_TEXT)
        return 0;
    double x = a->type == RV_INT ? (double)a->v.i : a->v.d;
    double y = b->type == RV_INT ? (double)b->v.i : b->v.d;
    return x == y;
}

static int
is_given(const struct rv_field *fields, int count, const char *column)
{
    for (int i = 0; i < count; i++)
        if (strcmp(fields[i].column, column) == 0)
            return 1;
    return 0;
}

/* Fields of the caller, and times where the kind has them and the caller gave none. */
static int
with_times(struct rv_field *out, const struct rv_kind *kind, const struct rv_field *fields,
           int count, const char *const *times)
{
    memcpy(out, fields, sizeof *fields * (size_t)count);
    int total = count;
    for (; *times; times++)
        if (rv_kind_column(kind, *times) >= 0 && !is_given(fields, count, *times))
            out[total++] = (struct rv_field){ *times, rv_vint(rv_now_ms()) };
    return total;
}

static int64_t
int_or_zero(const rv_value *value)
{
    return value && value->type == RV_INT ? value->v.i : 0;
}

static int
check_fields(const struct rv_store *store, const struct rv_kind *kind,
             const struct rv_field *fields, int count, rv_err *err)
{
    RV_ASSERT(rv_store_in_transaction(store));
    RV_ASSERT(count <= MOST_FIELDS);
    for (int i = 0; i < count; i++) {
        int column = find_column(kind, fields[i].column, err);
        if (column < 0)
            return err->code;
        if ((kind->columns[column].flags & REEVE_COL_REQUIRED) && fields[i].value.type == RV_NULL)
            return rv_fail(err, RV_E_INVALID, "%s of a %s may not be empty", fields[i].column,
                           kind->name);
    }
    return 0;
}

/* The id is taken here, and what a person gave to an object (a custom attribute) has no provider.
 */
static int
may_be_absent(const struct rv_kind *kind, int column)
{
    return column == 0 || (kind->child && strcmp(kind->columns[column].name, "ems_id") == 0);
}

static int
check_required(const struct rv_kind *kind, const struct rv_field *fields, int count, rv_err *err)
{
    for (int i = 0; i < kind->column_count; i++)
        if ((kind->columns[i].flags & REEVE_COL_REQUIRED) && !may_be_absent(kind, i) &&
            !is_given(fields, count, kind->columns[i].name))
            return rv_fail(err, RV_E_INVALID, "%s of a %s is missing", kind->columns[i].name,
                           kind->name);
    return 0;
}

static int
write_insert(struct rv_store *store, const struct rv_kind *kind, const struct rv_field *fields,
             int count, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    rv_value params[MOST_FIELDS + 5];

    rv_buf_addf(&sql, "INSERT INTO \"%s\" (", kind->table);
    for (int i = 0; i < count; i++)
        rv_buf_addf(&sql, "%s\"%s\"", i ? ", " : "", fields[i].column);
    rv_buf_add_string(&sql, ") VALUES (");
    for (int i = 0; i < count; i++) {
        rv_buf_addf(&sql, "%s$%d", i ? ", " : "", i + 1);
        params[i] = fields[i].value;
    }
    rv_buf_add_char(&sql, ')');
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_exec(store, NULL, rv_buf_text(&sql), params, count, err);
}

static const rv_value *
given_value(const struct rv_field *fields, int count, const char *column)
{
    for (int i = 0; i < count; i++)
        if (strcmp(fields[i].column, column) == 0)
            return &fields[i].value;
    return NULL;
}

int
rv_record_insert(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                 const struct rv_field *fields, int count, int64_t *id, rv_err *err)
{
    static const char *const times[] = { "created_on", "created_at", "updated_on", "updated_at",
                                         NULL };
    struct rv_field all[MOST_FIELDS + 5];
    int64_t row_id = 0;

    if (check_fields(store, kind, fields, count, err) < 0 ||
        check_required(kind, fields, count, err) < 0)
        return rv_wrap(err, "add a %s", kind->name);
    int total = with_times(all, kind, fields, count, times);
    const rv_value *given = given_value(fields, count, "id");
    if (given)
        row_id = given->v.i;
    else if (rv_store_new_id(store, &row_id, err) < 0)
        return rv_wrap(err, "add a %s", kind->name);
    else
        all[total++] = (struct rv_field){ "id", rv_vint(row_id) };
    if (write_insert(store, kind, all, total, err) < 0)
        return rv_wrap(err, "add a %s", kind->name);
    const rv_value *ems = given_value(fields, count, "ems_id");
    if (feed)
        rv_feed_add(feed, kind, row_id, int_or_zero(ems), RV_CREATED, NULL);
    if (id)
        *id = row_id;
    return 0;
}

/* The named columns of a row into out, then its ems_id when the kind has one. The texts live until
 * the next rv_store_one. */
static int
read_row(rv_value *out, struct rv_store *store, const struct rv_kind *kind,
         const struct rv_field *fields, int count, int64_t id, int64_t *ems_id, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    int with_ems = rv_kind_column(kind, "ems_id") >= 0;
    rv_value params[] = { rv_vint(id) };

    rv_buf_add_string(&sql, "SELECT ");
    for (int i = 0; i < count; i++)
        rv_buf_addf(&sql, "\"%s\", ", fields[i].column);
    rv_buf_addf(&sql, "%s FROM \"%s\" WHERE \"id\" = $1%s", with_ems ? "\"ems_id\"" : "NULL",
                kind->table, store->driver->for_update);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    int found = rv_store_one(store, out, count + 1, rv_buf_text(&sql), params, 1, err);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no %s with id %lld", kind->name,
                       (long long)id);
    *ems_id = found > 0 ? int_or_zero(&out[count]) : 0;
    return found < 0 ? found : 0;
}

static int
write_update(struct rv_store *store, const struct rv_kind *kind, int64_t id,
             const struct rv_field *fields, int count, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    rv_value params[MOST_FIELDS + 3];

    rv_buf_addf(&sql, "UPDATE \"%s\" SET ", kind->table);
    for (int i = 0; i < count; i++) {
        rv_buf_addf(&sql, "%s\"%s\" = $%d", i ? ", " : "", fields[i].column, i + 1);
        params[i] = fields[i].value;
    }
    rv_buf_addf(&sql, " WHERE \"id\" = $%d", count + 1);
    params[count] = rv_vint(id);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_exec(store, NULL, rv_buf_text(&sql), params, count + 1, err);
}

static int
old_values(rv_buf *out, const struct rv_kind *kind, const struct rv_field *fields,
           const rv_value *values, int count, rv_err *err)
{
    rv_json_writer json = rv_json_to(out);

    rv_jw_object(&json);
    for (int i = 0; i < count; i++)
        rv_feed_write_value(&json, &kind->columns[rv_kind_column(kind, fields[i].column)],
                            &values[i]);
    rv_jw_end_object(&json);
    return rv_buf_check(out, err);
}

/* Only those fields whose value differs from the row's, with the row's value. */
static int
differing(struct rv_field *fields, rv_value *values, const struct rv_field *wanted,
          const rv_value *row, int count)
{
    int changed = 0;

    for (int i = 0; i < count; i++) {
        if (same_value(&wanted[i].value, &row[i]))
            continue;
        fields[changed] = wanted[i];
        values[changed++] = row[i];
    }
    return changed;
}

int
rv_record_update(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                 int64_t id, const struct rv_field *fields, int count, rv_err *err)
{
    static const char *const times[] = { "updated_on", "updated_at", NULL };
    struct rv_field changes[MOST_FIELDS], all[MOST_FIELDS + 2];
    rv_value row[MOST_FIELDS + 1], old[MOST_FIELDS];
    RV_AUTO_BUF
    rv_buf json = rv_buf_limited(OLD_MAX_BYTES);
    int64_t ems_id;

    if (check_fields(store, kind, fields, count, err) < 0 ||
        read_row(row, store, kind, fields, count, id, &ems_id, err) < 0)
        return rv_wrap(err, "change %s %lld", kind->name, (long long)id);
    int changed = differing(changes, old, fields, row, count);
    if (changed == 0)
        return 0;
    /* The old values first: they live only until the next statement. */
    if (feed && old_values(&json, kind, changes, old, changed, err) < 0)
        return rv_wrap(err, "change %s %lld", kind->name, (long long)id);
    int total = with_times(all, kind, changes, changed, times);
    if (write_update(store, kind, id, all, total, err) < 0)
        return rv_wrap(err, "change %s %lld", kind->name, (long long)id);
    if (feed)
        rv_feed_add(feed, kind, id, ems_id, RV_UPDATED, rv_buf_text(&json));
    return 0;
}

int
rv_record_delete(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                 int64_t id, rv_err *err)
{
    struct rv_field fields[MOST_FIELDS];
    rv_value row[MOST_FIELDS + 1];
    RV_AUTO_BUF
    rv_buf json = rv_buf_limited(OLD_MAX_BYTES);
    RV_AUTO_FREE char *sql = rv_format("DELETE FROM \"%s\" WHERE \"id\" = $1", kind->table);
    int64_t ems_id;

    RV_ASSERT(rv_store_in_transaction(store) && kind->column_count <= MOST_FIELDS);
    for (int i = 0; i < kind->column_count; i++)
        fields[i] = (struct rv_field){ kind->columns[i].name, RV_VNULL };
    /* All of it goes into the feed: what the row was can be told afterwards. */
    if (read_row(row, store, kind, fields, kind->column_count, id, &ems_id, err) < 0 ||
        (feed && old_values(&json, kind, fields, row, kind->column_count, err) < 0) ||
        rv_store_exec(store, NULL, sql, (rv_value[]){ rv_vint(id) }, 1, err) < 0)
        return rv_wrap(err, "delete %s %lld", kind->name, (long long)id);
    if (feed)
        rv_feed_add(feed, kind, id, ems_id, RV_DELETED, rv_buf_text(&json));
    return 0;
}

/* What rv_record_update_alone was told. */
struct update {
    const struct rv_kind *kind;
    int64_t id;
    const struct rv_field *fields;
    int count;
};

static int
update_told(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct update *told = arg;

    return rv_record_update(store, feed, told->kind, told->id, told->fields, told->count, err);
}

int
rv_record_update_alone(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                       const struct rv_field *fields, int count, rv_err *err)
{
    struct update told = { kind, id, fields, count };

    return rv_record_transaction(store, update_told, &told, err);
}
