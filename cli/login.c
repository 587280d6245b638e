/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl login and logout. A password never stands on the command line: it
 * comes from a file or from the terminal.
 */
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "cli.h"

#define PASSWORD_LIMIT 4096

static int
ask_password(rv_buf *out, rv_err *err)
{
    struct termios before, quiet;
    char line[PASSWORD_LIMIT];
    int is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;

    if (is_terminal) {
        fputs("password: ", stderr);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    if (!fgets(line, sizeof(line), stdin))
        line[0] = '\0';
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    rv_buf_add_string(out, line);
    explicit_bzero(line, sizeof(line));
    return out->len > 0 ? 0 : rv_fail(err, RV_E_INVALID, "no password given");
}

static int
read_password(struct cli *cli, rv_buf *out, rv_err *err)
{
    const char *path = cli_value(cli, "password-file");
    int status;

    if (path && strcmp(path, "-") != 0)
        status = rv_buf_read_file(out, path, err);
    else
        status = ask_password(out, err);
    if (status < 0)
        return path ? rv_wrap(err, "read the password from '%s'", path) : err->code;
    while (out->len > 0 && strchr("\r\n", out->data[out->len - 1]))
        out->data[--out->len] = '\0';
    return 0;
}

static int
get_token(struct cli *cli, struct cli_context *context, const char *password, rv_err *err)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const char *token;

    if (cli_client_open(&cli->client, context, err) < 0)
        return err->code;
    cli_client_basic(cli->client, context->user, password);
    if (cli_get(cli->client, "/api/auth?requester_type=cli", &answer, err) < 0)
        return err->code;
    token = rv_json_string(answer, "auth_token");
    if (!token)
        return rv_fail(err, RV_E_PROTOCOL, "%s gave no token: is it a Reeve server?", context->url);
    context->token = rv_strdup(token);
    return 0;
}

int
cmd_login(struct cli *cli)
{
    RV_AUTO_BUF
    rv_buf password = rv_buf_limited(PASSWORD_LIMIT);
    struct cli_context context = { NULL, NULL, NULL };
    const char *url = cli_value(cli, "url"), *user = cli_value(cli, "user");
    rv_err err = RV_ERR_INIT;
    int status;

    if (!url)
        url = getenv("REEVE_URL");
    if (!url || !*url)
        return cli_usage(cli, "which server? --url is missing");
    context.url = rv_strdup(url);
    context.user = rv_strdup(user ? user : "admin");
    status = read_password(cli, &password, &err);
    if (status == 0)
        status = get_token(cli, &context, rv_buf_text(&password), &err);
    if (password.data)
        explicit_bzero(password.data, password.size);
    if (status == 0)
        status = cli_context_save(&context, &err);
    if (status == 0)
        cli_say("logged in to %s as %s", context.url, context.user);
    cli_context_free(&context);
    if (status < 0 && err.code == RV_E_AUTH)
        snprintf(err.hint, sizeof(err.hint), "%s",
                 "is the password that of the file 'admin-password' in the server's home?");
    return status < 0 ? cli_failed(&err) : CLI_OK;
}

int
cmd_logout(struct cli *cli)
{
    struct cli_context context;
    rv_err err = RV_ERR_INIT;

    if (cli_connect(cli) == 0)
        cli_request(cli->client, "DELETE", "/api/auth", NULL, NULL, &err);
    rv_err_clear(&err);
    if (cli_context_load(&context, &err) < 0)
        return cli_failed(&err);
    free(context.token);
    context.token = NULL;
    if (cli_context_save(&context, &err) < 0)
        return cli_failed(&err);
    cli_context_free(&context);
    cli_say("logged out");
    return CLI_OK;
}
