/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl support-bundle: one tar.gz, file by file. The server never tells secrets; what is
 * masked here is the second lock on that door.
 */
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "output.h"
#include "reeve/version.h"

#define MASK "***"

enum { TEXT_MAX = 64 << 20, SHORTEST_TOKEN = 8 };

static int
is_secret_name(const char *name)
{
    static const char *const words[] = { "password",   "passwd",     "secret",
                                         "token",      "auth_key",   "private_key",
                                         "client_key", "kubeconfig", "credential" };
    for (size_t i = 0; name && i < RV_COUNT(words); i++)
        if (strcasestr(name, words[i]))
            return 1;
    return 0;
}

void
cli_mask_json(cJSON *json)
{
    for (cJSON *item = json ? json->child : NULL; item; item = item->next) {
        if (cJSON_IsString(item) && is_secret_name(item->string) && item->valuestring[0])
            cJSON_SetValuestring(item, strlen(item->valuestring) >= sizeof(MASK) - 1 ? MASK : "*");
        else if (cJSON_IsArray(item) || cJSON_IsObject(item))
            cli_mask_json(item);
    }
}

/* Our own token in a log, say of a proxy. */
static void
add_without_token(rv_buf *out, const char *text, size_t len, const char *token)
{
    size_t token_len = token ? strlen(token) : 0;
    const char *end = text + len;
    while (token_len >= SHORTEST_TOKEN && text < end) {
        const char *at = memmem(text, (size_t)(end - text), token, token_len);
        if (at == NULL)
            break;
        rv_buf_add(out, text, (size_t)(at - text));
        rv_buf_add_string(out, MASK);
        text = at + token_len;
    }
    rv_buf_add(out, text, (size_t)(end - text));
}

void
cli_bundle_text(struct cli_bundle *bundle, const char *name, const char *text, size_t len)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(TEXT_MAX);
    RV_AUTO_FREE char *path = rv_format("%s/%s", bundle->folder, name);
    add_without_token(&clean, text, len, bundle->token);
    if (clean.failed) {
        rv_err err = RV_ERR_INIT;
        rv_buf_check(&clean, &err);
        cli_bundle_missing(bundle, name, &err);
        return;
    }
    cli_tar_add(bundle->tar, path, rv_buf_text(&clean), clean.len);
    cJSON_AddNumberToObject(cJSON_GetObjectItemCaseSensitive(bundle->contents, "files"), name,
                            (double)clean.len);
}

void
cli_bundle_json(struct cli_bundle *bundle, const char *name, cJSON *json)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_MAX);
    cli_mask_json(json);
    cli_add_json(&text, json, 0);
    rv_buf_add_char(&text, '\n');
    cli_bundle_text(bundle, name, rv_buf_text(&text), text.len);
}

void
cli_bundle_missing(struct cli_bundle *bundle, const char *name, const rv_err *err)
{
    cJSON_AddStringToObject(cJSON_GetObjectItemCaseSensitive(bundle->contents, "missing"), name,
                            err->text);
}

/* Those that one reason keeps out, in one line. */
static void
tell_missing(const struct cli_bundle *bundle)
{
    const cJSON *missing = cJSON_GetObjectItemCaseSensitive(bundle->contents, "missing");
    for (const cJSON *one = missing->child, *next; one; one = next) {
        RV_AUTO_BUF rv_buf names = rv_buf_limited(1 << 16);
        rv_buf_add_string(&names, one->string);
        for (next = one->next; next && strcmp(next->valuestring, one->valuestring) == 0;
             next = next->next)
            rv_buf_addf(&names, ", %s", next->string);
        cli_warn("not in the bundle: %s: %s", rv_buf_text(&names), one->valuestring);
    }
}

static void
add_contents(struct cli_bundle *bundle)
{
    char now[32];
    rv_format_time(now, rv_now_ms());
    cJSON_AddStringToObject(bundle->contents, "made_at", now);
    cJSON_AddStringToObject(bundle->contents, "reevectl", REEVE_SDK_VERSION);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    cli_add_json(&text, bundle->contents, 0);
    rv_buf_add_char(&text, '\n');
    RV_AUTO_FREE char *path = rv_format("%s/contents.json", bundle->folder);
    cli_tar_add(bundle->tar, path, rv_buf_text(&text), text.len);
}

static void
add_all(struct cli *cli, struct cli_bundle *bundle)
{
    rv_err err = RV_ERR_INIT;
    int logs = 0;
    if (cli_open(cli, &err) < 0)
        cli_bundle_missing(bundle, "server", &err);
    else
        cli_bundle_server(bundle);
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "log") == 0)
            cli_bundle_log(bundle, cli->given[i].value, ++logs);
    tell_missing(bundle);
    add_contents(bundle);
}

static int
create(const char *path, const struct cli *cli, rv_err *err)
{
    int fd;
    if (cli_has(cli, "overwrite"))
        unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        return fd;
    int exists = errno == EEXIST;
    rv_fail_errno(err, "write '%s'", path);
    return exists ? rv_hint(err, "another name, or --overwrite") : err->code;
}

int
cmd_support_bundle(struct cli *cli)
{
    rv_err err = RV_ERR_INIT;
    struct cli_context context = { .url = NULL };
    struct cli_bundle bundle = { .cli = cli, .contents = cJSON_CreateObject() };
    char stamp[32];
    time_t now = (time_t)(rv_now_ms() / 1000);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
    snprintf(bundle.folder, sizeof(bundle.folder), "reeve-support-%s", stamp);
    RV_AUTO_FREE char *path =
        cli->word_count ? rv_strdup(cli->words[0]) : rv_format("%s.tar.gz", bundle.folder);
    cJSON_AddObjectToObject(bundle.contents, "files");
    cJSON_AddObjectToObject(bundle.contents, "missing");
    int fd = create(path, cli, &err);
    if (fd >= 0) {
        rv_err ignored = RV_ERR_INIT;
        cli_context_load(&context, cli_value(cli, "url"), &ignored);
        bundle.token = context.token;
        bundle.tar = cli_tar_open(fd, rv_now_ms());
        add_all(cli, &bundle);
        fd = cli_tar_close(bundle.tar, &err);
        if (fd < 0)
            unlink(path);
    }
    cli_context_free(&context);
    cJSON_Delete(bundle.contents);
    if (fd < 0)
        return cli_failed(&err);
    puts(path);
    cli_say("names of providers, hosts and addresses are in it; secrets are not");
    return CLI_OK;
}
