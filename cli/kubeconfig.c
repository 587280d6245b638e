/* SPDX-License-Identifier: Apache-2.0
 *
 * A kubeconfig may name files beside it. The server must not read files on behalf
 * of its callers, so they are put into the text here: certificate-authority,
 * client-certificate and client-key as *-data, tokenFile as token.
 */
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include "base/yaml.h"
#include "cli.h"

#define FILE_LIMIT (1u << 20)

static int
read_beside(rv_buf *out, const char *kubeconfig, const char *name, rv_err *err)
{
    char path[PATH_MAX], copy[PATH_MAX];

    snprintf(copy, sizeof(copy), "%s", kubeconfig);
    if (name[0] == '/')
        snprintf(path, sizeof(path), "%s", name);
    else if (snprintf(path, sizeof(path), "%s/%s", dirname(copy), name) >= (int)sizeof(path))
        return rv_fail(err, RV_E_LIMIT, "the name '%.100s...' is too long", name);
    return rv_buf_read_file(out, path, err);
}

static int
inline_file(cJSON *object, const char *from, const char *to, int base64, const char *kubeconfig,
            rv_err *err)
{
    RV_AUTO_BUF
    rv_buf content = rv_buf_limited(FILE_LIMIT);
    RV_AUTO_BUF
    rv_buf encoded = rv_buf_limited(2 * FILE_LIMIT);
    const char *name = rv_json_string(object, from);

    if (!name)
        return 0;
    if (read_beside(&content, kubeconfig, name, err) < 0)
        return rv_wrap(err, "%s '%s'", from, name);
    while (!base64 && content.len > 0 && strchr("\r\n \t", content.data[content.len - 1]))
        content.data[--content.len] = '\0';
    if (base64)
        rv_base64_encode(&encoded, content.data, content.len);
    cJSON_DeleteItemFromObjectCaseSensitive(object, from);
    if (!rv_json_string(object, to)) /* data given beside a file wins, as in kubectl */
        cJSON_AddStringToObject(object, to, rv_buf_text(base64 ? &encoded : &content));
    explicit_bzero(content.data, content.size);
    return 0;
}

static int
inline_entries(const cJSON *root, const char *list, const char *member, const char *kubeconfig,
               rv_err *err)
{
    cJSON *entry, *object;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(root, list))
    {
        object = cJSON_GetObjectItemCaseSensitive(entry, member);
        if (inline_file(object, "certificate-authority", "certificate-authority-data", 1,
                        kubeconfig, err) < 0 ||
            inline_file(object, "client-certificate", "client-certificate-data", 1, kubeconfig,
                        err) < 0 ||
            inline_file(object, "client-key", "client-key-data", 1, kubeconfig, err) < 0 ||
            inline_file(object, "tokenFile", "token", 0, kubeconfig, err) < 0)
            return rv_wrap(err, "%s '%s'", member, rv_json_string(entry, "name"));
    }
    return 0;
}

int
cli_kubeconfig_read(char **out, const char *path, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(FILE_LIMIT);
    RV_AUTO_JSON cJSON *root = NULL;
    char *json;

    if (rv_buf_read_file(&text, path, err) < 0)
        return err->code;
    if (rv_yaml_parse(&root, rv_buf_text(&text), text.len, FILE_LIMIT, err) < 0)
        return rv_wrap(err, "kubeconfig '%s'", path);
    explicit_bzero(text.data, text.size);
    if (inline_entries(root, "clusters", "cluster", path, err) < 0 ||
        inline_entries(root, "users", "user", path, err) < 0)
        return rv_wrap(err, "kubeconfig '%s'", path);
    json = cJSON_PrintUnformatted(root); /* JSON is YAML too */
    *out = rv_strdup(json);
    explicit_bzero(json, strlen(json));
    cJSON_free(json);
    return 0;
}
