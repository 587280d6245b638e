/* SPDX-License-Identifier: Apache-2.0
 *
 * A backup back into a database.
 */
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "keeping/backup_file.h"
#include "keeping/report.h"
#include "keeping/target.h"
#include "store/schema.h"

static int
check_head(const struct rv_backup_reader *reader, const struct rv_restore_options *options,
           rv_err *err)
{
    const cJSON *head = rv_backup_read_head(reader);
    int64_t version = rv_json_int(head, "schema_version", 0);
    int64_t region = rv_json_int(head, "region", -1);

    if (version < 1 || region < 0 || region > 999 ||
        !rv_layout_table(rv_backup_read_layout(reader), "schema_info"))
        return rv_fail(err, RV_E_INVALID, "it does not say what it is of");
    if (version > RV_SCHEMA_VERSION) {
        rv_fail(err, RV_E_CONFLICT, "it has schema version %lld, this program knows %d",
                (long long)version, RV_SCHEMA_VERSION);
        return rv_hint(err, "restore it with the release that made it: %s",
                       rv_json_string(head, "program") ? rv_json_string(head, "program") : "newer");
    }
    if (options->region < 0 || options->region == region)
        return 0;
    rv_fail(err, RV_E_CONFLICT, "it is of region %lld, this server of region %lld",
            (long long)region, (long long)options->region);
    return rv_hint(err,
                   "the region is part of every id: set 'region' to %lld, or choose another "
                   "backup",
                   (long long)region);
}

static int
load(struct rv_backup_reader *reader, struct rv_store *to, struct rv_tally *tallies,
     const struct rv_keep_watch *watch, rv_err *err)
{
    struct rv_flow_source source = rv_source_of_backup(reader);
    struct rv_store_sink *sink_to = rv_store_sink_new(to, source.layout);
    struct rv_flow_sink sink = rv_sink_of_store(sink_to);

    rv_store_relax(to, 1);
    if (rv_flow(&source, &sink, tallies, watch, err) == 0)
        rv_backup_read_end(reader, err);
    rv_store_relax(to, 0);
    rv_store_sink_free(sink_to);
    return err->code;
}

static int
check(struct rv_store *to, const struct rv_layout *layout, const struct rv_tally *wanted,
      const struct rv_keep_watch *watch, rv_err *err)
{
    struct rv_store_source rows = { .store = to, .layout = layout };
    struct rv_flow_source source = rv_source_of_store(&rows);
    RV_AUTO_FREE struct rv_tally *found =
        rv_realloc(NULL, (size_t)layout->count + 1, sizeof *found);

    rv_flow(&source, NULL, found, watch, err);
    rv_store_source_end(&rows);
    for (int i = 0; i < layout->count && !err->code; i++)
        if (!rv_tally_equal(&wanted[i], &found[i]))
            return rv_fail(
                err, RV_E_CONFLICT, "table %s is not as in the backup: %lld rows there, %lld here",
                layout->tables[i].name, (long long)wanted[i].rows, (long long)found[i].rows);
    return err->code;
}

static int
check_key(const struct rv_backup_reader *reader, int flags, rv_err *err)
{
    const char *key = rv_backup_read_key(reader);

    if (!(flags & RV_KEEP_KEY) || !key || rv_key_check(key, err) == 0)
        return 0;
    rv_wrap(err, "the key in it");
    return rv_hint(err,
                   "restore with --store URL in place of --home, which leaves the key out, and "
                   "put your copy of the key into the home");
}

static int
restore(cJSON **report, struct rv_backup_reader *reader, struct rv_store *to,
        const struct rv_restore_options *options, const struct rv_keep_watch *watch, rv_err *err)
{
    const struct rv_layout *layout = rv_backup_read_layout(reader);
    RV_AUTO_FREE struct rv_tally *tallies =
        rv_realloc(NULL, (size_t)layout->count + 1, sizeof *tallies);
    struct rv_copy_target target = { .store = to,
                                     .layout = layout,
                                     .ids_used = options->ids_used,
                                     .region =
                                         rv_json_int(rv_backup_read_head(reader), "region", -1) };

    if (check_head(reader, options, err) < 0 || check_key(reader, options->flags, err) < 0 ||
        rv_copy_target_begin(&target, options->flags, err) < 0 ||
        load(reader, to, tallies, watch, err) < 0 || check(to, layout, tallies, watch, err) < 0 ||
        rv_copy_target_finish(&target, err) < 0)
        return err->code;
    *report = rv_keep_report(layout, tallies);
    return 0;
}

static void
copy_item(cJSON *to, const cJSON *from, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, name);

    if (item)
        cJSON_AddItemToObject(to, name, cJSON_Duplicate(item, 0));
}

int
rv_keep_restore(cJSON **report, char **key, struct rv_store *to,
                const struct rv_restore_options *options, const struct rv_keep_watch *watch,
                rv_err *err)
{
    struct rv_backup_reader *reader = NULL;
    int64_t begun_ms = rv_monotonic_ms();
    cJSON *checked = NULL;

    *key = NULL;
    /* All of it is read once before anything is touched: a damaged one costs nothing. */
    if (rv_keep_inspect(&checked, options->path, watch, err) == 0 &&
        rv_backup_open(&reader, options->path, err) == 0)
        restore(report, reader, to, options, watch, err);
    cJSON_Delete(checked);
    if (err->code == 0) {
        copy_item(*report, rv_backup_read_head(reader), "taken_at");
        copy_item(*report, rv_backup_read_head(reader), "region");
        copy_item(*report, rv_backup_read_head(reader), "cursor");
        cJSON_AddNumberToObject(*report, "ms", (double)(rv_monotonic_ms() - begun_ms));
        *key = rv_strdup(rv_backup_read_key(reader));
    }
    rv_backup_reader_free(reader);
    return err->code ? rv_wrap(err, "restore '%s'", options->path) : 0;
}
