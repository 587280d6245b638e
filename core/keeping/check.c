/* SPDX-License-Identifier: Apache-2.0
 *
 * All checks, one after the other, each going on after what another has found.
 */
#include "keeping/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"
#include "store/schema.h"

static const char *const levels[] = { "note", "warning", "error" };

void
rv_finding(struct rv_db_check *check, int level, const char *what, const char *hint,
           const char *format, ...)
{
    cJSON *one = cJSON_CreateObject();
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cJSON_AddStringToObject(one, "level", levels[level]);
    cJSON_AddStringToObject(one, "check", what);
    cJSON_AddStringToObject(one, "text", text);
    cJSON_AddStringToObject(one, "hint", hint);
    cJSON_AddItemToArray(check->findings, one);
    check->errors += level == RV_FINDING_ERROR;
    check->warnings += level == RV_FINDING_WARNING;
}

int
rv_check_number(int64_t *out, struct rv_db_check *check, const char *sql, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(check->store, row, 1, sql, NULL, 0, err);

    *out = found > 0 && row[0].type == RV_INT ? row[0].v.i : 0;
    return found < 0 ? found : 0;
}

/* A damaged database may break any statement: that is a finding too, and the others go on. */
static int
run_one(struct rv_db_check *check, const char *what,
        int (*run)(struct rv_db_check *check, rv_err *err), rv_err *err)
{
    if (run(check, err) >= 0)
        return 0;
    if (err->code == RV_E_CANCELLED)
        return err->code;
    rv_finding(check, RV_FINDING_ERROR, what,
               err->hint[0] ? err->hint : "restore a backup, or ask for help with this text", "%s",
               err->text);
    rv_err_clear(err);
    rv_store_rollback(check->store);
    return 0;
}

static int
run_all(struct rv_db_check *check, rv_err *err)
{
    static const struct {
        const char *what;
        int (*run)(struct rv_db_check *check, rv_err *err);
    } checks[] = {
        { "integrity", rv_check_engine },
        { "schema", rv_check_schema },
        { "links", rv_check_links },
        { "state", rv_check_state },
    };

    for (size_t i = 0; i < RV_COUNT(checks); i++)
        if (run_one(check, checks[i].what, checks[i].run, err) < 0)
            return err->code;
    return 0;
}

int
rv_keep_check(cJSON **report, struct rv_store *store, const struct rv_keep_watch *watch,
              rv_err *err)
{
    struct rv_db_check check = { .store = store, .watch = watch };
    int64_t begun_ms = rv_monotonic_ms();

    if (rv_schema_open(store, err) < 0 || rv_layout_read(&check.layout, store, err) < 0)
        return rv_wrap(err, "check");
    check.findings = cJSON_CreateArray();
    if (run_all(&check, err) < 0) {
        cJSON_Delete(check.findings);
        rv_layout_free(&check.layout);
        return rv_wrap(err, "check");
    }
    *report = cJSON_CreateObject();
    cJSON_AddNumberToObject(*report, "tables", check.layout.count);
    cJSON_AddNumberToObject(*report, "errors", check.errors);
    cJSON_AddNumberToObject(*report, "warnings", check.warnings);
    cJSON_AddItemToObject(*report, "findings", check.findings);
    cJSON_AddNumberToObject(*report, "ms", (double)(rv_monotonic_ms() - begun_ms));
    rv_layout_free(&check.layout);
    return 0;
}
