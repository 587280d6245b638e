/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a database with a few rows in it, of which tests/data/fixtures/make keeps
 * a dump with each release: make_fixture STORE-URL.
 */
#include <stdio.h>
#include "base/mem.h"
#include "model/model.h"
#include "store/record.h"
#include "store/schema.h"

static int
add_provider(struct rv_store *store, struct rv_feed *feed, int64_t *id, rv_err *err)
{
    const struct rv_field fields[] = { { "name", rv_vtext("fixture \xc3\xa4") },
                                       { "type", rv_vtext("demo") },
                                       { "enabled", rv_vint(1) },
                                       { "options", rv_vtext("{\"seed\":\"7\"}") } };

    return rv_record_insert(store, feed, rv_model_kind("provider"), fields, (int)RV_COUNT(fields),
                            id, err);
}

static int
add_pod(struct rv_store *store, struct rv_feed *feed, int64_t ems_id, int number, rv_err *err)
{
    char name[32], ref[32];

    snprintf(name, sizeof name, "pod-%d", number);
    snprintf(ref, sizeof ref, "uid-%d", number);
    const struct rv_field fields[] = { { "ems_id", rv_vint(ems_id) },
                                       { "ems_ref", rv_vtext(ref) },
                                       { "name", rv_vtext(name) },
                                       { "deleted_on",
                                         number == 3 ? rv_vint(1800000000000) : RV_VNULL } };
    return rv_record_insert(store, feed, rv_model_kind("container_group"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

static int
add_event(struct rv_store *store, struct rv_feed *feed, int64_t ems_id, rv_err *err)
{
    const struct rv_field fields[] = { { "event_type", rv_vtext("POD_FAILED") },
                                       { "type", rv_vtext("EmsEvent") },
                                       { "timestamp", rv_vint(1700000000000) },
                                       { "ems_id", rv_vint(ems_id) } };
    return rv_record_insert(store, feed, rv_model_kind("event_stream"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

static int
fill(struct rv_store *store, rv_err *err)
{
    struct rv_feed *feed = rv_feed_new();
    int64_t ems_id;

    if (rv_store_reserve_ids(store, 10, err) < 0 || rv_store_begin(store, err) < 0 ||
        add_provider(store, feed, &ems_id, err) < 0)
        return err->code;
    for (int number = 1; number <= 3; number++)
        if (add_pod(store, feed, ems_id, number, err) < 0)
            return err->code;
    if (add_event(store, feed, ems_id, err) < 0)
        return err->code;
    int rc = rv_feed_flush(feed, store, err);
    rv_feed_free(feed);
    return rc < 0 ? rc : rv_store_commit(store, err);
}

int
main(int argc, char **argv)
{
    struct rv_store *store = NULL;
    rv_err err = RV_ERR_INIT;

    if (argc != 2) {
        fprintf(stderr, "usage: %s STORE-URL\n", argv[0]);
        return 2;
    }
    struct rv_store_config config = { .url = argv[1], .module_dir = REEVE_MODULES };
    if (rv_model_init(&err) < 0 || rv_store_open(&store, &config, &err) < 0 ||
        rv_schema_upgrade(store, 1, &err) < 0 || fill(store, &err) < 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        return 1;
    }
    rv_store_close(store);
    return 0;
}
