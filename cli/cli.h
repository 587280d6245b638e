/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl: what its commands share. Results go to stdout alone, messages to
 * stderr. Everything is asked of the REST API.
 */
#ifndef CLI_H
#define CLI_H

#include <stdio.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

/* Exit codes; the same in the man page. */
enum {
    CLI_OK = 0,
    CLI_FAILURE = 1,
    CLI_USAGE = 2,
    CLI_NOT_FOUND = 3,
    CLI_DENIED = 4,
    CLI_CONFLICT = 5,
    CLI_WAIT_TIMED_OUT = 6,
    CLI_UNREACHABLE = 7,
    CLI_SOME_FAILED = 8,
    CLI_INTERRUPTED = 130
};

/* One option of a command; tables end with a NULL name. */
struct cli_option {
    const char *name;  /* "output" */
    char letter;       /* 'o', or 0 */
    const char *value; /* what it takes, for the help ("FORMAT"); NULL: nothing */
    const char *help;
};

#define CLI_MAX_VALUES 64

struct cli;
struct cli_command {
    const char *name;    /* "provider add" */
    const char *usage;   /* what follows the name: "NAME --type TYPE [options]" */
    const char *summary; /* one line */
    const char *text;    /* more, may be NULL */
    const char *examples;
    const struct cli_option *options;
    int min_words, max_words;
    int (*run)(struct cli *cli);
};
extern const struct cli_command cli_commands[]; /* ends with a NULL name */
extern const struct cli_option cli_common_options[];

struct cli_given {
    const struct cli_option *option;
    const char *value; /* "" for one that takes none */
};

struct cli {
    const struct cli_command *command;
    const char *words[CLI_MAX_VALUES]; /* what is no option */
    int word_count;
    struct cli_given given[CLI_MAX_VALUES];
    int given_count;
    int terminal; /* stdout is one */
    int messages; /* stderr is a terminal: progress may be drawn */
    int color;
    struct cli_client *client; /* made by cli_connect */
};

/* Parse what follows the command's name. USAGE with a message already printed, or 0. */
int cli_parse(struct cli *cli, int argc, char **argv);
const char *cli_value(const struct cli *cli, const char *name); /* last one given, NULL when none */
int cli_has(const struct cli *cli, const char *name);
/* INT option within bounds, or fallback; USAGE printed and -1 returned for nonsense. */
int64_t cli_int(const struct cli *cli, const char *name, int64_t fallback, int64_t min,
                int64_t max);
int cli_usage(const struct cli *cli, const char *format, ...) RV_PRINTF(2, 3);
void cli_help(const struct cli *cli, FILE *out);
void cli_help_all(FILE *out);
/* Print an error with its hint; returns the exit code of its class. */
int cli_failed(const rv_err *err);
void cli_say(const char *format, ...) RV_PRINTF(1, 2); /* stderr */

/* Configuration: contexts in one YAML file (0600). */
struct cli_context {
    char *url, *user, *token;
};
int cli_context_load(struct cli_context *out, rv_err *err); /* environment beats file */
int cli_context_save(const struct cli_context *context, rv_err *err);
void cli_context_free(struct cli_context *context);
const char *cli_config_path(rv_err *err); /* static storage; NULL when there is none */

/* The REST client. */
struct cli_client;
int cli_client_open(struct cli_client **out, const struct cli_context *context, rv_err *err);
void cli_client_close(struct cli_client *client);
const char *cli_client_url(const struct cli_client *client);
/* path begins with "/api". body NULL: none. 2xx: 0, *out (may be NULL) is the caller's, NULL for
 * an empty answer. Else the class, with the server's own message. */
int cli_request(struct cli_client *client, const char *method, const char *path, const cJSON *body,
                cJSON **out, rv_err *err);
int cli_get(struct cli_client *client, const char *path, cJSON **out, rv_err *err);
/* Name and password instead of the token, for login. */
void cli_client_basic(struct cli_client *client, const char *user, const char *password);
/* Server-sent events: fn gets each until it returns nonzero, which is returned. Reconnects with
 * Last-Event-ID. ready is called when the stream is first open. */
struct cli_event {
    const char *name, *id, *data;
};
int cli_events(struct cli_client *client, const char *path, int (*ready)(void *arg),
               int (*fn)(void *arg, const struct cli_event *event), void *arg, rv_err *err);
/* Opens cli->client from the configuration; exit code, printed. */
int cli_connect(struct cli *cli);
/* Percent-encode; the caller's to free. */
char *cli_escape(const char *text);

/* A kind as the user named it: from the dictionary, or of a provider's own. */
struct cli_kind {
    const struct rv_kind *kind; /* NULL for one that only the server knows */
    char collection[128];
    char name[128];     /* for -o name */
    const char *filter; /* what the word also says: "replicasets" are container_replicators of that
                         * object_kind; NULL: nothing */
};
int cli_kind_find(struct cli *cli, struct cli_kind *out, const char *word, rv_err *err);

enum cli_cell { CLI_TEXT, CLI_AGE, CLI_BYTES, CLI_COUNT, CLI_MIB };
struct cli_column {
    const char *title;
    const char *path; /* attribute, dotted for an association */
    enum cli_cell form;
    int wide; /* only with -o wide */
};
/* Columns of a table of this kind; ends with a NULL title. */
const struct cli_column *cli_columns(const struct cli_kind *kind);
/* "attributes=..." of these columns; the caller's to free. */
char *cli_attributes(const struct cli_column *columns, int wide);
/* Value of a dotted path as text for people; out is appended to. */
void cli_cell(rv_buf *out, const cJSON *row, const struct cli_column *column);

enum cli_format { CLI_TABLE, CLI_WIDE, CLI_JSON, CLI_YAML, CLI_CSV, CLI_NAME, CLI_JSONL };
/* -1 with usage printed. Default: table on a terminal, else JSON. */
int cli_format(const struct cli *cli);

/* Tables: rows are kept until the end, so that columns fit. */
struct cli_table;
struct cli_table *cli_table_new(const struct cli_column *columns, int wide, int color);
void cli_table_row(struct cli_table *table, const cJSON *row);
void cli_table_print(struct cli_table *table, FILE *out, int headers);
void cli_table_free(struct cli_table *table);

/* A list of bodies in any format but CLI_TABLE and CLI_WIDE. */
void cli_print_list(FILE *out, enum cli_format format, const cJSON *rows,
                    const struct cli_column *columns, const char *kind_name);
void cli_print_yaml(FILE *out, const cJSON *value, int indent);
void cli_print_one(FILE *out, enum cli_format format, const cJSON *row);

/* What a listing asks for. */
struct cli_query {
    const char *collection;
    char *attributes;           /* "name,phase" or NULL: everything */
    const char *const *filters; /* ends with NULL */
    const char *sort_by, *sort_order;
    int64_t limit; /* -1: all */
    int archived;
};
/* *out: array, the caller's; *total: rows that match on the server. */
int cli_list(struct cli_client *client, const struct cli_query *query, cJSON **out, int64_t *total,
             rv_err *err);
char *cli_query_path(const struct cli_query *query); /* without paging; the caller's */
/* One by id or name (namespace NULL: any). NOT_FOUND, or CONFLICT when the name is not unique. */
int cli_find(struct cli_client *client, const struct cli_kind *kind, const char *name,
             const char *namespace, int archived, cJSON **out, rv_err *err);

/* get --watch. */
int cli_watch(struct cli *cli, const struct cli_kind *kind, struct cli_query *query,
              const struct cli_column *columns, enum cli_format format);
/* Wait for a task with progress on a terminal; exit code. timeout_ms 0: for ever. */
int cli_wait_task(struct cli *cli, const char *task_id, int64_t timeout_ms);
/* Text of a kubeconfig with its files inlined; the caller's to free (wipe). */
int cli_kubeconfig_read(char **out, const char *path, rv_err *err);

int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_get(struct cli *cli);
int cmd_describe(struct cli *cli);
int cmd_kinds(struct cli *cli);
int cmd_status(struct cli *cli);
int cmd_task_wait(struct cli *cli);
int cmd_provider_add(struct cli *cli);
int cmd_provider_list(struct cli *cli);
int cmd_provider_show(struct cli *cli);
int cmd_provider_verify(struct cli *cli);
int cmd_provider_refresh(struct cli *cli);
int cmd_provider_delete(struct cli *cli);
int cmd_provider_types(struct cli *cli);
int cmd_version(struct cli *cli);

#endif
