/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a support bundle: what is asked, and how much of it. A part that cannot be had does
 * not keep the others out.
 */
#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "bundle.h"
#include "doctor.h"
#include "list.h"

enum {
    PATIENCE_MS = 30000,
    MOST_ROWS = 1000,
    MOST_TEXT = 16 << 20,
    MOST_LOG = 8 << 20,
};

/* Collections as they are, the newest first where they are many. */
static const struct {
    const char *file, *collection, *attributes;
    const char *filters[2];
    const char *sort_by; /* NULL: by id */
} listings[] = {
    { "servers.json", "servers", NULL, { NULL }, NULL },
    { "zones.json", "zones", NULL, { NULL }, NULL },
    { "workers.json", "workers", NULL, { NULL }, NULL },
    { "roles.json",
      "assigned_server_roles",
      "id,active,priority,server_role.name,miq_server_id",
      { NULL },
      NULL },
    { "providers.json", "providers", NULL, { NULL }, NULL },
    { "failed-messages.json",
      "miq_queue",
      "id,queue_name,state,priority,class_name,method_name,role,zone,attempts,max_attempts,error,"
      "error_class,created_on,dead_on",
      { "state='error'" },
      "id" },
    { "waiting-messages.json",
      "miq_queue",
      "id,queue_name,state,priority,class_name,method_name,role,zone,attempts,deliver_on,"
      "created_on,handler_id,lease_expires_on",
      { "state!='error'" },
      "id" },
    { "failed-tasks.json",
      "tasks",
      "id,name,state,status,message,userid,created_on,updated_on",
      { "status!='Ok'" },
      "id" },
    { "tasks.json",
      "tasks",
      "id,name,state,status,message,pct_complete,created_on,updated_on",
      { NULL },
      "id" },
};

static const struct {
    const char *file, *path;
} documents[] = {
    { "server.json", "/api" },
    { "diagnostics.json", "/api/diagnostics" },
    { "provider-types.json", "/api/provider_types" },
    { "settings.json", "/api/settings?expand=resources" },
};

static const struct {
    const char *file, *path;
} texts[] = {
    { "metrics.txt", "/metrics" },
    { "readyz.txt", "/readyz" },
};

static void
add_documents(struct cli_bundle *bundle)
{
    for (size_t i = 0; i < RV_COUNT(documents); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *answer = NULL;
        if (cli_get(bundle->cli->client, documents[i].path, &answer, &err) < 0)
            cli_bundle_missing(bundle, documents[i].file, &err);
        else
            cli_bundle_json(bundle, documents[i].file, answer);
    }
}

static void
add_texts(struct cli_bundle *bundle)
{
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF rv_buf text = rv_buf_limited(MOST_TEXT);
        if (cli_get_text(bundle->cli->client, texts[i].path, &text, &err) < 0)
            cli_bundle_missing(bundle, texts[i].file, &err);
        else
            cli_bundle_text(bundle, texts[i].file, rv_buf_text(&text), text.len);
    }
}

static void
add_listings(struct cli_bundle *bundle)
{
    for (size_t i = 0; i < RV_COUNT(listings); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *rows = NULL;
        const char *filters[] = { listings[i].filters[0], NULL };
        const struct cli_query query = { .collection = listings[i].collection,
                                         .attributes = listings[i].attributes,
                                         .filters = filters,
                                         .sort_by = listings[i].sort_by,
                                         .order = { "id" },
                                         .descending = listings[i].sort_by != NULL,
                                         .limit = MOST_ROWS };
        if (cli_list(bundle->cli->client, &query, &rows, NULL, &err) < 0)
            cli_bundle_missing(bundle, listings[i].file, &err);
        else
            cli_bundle_json(bundle, listings[i].file, rows);
    }
}

void
cli_bundle_server(struct cli_bundle *bundle)
{
    struct cli_doctor doctor = { .findings = cJSON_CreateArray() };
    cli_client_timeout(bundle->cli->client, PATIENCE_MS);
    add_texts(bundle);
    add_documents(bundle);
    add_listings(bundle);
    cli_doctor_examine(bundle->cli, &doctor);
    cli_bundle_json(bundle, "doctor.json", doctor.findings);
    cJSON_Delete(doctor.findings);
}

/* From a whole line on, when it does not begin at the file's start. */
static int
read_tail(rv_buf *out, const char *path, rv_err *err)
{
    struct stat about;
    RV_AUTO_FILE FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &about) != 0)
        return rv_fail_errno(err, "read '%s'", path);
    if (!S_ISREG(about.st_mode))
        return rv_fail(err, RV_E_INVALID, "'%s' is no file", path);
    int cut = about.st_size > MOST_LOG;
    if (cut && fseeko(file, about.st_size - MOST_LOG, SEEK_SET) != 0)
        return rv_fail_errno(err, "read '%s'", path);
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof(piece), file)) > 0 && out->len < MOST_LOG) {
        const char *from = cut ? memchr(piece, '\n', got) : piece;
        if (from == NULL)
            continue;
        from += cut;
        cut = 0;
        rv_buf_add(out, from, got - (size_t)(from - piece));
    }
    return rv_buf_check(out, err);
}

void
cli_bundle_log(struct cli_bundle *bundle, const char *path, int number)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *name = rv_format("log-%d.txt", number);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(MOST_LOG + 65536);
    if (read_tail(&text, path, &err) < 0)
        cli_bundle_missing(bundle, name, &err);
    else
        cli_bundle_text(bundle, name, rv_buf_text(&text), text.len);
}
