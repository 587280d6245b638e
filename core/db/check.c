/* SPDX-License-Identifier: Apache-2.0
 *
 * `reeved db check` and `reeved db status`, while the server runs or not.
 */
#include "db/db_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "keeping/status_text.h"
#include "store/schema.h"
#include "store/url.h"

enum { TEXT_LIMIT = 1 << 20 };

static void
print_finding(const cJSON *one)
{
    printf("%-8s %-10s %s\n", rv_json_string(one, "level"), rv_json_string(one, "check"),
           rv_json_string(one, "text"));
    printf("%-8s %-10s   -> %s\n", "", "", rv_json_string(one, "hint"));
}

static void
print_findings(const struct rv_db *db, const cJSON *report)
{
    const cJSON *one = NULL;

    if (!rv_db_is_table(db)) {
        rv_db_print(db, "", report);
        return;
    }
    rv_db_watch_end();
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(report, "findings"))
    {
        print_finding(one);
    }
    printf("%lld tables checked: %lld errors, %lld warnings\n",
           (long long)rv_json_int(report, "tables", 0), (long long)rv_json_int(report, "errors", 0),
           (long long)rv_json_int(report, "warnings", 0));
}

int
rv_db_check(struct rv_db *db, rv_err *err)
{
    struct rv_store *store = NULL;
    RV_AUTO_JSON cJSON *report = NULL;

    if (rv_db_open_home(db, err) < 0 ||
        rv_db_open_store(&store, db, db->url, RV_STORE_THERE, err) < 0)
        return err->code;
    rv_keep_check(&report, store, rv_db_watch(), err);
    rv_store_close(store);
    if (err->code)
        return err->code;
    print_findings(db, report);
    if (rv_json_int(report, "errors", 0) == 0)
        return 0;
    return rv_fail(err, RV_E_INTERNAL, "the database is not as it should be");
}

static void
print_status(const cJSON *report)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(TEXT_LIMIT);

    rv_keep_status_text(&text, report);
    if (text.data)
        rv_db_clean(text.data);
    fputs(rv_buf_text(&text), stdout);
}

int
rv_db_status(struct rv_db *db, rv_err *err)
{
    struct rv_store *store = NULL;
    RV_AUTO_JSON cJSON *report = NULL;

    if (rv_db_open_home(db, err) < 0 ||
        rv_db_open_store(&store, db, db->url, RV_STORE_THERE, err) < 0)
        return err->code;
    if (rv_schema_open(store, err) == 0)
        rv_keep_status(&report, store, INT64_MAX, err);
    rv_store_close(store);
    if (err->code)
        return err->code;
    RV_AUTO_FREE char *shown = rv_store_url_public(db->url);
    cJSON_AddStringToObject(report, "store", shown);
    if (rv_db_is_table(db))
        print_status(report);
    else
        rv_db_print(db, "", report);
    return 0;
}
