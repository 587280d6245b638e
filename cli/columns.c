/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns a table shows: for the kinds that people look at most as kubectl
 * and ManageIQ show them, for others what the dictionary suggests.
 */
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "cli.h"

#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, CLI_TEXT, 0                                                                    \
    }
#define NS                                                                                         \
    {                                                                                              \
        "NAMESPACE", "namespace", CLI_TEXT, 0                                                      \
    }
#define NAME                                                                                       \
    {                                                                                              \
        "NAME", "name", CLI_TEXT, 0                                                                \
    }
#define AGE                                                                                        \
    {                                                                                              \
        "AGE", "ems_created_on", CLI_AGE, 0                                                        \
    }
#define ID                                                                                         \
    {                                                                                              \
        "ID", "id", CLI_TEXT, 1                                                                    \
    }

static const struct cli_column pods[] = { NS,
                                          NAME,
                                          { "STATUS", "phase", CLI_TEXT, 0 },
                                          { "REASON", "reason", CLI_TEXT, 1 },
                                          { "IP", "ipaddress", CLI_TEXT, 1 },
                                          { "NODE", "container_node.name", CLI_TEXT, 0 },
                                          { "RESTART-POLICY", "restart_policy", CLI_TEXT, 1 },
                                          AGE,
                                          ID,
                                          END };
static const struct cli_column nodes[] = { NAME,
                                           { "VERSION", "kubernetes_kubelet_version", CLI_TEXT, 0 },
                                           { "RUNTIME", "container_runtime_version", CLI_TEXT, 1 },
                                           { "MAX-PODS", "max_container_groups", CLI_COUNT, 0 },
                                           { "PROVIDER-ID", "identity_infra", CLI_TEXT, 1 },
                                           AGE,
                                           ID,
                                           END };
static const struct cli_column projects[] = {
    NAME, { "DISPLAY-NAME", "display_name", CLI_TEXT, 1 }, AGE, ID, END
};
static const struct cli_column containers[] = { { "POD", "container_group.name", CLI_TEXT, 0 },
                                                NAME,
                                                { "STATE", "state", CLI_TEXT, 0 },
                                                { "RESTARTS", "restart_count", CLI_COUNT, 0 },
                                                { "IMAGE", "image", CLI_TEXT, 0 },
                                                { "REASON", "reason", CLI_TEXT, 1 },
                                                { "LIMIT", "limit_memory_bytes", CLI_BYTES, 1 },
                                                ID,
                                                END };
static const struct cli_column images[] = { NAME,
                                            { "TAG", "tag", CLI_TEXT, 0 },
                                            { "REGISTRY", "container_image_registry.name", CLI_TEXT,
                                              0 },
                                            { "DIGEST", "digest", CLI_TEXT, 1 },
                                            { "SEEN", "created_on", CLI_AGE, 0 },
                                            ID,
                                            END };
static const struct cli_column services[] = { NS,
                                              NAME,
                                              { "TYPE", "service_type", CLI_TEXT, 0 },
                                              { "CLUSTER-IP", "portal_ip", CLI_TEXT, 0 },
                                              { "AFFINITY", "session_affinity", CLI_TEXT, 1 },
                                              AGE,
                                              ID,
                                              END };
static const struct cli_column claims[] = { NS,
                                            NAME,
                                            { "STATUS", "phase", CLI_TEXT, 0 },
                                            { "CAPACITY", "capacity", CLI_TEXT, 0 },
                                            { "MODES", "desired_access_modes", CLI_TEXT, 1 },
                                            AGE,
                                            ID,
                                            END };
static const struct cli_column vms[] = { NAME,
                                         { "POWER", "power_state", CLI_TEXT, 0 },
                                         { "HOST", "host.name", CLI_TEXT, 0 },
                                         { "CLUSTER", "ems_cluster.name", CLI_TEXT, 0 },
                                         { "STORAGE", "storage.name", CLI_TEXT, 1 },
                                         { "VENDOR", "vendor", CLI_TEXT, 1 },
                                         AGE,
                                         ID,
                                         END };
static const struct cli_column hosts[] = { NAME,
                                           { "POWER", "power_state", CLI_TEXT, 0 },
                                           { "CLUSTER", "ems_cluster.name", CLI_TEXT, 0 },
                                           { "PRODUCT", "vmm_product", CLI_TEXT, 1 },
                                           { "VERSION", "vmm_version", CLI_TEXT, 0 },
                                           { "ADDRESS", "ipaddress", CLI_TEXT, 1 },
                                           ID,
                                           END };
static const struct cli_column storages[] = { NAME,
                                              { "TYPE", "store_type", CLI_TEXT, 0 },
                                              { "TOTAL", "total_space", CLI_BYTES, 0 },
                                              { "FREE", "free_space", CLI_BYTES, 0 },
                                              ID,
                                              END };
static const struct cli_column providers[] = { NAME,
                                               { "TYPE", "type", CLI_TEXT, 0 },
                                               { "ENABLED", "enabled", CLI_TEXT, 0 },
                                               { "VERSION", "api_version", CLI_TEXT, 0 },
                                               { "REFRESHED", "last_refresh_success_date", CLI_AGE,
                                                 0 },
                                               { "ERROR", "last_refresh_error", CLI_TEXT, 0 },
                                               ID,
                                               END };
static const struct cli_column tasks[] = { { "ID", "id", CLI_TEXT, 0 },
                                           NAME,
                                           { "STATE", "state", CLI_TEXT, 0 },
                                           { "STATUS", "status", CLI_TEXT, 0 },
                                           { "%", "pct_complete", CLI_COUNT, 0 },
                                           { "MESSAGE", "message", CLI_TEXT, 0 },
                                           { "CREATED", "created_on", CLI_AGE, 0 },
                                           END };

static const struct {
    const char *kind;
    const struct cli_column *columns;
} known[] = {
    { "container_group", pods },
    { "container_node", nodes },
    { "container_project", projects },
    { "container", containers },
    { "container_image", images },
    { "container_service", services },
    { "persistent_volume_claim", claims },
    { "vm", vms },
    { "host", hosts },
    { "storage", storages },
    { "provider", providers },
    { "task", tasks },
};

/* Names worth a column in a table of a kind that has no table of its own here, in this order. */
static const struct cli_column suggestions[] = {
    NS,
    NAME,
    { "KIND", "object_kind", CLI_TEXT, 0 },
    { "TYPE", "type", CLI_TEXT, 0 },
    { "STATUS", "status", CLI_TEXT, 0 },
    { "PHASE", "phase", CLI_TEXT, 0 },
    { "STATE", "state", CLI_TEXT, 0 },
    { "REPLICAS", "replicas", CLI_COUNT, 0 },
    { "READY", "ready_replicas", CLI_COUNT, 0 },
    { "SUCCEEDED", "succeeded", CLI_COUNT, 0 },
    { "SCHEDULE", "schedule", CLI_TEXT, 0 },
    { "DESCRIPTION", "description", CLI_TEXT, 0 },
    { "USERID", "userid", CLI_TEXT, 0 },
    AGE,
    { "CREATED", "created_on", CLI_AGE, 1 },
    ID,
};

static const struct cli_column *
suggest(const struct cli_kind *kind)
{
    static struct cli_column made[RV_COUNT(suggestions) + 1];
    int count = 0;

    for (size_t i = 0; i < RV_COUNT(suggestions); i++)
        if (!kind->kind || rv_kind_column(kind->kind, suggestions[i].path) >= 0)
            made[count++] = suggestions[i];
    if (count <= 2 && count > 0)
        made[count - 1].wide = 0; /* a kind without a name: show at least its id */
    made[count] = (struct cli_column)END;
    return made;
}

const struct cli_column *
cli_columns(const struct cli_kind *kind)
{
    for (size_t i = 0; kind->kind && i < RV_COUNT(known); i++)
        if (strcmp(known[i].kind, kind->kind->name) == 0)
            return known[i].columns;
    return suggest(kind);
}

char *
cli_attributes(const struct cli_column *columns, int wide)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1 << 16);

    for (; columns->title; columns++) {
        if (columns->wide && !wide)
            continue;
        if (out.len > 0)
            rv_buf_add_char(&out, ',');
        rv_buf_add_string(&out, columns->path);
    }
    return rv_buf_take_string(&out);
}

static const cJSON *
at_path(const cJSON *row, const char *path)
{
    char part[128];
    size_t len;

    for (; row && *path; path += len + (path[len] == '.')) {
        len = strcspn(path, ".");
        snprintf(part, sizeof(part), "%.*s", (int)len, path);
        row = cJSON_GetObjectItemCaseSensitive(row, part);
    }
    return row;
}

/* As kubectl does: two units at most, the larger the coarser. */
static void
add_age(rv_buf *out, const char *text)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t ms, s;

    if (!text || rv_parse_time(&ms, text, &ignored) < 0) {
        rv_buf_add_char(out, '-');
        return;
    }
    s = (rv_now_ms() - ms) / 1000;
    if (s < 0)
        s = 0;
    if (s < 120)
        rv_buf_addf(out, "%llds", (long long)s);
    else if (s < 7200)
        rv_buf_addf(out, "%lldm", (long long)(s / 60));
    else if (s < 172800)
        rv_buf_addf(out, "%lldh", (long long)(s / 3600));
    else
        rv_buf_addf(out, "%lldd", (long long)(s / 86400));
}

static void
add_bytes(rv_buf *out, double bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    size_t unit = 0;

    for (; bytes >= 1024 && unit + 1 < RV_COUNT(units); unit++)
        bytes /= 1024;
    rv_buf_addf(out, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void
cli_cell(rv_buf *out, const cJSON *row, const struct cli_column *column)
{
    const cJSON *value = at_path(row, column->path);

    if (column->form == CLI_AGE) {
        add_age(out, cJSON_GetStringValue(value));
    } else if (cJSON_IsNumber(value) && column->form == CLI_BYTES) {
        add_bytes(out, value->valuedouble);
    } else if (cJSON_IsString(value)) {
        rv_buf_add_string(out, value->valuestring);
    } else if (cJSON_IsBool(value)) {
        rv_buf_add_string(out, cJSON_IsTrue(value) ? "yes" : "no");
    } else if (value && !cJSON_IsNull(value)) {
        char *text = cJSON_PrintUnformatted(value);

        rv_buf_add_string(out, text);
        cJSON_free(text);
    } else {
        rv_buf_add_char(out, '-');
    }
}
