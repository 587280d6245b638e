/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables that no kind describes: what the store needs for itself and for
 * the engines above it.
 */
#include "schema_internal.h"

#include <string.h>
#include <sys/random.h>
#include "model/model.h"
#include "reeve/kind.h"
#include "store_internal.h"

#define DDL_MAX_BYTES 65536

/* {text}, {int}, {serial} and {end} become what the engine calls them.
 *
 * changes is a plain table on both engines; what is too old leaves by ranges of its key in
 * batches (rv_feed_expire). Partitions by time would leave at once, but must be made ahead of
 * time by someone who is always there; at some hundred changes a second a ranged DELETE keeps up.
 */
static const char fixed_tables[] =
    "CREATE TABLE schema_info (name {text} PRIMARY KEY, value {int} NOT NULL){end};"
    "CREATE TABLE id_blocks (name {text} PRIMARY KEY, next_id {int} NOT NULL){end};"
    /* What changed in the model, in commit order: feed.h. */
    "CREATE TABLE changes (number {serial}, kind {text} NOT NULL, row_id {int} NOT NULL,"
    " ems_id {int}, op {int} NOT NULL, columns {text}, at {int} NOT NULL){end};"
    "CREATE INDEX ix_changes_row_id ON changes (row_id, number);"
    /* Where a provider's streams go on: reeve_checkpoint. */
    "CREATE TABLE inventory_streams (ems_id {int} NOT NULL, stream {text} NOT NULL,"
    " token {text} NOT NULL, updated_at {int} NOT NULL, PRIMARY KEY (ems_id, stream)){end};"
    /* Ids given to objects that were mentioned and not seen yet. form: 0 by key, 1 by name. */
    "CREATE TABLE inventory_references (ems_id {int} NOT NULL, kind {text} NOT NULL,"
    " form {int} NOT NULL, ref {text} NOT NULL, row_id {int} NOT NULL, created_at {int} NOT NULL,"
    " PRIMARY KEY (ems_id, kind, form, ref)){end};"
    "CREATE TABLE leases (name {text} PRIMARY KEY, holder {int} NOT NULL,"
    " generation {int} NOT NULL, expires_at {int} NOT NULL){end};"
    "CREATE INDEX ix_leases_holder ON leases (holder);"
    /* Kinds that providers brought along, in the order in which they came. */
    "CREATE TABLE provider_kinds (number {serial}, name {text} NOT NULL, provider {text} NOT NULL,"
    " description {text} NOT NULL){end};"
    "CREATE UNIQUE INDEX ux_provider_kinds_name ON provider_kinds (name);";

static void
expand(rv_buf *out, const struct rv_store_driver *driver, const char *ddl)
{
    const struct {
        const char *word, *text;
    } words[] = {
        { "{text}", driver->column_type(REEVE_STRING) },
        { "{int}", driver->column_type(REEVE_INT) },
        { "{serial}", driver->serial_key },
        { "{end}", driver->table_options },
    };

    for (const char *at = ddl; *at;) {
        size_t plain = strcspn(at, "{");
        rv_buf_add(out, at, plain);
        at += plain;
        for (size_t i = 0; *at && i < RV_COUNT(words); i++) {
            if (strncmp(at, words[i].word, strlen(words[i].word)) != 0)
                continue;
            rv_buf_add_string(out, words[i].text);
            at += strlen(words[i].word);
            break;
        }
    }
}

int64_t
rv_schema_new_epoch(void)
{
    uint64_t random = 0;

    RV_ASSERT(getentropy(&random, sizeof random) == 0);
    return (int64_t)(random >> 12) | 1;
}

int
rv_schema_make_fixed(struct rv_store *store, int64_t region, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DDL_MAX_BYTES);

    expand(&sql, store->driver, fixed_tables);
    rv_buf_addf(&sql,
                "INSERT INTO schema_info (name, value) VALUES ('region', %lld), ('epoch', %lld),"
                " ('feed_floor', 0);"
                "INSERT INTO id_blocks (name, next_id) VALUES ('rows', %lld);",
                (long long)region, (long long)rv_schema_new_epoch(),
                (long long)(region * RV_REGION_FACTOR + 1));
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_script(store, rv_buf_text(&sql), err);
}
