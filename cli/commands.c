/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands: what dispatch, help, manual page and completion are made from. A group's
 * commands stand together.
 */
#include "cli.h"

#define END                                                                                        \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }
#define OUTPUT                                                                                     \
    {                                                                                              \
        "output", 'o', "FORMAT",                                                                   \
            "table, wide, json, yaml, csv, name or jsonl (default: table on a terminal, else "     \
            "json)"                                                                                \
    }
#define DOCUMENT_OUTPUT                                                                            \
    {                                                                                              \
        "output", 'o', "FORMAT", "table (default), json, yaml or jsonl"                            \
    }
#define NAMESPACE                                                                                  \
    {                                                                                              \
        "namespace", 'n', "NAME", "only in this namespace"                                         \
    }
#define FILTER                                                                                     \
    {                                                                                              \
        "filter", 'l', "FILTER", "as the API's filter[]: 'phase=Running'; may be repeated"         \
    }
#define SORT_BY                                                                                    \
    {                                                                                              \
        "sort-by", 0, "ATTRIBUTE", "instead of namespace and name; several with a comma between"   \
    }
#define COLUMNS                                                                                    \
    {                                                                                              \
        "columns", 0, "LIST", "these attributes: name,phase,container_node.name"                   \
    }
#define NO_HEADERS                                                                                 \
    {                                                                                              \
        "no-headers", 0, NULL, "no titles above the columns"                                       \
    }
#define WAIT(what)                                                                                 \
    {                                                                                              \
        "wait", 0, NULL, what ", with progress on a terminal"                                      \
    }
#define TIMEOUT                                                                                    \
    {                                                                                              \
        "timeout", 0, "DURATION", "wait no longer: 30s, 5m"                                        \
    }

static const struct cli_option no_options[] = { END };
static const struct cli_option login_options[] = {
    { "user", 0, "USER", "default: admin" },
    { "password-file", 0, "FILE",
      "its first line is the password; - reads standard input; default: ask" },
    END,
};
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
static const struct cli_option list_options[] = {
    OUTPUT, FILTER, SORT_BY, COLUMNS, NO_HEADERS, END
};
static const struct cli_option describe_options[] = { NAMESPACE, DOCUMENT_OUTPUT, END };
static const struct cli_option object_refresh_options[] = { NAMESPACE,
                                                            WAIT("wait until it is done"), TIMEOUT,
                                                            END };
static const struct cli_option kinds_options[] = { OUTPUT, END };
static const struct cli_option document_options[] = { DOCUMENT_OUTPUT, END };
static const struct cli_option add_options[] = {
    { "type", 0, "TYPE", "kubernetes, demo, ... (reevectl provider types lists them)" },
    { "kubeconfig", 0, "FILE", "address and credentials of a cluster" },
    { "context", 0, "NAME", "of the kubeconfig; default: its current one" },
    { "option", 0, "NAME=VALUE",
      "an option of the type; NAME=@FILE reads the value from a file; may be repeated" },
    { "zone", 0, "NAME", "default: the server's own" },
    WAIT("wait until everything has been read"),
    TIMEOUT,
    END,
};
static const struct cli_option edit_options[] = {
    { "name", 0, "NAME", "another name" },
    { "kubeconfig", 0, "FILE", "another address and other credentials of a cluster" },
    { "context", 0, "NAME", "of the kubeconfig; default: its current one" },
    { "option", 0, "NAME=VALUE",
      "another value of an option; NAME=@FILE reads it from a file; may be repeated" },
    { "unset", 0, "NAME", "take an option away; may be repeated" },
    { "zone", 0, "NAME", "another zone" },
    WAIT("wait until everything has been read again"),
    TIMEOUT,
    END,
};
static const struct cli_option refresh_options[] = { WAIT("wait until it is done"), TIMEOUT, END };
static const struct cli_option delete_options[] = {
    { "yes", 'y', NULL, "do not ask" },
    WAIT("wait until all of it is gone"),
    TIMEOUT,
    END,
};
static const struct cli_option key_options[] = { WAIT("wait until the old key is gone"), TIMEOUT,
                                                 END };
#define SETTINGS_OF                                                                                \
    { "server", 0, "NAME", "of this server (default: the one that one is logged in to)" },         \
        { "zone", 0, "NAME", "of this zone" },                                                     \
    {                                                                                              \
        "region", 0, NULL, "of the region"                                                         \
    }
#define SHOW_ORIGIN                                                                                \
    {                                                                                              \
        "show-origin", 0, NULL, "also where the value comes from"                                  \
    }
static const struct cli_option settings_list_options[] = {
    OUTPUT,
    SETTINGS_OF,
    { "show-origin", 0, NULL, "what each layer says" },
    { "changed", 0, NULL, "only those that are not the default" },
    END,
};
static const struct cli_option settings_get_options[] = { DOCUMENT_OUTPUT, SETTINGS_OF, SHOW_ORIGIN,
                                                          END };
static const struct cli_option settings_describe_options[] = { DOCUMENT_OUTPUT, SETTINGS_OF, END };
static const struct cli_option settings_change_options[] = { SETTINGS_OF, END };
static const struct cli_option settings_history_options[] = { OUTPUT, END };
static const struct cli_option piped_document_options[] = {
    { "output", 'o', "FORMAT",
      "table, json, yaml or jsonl (default: table on a terminal, else json)" },
    END,
};
static const struct cli_option top_options[] = {
    { "output", 'o', "FORMAT",
      "table, json, yaml or jsonl (default: table on a terminal, else json)" },
    { "sort", 0, "BY", "memory (default), cpu or type" },
    { "interval", 0, "DURATION", "how often it is drawn (default: 2s)" },
    { "once", 0, NULL, "draw it once" },
    END,
};
static const struct cli_option role_options[] = {
    { "server", 0, "NAME", "default: the only one" },
    END,
};
static const struct cli_option task_options[] = { TIMEOUT, END };
#define OF_STATE(help)                                                                             \
    {                                                                                              \
        "state", 0, "STATE", help                                                                  \
    }
static const struct cli_option task_list_options[] = {
    OF_STATE("queued, active or finished"),
    OUTPUT,
    FILTER,
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most so many (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    COLUMNS,
    NO_HEADERS,
    END,
};
static const struct cli_option queue_list_options[] = {
    OF_STATE("ready, working or dead"),
    OUTPUT,
    FILTER,
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most so many (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    COLUMNS,
    NO_HEADERS,
    END,
};
static const struct cli_option dead_options[] = {
    { "all-dead", 0, NULL, "all dead messages, in place of ids" }, END
};
static const struct cli_option plain_options[] = { OUTPUT, NO_HEADERS, END };

#define HOME                                                                                       \
    {                                                                                              \
        "home", 0, "DIR", "the server's home, which says where its store is; default: REEVE_HOME"  \
    }
#define STORE                                                                                      \
    { "store", 0, "URL", "the store itself, in place of the home's" },                             \
    {                                                                                              \
        "store-file", 0, "FILE",                                                                   \
            "the same, read from a file: no password in the list of processes"                     \
    }
#define DB_OUTPUT                                                                                  \
    {                                                                                              \
        "output", 'o', "FORMAT", "table or json (default: table on a terminal, else json)"         \
    }

static const struct cli_option db_backup_options[] = {
    HOME,
    STORE,
    { "with-key", 0, NULL,
      "put the key in that opens stored credentials; who has the file, has them" },
    { "overwrite", 0, NULL, "an older file of this name may go" },
    DB_OUTPUT,
    END,
};
static const struct cli_option db_inspect_options[] = { DB_OUTPUT, END };
static const struct cli_option db_restore_options[] = {
    HOME,
    STORE,
    { "overwrite", 0, NULL,
      "what the store holds may go; a SQLite file is kept under another name" },
    DB_OUTPUT,
    END,
};
static const struct cli_option db_look_options[] = { HOME, STORE, DB_OUTPUT, END };
static const struct cli_option db_copy_options[] = {
    HOME,
    STORE,
    { "to", 0, "URL", "the other database: postgresql://USER@HOST/DATABASE or sqlite:PATH" },
    { "to-file", 0, "FILE", "the same, read from a file" },
    { "switch", 0, NULL, "the home uses the copy from its next start on" },
    { "live", 0, NULL, "while the server runs; what changes meanwhile is not copied" },
    { "overwrite", 0, NULL, "what the other database holds may go" },
    DB_OUTPUT,
    END,
};
static const struct cli_option log_level_options[] = { OUTPUT, SETTINGS_OF, END };
static const struct cli_option bundle_options[] = {
    { "log", 0, "FILE", "also the end of this log file, at most 8 MiB of it; may be repeated" },
    { "overwrite", 0, NULL, "in the place of a file that is there" },
    END,
};
static const struct cli_option doctor_options[] = { OUTPUT, END };

#define EXAMPLES(...)                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

const struct cli_command cli_commands[] = {
    {
        .name = "login",
        .usage = "--url URL [--user USER] [--password-file FILE] [--ca FILE]",
        .summary = "log in to a server and remember it",
        .text = "A token is kept, not the password: in the file that REEVE_CONFIG names, else in "
                "~/.config/reeve/config.yaml.",
        .examples = EXAMPLES("reevectl login --url http://127.0.0.1:7400 --user admin "
                             "--password-file admin-password",
                             "reevectl login --url https://reeve.example.com:7400 --ca ca.crt"),
        .options = login_options,
        .run = cmd_login,
    },
    {
        .name = "logout",
        .usage = "",
        .summary = "forget the token, here and on the server",
        .options = no_options,
        .run = cmd_logout,
    },
    {
        .name = "status",
        .usage = "[-o FORMAT]",
        .summary = "the server, its roles, workers, queue, providers and what is in them",
        .text = "What somebody should look at stands at its end, with the command for it.",
        .examples = EXAMPLES("reevectl status", "reevectl status -o json"),
        .options = piped_document_options,
        .run = cmd_status,
    },
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
        .name = "kinds",
        .usage = "[-o FORMAT]",
        .summary = "the kinds of objects, and what they may be called",
        .examples = EXAMPLES("reevectl kinds", "reevectl kinds -o wide"),
        .options = kinds_options,
        .run = cmd_kinds,
    },
    {
        .name = "provider add",
        .usage = "NAME --type TYPE [--kubeconfig FILE] [--option NAME=VALUE]... [--wait]",
        .summary = "connect to a cluster or another system",
        .text = "Nothing is stored unless the credentials work. Of a kubeconfig only the one "
                "context is sent, with the files that it names.",
        .examples =
            EXAMPLES("reevectl provider add prod --type kubernetes --kubeconfig ~/.kube/config "
                     "--context prod --wait",
                     "reevectl provider add test --type kubernetes --option hostname=10.0.0.1 "
                     "--option auth_key=@token",
                     "reevectl provider add demo --type demo --option pods=500 --wait"),
        .options = add_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_add,
    },
    {
        .name = "provider edit",
        .usage = "NAME [--option NAME=VALUE]... [--unset NAME]... [--name NAME] [--wait]",
        .summary = "give a provider another token, address, name or zone",
        .text = "What is not named stays. Nothing is stored unless the new credentials work. "
                "Who changes the address gives the credentials again: they are sent nowhere else.",
        .examples = EXAMPLES("reevectl provider edit prod --option auth_key=@token",
                             "reevectl provider edit prod --kubeconfig ~/.kube/config --wait",
                             "reevectl provider edit prod --name production"),
        .options = edit_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_edit,
    },
    {
        .name = "provider list",
        .usage = "[-o FORMAT]",
        .summary = "the providers, their last refresh and error",
        .examples = EXAMPLES("reevectl provider list"),
        .options = list_options,
        .run = cmd_provider_list,
    },
    {
        .name = "provider show",
        .usage = "NAME [-o FORMAT]",
        .summary = "one provider: options, error, warnings, figures of its last refresh",
        .examples = EXAMPLES("reevectl provider show prod"),
        .options = document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_show,
    },
    {
        .name = "provider verify",
        .usage = "NAME",
        .summary = "prove a provider's credentials again",
        .examples = EXAMPLES("reevectl provider verify prod"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_verify,
    },
    {
        .name = "provider refresh",
        .usage = "NAME [--wait]",
        .summary = "read everything again",
        .text = "Changes are followed without it: this is for repair.",
        .examples = EXAMPLES("reevectl provider refresh prod --wait"),
        .options = refresh_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_refresh,
    },
    {
        .name = "provider pause",
        .usage = "NAME",
        .summary = "stop reading a provider; its inventory stays",
        .examples = EXAMPLES("reevectl provider pause prod"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_pause,
    },
    {
        .name = "provider resume",
        .usage = "NAME",
        .summary = "read a paused provider again",
        .examples = EXAMPLES("reevectl provider resume prod"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_resume,
    },
    {
        .name = "provider delete",
        .usage = "NAME [--yes] [--wait]",
        .summary = "forget a provider and its inventory",
        .text = "On a terminal it asks first.",
        .examples = EXAMPLES("reevectl provider delete old --yes --wait"),
        .options = delete_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_delete,
    },
    {
        .name = "provider types",
        .usage = "[-o FORMAT]",
        .summary = "the types of providers that the server has, and their options",
        .examples = EXAMPLES("reevectl provider types"),
        .options = document_options,
        .run = cmd_provider_types,
    },
    {
        .name = "key rotate",
        .usage = "[--wait] [--timeout DURATION]",
        .summary = "make a new key, and seal all stored secrets with it",
        .text = "The server goes on meanwhile: the old key opens what it has sealed until "
                "everything is sealed anew, then leaves the key file. Copy the file again "
                "afterwards.",
        .examples = EXAMPLES("reevectl key rotate --wait"),
        .options = key_options,
        .run = cmd_key_rotate,
    },
    {
        .name = "settings list",
        .usage = "[SECTION] [--server NAME | --zone NAME | --region] [--changed] [--show-origin]",
        .summary = "the settings in force, and where each comes from",
        .text = "A server's settings lie over its zone's, those over the region's, those over the "
                "defaults; reeve.yaml in the server's home lies over all.",
        .examples = EXAMPLES("reevectl settings list", "reevectl settings list workers -o wide",
                             "reevectl settings list --changed --show-origin"),
        .options = settings_list_options,
        .max_words = 1,
        .run = cmd_settings_list,
    },
    {
        .name = "settings get",
        .usage = "KEY [--server NAME | --zone NAME | --region] [--show-origin]",
        .summary = "the value of one setting",
        .examples = EXAMPLES("reevectl settings get workers.generic.count",
                             "reevectl settings get log.level --show-origin"),
        .options = settings_get_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_settings_get,
    },
    {
        .name = "settings describe",
        .usage = "KEY [--server NAME | --zone NAME | --region]",
        .summary = "what a setting is for, its limits, and what each layer says",
        .examples = EXAMPLES("reevectl settings describe workers.lease"),
        .options = settings_describe_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_settings_describe,
    },
    {
        .name = "settings set",
        .usage = "KEY=VALUE... [--server NAME | --zone NAME | --region]",
        .summary = "change settings: all that are named, or none",
        .text = "KEY=@FILE reads the value from a file; of KEY alone it is asked for, which is how "
                "secrets are given.",
        .examples = EXAMPLES("reevectl settings set workers.generic.count=4",
                             "reevectl settings set refresh.retry_min=2s refresh.retry_max=1m "
                             "--region",
                             "reevectl settings set api.metrics_token"),
        .options = settings_change_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_settings_set,
    },
    {
        .name = "settings unset",
        .usage = "KEY|SECTION... [--server NAME | --zone NAME | --region]",
        .summary = "take differences away: what the layer below says is in force again",
        .examples = EXAMPLES("reevectl settings unset workers.generic.count",
                             "reevectl settings unset workers --zone edge"),
        .options = settings_change_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_settings_unset,
    },
    {
        .name = "settings history",
        .usage = "[KEY]",
        .summary = "who changed which setting, when, from what to what; the newest first",
        .examples = EXAMPLES("reevectl settings history",
                             "reevectl settings history workers.generic.count -o json"),
        .options = settings_history_options,
        .max_words = 1,
        .run = cmd_settings_history,
    },
    {
        .name = "queue list",
        .usage = "[--state STATE] [options]",
        .summary = "the messages that wait, are worked on, or were given up",
        .text =
            "What is done is not kept. A dead message has failed as often as it may, or was not to "
            "run again after its worker died.",
        .examples = EXAMPLES("reevectl queue list --state dead",
                             "reevectl queue list --filter queue_name=generic -o wide"),
        .options = queue_list_options,
        .run = cmd_queue_list,
    },
    {
        .name = "queue counts",
        .usage = "[-o FORMAT]",
        .summary = "how many messages there are by state, queue, zone and role",
        .examples = EXAMPLES("reevectl queue counts"),
        .options = plain_options,
        .run = cmd_queue_counts,
    },
    {
        .name = "queue show",
        .usage = "ID [-o FORMAT]",
        .summary = "one message: what it asks for, who works on it, how it failed",
        .examples = EXAMPLES("reevectl queue show 1000000000042"),
        .options = document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_queue_show,
    },
    {
        .name = "queue retry",
        .usage = "ID... | --all-dead",
        .summary = "send dead messages again",
        .examples =
            EXAMPLES("reevectl queue retry 1000000000042", "reevectl queue retry --all-dead"),
        .options = dead_options,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_queue_retry,
    },
    {
        .name = "queue delete",
        .usage = "ID... | --all-dead",
        .summary = "remove dead messages",
        .examples = EXAMPLES("reevectl queue delete 1000000000042"),
        .options = dead_options,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_queue_delete,
    },
    {
        .name = "task list",
        .usage = "[--state STATE] [options]",
        .summary = "what was asked for, and how it goes",
        .examples = EXAMPLES("reevectl task list --state active",
                             "reevectl task list --sort-by created_on --descending --limit 20"),
        .options = task_list_options,
        .run = cmd_task_list,
    },
    {
        .name = "task show",
        .usage = "ID [-o FORMAT]",
        .summary = "one task with its results",
        .examples = EXAMPLES("reevectl task show 1000000000042"),
        .options = document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_show,
    },
    {
        .name = "task log",
        .usage = "ID [-o FORMAT]",
        .summary = "what happened to a task, line by line",
        .examples = EXAMPLES("reevectl task log 1000000000042"),
        .options = plain_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_log,
    },
    {
        .name = "task cancel",
        .usage = "ID...",
        .summary = "end a task, or keep it from starting",
        .text = "What works on it is asked to stop; it may take a moment.",
        .examples = EXAMPLES("reevectl task cancel 1000000000042"),
        .options = no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_task_cancel,
    },
    {
        .name = "task wait",
        .usage = "ID [--timeout DURATION]",
        .summary = "wait until a task has finished",
        .text = "The exit code is 0 when it went well, 1 when it failed, 6 when the time is over.",
        .examples = EXAMPLES("reevectl task wait 1000000000042 --timeout 5m"),
        .options = task_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_wait,
    },
    {
        .name = "worker list",
        .usage = "[-o FORMAT]",
        .summary = "the processes of the servers",
        .examples = EXAMPLES("reevectl worker list", "reevectl worker list -o wide"),
        .options = list_options,
        .run = cmd_worker_list,
    },
    {
        .name = "worker top",
        .usage = "[--sort memory|cpu|type] [--interval DURATION] [--once]",
        .summary = "the processes with their memory and CPU, until interrupted",
        .text = "The server measures them every ten seconds or so. A pipe gets JSON, once.",
        .examples = EXAMPLES("reevectl worker top", "reevectl worker top --sort cpu --once"),
        .options = top_options,
        .run = cmd_worker_top,
    },
    {
        .name = "worker show",
        .usage = "ID|PID|TYPE|PROVIDER [-o FORMAT]",
        .summary = "all that is known of a worker",
        .examples = EXAMPLES("reevectl worker show 4711", "reevectl worker show refresh"),
        .options = document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_show,
    },
    {
        .name = "worker restart",
        .usage = "ID|PID|TYPE|PROVIDER",
        .summary = "have a worker end what it does and replace it",
        .text = "A type or a provider's name means all of its workers.",
        .examples = EXAMPLES("reevectl worker restart 4711", "reevectl worker restart generic"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_restart,
    },
    {
        .name = "worker kill",
        .usage = "ID|PID|TYPE|PROVIDER",
        .summary = "end a worker at once and replace it",
        .text = "What it had begun is done by another one, if it may be begun again.",
        .examples = EXAMPLES("reevectl worker kill 4711"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_kill,
    },
    {
        .name = "server role add",
        .usage = "ROLE... [--server NAME]",
        .summary = "give a server roles; their workers are started",
        .text = "'reevectl get server_roles' lists the roles there are.",
        .examples = EXAMPLES("reevectl server role add ems_metrics_collector smartproxy"),
        .options = role_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_server_role_add,
    },
    {
        .name = "server role remove",
        .usage = "ROLE... [--server NAME]",
        .summary = "take roles from a server; their workers end",
        .examples = EXAMPLES("reevectl server role remove smartstate"),
        .options = role_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_server_role_remove,
    },
    {
        .name = "db backup",
        .usage = "FILE --home DIR [--with-key] [--overwrite]",
        .summary = "all rows of a server's database into one file",
        .text = "Of one moment, while the server runs or not, and read again before it counts. The "
                "commands of db run on the server's machine: they start reeved db.",
        .examples = EXAMPLES("reevectl db backup /var/backups/reeve-monday --home /var/lib/reeve"),
        .options = db_backup_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db inspect",
        .usage = "FILE",
        .summary = "what a backup is of; all of it is read and checked",
        .examples = EXAMPLES("reevectl db inspect /var/backups/reeve-monday"),
        .options = db_inspect_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db restore",
        .usage = "FILE --home DIR [--store URL] [--overwrite]",
        .summary = "a backup back into a store, of either engine",
        .text = "The server must not run. Readers of changes start over afterwards.",
        .examples = EXAMPLES(
            "reevectl db restore /var/backups/reeve-monday --home /var/lib/reeve --overwrite"),
        .options = db_restore_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db copy",
        .usage = "--to URL --home DIR [--switch]",
        .summary = "move a home to another database, compared row by row",
        .text = "The server must not run, unless --live is given. A copy that was broken off is "
                "refused by every server; do it again with --overwrite.",
        .examples = EXAMPLES("reevectl db copy --home /var/lib/reeve --to "
                             "postgresql://reeve@db.example.com/reeve --switch"),
        .options = db_copy_options,
        .run = cmd_db,
    },
    {
        .name = "db check",
        .usage = "--home DIR",
        .summary = "whether a database is as it should be, and what to do where it is not",
        .text =
            "Pages and indexes, the schema, rows that point nowhere, ids, the change feed, what is "
            "held and by whom. While the server runs or not. The exit code is 1 when an error "
            "was found.",
        .examples = EXAMPLES("reevectl db check --home /var/lib/reeve"),
        .options = db_look_options,
        .run = cmd_db,
    },
    {
        .name = "db status",
        .usage = "--home DIR",
        .summary = "a database's size, largest tables, users, window of changes, last backup",
        .examples = EXAMPLES("reevectl db status --home /var/lib/reeve"),
        .options = db_look_options,
        .run = cmd_db,
    },
    {
        .name = "log level",
        .usage = "[LEVEL | TOPIC [LEVEL | default]] [--server NAME | --zone NAME | --region]",
        .summary = "from which level on the log tells of each topic; or change it, at once",
        .text = "LEVEL is debug, info, warning or error. Without a topic it is for all that have "
                "none of their own; default takes a topic's own away.",
        .examples = EXAMPLES("reevectl log level", "reevectl log level queue debug",
                             "reevectl log level queue default", "reevectl log level warning"),
        .options = log_level_options,
        .max_words = 2,
        .run = cmd_log_level,
    },
    {
        .name = "log recent",
        .usage = "",
        .summary = "the last warnings and errors of all processes of the server",
        .examples = EXAMPLES("reevectl log recent"),
        .options = no_options,
        .run = cmd_log_recent,
    },
    {
        .name = "support-bundle",
        .usage = "[FILE] [--log FILE]... [--overwrite]",
        .summary = "what somebody who helps needs to see, in one file and without secrets",
        .text =
            "Versions, settings, status, workers, counts of the queue, errors of late, metrics, "
            "figures of the database, what doctor finds, and the last lines of the log: a "
            "tar.gz that only you can read. Look into it before you hand it on: names of "
            "providers, hosts and addresses are in it.",
        .examples = EXAMPLES("reevectl support-bundle",
                             "reevectl support-bundle bundle.tar.gz --log /var/log/reeved.log"),
        .options = bundle_options,
        .max_words = 1,
        .run = cmd_support_bundle,
    },
    {
        .name = "doctor",
        .usage = "[-o FORMAT]",
        .summary = "find what is wrong, and say what to do about it",
        .text = "Looks at the way to the server, its clock, disk, key, limits, database, workers, "
                "queue and providers, and changes nothing. The exit code is 1 when something has "
                "failed; warnings alone leave it 0.",
        .examples = EXAMPLES("reevectl doctor", "reevectl doctor -o json | jq '.[] | "
                                                "select(.state != \"ok\")'"),
        .options = doctor_options,
        .run = cmd_doctor,
    },
    {
        .name = "completion",
        .usage = "bash | zsh | fish",
        .summary = "print a completion script for a shell",
        .text = "Names of objects are asked of the server that was logged in to, for a second at "
                "most.",
        .examples = EXAMPLES("source <(reevectl completion bash)",
                             "reevectl completion zsh >~/.zfunc/_reevectl",
                             "reevectl completion fish >~/.config/fish/completions/reevectl.fish"),
        .options = no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_completion,
    },
    {
        .name = "version",
        .usage = "",
        .summary = "this program's version",
        .options = no_options,
        .run = cmd_version,
    },
    {
        .name = "complete",
        .usage = "-- WORD...",
        .summary = "what may stand in the place of the last word: for completion scripts",
        .options = no_options,
        .max_words = CLI_MAX_VALUES,
        .hidden = 1,
        .run = cmd_complete,
    },
    {
        .name = "man",
        .usage = "",
        .summary = "print the manual page's source",
        .options = no_options,
        .hidden = 1,
        .run = cmd_man,
    },
    { .name = NULL },
};
