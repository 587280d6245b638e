/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings a database to what this program expects, and checks that it is so.
 */
#include "schema_internal.h"

#include "model/model.h"
#include "store/notes.h"
#include "store_internal.h"

#define REGION_OF_NEW 1
#define REGION_MAX 999
#define DDL_MAX_BYTES (8u << 20)

static int
add_missing(struct rv_store *store, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DDL_MAX_BYTES);
    struct rv_catalogue catalogue;

    if (rv_catalogue_load(&catalogue, store, err) < 0)
        return err->code;
    for (int i = 0; i < rv_model_count(); i++)
        rv_schema_kind_ddl(&sql, store, &catalogue, rv_model_at(i));
    rv_catalogue_free(&catalogue);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return sql.len ? rv_store_script(store, rv_buf_text(&sql), err) : 0;
}

/* After the tables: an extra index may be on one of those. */
static int
add_extra(struct rv_store *store, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DDL_MAX_BYTES);
    struct rv_catalogue catalogue;

    if (rv_catalogue_load(&catalogue, store, err) < 0)
        return err->code;
    rv_schema_extra_ddl(&sql, store, &catalogue);
    rv_catalogue_free(&catalogue);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return sql.len ? rv_store_script(store, rv_buf_text(&sql), err) : 0;
}

int
rv_schema_missing(rv_buf *sql, struct rv_store *store, rv_err *err)
{
    struct rv_catalogue catalogue;

    if (rv_catalogue_load(&catalogue, store, err) < 0)
        return err->code;
    for (int i = 0; i < rv_model_count(); i++)
        rv_schema_kind_ddl(sql, store, &catalogue, rv_model_at(i));
    rv_schema_extra_ddl(sql, store, &catalogue);
    rv_catalogue_free(&catalogue);
    return rv_buf_check(sql, err);
}

static int
follow_dictionary(struct rv_store *store, rv_err *err)
{
    if (rv_store_begin(store, err) < 0)
        return err->code;
    if (rv_store_lock(store, "reeve/schema", err) == 0 && rv_provider_kinds_load(store, err) == 0 &&
        add_missing(store, err) == 0 && add_extra(store, err) == 0 &&
        rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    return err->code;
}

static int
learn_region(struct rv_store *store, int64_t region, rv_err *err)
{
    int64_t found;

    if (rv_note_need(&found, store, RV_NOTE_REGION, err) < 0)
        return err->code;
    if (region >= 0 && region != found) {
        rv_fail(err, RV_E_CONFLICT, "the database is of region %lld, not %lld", (long long)found,
                (long long)region);
        return rv_hint(err, "the region is part of every id and stays as it was made; set it so");
    }
    store->region = found;
    return 0;
}

int
rv_schema_upgrade(struct rv_store *store, int64_t region, rv_err *err)
{
    int64_t of_new = region < 0 ? REGION_OF_NEW : region;

    if (region > REGION_MAX)
        return rv_fail(err, RV_E_INVALID, "region %lld: the highest is %d", (long long)region,
                       REGION_MAX);
    if (rv_migrate(store, rv_migrations, rv_migration_count, &of_new, err) < 0 ||
        learn_region(store, region, err) < 0 || follow_dictionary(store, err) < 0)
        return rv_wrap(err, "bring the database up to date");
    return 0;
}

int
rv_schema_open(struct rv_store *store, rv_err *err)
{
    int64_t version;

    if (rv_schema_version(store, &version, err) < 0)
        return rv_wrap(err, "check the database");
    if (version < RV_SCHEMA_VERSION) {
        rv_fail(err, RV_E_UNAVAILABLE,
                "the database has schema version %lld, %d is wanted: it is not upgraded yet",
                (long long)version, RV_SCHEMA_VERSION);
        return rv_hint(err, "the server does it when it starts");
    }
    if (version > RV_SCHEMA_VERSION) {
        rv_fail(err, RV_E_CONFLICT, "the database has schema version %lld, this program knows %d",
                (long long)version, RV_SCHEMA_VERSION);
        return rv_hint(err, "install the newer release again, or restore a backup made before it");
    }
    if (learn_region(store, -1, err) < 0 || rv_provider_kinds_load(store, err) < 0)
        return rv_wrap(err, "check the database");
    return 0;
}
