/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of the model, of whatever kind.
 */
#include "commands.h"

#define NAMESPACE                                                                                  \
    {                                                                                              \
        "namespace", 'n', "NAME", "only in this namespace"                                         \
    }

static const struct cli_option get_options[] = {
    OUTPUT,
    NAMESPACE,
    { "all-namespaces", 'A', NULL, "in all namespaces, which is the default" },
    FILTER,
    { "provider", 0, "NAME", "only of this provider" },
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most so many (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    { "archived", 0, NULL, "also what is gone" },
    { "under", 0, "KIND/NAME",
      "what lies in this folder, cluster, pool, stack, ..., at any depth" },
    { "above", 0, "KIND/NAME", "what this lies in" },
    { "tree", 0, "NAME",
      "of those two: ems_metadata (folders, the default) or genealogy (clones)" },
    { "levels", 0, "N", "of those two: so many levels; 1: children or parents alone" },
    COLUMNS,
    NO_HEADERS,
    { "watch", 'w', NULL, "what is there, then each change as it comes, until interrupted" },
    { "watch-only", 0, NULL, "with --watch: changes alone" },
    END,
};
static const struct cli_option describe_options[] = { NAMESPACE, DOCUMENT_OUTPUT, END };
static const struct cli_option object_refresh_options[] = { NAMESPACE,
                                                            WAIT("wait until it is done"), TIMEOUT,
                                                            END };
static const struct cli_option kinds_options[] = { OUTPUT, END };

static const struct cli_option mapping_options[] = {
    { "kind", 0, "KIND", "labels of this kind; default: of every kind" },
    { "value", 0, "VALUE", "this value only; default: every value" },
    { "category", 0, "TITLE", "of the category that is made; default: the label" },
    { "prefix", 0, "WORD", "of its name: kubernetes (default), amazon, azure, ..." },
    { "tag", 0, "ID", "a tag that is there, or a category of such tags" },
    END,
};

const struct cli_command cli_commands_objects[] = {
    {
        .name = "get",
        .usage = "KIND [NAME...] | KIND/NAME... [options]",
        .summary = "list objects, or show those that are named",
        .text = "KIND is a word of kubectl's or ManageIQ's: pods, po, container_groups, vms; "
                "reevectl kinds lists them. NAME may be an id too.",
        .examples = EXAMPLES(
            "reevectl get pods", "reevectl get pods -n shop -o wide",
            "reevectl get pod web-1 -n shop -o yaml", "reevectl get deployment/web -n shop",
            "reevectl get pods --filter 'phase!=Running' --sort-by name --limit 20",
            "reevectl get pods --columns namespace,name,container_node.name",
            "reevectl get pods --watch", "reevectl get images --all -o csv",
            "reevectl get vms --under folder/datacenter-01"),
        .options = get_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_get,
    },
    {
        .name = "describe",
        .usage = "KIND NAME | KIND/NAME [-n NAMESPACE]",
        .summary = "one object and all that belongs to it",
        .examples =
            EXAMPLES("reevectl describe pod web-1 -n shop", "reevectl describe node/node-1"),
        .options = describe_options,
        .min_words = 1,
        .max_words = 2,
        .run = cmd_describe,
    },
    {
        .name = "refresh",
        .usage = "KIND NAME | KIND/NAME [-n NAMESPACE] [--wait]",
        .summary = "look at one object again, now",
        .text = "Its provider is asked for this object alone, where it can be; else everything is "
                "listed. What belongs to another (a container) is looked at with that. An object "
                "that is not there any more is archived or deleted.",
        .examples =
            EXAMPLES("reevectl refresh pod web-1 -n shop --wait", "reevectl refresh vm/db1"),
        .options = object_refresh_options,
        .min_words = 1,
        .max_words = 2,
        .run = cmd_refresh,
    },
    {
        .name = "mapping list",
        .usage = "[options]",
        .summary = "which labels become which tags",
        .examples = EXAMPLES("reevectl mapping list"),
        .options = cli_list_options,
        .run = cmd_mapping_list,
    },
    {
        .name = "mapping add",
        .usage = "LABEL [--kind KIND] [--value VALUE] [--category TITLE | --tag ID]",
        .summary = "give objects with a label a tag",
        .text = "Without --tag a read-only category is made, with an entry for each value that the "
                "label has (at most refresh.label_entries_max of them). What is stored already is "
                "tagged as well.",
        .examples = EXAMPLES("reevectl mapping add team --kind container_projects --category Team",
                             "reevectl mapping add env --value production --tag 1000000000012"),
        .options = mapping_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_mapping_add,
    },
    {
        .name = "mapping remove",
        .usage = "ID...",
        .summary = "map labels no more; the tags that were made for it go",
        .examples = EXAMPLES("reevectl mapping remove 1000000000021"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_mapping_remove,
    },
    {
        .name = "kinds",
        .usage = "[-o FORMAT]",
        .summary = "the kinds of objects, and what they may be called",
        .examples = EXAMPLES("reevectl kinds", "reevectl kinds -o wide"),
        .options = kinds_options,
        .run = cmd_kinds,
    },
    { .name = NULL },
};
