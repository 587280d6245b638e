/* SPDX-License-Identifier: Apache-2.0
 *
 * Status for people: what they look for first stands first, what they should do stands last.
 */
#include "status.h"

#include <string.h>
#include <unistd.h>
#include "output.h"
#include "processes.h"
#include "provider.h"
#include "table.h"

enum { TEXT_LIMIT = 4 << 20, MOST_PROCESSES = 40, INVENTORY_WIDTH = 40, USUAL_WIDTH = 120 };

struct drawing {
    struct cli *cli;
    const cJSON *all;
    rv_buf *out;
    size_t width; /* of the terminal */
};

static const cJSON *
part_of(const struct drawing *d, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(d->all, name);
}

static void
add_clean(rv_buf *out, const char *text)
{
    cli_clean_line(out, text ? text : "");
}

static void
title(const struct drawing *d, const char *text)
{
    rv_buf_addf(d->out, "\n%s%s%s\n", d->cli->color ? "\033[1m" : "", text,
                d->cli->color ? "\033[0m" : "");
}

static const char *
text_at(const cJSON *row, const char *path)
{
    const cJSON *value = cli_value_at(row, path);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static void
add_age(rv_buf *out, const cJSON *row, const char *name, const char *none)
{
    const struct cli_column column = { NULL, name, NULL, NULL, 0 };
    size_t before = out->len;
    if (row)
        cli_cell_age(out, row, &column);
    if (out->len == before)
        rv_buf_add_string(out, none);
}

/* The colour of a word that says how something is. */
static void
add_state(const struct drawing *d, const char *text)
{
    static const char *const good[] = { "started", "ready", "ok" };
    const char *color = "\033[33m";
    for (size_t i = 0; i < RV_COUNT(good); i++)
        if (strcmp(text, good[i]) == 0)
            color = "\033[32m";
    if (d->cli->color)
        rv_buf_add_string(d->out, color);
    add_clean(d->out, text);
    if (d->cli->color)
        rv_buf_add_string(d->out, "\033[0m");
}

static int
is_of(const cJSON *row, const cJSON *server)
{
    const char *id = rv_json_string(server, "id"), *of = rv_json_string(row, "miq_server_id");
    return id && of && strcmp(id, of) == 0;
}

static void
draw_roles(const struct drawing *d, const cJSON *server)
{
    const cJSON *role = NULL;
    size_t column = 0;
    rv_buf_add_string(d->out, "  roles    ");
    cJSON_ArrayForEach(role, part_of(d, "roles"))
    {
        const char *name = text_at(role, "server_role.name");
        if (!name || !is_of(role, server))
            continue;
        if (column + strlen(name) + 12 > d->width) {
            rv_buf_add_string(d->out, "\n           ");
            column = 0;
        }
        add_clean(d->out, name);
        if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(role, "active")))
            rv_buf_add_string(d->out, " (stands by)");
        rv_buf_add_string(d->out, " ");
        column += strlen(name) + 1;
    }
    rv_buf_add_string(d->out, "\n");
}

static void
add_size(const struct drawing *d, double bytes)
{
    char text[24];
    rv_format_size(text, bytes);
    rv_buf_add_string(d->out, text);
}

static void
draw_memory(const struct drawing *d, const cJSON *server)
{
    const cJSON *worker = NULL;
    double own = cli_process_bytes(server), used = cli_number(server, "system_memory_used");
    double machine = used + cli_number(server, "system_memory_free");
    cJSON_ArrayForEach(worker, part_of(d, "workers")) if (is_of(worker, server)) own +=
        cli_process_bytes(worker);
    rv_buf_add_string(d->out, "  memory   ");
    add_size(d, own);
    rv_buf_add_string(d->out, " of its own");
    if (machine > 0) {
        rv_buf_add_string(d->out, "; machine ");
        cli_bar_add(d->out, used / machine, 10, d->cli->color);
        rv_buf_addf(d->out, " %.0f %% of ", 100 * used / machine);
        add_size(d, machine);
    }
    rv_buf_add_string(d->out, "\n");
}

static void
draw_server(const struct drawing *d, const cJSON *server)
{
    const char *name = rv_json_string(server, "name"), *status = rv_json_string(server, "status");
    const char *version = rv_json_string(server, "version"), *zone = text_at(server, "zone.name");
    rv_buf_add_string(d->out, d->cli->color ? "\033[1m" : "");
    add_clean(d->out, name ? name : "?");
    rv_buf_add_string(d->out, d->cli->color ? "\033[0m " : " ");
    add_state(d, status ? status : "unknown");
    rv_buf_add_string(d->out, " for ");
    add_age(d->out, server, "started_on", "?");
    rv_buf_add_string(d->out, ", version ");
    add_clean(d->out, version ? version : "?");
    if (zone) {
        rv_buf_add_string(d->out, ", zone ");
        add_clean(d->out, zone);
    }
    rv_buf_addf(d->out, ", pid %.0f, heartbeat ", cli_number(server, "pid"));
    add_age(d->out, server, "last_heartbeat", "never");
    rv_buf_add_string(d->out, " ago\n");
    draw_roles(d, server);
    draw_memory(d, server);
}

static void
draw_processes(const struct drawing *d)
{
    const struct cli_processes processes = { .workers = part_of(d, "workers"),
                                             .order = CLI_BY_TYPE,
                                             .most = MOST_PROCESSES,
                                             .color = d->cli->color,
                                             .width = d->width,
                                             .line_end = "\n" };
    RV_AUTO_FREE char *text = rv_format("workers (%d)", cJSON_GetArraySize(part_of(d, "workers")));
    title(d, text);
    cli_processes_add(d->out, &processes);
}

static void
draw_queue(const struct drawing *d)
{
    static const struct {
        const char *state, *says;
    } states[] = { { "ready", "waiting" }, { "dequeue", "at work" }, { "error", "dead" } };
    const cJSON *queue = part_of(d, "queue");
    const cJSON *oldest = cJSON_GetObjectItemCaseSensitive(queue, "oldest");
    title(d, "queue");
    for (size_t i = 0; i < RV_COUNT(states); i++) {
        const cJSON *row = cJSON_GetObjectItemCaseSensitive(oldest, states[i].state);
        const char *name = rv_json_string(row, "queue_name");
        int alarming = i == 2 && cli_number(queue, states[i].state) > 0 && d->cli->color;
        rv_buf_addf(d->out, "  %s%-8s %8.0f%s", alarming ? "\033[31m" : "", states[i].says,
                    cli_number(queue, states[i].state), alarming ? "\033[0m" : "");
        if (row) {
            rv_buf_add_string(d->out, "  oldest ");
            add_age(d->out, row, "created_on", "?");
            rv_buf_add_string(d->out, " in ");
            add_clean(d->out, name ? name : "?");
        }
        rv_buf_add_string(d->out, "\n");
    }
}

static void
draw_providers(const struct drawing *d)
{
    const cJSON *provider = NULL;
    RV_AUTO_FREE char *text =
        rv_format("providers (%d)", cJSON_GetArraySize(part_of(d, "providers")));
    title(d, text);
    cJSON_ArrayForEach(provider, part_of(d, "providers"))
    {
        RV_AUTO_BUF rv_buf name = rv_buf_limited(TEXT_LIMIT), type = rv_buf_limited(TEXT_LIMIT);
        const char *state = rv_json_string(provider, "state");
        const char *error = rv_json_string(
            provider, rv_streq(state, "quarantine") ? "quarantine_reason" : "last_refresh_error");
        add_clean(&name, rv_json_string(provider, "name"));
        add_clean(&type, rv_json_string(provider, "emstype"));
        rv_buf_addf(d->out, "  %-24s %-12s ", rv_buf_text(&name), rv_buf_text(&type));
        add_state(d, state ? state : "unknown");
        rv_buf_add_string(d->out, ", refreshed ");
        add_age(d->out, provider, "last_refresh_success_date", "never");
        if (rv_json_string(provider, "last_refresh_success_date"))
            rv_buf_add_string(d->out, " ago");
        if (error && error[0]) {
            rv_buf_add_string(d->out, ": ");
            add_clean(d->out, error);
        }
        rv_buf_add_string(d->out, "\n");
    }
    if (!cJSON_GetArraySize(part_of(d, "providers")))
        rv_buf_add_string(d->out, "  none yet\n");
}

static void
draw_inventory(const struct drawing *d)
{
    const cJSON *item = NULL;
    int count = 0, columns = d->width < INVENTORY_WIDTH ? 1 : (int)(d->width / INVENTORY_WIDTH);
    title(d, "inventory");
    cJSON_ArrayForEach(item, part_of(d, "inventory"))
    {
        rv_buf_addf(d->out, "  %-30s %7.0f%s", item->string, item->valuedouble,
                    ++count % columns ? " " : "\n");
    }
    if (count % columns)
        rv_buf_add_string(d->out, "\n");
    if (count == 0)
        rv_buf_add_string(d->out, "  nothing yet\n");
}

static void
draw_hints(const struct drawing *d)
{
    const cJSON *hint = NULL;
    if (!cJSON_GetArraySize(part_of(d, "hints")))
        return;
    title(d, "what to look at");
    cJSON_ArrayForEach(hint, part_of(d, "hints"))
    {
        rv_buf_add_string(d->out, "  - ");
        add_clean(d->out, hint->valuestring);
        rv_buf_add_string(d->out, "\n");
    }
}

void
cli_status_draw(struct cli *cli, const cJSON *all)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(TEXT_LIMIT);
    size_t width = cli_columns_of(STDOUT_FILENO);
    const struct drawing d = { cli, all, &out, width ? width : USUAL_WIDTH };
    const cJSON *server = NULL;
    const char *url = rv_json_string(all, "url");
    cJSON_ArrayForEach(server, part_of(&d, "servers")) draw_server(&d, server);
    rv_buf_add_string(&out, "  address  ");
    add_clean(&out, url);
    rv_buf_add_string(&out, "\n");
    draw_processes(&d);
    draw_queue(&d);
    draw_providers(&d);
    draw_inventory(&d);
    draw_hints(&d);
    fwrite(out.data, 1, out.len, stdout);
}

static void
add_hint(cJSON *hints, char *text)
{
    cJSON_AddItemToArray(hints, cJSON_CreateString(text));
    free(text);
}

static void
hint_warning(cJSON *hints, const cJSON *warning)
{
    const char *text = rv_json_string(warning, "text"), *hint = rv_json_string(warning, "hint");
    if (text)
        add_hint(hints, rv_format("%s: %s", text, hint ? hint : ""));
}

static void
hint_provider(cJSON *hints, const cJSON *provider)
{
    char *found = NULL, *advice = NULL;
    if (cli_provider_health(provider, &found, &advice) != CLI_HEALTH_OK)
        add_hint(hints, rv_format("provider %s: %s", found, advice));
    free(found);
    free(advice);
}

void
cli_status_hints(cJSON *hints, const cJSON *all)
{
    const cJSON *row = NULL, *warning = NULL;
    const cJSON *queue = cJSON_GetObjectItemCaseSensitive(all, "queue");
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "servers"))
    {
        cJSON_ArrayForEach(warning, cJSON_GetObjectItemCaseSensitive(row, "warnings"))
            hint_warning(hints, warning);
    }
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(all, "providers"))
        hint_provider(hints, row);
    if (cli_number(queue, "error") > 0)
        add_hint(hints, rv_format("%.0f messages were given up: 'reevectl queue list --state dead' "
                                  "shows them, 'reevectl queue retry ID' sends one again",
                                  cli_number(queue, "error")));
    if (!cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(all, "providers")))
        add_hint(hints, rv_strdup("nothing is read yet: 'reevectl provider add' connects to a "
                                  "cluster or another system, 'reevectl provider types' lists "
                                  "what it may be"));
}
