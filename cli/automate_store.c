/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate ls | tree, and the acts on domains: create, rm, lock, unlock, enable,
 * disable, priority.
 */
#include "automate_store.h"

#include <string.h>
#include <strings.h>
#include "act.h"
#include "client.h"
#include "list.h"
#include "output.h"

#define DOMAINS "automate_domains"

void
cli_split_path(const char *path, char **domain, const char **rest)
{
    path += strspn(path, "/");
    size_t len = strcspn(path, "/");
    *domain = rv_strndup(path, len);
    *rest = path + len + strspn(path + len, "/");
}

static int
fail_domain(const cJSON *rows, const char *name, rv_err *err)
{
    const char *names[200];
    const cJSON *row;
    size_t count = 0;

    cJSON_ArrayForEach(row, rows)
    {
        const char *one = rv_json_string(row, "name");
        if (one && count < RV_COUNT(names) - 1)
            names[count++] = one;
    }
    names[count] = NULL;
    const char *nearest = rv_nearest(name, names);
    rv_fail(err, RV_E_NOT_FOUND, "there is no domain '%s'", name);
    return nearest ? rv_hint(err, "did you mean '%s'?", nearest) : err->code;
}

int
cli_domain_row(struct cli *cli, cJSON **out, const char *name, rv_err *err)
{
    RV_AUTO_JSON cJSON *list = NULL;

    *out = NULL;
    if (cli_get(cli->client, "/api/" DOMAINS "?expand=resources&limit=1000", &list, err) < 0)
        return err->code;
    cJSON *rows = cJSON_GetObjectItemCaseSensitive(list, "resources");
    for (cJSON *row = rows ? rows->child : NULL; row; row = row->next)
        if (rv_strcaseeq(rv_json_string(row, "name"), name)) {
            *out = cJSON_DetachItemViaPointer(rows, row);
            return 0;
        }
    return fail_domain(rows, name, err);
}

static int
browse(struct cli *cli, cJSON **out, const char *path, int depth, rv_err *err)
{
    RV_AUTO_BUF rv_buf url = rv_buf_limited(16384);

    path += strspn(path, "/");
    rv_buf_add_string(&url, "/api/automate");
    while (*path) {
        size_t len = strcspn(path, "/");
        RV_AUTO_FREE char *part = rv_strndup(path, len);
        RV_AUTO_FREE char *escaped = cli_escape(part);
        if (len)
            rv_buf_addf(&url, "/%s", escaped);
        path += len + (path[len] == '/');
    }
    rv_buf_addf(&url, "?depth=%d", depth);
    if (cli_has(cli, "machines"))
        rv_buf_add_string(&url, "&search_options=state_machines");
    return rv_buf_check(&url, err) < 0 ? err->code
                                       : cli_get(cli->client, rv_buf_text(&url), out, err);
}

static const char *
sort_of(const cJSON *row)
{
    const char *klass = rv_json_string(row, "klass");

    return klass && strncmp(klass, "MiqAe", 5) == 0 ? klass + 5 : klass ? klass : "";
}

static const struct cli_column ls_columns[] = {
    { "NAME", "name", cli_cell_text, "<none>", 0 },
    { "SORT", "sort", cli_cell_text, "<none>", 0 },
    { "TITLE", "display_name", cli_cell_text, "-", 0 },
    { "PATH", "fqname", cli_cell_text, "<none>", 1 },
    CLI_COLUMNS_END,
};

static const struct cli_column domain_columns[] = {
    { "NAME", "name", cli_cell_text, "<none>", 0 },
    { "PLACE", "priority", cli_cell_text, "-", 0 },
    { "ENABLED", "enabled", cli_cell_flag, "-", 0 },
    { "SOURCE", "source", cli_cell_text, "-", 0 },
    { "TITLE", "display_name", cli_cell_text, "-", 0 },
    { "IMPORTED", "last_import_on", cli_cell_age, "never", 1 },
    { "DESCRIPTION", "description", cli_cell_text, "-", 1 },
    { "ID", "id", cli_cell_text, "<none>", 1 },
    CLI_COLUMNS_END,
};

/* The one whose content comes first comes first. */
static int
list_domains(struct cli *cli, enum cli_format format)
{
    static const struct cli_query query = {
        .collection = DOMAINS, .sort_by = "priority", .descending = 1, .limit = -1
    };
    RV_AUTO_JSON cJSON *rows = NULL;
    rv_err err = RV_ERR_INIT;

    if (cli_list(cli->client, &query, &rows, NULL, &err) < 0)
        return cli_failed(&err);
    return cli_print_plain(cli, format, rows, domain_columns, "automate_domain");
}

/* What lies in the path; the path itself leaves the list, unless nothing lies in it. */
static cJSON *
inside(cJSON *document, const char *path)
{
    cJSON *rows = cJSON_DetachItemFromObjectCaseSensitive(document, "resources");
    int whole = path[strspn(path, "/")] == '\0';

    if (!whole && cJSON_GetArraySize(rows) > 1)
        cJSON_DeleteItemFromArray(rows, 0);
    for (cJSON *row = rows ? rows->child : NULL; row; row = row->next) {
        RV_AUTO_FREE char *sort = rv_strdup(sort_of(row));
        rv_lower(sort);
        cJSON_AddStringToObject(row, "sort", sort);
    }
    return rows;
}

int
cmd_automate_ls(struct cli *cli)
{
    const char *path = cli->word_count ? cli->words[0] : "";
    RV_AUTO_JSON cJSON *document = NULL, *rows = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli), code = format < 0 ? CLI_USAGE : cli_connect(cli);

    if (code)
        return code;
    if (path[strspn(path, "/")] == '\0' && !cli_has(cli, "machines"))
        return list_domains(cli, (enum cli_format)format);
    if (browse(cli, &document, path, path[strspn(path, "/")] ? 1 : 0, &err) < 0)
        return cli_failed(&err);
    rows = inside(document, path);
    return cli_print_plain(cli, (enum cli_format)format, rows, ls_columns, "automate");
}

static int
parts_of(const char *path)
{
    int count = 0;

    for (; *path; path++)
        count += *path == '/';
    return count;
}

static void
print_branch(rv_buf *out, const cJSON *row, int above)
{
    const char *path = rv_json_string(row, "fqname"), *title = rv_json_string(row, "display_name");
    RV_AUTO_BUF rv_buf name = rv_buf_limited(65536);
    int depth = parts_of(path ? path : "") - above;

    cli_clean_line(&name, rv_json_string(row, "name"));
    for (int i = 0; i < depth; i++)
        rv_buf_add_string(out, "  ");
    rv_buf_addf(out, "%s%s", rv_buf_text(&name), rv_streq(sort_of(row), "Instance") ? "" : "/");
    if (title && *title && !rv_strcaseeq(title, rv_json_string(row, "name"))) {
        rv_buf_reset(&name);
        cli_clean_line(&name, title);
        rv_buf_addf(out, "  (%s)", rv_buf_text(&name));
    }
    rv_buf_add_char(out, '\n');
}

int
cmd_automate_tree(struct cli *cli)
{
    const char *path = cli->word_count ? cli->words[0] : "";
    RV_AUTO_JSON cJSON *document = NULL;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(256u << 20);
    rv_err err = RV_ERR_INIT;
    const cJSON *row;
    int code = cli_connect(cli);

    if (code)
        return code;
    if (browse(cli, &document, path, -1, &err) < 0)
        return cli_failed(&err);
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(document, "resources");
    const char *first = rv_json_string(cJSON_GetArrayItem(rows, 0), "fqname");
    int above = first ? parts_of(first) : 1;
    cJSON_ArrayForEach(row, rows) print_branch(&out, row, above);
    if (rv_buf_check(&out, &err) < 0)
        return cli_failed(&err);
    cli_emit(&out);
    return CLI_OK;
}

/* body is taken over. */
static int
act(struct cli *cli, const char *name, const char *action, cJSON *body)
{
    RV_AUTO_JSON cJSON *row = NULL, *given = body, *answer = NULL;
    rv_err err = RV_ERR_INIT;
    int code = cli->client ? CLI_OK : cli_connect(cli);

    if (code)
        return code;
    if (cli_domain_row(cli, &row, name, &err) < 0)
        return cli_failed(&err);
    RV_AUTO_FREE char *path = rv_format("/api/" DOMAINS "/%s", rv_json_string(row, "id"));
    cJSON_AddStringToObject(given, "action", action);
    if (cli_request(cli->client, "POST", path, given, &answer, &err) < 0)
        return cli_failed(&err);
    const char *task = rv_json_string(answer, "task_id");
    return task ? cli_wait_task(cli, task, 0) : CLI_OK;
}

static int
act_on_all(struct cli *cli, const char *action, const char *flag, int value, const char *said)
{
    struct cli_outcome outcome = { 0 };

    for (int i = 0; i < cli->word_count; i++) {
        cJSON *body = cJSON_CreateObject();
        if (flag)
            cJSON_AddBoolToObject(body, flag, value);
        int code = act(cli, cli->words[i], action, body);
        if (code == CLI_OK)
            cli_say("domain %s %s", cli->words[i], said);
        cli_outcome_add(&outcome, code);
    }
    return cli_outcome_code(&outcome);
}

int
cmd_automate_lock(struct cli *cli)
{
    return act_on_all(cli, "lock", NULL, 0, "is locked");
}

int
cmd_automate_unlock(struct cli *cli)
{
    return act_on_all(cli, "unlock", NULL, 0, "is unlocked");
}

int
cmd_automate_enable(struct cli *cli)
{
    return act_on_all(cli, "edit", "enabled", 1, "is enabled");
}

int
cmd_automate_disable(struct cli *cli)
{
    return act_on_all(cli, "edit", "enabled", 0, "is disabled");
}

int
cmd_automate_rm(struct cli *cli)
{
    return act_on_all(cli, "delete", NULL, 0, "is deleted");
}

int
cmd_automate_priority(struct cli *cli)
{
    cJSON *body = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int64_t place = 0;

    if (rv_parse_int(&place, cli->words[1], &err) < 0 || place < 1) {
        cJSON_Delete(body);
        return cli_usage(cli, "'%s' is no place: a number from 1, the highest wins", cli->words[1]);
    }
    cJSON_AddNumberToObject(body, "priority", (double)place);
    int code = act(cli, cli->words[0], "set_priority", body);
    if (code == CLI_OK)
        cli_say("domain %s has place %lld", cli->words[0], (long long)place);
    return code;
}

int
cmd_automate_create(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    const char *title = cli_value(cli, "title"), *description = cli_value(cli, "description");
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    cJSON_AddStringToObject(body, "action", "create");
    cJSON_AddStringToObject(body, "name", cli->words[0]);
    if (title)
        cJSON_AddStringToObject(body, "display_name", title);
    if (description)
        cJSON_AddStringToObject(body, "description", description);
    cJSON_AddBoolToObject(body, "enabled", cli_has(cli, "enable"));
    if (cli_request(cli->client, "POST", "/api/" DOMAINS, body, &answer, &err) < 0)
        return cli_failed(&err);
    cli_say("domain %s is made%s", cli->words[0],
            cli_has(cli, "enable") ? "" : "; 'reevectl automate enable' has it looked at");
    return CLI_OK;
}
