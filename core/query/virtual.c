/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of virtual attributes. SQL here is the subset that both engines speak.
 */
#include "query/virtual.h"

#include <string.h>
#include "base/text.h"

#define OF_DEFAULT_ENDPOINT(column)                                                                \
    "(SELECT e.\"" column "\" FROM \"endpoints\" e WHERE e.\"resource_type\" = 'provider' AND "    \
    "e.\"resource_id\" = @.\"id\" AND e.\"role\" = 'default')"

#define SEVERITY_OF(row)                                                                           \
    "(CASE " row ".\"status\" WHEN 'Valid' THEN 0 WHEN 'Error' THEN 2 WHEN 'Unreachable' THEN 2 "  \
    "WHEN 'Invalid' THEN 3 ELSE 1 END)"
#define SEVERITY SEVERITY_OF("a")

static const struct rv_virtual virtuals[] = {
    { NULL, "href_slug", REEVE_STRING, NULL, "id", NULL, "Collection and id, as in its href" },
    { NULL, "region_number", REEVE_INT, "(@.\"id\" / 1000000000000)", "id", NULL,
      "Region of its id" },
    { "vm", "archived", REEVE_FLAG,
      "(CASE WHEN @.\"deleted_on\" IS NOT NULL AND @.\"storage_id\" IS NULL THEN 1 ELSE 0 END)",
      "deleted_on storage_id", NULL, "Whether it is gone, and its files with it" },
    { "vm", "orphaned", REEVE_FLAG,
      "(CASE WHEN @.\"deleted_on\" IS NOT NULL AND @.\"storage_id\" IS NOT NULL THEN 1 ELSE 0 "
      "END)",
      "deleted_on storage_id", NULL, "Whether it is gone, and its files are still on its storage" },
    { "vm", "disconnected", REEVE_FLAG,
      "(CASE WHEN @.\"deleted_on\" IS NOT NULL OR @.\"connection_state\" <> 'connected' THEN 1 "
      "ELSE 0 END)",
      "deleted_on connection_state", NULL, "Whether its provider does not reach it" },
    { "*archived", "archived", REEVE_FLAG, "(CASE WHEN @.\"deleted_on\" IS NULL THEN 0 ELSE 1 END)",
      "deleted_on", NULL, "Whether it is gone" },
    { "*archived", "active", REEVE_FLAG, "(CASE WHEN @.\"deleted_on\" IS NULL THEN 1 ELSE 0 END)",
      "deleted_on", NULL, "Whether it is there" },
    { "snapshot", "parent_id", REEVE_INT,
      "(SELECT p.\"id\" FROM \"snapshots\" p WHERE p.\"vm_or_template_id\" = "
      "@.\"vm_or_template_id\" AND p.\"uid\" = @.\"parent_uid\")",
      "parent_uid", "snapshot", "The snapshot that it was made after" },
    { "guest_device", "parent_device_id", REEVE_INT,
      "(SELECT p.\"id\" FROM \"guest_devices\" p WHERE p.\"hardware_id\" = @.\"hardware_id\" AND "
      "p.\"uid_ems\" = @.\"parent_device_uid\")",
      "parent_device_uid", "guest_device", "The card that it is a part of" },
    { "task", "task_results", REEVE_JSON, "@.\"results\"", "results", NULL,
      "What came out: results, by the name that ManageIQ has for it" },
    { "provider", "emstype", REEVE_STRING, "@.\"type\"", "type", NULL,
      "Name of the plugin that connects to it" },
    { "provider", "hostname", REEVE_STRING, OF_DEFAULT_ENDPOINT("hostname"), NULL, "endpoint",
      "Host name of its default endpoint" },
    { "provider", "port", REEVE_INT, OF_DEFAULT_ENDPOINT("port"), NULL, "endpoint",
      "Port of its default endpoint" },
    { "provider", "security_protocol", REEVE_STRING, OF_DEFAULT_ENDPOINT("security_protocol"), NULL,
      "endpoint", "How its default endpoint is spoken to" },
    { "provider", "authentication_status", REEVE_STRING,
      "COALESCE((SELECT a.\"status\" FROM \"authentications\" a WHERE a.\"resource_type\" = "
      "'provider' AND a.\"resource_id\" = @.\"id\" AND a.\"status\" IS NOT NULL ORDER BY " SEVERITY
      " DESC, a.\"id\" LIMIT 1), 'None')",
      NULL, "authentication", "Whether its credentials work: the worst of them" },
    { "provider", "state", REEVE_STRING, RV_PROVIDER_STATE("@"),
      "enabled quarantine_reason last_refresh_error last_refresh_date", "authentication",
      "paused, quarantine, refused (its credentials), hanging (its worker), unserved (no worker "
      "reads it), failing, new or ok" },
    { "provider", "authentication_next_check_on", REEVE_TIME,
      "(SELECT MIN(a.\"next_check_on\") FROM \"authentications\" a WHERE a.\"resource_type\" = "
      "'provider' AND a.\"resource_id\" = @.\"id\")",
      NULL, "authentication", "When its credentials are looked at again" },
    { "authentication", "severity", REEVE_INT, SEVERITY_OF("@"), "status", NULL,
      "How bad its status is: 0 Valid, 1 None or Incomplete, 2 Error or Unreachable, 3 Invalid" },
    { "provider", "last_refresh_status", REEVE_STRING,
      "(CASE WHEN @.\"last_refresh_error\" IS NOT NULL THEN 'error' "
      "WHEN @.\"last_refresh_date\" IS NOT NULL THEN 'success' ELSE 'never' END)",
      "last_refresh_error last_refresh_date", NULL, "success, error or never" },
};

static int
is_of(const struct rv_virtual *virtual, const struct rv_kind *kind)
{
    if (!virtual->kind)
        return 1;
    if (*virtual->kind == '*')
        return kind->archived;
    return rv_streq(virtual->kind, kind->name);
}

/* Of one name the first that is the kind's counts. */
static int
is_hidden(const struct rv_virtual *virtual, const struct rv_kind *kind)
{
    for (const struct rv_virtual *before = virtuals; before < virtual; before++)
        if (is_of(before, kind) && rv_streq(before->name, virtual->name))
            return 1;
    return 0;
}

const struct rv_virtual *
rv_virtual_next(const struct rv_kind *kind, int *at)
{
    while (*at < (int)RV_COUNT(virtuals)) {
        const struct rv_virtual *virtual = &virtuals[(*at)++];
        if (is_of(virtual, kind) && rv_kind_column(kind, virtual->name) < 0 &&
            !is_hidden(virtual, kind))
            return virtual;
    }
    return NULL;
}

const struct rv_virtual *
rv_virtual_find(const struct rv_kind *kind, const char *name)
{
    const struct rv_virtual *virtual;

    for (int at = 0; (virtual = rv_virtual_next(kind, &at)) != NULL;) {
        if (rv_streq(virtual->name, name))
            return virtual;
    }
    return NULL;
}

int
rv_virtual_uses(const struct rv_virtual *virtual, const char *column)
{
    size_t len = strlen(column);

    for (const char *at = virtual->uses; at && *at;) {
        size_t here = strcspn(at, " ");
        if (here == len && strncmp(at, column, len) == 0)
            return 1;
        at += here + (at[here] == ' ');
    }
    return 0;
}

void
rv_virtual_sql(struct rv_sql *sql, const struct rv_virtual *virtual, const char *alias)
{
    const char *text = virtual->sql;

    for (const char *at; (at = strchr(text, '@')) != NULL; text = at + 1) {
        rv_buf_add(&sql->text, text, (size_t)(at - text));
        rv_sql_add(sql, alias);
    }
    rv_sql_add(sql, text);
}
