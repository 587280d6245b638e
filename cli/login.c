/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl login and logout. A password never stands on the command line: it comes from a file or
 * from the terminal.
 */
#include <string.h>
#include <unistd.h>
#include "base/secret.h"
#include "cli.h"
#include "client.h"

#define PASSWORD_LIMIT 4096

int
cli_ask_secret(rv_buf *out, const char *prompt, rv_err *err)
{
    char line[PASSWORD_LIMIT];
    int is_terminal;

    fputs(isatty(STDIN_FILENO) ? prompt : "", stderr);
    is_terminal = cli_echo_off(STDIN_FILENO) == 0;
    if (!fgets(line, sizeof(line), stdin))
        line[0] = '\0';
    cli_echo_on();
    if (is_terminal)
        fputc('\n', stderr);
    rv_buf_add_string(out, line);
    rv_wipe(line, sizeof(line));
    return rv_buf_check(out, err);
}

/* The first line of the file. */
static int
read_password(struct cli *cli, rv_buf *out, rv_err *err)
{
    const char *path = cli_value(cli, "password-file");

    if (path && strcmp(path, "-") != 0) {
        if (rv_buf_read_file(out, path, err) < 0)
            return rv_wrap(err, "read the password from '%s'", path);
    } else if (cli_ask_secret(out, "password: ", err) < 0) {
        return err->code;
    }
    if (out->len > 0) {
        out->len = strcspn(out->data, "\r\n");
        out->data[out->len] = '\0';
    }
    return out->len > 0 ? 0 : rv_fail(err, RV_E_INVALID, "no password was given");
}

static int
get_token(struct cli *cli, struct cli_context *context, const char *password, rv_err *err)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const char *token;

    if (cli_client_open(&cli->client, context, err) < 0)
        return err->code;
    if (cli_has(cli, "verbose"))
        cli_client_trace(cli->client);
    cli_client_basic(cli->client, context->user, password);
    /* A token of this type lasts longer than one for programs, and each use prolongs it. */
    if (cli_get(cli->client, "/api/auth?requester_type=cli", &answer, err) < 0)
        return err->code;
    token = rv_json_string(answer, "auth_token");
    if (!token) {
        rv_fail(err, RV_E_PROTOCOL, "%s gave no token", context->url);
        return rv_hint(err, "is that a Reeve server?");
    }
    context->token = rv_strdup(token);
    rv_json_wipe(answer);
    return 0;
}

static void
hint_at_password(rv_err *err)
{
    snprintf(err->hint, sizeof(err->hint), "%s",
             "the password of 'admin' is in the file 'admin-password' in the server's home");
}

static int
log_in(struct cli *cli, struct cli_context *context, rv_err *err)
{
    rv_buf password = rv_buf_limited(PASSWORD_LIMIT);
    int status = read_password(cli, &password, err);

    if (status == 0)
        status = get_token(cli, context, rv_buf_text(&password), err);
    rv_buf_wipe(&password);
    if (status == RV_E_AUTH)
        hint_at_password(err);
    return status < 0 ? status : cli_context_save(context, err);
}

int
cmd_login(struct cli *cli)
{
    const char *url = cli_value(cli, "url"), *user = cli_value(cli, "user");
    struct cli_context context = { .url = NULL };
    rv_err err = RV_ERR_INIT;
    int status;

    if (!url)
        url = getenv("REEVE_URL");
    if (!url || !*url)
        return cli_usage(cli, "which server? --url is missing");
    context.url = rv_strdup(url);
    context.user = rv_strdup(user ? user : "admin");
    status = cli_trust(cli, &context, &err);
    if (status == 0)
        status = log_in(cli, &context, &err);
    if (status == 0)
        cli_say("logged in to %s as %s", context.url, context.user);
    cli_context_free(&context);
    return status < 0 ? cli_failed(&err) : CLI_OK;
}

/* Here the token is forgotten even when the server cannot be told. */
int
cmd_logout(struct cli *cli)
{
    struct cli_context context;
    rv_err err = RV_ERR_INIT, at_server = RV_ERR_INIT;
    int status = cli_context_load(&context, cli_value(cli, "url"), &err);

    if (status < 0)
        return cli_failed(&err);
    if (!context.token) {
        cli_context_free(&context);
        cli_say("not logged in");
        return CLI_OK;
    }
    if (cli_trust(cli, &context, &at_server) == 0 &&
        cli_client_open(&cli->client, &context, &at_server) == 0)
        cli_request(cli->client, "DELETE", "/api/auth", NULL, NULL, &at_server);
    cli_wipe_text(context.token);
    free(context.token);
    context.token = NULL;
    status = cli_context_save(&context, &err);
    cli_context_free(&context);
    if (status < 0)
        return cli_failed(&err);
    if (at_server.code && at_server.code != RV_E_AUTH)
        cli_warn("the server was not told, its token ends by itself: %s", at_server.text);
    cli_say("logged out");
    return CLI_OK;
}
