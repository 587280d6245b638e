/* SPDX-License-Identifier: Apache-2.0
 *
 * A kubeconfig for the server: reduced to the one context that is meant, so that no other
 * cluster's credentials leave this machine, and with the files that it names put into it
 * (certificate-authority, client-certificate and client-key as *-data, tokenFile as token), since
 * the server must not read files on behalf of its callers.
 */
#include <string.h>
#include "base/secret.h"
#include "base/yaml.h"
#include "cli.h"

#define FILE_LIMIT (1u << 20)
#define NAMES_MAX 64

enum { AS_BASE64, AS_TEXT };

/* Files that a cluster or user may name. A file's contents given beside it win, as in kubectl; but
 * a token's file wins over the token. */
static const struct {
    const char *from, *to;
    int form;
    int file_wins;
} files[] = {
    { "certificate-authority", "certificate-authority-data", AS_BASE64, 0 },
    { "client-certificate", "client-certificate-data", AS_BASE64, 0 },
    { "client-key", "client-key-data", AS_BASE64, 0 },
    { "tokenFile", "token", AS_TEXT, 1 },
};

/* A name that is not absolute is beside the kubeconfig. */
static int
read_beside(rv_buf *out, const char *kubeconfig, const char *name, rv_err *err)
{
    const char *slash = strrchr(kubeconfig, '/');
    int dir_len = slash && name[0] != '/' ? (int)(slash - kubeconfig) + 1 : 0;
    RV_AUTO_FREE char *path = rv_format("%.*s%s", dir_len, kubeconfig, name);

    return rv_buf_read_file(out, path, err);
}

static int
inline_file(cJSON *object, size_t which, const char *kubeconfig, rv_err *err)
{
    const char *from = files[which].from, *to = files[which].to;
    const char *name = rv_json_string(object, from), *given = rv_json_string(object, to);
    rv_buf content = rv_buf_limited(FILE_LIMIT), text = rv_buf_limited(2 * FILE_LIMIT);
    int has_data = given && *given, status = 0;

    if (!name || !*name || (has_data && !files[which].file_wins)) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, from);
        return 0;
    }
    status = read_beside(&content, kubeconfig, name, err);
    if (status == 0 && files[which].form == AS_BASE64)
        rv_base64_encode(&text, content.data, content.len);
    else if (status == 0)
        rv_buf_add(&text, rv_buf_text(&content), strcspn(rv_buf_text(&content), "\r\n \t"));
    if (status == 0) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, from);
        cJSON_DeleteItemFromObjectCaseSensitive(object, to);
        cJSON_AddStringToObject(object, to, rv_buf_text(&text));
    }
    rv_buf_wipe(&content);
    rv_buf_wipe(&text);
    return status < 0 ? rv_wrap(err, "%s", from) : 0;
}

static int
inline_entries(const cJSON *root, const char *list, const char *member, const char *kubeconfig,
               rv_err *err)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, list))
    {
        cJSON *object = cJSON_GetObjectItemCaseSensitive(entry, member);
        const char *name = rv_json_string(entry, "name");

        for (size_t i = 0; i < RV_COUNT(files); i++)
            if (inline_file(object, i, kubeconfig, err) < 0)
                return rv_wrap(err, "%s '%s'", member, name ? name : "");
    }
    return 0;
}

static const cJSON *
find_entry(const cJSON *root, const char *list, const char *name)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, list))
    {
        if (name && rv_streq(rv_json_string(entry, "name"), name))
            return entry;
    }
    return NULL;
}

/* Leave only the entry of this name in the list. */
static void
keep_only(cJSON *root, const char *list, const char *name)
{
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(root, list), *next;

    for (cJSON *entry = entries ? entries->child : NULL; entry; entry = next) {
        next = entry->next;
        if (rv_streq(rv_json_string(entry, "name"), name))
            continue;
        cJSON_DetachItemViaPointer(entries, entry);
        rv_json_wipe(entry);
        cJSON_Delete(entry);
    }
}

static int
fail_context(const cJSON *root, const char *context, rv_err *err)
{
    const char *names[NAMES_MAX];
    const cJSON *entry;
    int count = 0;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, "contexts"))
    {
        if (rv_json_string(entry, "name") && count + 1 < NAMES_MAX)
            names[count++] = rv_json_string(entry, "name");
    }
    names[count] = NULL;
    rv_fail(err, RV_E_NOT_FOUND, "it has no context '%s'%s", context,
            cli_did_you_mean(context, names, ""));
    return rv_hint(err, "kubectl config get-contexts lists them");
}

/* What is wrong with a file without contexts the server says better. */
static int
reduce(cJSON *root, const char *context, rv_err *err)
{
    const char *name = context ? context : rv_json_string(root, "current-context");
    const cJSON *entry = find_entry(root, "contexts", name), *object;

    if (!entry)
        return context ? fail_context(root, context, err) : 0;
    object = cJSON_GetObjectItemCaseSensitive(entry, "context");
    keep_only(root, "clusters", rv_json_string(object, "cluster"));
    keep_only(root, "users", rv_json_string(object, "user"));
    if (context) {
        cJSON_DeleteItemFromObjectCaseSensitive(root, "current-context");
        cJSON_AddStringToObject(root, "current-context", context);
    }
    keep_only(root, "contexts", rv_json_string(root, "current-context"));
    return 0;
}

int
cli_kubeconfig_read(char **out, const char *path, const char *context, rv_err *err)
{
    rv_buf text = rv_buf_limited(FILE_LIMIT);
    RV_AUTO_JSON cJSON *root = NULL;
    char *json;
    int status = rv_buf_read_file(&text, path, err);

    if (status == 0)
        status = rv_yaml_parse(&root, rv_buf_text(&text), text.len, FILE_LIMIT, err);
    rv_buf_wipe(&text);
    if (status == 0 && !cJSON_IsObject(root))
        status = rv_fail(err, RV_E_INVALID, "it holds no kubeconfig");
    if (status == 0)
        status = reduce(root, context, err);
    if (status == 0)
        status = inline_entries(root, "clusters", "cluster", path, err);
    if (status == 0)
        status = inline_entries(root, "users", "user", path, err);
    if (status == 0) {
        json = cJSON_PrintUnformatted(root); /* JSON is YAML too */
        *out = rv_strdup(json);
        cli_wipe_text(json);
        cJSON_free(json);
    }
    rv_json_wipe(root);
    return status < 0 ? rv_wrap(err, "kubeconfig '%s'", path) : 0;
}
