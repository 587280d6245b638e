/* SPDX-License-Identifier: Apache-2.0
 *
 * Which server, and who we are there: the environment (REEVE_URL, REEVE_TOKEN),
 * then the file that `login` wrote (REEVE_CONFIG, else in the user's
 * configuration directory), mode 0600, for it holds a token.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/yaml.h"
#include "cli.h"

const char *
cli_config_path(rv_err *err)
{
    static char path[PATH_MAX];
    const char *given = getenv("REEVE_CONFIG"), *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (given && *given)
        snprintf(path, sizeof(path), "%s", given);
    else if (base && *base)
        snprintf(path, sizeof(path), "%s/reeve/config.yaml", base);
    else if (home && *home)
        snprintf(path, sizeof(path), "%s/.config/reeve/config.yaml", home);
    else {
        rv_fail(err, RV_E_INVALID, "no place for the configuration: HOME is not set");
        rv_hint(err, "set REEVE_CONFIG to a file name");
        return NULL;
    }
    return path;
}

static int
load_file(struct cli_context *out, const char *path, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *context;
    const char *current;

    if (access(path, F_OK) != 0)
        return 0;
    if (rv_buf_read_file(&text, path, err) < 0 ||
        rv_yaml_parse(&root, rv_buf_text(&text), text.len, text.limit, err) < 0)
        return rv_wrap(err, "read '%s'", path);
    current = rv_json_string(root, "current-context");
    context = cJSON_GetObjectItemCaseSensitive(root, "contexts");
    context = cJSON_GetObjectItemCaseSensitive(context, current ? current : "default");
    out->url = rv_strdup(rv_json_string(context, "url"));
    out->user = rv_strdup(rv_json_string(context, "user"));
    out->token = rv_strdup(rv_json_string(context, "token"));
    return 0;
}

static void
replace(char **text, const char *by)
{
    if (!by || !*by)
        return;
    free(*text);
    *text = rv_strdup(by);
}

int
cli_context_load(struct cli_context *out, rv_err *err)
{
    const char *path = cli_config_path(err);

    memset(out, 0, sizeof(*out));
    if (!path && !getenv("REEVE_URL"))
        return err->code;
    rv_err_clear(err);
    if (path && load_file(out, path, err) < 0)
        return err->code;
    replace(&out->url, getenv("REEVE_URL"));
    replace(&out->token, getenv("REEVE_TOKEN"));
    return 0;
}

static int
make_parents(const char *path, rv_err *err)
{
    char part[PATH_MAX];

    snprintf(part, sizeof(part), "%s", path);
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

/* YAML single quotes: nothing inside is special but the quote itself. */
static void
add_quoted(rv_buf *out, const char *name, const char *text)
{
    rv_buf_addf(out, "    %s: '", name);
    for (; text && *text; text++) {
        if (*text == '\'')
            rv_buf_add_char(out, '\'');
        rv_buf_add_char(out, *text);
    }
    rv_buf_add_string(out, "'\n");
}

int
cli_context_save(const struct cli_context *context, rv_err *err)
{
    const char *path = cli_config_path(err);
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);
    char temporary[PATH_MAX + 8];
    int fd;

    if (!path || make_parents(path, err) < 0)
        return err->code;
    rv_buf_add_string(&text, "# Written by reevectl login. Keep it private: it holds a token.\n"
                             "current-context: default\ncontexts:\n  default:\n");
    add_quoted(&text, "url", context->url);
    add_quoted(&text, "user", context->user);
    add_quoted(&text, "token", context->token);
    snprintf(temporary, sizeof(temporary), "%s.new", path);
    unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return rv_fail_errno(err, "write '%s'", temporary);
    if (write(fd, text.data, text.len) != (ssize_t)text.len || close(fd) < 0 ||
        rename(temporary, path) < 0)
        return rv_fail_errno(err, "write '%s'", path);
    return 0;
}

void
cli_context_free(struct cli_context *context)
{
    free(context->url);
    free(context->user);
    free(context->token);
    memset(context, 0, sizeof(*context));
}
