/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration file: contexts in one YAML file.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/secret.h"
#include "base/yaml.h"
#include "cli.h"
#include "output.h"

#define FILE_LIMIT (1u << 20)

char *
cli_config_path(rv_err *err)
{
    const char *given = getenv("REEVE_CONFIG"), *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (given && *given)
        return rv_strdup(given);
    if (base && *base)
        return rv_format("%s/reeve/config.yaml", base);
    if (home && *home)
        return rv_format("%s/.config/reeve/config.yaml", home);
    rv_fail(err, RV_E_INVALID, "no place for the configuration: HOME is not set");
    rv_hint(err, "set REEVE_CONFIG to a file name");
    return NULL;
}

/* *out NULL when there is no such file. */
static int
read_file(cJSON **out, const char *path, rv_err *err)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(FILE_LIMIT);
    struct stat info;

    *out = NULL;
    if (stat(path, &info) < 0)
        return 0;
    if (info.st_mode & (S_IRGRP | S_IROTH))
        cli_warn("%s holds a token and others can read it: chmod 600", path);
    if (rv_buf_read_file(&text, path, err) < 0 ||
        rv_yaml_parse(out, rv_buf_text(&text), text.len, FILE_LIMIT, err) < 0) {
        rv_wrap(err, "read '%s'", path);
        return rv_hint(err, "mend or remove the file, then: reevectl login");
    }
    return 0;
}

static const char *
current_name(const cJSON *root)
{
    const char *name = rv_json_string(root, "current-context");

    return name ? name : "default";
}

static int
load_file(struct cli_context *out, rv_err *err)
{
    RV_AUTO_FREE char *path = cli_config_path(err);
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *context;

    if (!path || read_file(&root, path, err) < 0)
        return err->code;
    context = cJSON_GetObjectItemCaseSensitive(root, "contexts");
    context = cJSON_GetObjectItemCaseSensitive(context, current_name(root));
    out->url = rv_strdup(rv_json_string(context, "url"));
    out->user = rv_strdup(rv_json_string(context, "user"));
    out->token = rv_strdup(rv_json_string(context, "token"));
    out->ca = rv_strdup(rv_json_string(context, "certificate-authority"));
    out->insecure =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(context, "insecure-skip-tls-verify"));
    rv_json_wipe(root);
    return 0;
}

static size_t
length_of_url(const char *url)
{
    size_t len = strlen(url);

    while (len > 0 && url[len - 1] == '/')
        len--;
    return len;
}

static int
same_server(const char *a, const char *b)
{
    size_t len = length_of_url(a);

    return len == length_of_url(b) && strncasecmp(a, b, len) == 0;
}

static const char *
from_environment(const char *name)
{
    const char *text = getenv(name);

    return text && *text ? text : NULL;
}

int
cli_context_load(struct cli_context *out, const char *url, rv_err *err)
{
    const char *token = from_environment("REEVE_TOKEN");

    memset(out, 0, sizeof(*out));
    if (!url)
        url = from_environment("REEVE_URL");
    if (!(url && token) && load_file(out, err) < 0) {
        if (!url || getenv("REEVE_CONFIG"))
            return err->code;
        rv_err_clear(err); /* no home, but the server is named */
    }
    if (url && out->url && !same_server(url, out->url))
        cli_context_free(out);
    if (url) {
        free(out->url);
        out->url = rv_strdup(url);
    }
    if (token) {
        cli_wipe_text(out->token);
        free(out->token);
        out->token = rv_strdup(token);
    }
    return 0;
}

/* The folders above path. */
static int
make_parents(const char *path, rv_err *err)
{
    RV_AUTO_FREE char *part = rv_strdup(path);

    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, 0700) < 0 && access(part, F_OK) != 0)
            return rv_fail_errno(err, "make directory '%s'", part);
        *p = '/';
    }
    return 0;
}

/* Under another name first, so that nobody sees half of it. */
static int
write_file(const char *path, const rv_buf *text, rv_err *err)
{
    RV_AUTO_FREE char *temporary = rv_format("%s.new", path);
    int fd, failed;

    if (unlink(temporary) < 0 && access(temporary, F_OK) == 0)
        return rv_fail_errno(err, "remove '%s'", temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return rv_fail_errno(err, "write '%s'", temporary);
    failed = write(fd, text->data, text->len) != (ssize_t)text->len;
    failed |= close(fd) < 0;
    if (!failed && rename(temporary, path) == 0)
        return 0;
    rv_fail_errno(err, "write '%s'", path);
    unlink(temporary);
    return err->code;
}

static cJSON *
object_in(cJSON *object, const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (cJSON_IsObject(item))
        return item;
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    return cJSON_AddObjectToObject(object, name);
}

static void
set_text(cJSON *object, const char *name, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (text)
        cJSON_AddStringToObject(object, name, text);
}

int
cli_context_save(const struct cli_context *context, rv_err *err)
{
    RV_AUTO_FREE char *path = cli_config_path(err);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(FILE_LIMIT);
    RV_AUTO_JSON cJSON *root = NULL;
    cJSON *entry;

    if (!path || make_parents(path, err) < 0 || read_file(&root, path, err) < 0)
        return err->code;
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        root = cJSON_CreateObject();
    }
    if (!rv_json_string(root, "current-context"))
        set_text(root, "current-context", "default");
    entry = object_in(object_in(root, "contexts"), current_name(root));
    set_text(entry, "url", context->url);
    set_text(entry, "user", context->user);
    set_text(entry, "token", context->token);
    set_text(entry, "certificate-authority", context->ca);
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "insecure-skip-tls-verify");
    if (context->insecure)
        cJSON_AddTrueToObject(entry, "insecure-skip-tls-verify");
    rv_buf_add_string(&text, "# Written by reevectl login. Keep it private: it holds a token.\n");
    cli_add_yaml(&text, root);
    rv_json_wipe(root);
    if (rv_buf_check(&text, err) < 0 || write_file(path, &text, err) < 0)
        return err->code;
    return 0;
}

/* A file of the home, without its line's end; the caller's. */
static int
read_home(char **out, const char *home, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", home, name);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(4096);

    if (rv_buf_read_file(&text, path, err) < 0)
        return err->code;
    *out = rv_strndup(rv_buf_text(&text), strcspn(rv_buf_text(&text), "\r\n"));
    rv_buf_wipe(&text);
    return 0;
}

int
cli_context_home(struct cli_context *context, const char *home, const char *url, rv_err *err)
{
    char *there = NULL;

    if (read_home(&context->local, home, "local-token", err) < 0) {
        if (err->code == RV_E_PERMISSION)
            return rv_hint(err, "as the user that reeved runs as: sudo -u reeve reevectl ...");
        return rv_hint(err, "does a server run in that home? It makes the file when it starts");
    }
    if (url)
        return 0;
    if (read_home(&there, home, "url", err) < 0)
        return rv_hint(err, "the server is not ready: its own log says why (journalctl -u reeved)");
    if (context->url && same_server(context->url, there)) {
        free(there);
        return 0;
    }
    /* What was agreed with another server, how it is believed too, is not for this one. */
    char *local = context->local;
    context->local = NULL;
    cli_context_free(context);
    context->local = local;
    context->url = there;
    return 0;
}

void
cli_context_free(struct cli_context *context)
{
    cli_wipe_text(context->token);
    free(context->url);
    free(context->user);
    free(context->token);
    free(context->ca);
    cli_wipe_text(context->local);
    free(context->local);
    memset(context, 0, sizeof(*context));
}
