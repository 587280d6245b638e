/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider's options: from the command line, a kubeconfig, or files for what is secret.
 */
#include <string.h>
#include "base/secret.h"
#include "provider.h"

#define VALUE_LIMIT (1u << 20)

/* A file's one line comes without its end; of more lines (PEM) nothing is taken. */
static void
strip_line_end(rv_buf *text)
{
    size_t line = strcspn(rv_buf_text(text), "\r\n");

    if (text->len > 0 && text->len - line == strspn(text->data + line, "\r\n"))
        text->data[text->len = line] = '\0';
}

/* NAME=VALUE, or NAME=@FILE for a value that is long or secret. */
static int
add_option(cJSON *options, const char *given, rv_err *err)
{
    const char *equals = strchr(given, '=');
    rv_buf content = rv_buf_limited(VALUE_LIMIT);
    RV_AUTO_FREE char *name = NULL;
    int status = 0;

    if (!equals || equals == given) {
        rv_fail(err, RV_E_INVALID, "option '%s' is not of the form NAME=VALUE", given);
        return rv_hint(err, "reevectl provider types lists the options of each type");
    }
    name = rv_strndup(given, (size_t)(equals - given));
    if (cJSON_HasObjectItem(options, name))
        return rv_fail(err, RV_E_INVALID, "option '%s' was given twice", name);
    if (equals[1] != '@') {
        cJSON_AddStringToObject(options, name, equals + 1);
        return 0;
    }
    status = rv_buf_read_file(&content, equals + 2, err);
    if (status == 0) {
        strip_line_end(&content);
        cJSON_AddStringToObject(options, name, rv_buf_text(&content));
    }
    rv_buf_wipe(&content);
    return status < 0 ? rv_wrap(err, "option '%s'", name) : 0;
}

/* Taken away by null, as the API has it. */
static int
unset_option(cJSON *options, const char *name, rv_err *err)
{
    if (cJSON_HasObjectItem(options, name))
        return rv_fail(err, RV_E_INVALID, "option '%s' was given and taken away", name);
    cJSON_AddNullToObject(options, name);
    return 0;
}

int
cli_provider_options(struct cli *cli, cJSON *options, rv_err *err)
{
    const char *path = cli_value(cli, "kubeconfig"), *context = cli_value(cli, "context");
    char *kubeconfig = NULL;

    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "option") == 0 &&
            add_option(options, cli->given[i].value, err) < 0)
            return err->code;
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "unset") == 0 &&
            unset_option(options, cli->given[i].value, err) < 0)
            return err->code;
    if (path) {
        if (cli_kubeconfig_read(&kubeconfig, path, context, err) < 0)
            return err->code;
        cJSON_AddStringToObject(options, "kubeconfig", kubeconfig);
        cli_wipe_text(kubeconfig);
        free(kubeconfig);
    } else if (context) {
        cJSON_AddStringToObject(options, "context", context);
    }
    return 0;
}
