/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl doctor: asks for everything that the ten most likely mistakes would show in, from here
 * to the server and its database, and says what to do about each. Only asks: changes nothing.
 */
#include "doctor.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "client.h"
#include "list.h"
#include "output.h"
#include "reeve/version.h"

enum {
    PATIENCE_MS = 20000,
    MOST_MESSAGES = 5000,
    MOST_METRICS = 16 << 20,
    INDENT = 26,
    RECENT_MS = 3600 * 1000
};

static const struct cli_column columns[] = {
    { "STATE", "state", cli_cell_text, NULL, 0 },
    { "CHECK", "check", cli_cell_text, NULL, 0 },
    { "FOUND", "found", cli_cell_text, NULL, 0 },
    { "WHAT TO DO", "advice", cli_cell_text, NULL, 0 },
    CLI_COLUMNS_END,
};

/* The file that login wrote, and whether we know a server at all. */
static int
check_configuration(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    struct stat about;
    struct cli_context context;
    RV_AUTO_FREE char *path = cli_config_path(&err);
    rv_err_clear(&err);
    int failed = cli_context_load(&context, cli_value(cli, "url"), &err);
    if (!failed)
        failed = cli_take_home(cli, &context, &err);
    const char *url = context.url;
    if (failed) {
        cli_doctor_error(doctor, "configuration", &err);
    } else if (url == NULL) {
        cli_doctor_add(doctor, "configuration", CLI_HEALTH_FAILED,
                       "no server is known: neither --url, nor REEVE_URL, nor a login");
        cli_doctor_advise(doctor,
                          "reevectl login --url \"$(cat HOME/url)\" --user admin "
                          "--password-file HOME/admin-password, with reeved's home for HOME");
    } else if (path && stat(path, &about) == 0 && (about.st_mode & 077)) {
        cli_doctor_add(doctor, "configuration", CLI_HEALTH_FAILED,
                       "others can read %s, which holds your token", path);
        cli_doctor_advise(doctor, "chmod 600 %s; then reevectl logout and login for another token",
                          path);
    } else {
        cli_doctor_add(doctor, "configuration", CLI_HEALTH_OK, "the server is %s", url);
    }
    int known = url != NULL;
    cli_context_free(&context);
    return known ? 0 : -1;
}

static int
is_plain_and_far(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 && strncmp(url + 7, "127.", 4) != 0 &&
           strncmp(url + 7, "localhost", 9) != 0 && strncmp(url + 7, "[::1]", 5) != 0;
}

static void
check_transport(struct cli *cli, struct cli_doctor *doctor)
{
    const char *url = cli_client_url(cli->client);
    if (!is_plain_and_far(url))
        return;
    cli_doctor_add(doctor, "transport", CLI_HEALTH_WARNING,
                   "passwords and tokens cross the network unencrypted to %s", url);
    cli_doctor_advise(doctor,
                      "give reeved a certificate (--tls-certificate, --tls-key), or a proxy "
                      "that speaks TLS");
}

/* Whether something answers there, and whether it is one of us. */
static int
check_server(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *product = NULL;
    if (cli->client == NULL && cli_open(cli, &err) < 0) {
        cli_doctor_error(doctor, "server", &err);
        return -1;
    }
    cli_client_timeout(cli->client, PATIENCE_MS);
    const char *url = cli_client_url(cli->client);
    int failed = cli_get(cli->client, "/api/product_info", &product, &err);
    if (failed == RV_E_UNAVAILABLE || failed == RV_E_TIMEOUT) {
        cli_doctor_error(doctor, "server", &err);
        if (cli_client_met_silence(cli->client))
            cli_doctor_advise(doctor, "its API workers hang, or its machine does: look there at "
                                      "journalctl -u reeved -n 50 and top; a worker that hangs is "
                                      "replaced after two minutes");
        return -1;
    }
    if (failed || !rv_streq(rv_json_string(product, "name"), "Reeve")) {
        cli_doctor_add(doctor, "server", CLI_HEALTH_FAILED, "what answers at %s is no Reeve server",
                       url);
        cli_doctor_advise(doctor,
                          "the file 'url' in reeved's home says where it listens; a proxy in "
                          "front must hand /api on as it is");
        return -1;
    }
    cli_doctor_add(doctor, "server", CLI_HEALTH_OK, "%s answers", url);
    check_transport(cli, doctor);
    return 0;
}

static int
check_login(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *entry = NULL;
    if (cli_get(cli->client, "/api", &entry, &err) < 0) {
        cli_doctor_error(doctor, "login", &err);
        return -1;
    }
    const cJSON *identity = cJSON_GetObjectItemCaseSensitive(entry, "identity");
    const char *user = rv_json_string(identity, "userid");
    cli_doctor_add(doctor, "login", CLI_HEALTH_OK, "logged in as '%s'", user ? user : "?");
    return 0;
}

static void
check_ready(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(65536);
    long status = cli_get_text(cli->client, "/readyz", &text, &err);
    if (status < 0) {
        cli_doctor_error(doctor, "ready", &err);
        return;
    }
    if (status == 200) {
        cli_doctor_add(doctor, "ready", CLI_HEALTH_OK, "the server is ready");
        return;
    }
    const char *says = rv_buf_text(&text);
    cli_doctor_add(doctor, "ready", CLI_HEALTH_FAILED, "%.*s", (int)strcspn(says, "\n"), says);
    cli_doctor_advise(doctor, "reeved's log says why: journalctl -u reeved -n 50; or, on its "
                              "machine, reevectl log recent --home HOME");
}

/* 0 when the rest cannot be asked. */
static int
check_machine(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *diagnostics = NULL;
    int64_t begun_ms = rv_monotonic_ms();
    if (cli_get(cli->client, "/api/diagnostics", &diagnostics, &err) < 0) {
        cli_doctor_error(doctor, "diagnostics", &err);
        return 0;
    }
    int64_t here_ms = rv_now_ms(), took_ms = rv_monotonic_ms() - begun_ms;
    cli_judge_versions(doctor, diagnostics, REEVE_SDK_VERSION);
    cli_judge_clocks(doctor, diagnostics, here_ms, took_ms);
    cli_judge_database(doctor, diagnostics);
    cli_judge_home(doctor, diagnostics);
    cli_judge_limits(doctor, diagnostics);
    cli_judge_keeping(doctor, diagnostics);
    return cli_value_at(diagnostics, "database.error") == NULL;
}

static void
check_metrics(struct cli *cli, struct cli_doctor *doctor)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(MOST_METRICS);
    long status = cli_get_text(cli->client, "/metrics", &text, &err);
    if (status < 0)
        cli_doctor_error(doctor, "metrics", &err);
    else if (status == 200)
        cli_judge_metrics(doctor, rv_buf_text(&text), rv_now_ms());
}

/* Names of the roles that a started server has active. */
static int
list_roles(struct cli *cli, cJSON **out, rv_err *err)
{
    static const char *const active[] = { "active=true", NULL };
    const struct cli_query query = { .collection = "assigned_server_roles",
                                     .attributes = "server_role.name",
                                     .filters = active,
                                     .order = { "id" },
                                     .limit = -1 };
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row;
    if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
        return err->code;
    *out = cJSON_CreateArray();
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *name = cli_value_at(row, "server_role.name");
        if (cJSON_IsString(name))
            cJSON_AddItemToArray(*out, cJSON_CreateString(name->valuestring));
    }
    return 0;
}

static void
check_queue(struct cli *cli, struct cli_doctor *doctor)
{
    static const char *const waiting[] = { "state='ready'", "or state='error'", NULL };
    const struct cli_query query = { .collection = "miq_queue",
                                     .attributes =
                                         "state,queue_name,role,zone,created_on,deliver_on,"
                                         "class_name,method_name,attempts,error",
                                     .filters = waiting,
                                     .order = { "id" },
                                     .limit = MOST_MESSAGES };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *messages = NULL;
    RV_AUTO_JSON cJSON *roles = NULL;
    if (cli_list(cli->client, &query, &messages, NULL, &err) < 0 ||
        list_roles(cli, &roles, &err) < 0)
        cli_doctor_error(doctor, "queue", &err);
    else
        cli_judge_queue(doctor, messages, roles, rv_now_ms());
}

static void
check_rows(struct cli *cli, struct cli_doctor *doctor, const char *collection,
           const char *attributes, void (*judge)(struct cli_doctor *doctor, const cJSON *rows))
{
    const struct cli_query query = {
        .collection = collection, .attributes = attributes, .order = { "name" }, .limit = -1
    };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *rows = NULL;
    if (cli_list(cli->client, &query, &rows, NULL, &err) < 0)
        cli_doctor_error(doctor, collection, &err);
    else
        judge(doctor, rows);
}

static void
check_events(struct cli *cli, struct cli_doctor *doctor)
{
    const struct cli_query query = { .collection = "event_lanes",
                                     .attributes = "name,last_error,written,handled",
                                     .order = { "name" },
                                     .limit = -1 };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *lanes = NULL;
    RV_AUTO_JSON cJSON *roles = NULL;
    if (cli_list(cli->client, &query, &lanes, NULL, &err) < 0 || list_roles(cli, &roles, &err) < 0)
        cli_doctor_error(doctor, "events", &err);
    else
        cli_judge_events(doctor, lanes, roles);
}

static void
check_runs(struct cli *cli, struct cli_doctor *doctor)
{
    char text[32];
    rv_format_time(text, rv_now_ms() - RECENT_MS);
    RV_AUTO_FREE char *recent = rv_format("ended_on>='%s'", text);
    const char *const failed[] = { "status='error'", recent, NULL };
    const struct cli_query query = { .collection = "automate_runs",
                                     .attributes = "uri,error,error_place",
                                     .filters = failed,
                                     .sort_by = "ended_on,id",
                                     .descending = 1,
                                     .limit = 1 };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *runs = NULL;
    int64_t count = 0;
    if (cli_list(cli->client, &query, &runs, &count, &err) < 0)
        cli_doctor_error(doctor, "automate", &err);
    else
        cli_judge_runs(doctor, runs, count);
}

/* Text in lines that fit, each behind INDENT blanks; the first stands where the cursor is. */
static void
add_wrapped(rv_buf *out, const char *text, size_t width)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(65536);
    cli_clean_line(&clean, text);
    const char *at = rv_buf_text(&clean);
    size_t most = width > INDENT + 20 ? width - INDENT : SIZE_MAX;
    while (cli_width(at) > most) {
        size_t len = rv_utf8_prefix(at, most), cut = len;
        while (cut > 0 && at[cut] != ' ')
            cut--;
        rv_buf_addf(out, "%.*s\n%*s", (int)(cut ? cut : len), at, INDENT, "");
        at += cut ? cut + 1 : len;
    }
    rv_buf_add_string(out, at);
    rv_buf_add_char(out, '\n');
}

/* For a person: a line each, and below it what to do. */
static void
print_findings(const struct cli *cli, const cJSON *findings)
{
    static const struct {
        const char *state, *color;
    } colors[] = { { "ok", "\033[32m" }, { "warning", "\033[33m" }, { "failed", "\033[31m" } };
    size_t width = cli_columns_of(STDOUT_FILENO);
    const cJSON *one;
    cJSON_ArrayForEach(one, findings)
    {
        RV_AUTO_BUF rv_buf line = rv_buf_limited(65536);
        const char *state = rv_json_string(one, "state"), *advice = rv_json_string(one, "advice");
        for (size_t i = 0; i < RV_COUNT(colors); i++)
            if (cli->color && strcmp(colors[i].state, state) == 0)
                fputs(colors[i].color, stdout);
        printf("%-8s", state);
        if (cli->color)
            fputs("\033[0m", stdout);
        printf(" %-16s ", rv_json_string(one, "check"));
        add_wrapped(&line, rv_json_string(one, "found"), width);
        if (advice && advice[0]) {
            RV_AUTO_FREE char *text = rv_format("-> %s", advice);
            rv_buf_addf(&line, "%*s", INDENT, "");
            add_wrapped(&line, text, width);
        }
        fputs(rv_buf_text(&line), stdout);
    }
}

/* Each step needs those before it. */
void
cli_doctor_examine(struct cli *cli, struct cli_doctor *doctor)
{
    if (check_configuration(cli, doctor) < 0 || check_server(cli, doctor) < 0)
        return;
    check_ready(cli, doctor);
    int logged_in = check_login(cli, doctor) == 0;
    if (!logged_in && !cli_client_is_local(cli->client))
        return;
    int answers = check_machine(cli, doctor);
    if (!logged_in || !answers)
        return;
    check_metrics(cli, doctor);
    check_queue(cli, doctor);
    check_rows(cli, doctor, "servers", "name,warnings", cli_judge_servers);
    check_rows(cli, doctor, "providers", "name,state,quarantine_reason,last_refresh_error",
               cli_judge_providers);
    check_events(cli, doctor);
    check_runs(cli, doctor);
}

int
cmd_doctor(struct cli *cli)
{
    int format = cli_format(cli);
    struct cli_doctor doctor = { .worst = CLI_HEALTH_OK };

    if (format < 0)
        return CLI_USAGE;
    doctor.findings = cJSON_CreateArray();
    cli_doctor_examine(cli, &doctor);
    int code = doctor.worst == CLI_HEALTH_FAILED ? CLI_FAILURE : CLI_OK;
    if (format == CLI_TABLE)
        print_findings(cli, doctor.findings);
    else
        cli_print_plain(cli, (enum cli_format)format, doctor.findings, columns, "check");
    cJSON_Delete(doctor.findings);
    return code;
}
