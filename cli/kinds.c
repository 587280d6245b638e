/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for kinds.
 */
#include <string.h>
#include "client.h"
#include "kind.h"

#define COLUMNS_MAX 200
#define ALIASES_MAX 16

/* Names as kubectl prints them: singular and API group. A kind that is two of kubectl's has a
 * filter that tells which. */
static const struct resource {
    const char *kind, *resource, *object_kind, *filter;
} resources[] = {
    { "container_project", "namespace", NULL, NULL },
    { "container_node", "node", NULL, NULL },
    { "container_group", "pod", NULL, NULL },
    { "container_deployment", "deployment.apps", NULL, NULL },
    { "container_replicator", "replicaset.apps", "ReplicaSet", "object_kind='ReplicaSet'" },
    { "container_replicator", "replicationcontroller", "ReplicationController",
      "object_kind='ReplicationController'" },
    { "container_stateful_set", "statefulset.apps", NULL, NULL },
    { "container_daemon_set", "daemonset.apps", NULL, NULL },
    { "container_job", "job.batch", NULL, NULL },
    { "container_cron_job", "cronjob.batch", NULL, NULL },
    { "container_autoscaler", "horizontalpodautoscaler.autoscaling", NULL, NULL },
    { "container_service", "service", NULL, NULL },
    { "container_endpoint_set", "endpoints", NULL, NULL },
    { "container_ingress", "ingress.networking.k8s.io", NULL, NULL },
    { "container_network_policy", "networkpolicy.networking.k8s.io", NULL, NULL },
    { "container_storage_class", "storageclass.storage.k8s.io", NULL, NULL },
    { "persistent_volume", "persistentvolume", NULL, NULL },
    { "persistent_volume_claim", "persistentvolumeclaim", NULL, NULL },
    { "container_config_map", "configmap", NULL, NULL },
    { "container_secret", "secret", NULL, NULL },
    { "container_service_account", "serviceaccount", NULL, NULL },
    { "custom_resource_definition", "customresourcedefinition.apiextensions.k8s.io", NULL, NULL },
    { "container_quota", "resourcequota", NULL, NULL },
    { "container_limit", "limitrange", NULL, NULL },
    { "container_route", "route.route.openshift.io", NULL, NULL },
    { "container_build", "buildconfig.build.openshift.io", NULL, NULL },
    { "container_build_pod", "build.build.openshift.io", NULL, NULL },
};

/* kubectl's words for one part of a kind, as they are written without an API group. */
static const struct {
    const char *word, *resource;
} parts[] = {
    { "rs", "replicaset.apps" },
    { "replicaset", "replicaset.apps" },
    { "replicasets", "replicaset.apps" },
    { "rc", "replicationcontroller" },
    { "replicationcontroller", "replicationcontroller" },
    { "replicationcontrollers", "replicationcontroller" },
};

static const struct resource *
find_resource(const char *name)
{
    for (size_t i = 0; i < RV_COUNT(resources); i++)
        if (strcmp(resources[i].resource, name) == 0)
            return &resources[i];
    return NULL;
}

/* Whether kubectl knows this kind by this API group. */
static int
is_of_group(const char *kind, const char *group)
{
    for (size_t i = 0; i < RV_COUNT(resources); i++) {
        const char *dot = strchr(resources[i].resource, '.');

        if (strcmp(resources[i].kind, kind) == 0 && dot && rv_strcaseeq(dot + 1, group))
            return 1;
    }
    return 0;
}

void
cli_kind_of(struct cli_kind *out, const struct rv_kind *kind)
{
    *out = (struct cli_kind){ .kind = kind };
    snprintf(out->collection, sizeof(out->collection), "%s", kind->api_name);
    snprintf(out->name, sizeof(out->name), "%s", kind->name);
}

/* "v1", "v1beta1": the version in "deployments.v1.apps" */
static int
is_version(const char *text, size_t len)
{
    return len > 1 && text[0] == 'v' && strspn(text + 1, "0123456789") > 0 &&
           strcspn(text, ".") == len;
}

int
cli_kind_lookup(struct cli_kind *out, const char *word)
{
    size_t len = strcspn(word, ".");
    const char *group = word[len] ? word + len + 1 : NULL;
    RV_AUTO_FREE char *bare = rv_strndup(word, len);
    const struct rv_kind *kind = rv_model_lookup(bare);

    if (group && is_version(group, strcspn(group, ".")))
        group += strcspn(group, ".") + (strchr(group, '.') != NULL);
    if (!kind || (group && *group && !is_of_group(kind->name, group)))
        return 0;
    cli_kind_of(out, kind);
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (rv_strcaseeq(parts[i].word, bare))
            out->filter = find_resource(parts[i].resource)->filter;
    return 1;
}

/* "exts" and "ext" both fit a collection that only the server knows. */
static int
word_fits(const char *collection, const char *word)
{
    size_t len = strlen(word);

    return rv_strcaseeq(collection, word) ||
           (strlen(collection) == len + 1 && collection[len] == 's' &&
            strncasecmp(collection, word, len) == 0);
}

/* Columns that every kind of a provider has by itself. */
static int
is_cores(const char *name)
{
    static const char *const names[] = { "id",         "ems_id",     "created_on",
                                         "updated_on", "deleted_on", "content_hash" };

    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return 0;
}

/* Its aliases, for the dictionary; of more than fit none is needed. */
static void
take_aliases(const char **out, const cJSON *entry)
{
    const cJSON *item;
    int count = 0;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(entry, "aliases"))
    {
        if (cJSON_IsString(item) && count < ALIASES_MAX)
            out[count++] = item->valuestring;
    }
}

const struct rv_kind *
cli_kind_learn(const cJSON *entry, const cJSON *attributes)
{
    const char *collection = rv_json_string(entry, "name"), *title = rv_json_string(entry, "title");
    const char *name = rv_json_string(entry, "kind"), *help = rv_json_string(entry, "description");
    struct reeve_column columns[COLUMNS_MAX + 1] = { { .name = NULL } };
    const char *const key[] = { "ems_ref", NULL };
    const char *aliases[ALIASES_MAX + 1] = { NULL };
    struct reeve_kind def = { .size = sizeof(def),
                              .name = name ? name : collection,
                              .table = collection,
                              .api_name = collection,
                              .title = title ? title : collection,
                              .help = help ? help : "of a provider",
                              .columns = columns,
                              .aliases = aliases,
                              .key = key };
    rv_err ignored = RV_ERR_INIT;
    const cJSON *item;
    int count = 0;

    take_aliases(aliases, entry);
    cJSON_ArrayForEach(item, attributes)
    {
        const char *column = cJSON_GetStringValue(item);

        if (rv_streq(column, "deleted_on"))
            def.archive = REEVE_ARCHIVE;
        if (column && !is_cores(column) && count < COLUMNS_MAX)
            columns[count++] = (struct reeve_column){ column, REEVE_STRING, 0, NULL, "" };
    }
    if (!collection || rv_model_add(&def, &ignored) == 0)
        return collection ? rv_model_collection(collection) : NULL;
    def.aliases = NULL; /* one of them may be another's */
    rv_err_clear(&ignored);
    return rv_model_add(&def, &ignored) == 0 ? rv_model_collection(collection) : NULL;
}

int
cli_kind_of_server(struct cli *cli, struct cli_kind *out, const cJSON *entry, rv_err *err)
{
    const char *collection = rv_json_string(entry, "name");
    RV_AUTO_FREE char *path = rv_format("/api/%s", collection);
    RV_AUTO_JSON cJSON *answer = NULL;
    const struct rv_kind *kind = rv_model_collection(collection);

    if (!kind) {
        if (cli_request(cli->client, "OPTIONS", path, NULL, &answer, err) < 0)
            return err->code;
        kind = cli_kind_learn(entry, cJSON_GetObjectItemCaseSensitive(answer, "attributes"));
    }
    if (kind) {
        cli_kind_of(out, kind);
        return 0;
    }
    *out = (struct cli_kind){ .kind = NULL };
    snprintf(out->collection, sizeof(out->collection), "%s", collection);
    snprintf(out->name, sizeof(out->name), "%s", collection);
    return 0;
}

/* Whether the word is the collection, its kind, or one of the kind's aliases. */
static int
entry_fits(const cJSON *entry, const char *word)
{
    const char *name = rv_json_string(entry, "name"), *kind = rv_json_string(entry, "kind");
    const cJSON *item;

    if (!name)
        return 0;
    if (word_fits(name, word) || (kind && rv_strcaseeq(kind, word)))
        return 1;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(entry, "aliases"))
    {
        if (cJSON_IsString(item) && rv_strcaseeq(item->valuestring, word))
            return 1;
    }
    return 0;
}

int
cli_kind_find(struct cli *cli, struct cli_kind *out, const char *word, rv_err *err)
{
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *item;

    if (cli_kind_lookup(out, word))
        return 0;
    if (cli_get(cli->client, "/api", &root, err) < 0)
        return err->code;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "collections"))
    {
        if (entry_fits(item, word))
            return cli_kind_of_server(cli, out, item, err);
    }
    rv_fail(err, RV_E_NOT_FOUND, "no kind is called '%s'%s", word,
            cli_did_you_mean(word, rv_model_words(), ""));
    return rv_hint(err, "reevectl kinds lists them");
}

const char *
cli_kind_resource(const struct cli_kind *kind, const cJSON *row)
{
    const char *object_kind = rv_json_string(row, "object_kind");

    for (size_t i = 0; i < RV_COUNT(resources); i++) {
        const struct resource *resource = &resources[i];

        if (strcmp(resource->kind, kind->name) != 0)
            continue;
        if (!resource->filter || rv_streq(resource->object_kind, object_kind) ||
            resource->filter == kind->filter)
            return resource->resource;
    }
    return kind->name;
}

const char *
cli_kind_word(const struct cli_kind *kind)
{
    static char word[128];
    const char *resource = cli_kind_resource(kind, NULL);

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(resource, "."), resource);
    return word;
}

const char *
cli_kind_namespace(const struct cli_kind *kind)
{
    if (!kind->kind)
        return NULL;
    if (rv_kind_column(kind->kind, "namespace") >= 0)
        return "namespace";
    return rv_kind_column(kind->kind, "container_group_id") >= 0 && !kind->kind->server
               ? "container_group.namespace"
               : NULL;
}
