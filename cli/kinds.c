/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user calls a kind: kubectl's singular, plural and short names beside
 * ManageIQ's, from the dictionary; a provider's own kinds from the server.
 */
#include <string.h>
#include "cli.h"

/* Words for a part of a kind: kubectl's meaning of a word wins. */
static const struct {
    const char *word, *filter;
} parts[] = {
    { "rs", "object_kind='ReplicaSet'" },
    { "replicaset", "object_kind='ReplicaSet'" },
    { "replicasets", "object_kind='ReplicaSet'" },
    { "rc", "object_kind='ReplicationController'" },
    { "replicationcontroller", "object_kind='ReplicationController'" },
    { "replicationcontrollers", "object_kind='ReplicationController'" },
};

static void
from_dictionary(struct cli_kind *out, const struct rv_kind *kind)
{
    out->kind = kind;
    snprintf(out->collection, sizeof(out->collection), "%s", kind->api_name);
    snprintf(out->name, sizeof(out->name), "%s", kind->name);
}

/* "exts" and "ext" both fit a collection that only the server knows. */
static int
word_fits(const char *collection, const char *word)
{
    size_t len = strlen(word);

    return rv_strcaseeq(collection, word) ||
           (strlen(collection) == len + 1 && collection[len] == 's' &&
            strncmp(collection, word, len) == 0);
}

static int
ask_server(struct cli *cli, struct cli_kind *out, const char *word, rv_err *err)
{
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *item;
    const char *near;

    if (cli_get(cli->client, "/api", &root, err) < 0)
        return err->code;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "collections"))
    {
        const char *name = rv_json_string(item, "name");

        if (!name || !word_fits(name, word))
            continue;
        out->kind = rv_model_collection(name);
        snprintf(out->collection, sizeof(out->collection), "%s", name);
        snprintf(out->name, sizeof(out->name), "%s", out->kind ? out->kind->name : name);
        return 0;
    }
    near = rv_nearest(word, rv_model_words());
    rv_fail(err, RV_E_NOT_FOUND, "no kind is called '%s'%s%s%s", word,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return rv_hint(err, "reevectl kinds lists them");
}

int
cli_kind_find(struct cli *cli, struct cli_kind *out, const char *word, rv_err *err)
{
    const struct rv_kind *kind = rv_model_lookup(word);

    memset(out, 0, sizeof(*out));
    if (!kind)
        return ask_server(cli, out, word, err);
    from_dictionary(out, kind);
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (rv_strcaseeq(parts[i].word, word))
            out->filter = parts[i].filter;
    return 0;
}
