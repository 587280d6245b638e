/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate import | export | cat. What is imported is read here first, so that mistakes
 * are told with the names of the files that the author has.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "automate_files.h"
#include "automate_store.h"
#include "client.h"
#include "output.h"
#include "tree/write.h"

#define ARCHIVE_MAX ((size_t)128 << 20)

int
cli_import_start(struct cli *cli, const struct rv_ae_tree *tree, const struct cli_import *options,
                 char **task, rv_err *err)
{
    RV_AUTO_BUF rv_buf tar = rv_buf_limited(ARCHIVE_MAX);
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(2 * ARCHIVE_MAX);
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;

    if (rv_ae_tree_write_tar(tree, &tar, err) < 0)
        return err->code;
    rv_base64_encode(&packed, rv_buf_text(&tar), tar.len);
    if (rv_buf_check(&packed, err) < 0)
        return err->code;
    cJSON_AddStringToObject(body, "action", "import");
    cJSON_AddStringToObject(body, "encoding", "base64");
    cJSON_AddItemToObject(body, "data", cJSON_CreateStringReference(rv_buf_text(&packed)));
    if (options->as)
        cJSON_AddStringToObject(body, "as", options->as);
    cJSON_AddBoolToObject(body, "enable", options->enable);
    if (cli_request(cli->client, "POST", "/api/automate_domains", body, &answer, err) < 0)
        return err->code;
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    const char *id = rv_json_string(cJSON_GetArrayItem(results, 0), "task_id");
    if (id == NULL)
        return rv_fail(err, RV_E_PROTOCOL, "the server started no task");
    *task = rv_strdup(id);
    return 0;
}

/* What came of it, and what is left to do. */
static int
tell_import(struct cli *cli, const char *task, const struct rv_ae_tree *tree,
            const struct cli_import *options)
{
    RV_AUTO_FREE char *path = rv_format("/api/tasks/%s", task);
    RV_AUTO_JSON cJSON *row = NULL, *domain = NULL;
    rv_err err = RV_ERR_INIT;

    if (cli_get(cli->client, path, &row, &err) < 0)
        return cli_failed(&err);
    const cJSON *out = cJSON_GetObjectItemCaseSensitive(row, "results");
    cli_say("%lld classes, %lld instances, %lld methods; rows: %lld new, %lld changed, %lld gone",
            (long long)rv_json_int(out, "classes", 0), (long long)rv_json_int(out, "instances", 0),
            (long long)rv_json_int(out, "methods", 0), (long long)rv_json_int(out, "created", 0),
            (long long)rv_json_int(out, "changed", 0), (long long)rv_json_int(out, "deleted", 0));
    if (rv_json_int(out, "unknown_passwords", 0))
        cli_warn("%lld passwords are shown as stars in the files: give them anew",
                 (long long)rv_json_int(out, "unknown_passwords", 0));
    for (size_t i = 0; i < tree->domain_count; i++) {
        const char *name = options->as ? options->as : tree->domains[i].def.name;
        cJSON_Delete(domain);
        domain = NULL;
        if (cli_domain_row(cli, &domain, name, &err) == 0 && !rv_json_flag(domain, "enabled", 1))
            cli_say("domain %s is disabled: reevectl automate enable %s", name, name);
    }
    return CLI_OK;
}

int
cmd_automate_import(struct cli *cli)
{
    const struct cli_import options = { .as = cli_value(cli, "as"),
                                        .enable = cli_has(cli, "enable") };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    RV_AUTO_FREE char *task = NULL;
    rv_err err = RV_ERR_INIT;

    if (rv_ae_tree_read(&tree, cli->words[0], NULL, &err) < 0)
        return cli_failed(&err);
    if (options.as && tree->domain_count != 1)
        return cli_usage(cli, "--as is for one domain; '%s' has %zu", cli->words[0],
                         tree->domain_count);
    int code = cli_connect(cli);
    if (code)
        return code;
    if (cli_import_start(cli, tree, &options, &task, &err) < 0)
        return cli_failed(&err);
    code = cli_wait_task(cli, task, 0);
    if (code == CLI_OK && cli_methods_compile(tree, &err) < 0)
        cli_warn("%s; it ends in error when it is called ('reevectl automate lint' tells more)",
                 err.text);
    return code ? code : tell_import(cli, task, tree, &options);
}

static int
fetch(struct cli *cli, const char *name, const char *format, rv_buf *out, rv_err *err)
{
    RV_AUTO_JSON cJSON *row = NULL;

    if (cli_domain_row(cli, &row, name, err) < 0)
        return err->code;
    RV_AUTO_FREE char *path =
        rv_format("/api/automate_domains/%s/export?format=%s", rv_json_string(row, "id"), format);
    long status = cli_get_text(cli->client, path, out, err);
    if (status < 0)
        return err->code;
    return status == 200 ? 0 : cli_answer_error(rv_buf_text(out), out->len, status, err);
}

int
cli_domain_fetch(struct cli *cli, struct rv_ae_tree **out, const char *name, rv_err *err)
{
    RV_AUTO_BUF rv_buf zip = rv_buf_limited(ARCHIVE_MAX);

    if (fetch(cli, name, "zip", &zip, err) < 0)
        return err->code;
    return rv_ae_tree_parse(out, rv_buf_text(&zip), zip.len, NULL, err);
}

static int
save(const char *path, const rv_buf *bytes, rv_err *err)
{
    RV_AUTO_FILE FILE *file = fopen(path, "we");

    if (file == NULL)
        return rv_fail_errno(err, "write '%s'", path);
    if (fwrite(bytes->data, 1, bytes->len, file) != bytes->len || fflush(file) != 0)
        return rv_fail_errno(err, "write '%s'", path);
    return 0;
}

static int
export_file(struct cli *cli, const char *format, const char *path, rv_err *err)
{
    RV_AUTO_BUF rv_buf bytes = rv_buf_limited(ARCHIVE_MAX);

    if (fetch(cli, cli->words[0], format, &bytes, err) < 0)
        return err->code;
    if (path)
        return save(path, &bytes, err);
    cli_emit(&bytes);
    return 0;
}

static int
export_folder(struct cli *cli, const char *path, rv_err *err)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    int64_t changed = 0;

    if (cli_domain_fetch(cli, &tree, cli->words[0], err) < 0 ||
        rv_ae_tree_write_dir(tree, path, &changed, err) < 0)
        return err->code;
    cli_say("%s/%s: %lld files written or removed", path, tree->domains[0].def.name,
            (long long)changed);
    return 0;
}

int
cmd_automate_export(struct cli *cli)
{
    const char *path = cli->word_count > 1 ? cli->words[1] : "-";
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli), failed;

    if (code)
        return code;
    if (strcmp(path, "-") == 0)
        failed = export_file(cli, "yaml", NULL, &err);
    else if (cli_ends_with(path, ".zip"))
        failed = export_file(cli, "zip", path, &err);
    else if (cli_ends_with(path, ".yaml") || cli_ends_with(path, ".yml"))
        failed = export_file(cli, "yaml", path, &err);
    else
        failed = export_folder(cli, path, &err);
    return failed < 0 ? cli_failed(&err) : CLI_OK;
}

static int
add_document(rv_buf *out, const struct rv_ae_tree_class *class, const char *name, int as_document,
             rv_err *err)
{
    const struct rv_ae_method *method = rv_ae_tree_method(class, name);
    const struct rv_ae_instance *instance = rv_ae_tree_instance(class, name);

    if (method && method->data && !as_document) {
        rv_buf_add(out, method->data, method->data_len);
        return rv_buf_check(out, err);
    }
    if (method && (as_document || instance == NULL))
        return rv_ae_write_method(method, out, err);
    if (instance)
        return rv_ae_write_instance(instance, out, err);
    return rv_fail(err, RV_E_NOT_FOUND, "class %s has no instance and no method '%s'",
                   class->def.path, name);
}

/* A class, or what is in one: the last part of the path. */
static int
add_path(rv_buf *out, const struct rv_ae_tree_domain *domain, const char *path, int as_document,
         rv_err *err)
{
    const struct rv_ae_tree_class *class = rv_ae_tree_class(domain, path);
    const char *slash = strrchr(path, '/');

    if (*path == '\0')
        return rv_ae_write_domain(&domain->def, out, err);
    if (class)
        return rv_ae_write_class(&class->def, out, err);
    for (size_t i = 0; i < domain->namespace_count; i++)
        if (rv_strcaseeq(domain->namespaces[i].path, path))
            return rv_ae_write_namespace(&domain->namespaces[i], out, err);
    RV_AUTO_FREE char *above = slash ? rv_strndup(path, (size_t)(slash - path)) : NULL;
    class = above ? rv_ae_tree_class(domain, above) : NULL;
    if (class)
        return add_document(out, class, slash + 1, as_document, err);
    return rv_fail(err, RV_E_NOT_FOUND, "domain %s has no '%s'", domain->def.name, path);
}

int
cmd_automate_cat(struct cli *cli)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(RV_AE_FILE_MAX * 2);
    RV_AUTO_FREE char *name = NULL;
    const char *rest = "";
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    cli_split_path(cli->words[0], &name, &rest);
    if (cli_domain_fetch(cli, &tree, name, &err) < 0 ||
        add_path(&out, &tree->domains[0], rest, cli_has(cli, "document"), &err) < 0)
        return cli_failed(&err);
    cli_emit(&out);
    return CLI_OK;
}
