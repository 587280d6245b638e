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

/* Exit codes; the man page and the help say the same (exit_codes in help.c). */
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
    const char *name;            /* "provider add" */
    const char *usage;           /* what follows the name: "NAME --type TYPE [options]" */
    const char *summary;         /* one line */
    const char *text;            /* more, may be NULL */
    const char *const *examples; /* command lines; ends with NULL; may be NULL */
    const struct cli_option *options;
    int min_words, max_words;
    int hidden; /* not in the help */
    int (*run)(struct cli *cli);
};
/* NULL behind the last one. */
const struct cli_command *cli_command_at(int index);
extern const struct cli_option cli_common_options[];

struct cli_given {
    const struct cli_option *option;
    const char *value; /* "" for one that takes none */
};

struct cli_client;
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

/* The whole program: exit code. */
int cli_run(int argc, char **argv);

/* Parse what follows the command's name. USAGE with a message already printed, or 0. */
int cli_parse(struct cli *cli, int argc, char **argv);
/* An option of this name that its command has of its own; NULL: it has none. */
const struct cli_option *cli_option_of(const struct cli *cli, const char *name);
const char *cli_value(const struct cli *cli, const char *name); /* last one given, NULL when none */
int cli_has(const struct cli *cli, const char *name);
/* INT option within bounds, or fallback; USAGE printed and -1 returned for nonsense. */
int64_t cli_int(const struct cli *cli, const char *name, int64_t fallback, int64_t min,
                int64_t max);
/* Duration option in ms, fallback when it was not given; -1 with USAGE printed. */
int64_t cli_duration(const struct cli *cli, const char *name, int64_t fallback_ms);
/* Print what is wrong with the command line; returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *format, ...) RV_PRINTF(2, 3);
/* ", did you mean 'x'?" or "": until the next call. */
const char *cli_did_you_mean(const char *given, const char *const *candidates, const char *before);

/* Help, manual page and completion are made from the table of commands. */
void cli_help(const struct cli_command *command, FILE *out);
void cli_help_all(FILE *out);
void cli_help_group(const char *group, FILE *out);
/* 1 when a command's name begins with this word. */
int cli_is_group(const char *word);
struct cli_exit_code {
    int code;
    const char *means;
};
extern const struct cli_exit_code cli_exit_codes[]; /* ends with a NULL text */
struct cli_variable {
    const char *name, *means;
};
extern const struct cli_variable cli_variables[]; /* of the environment; ends with a NULL name */

/* Messages, on stderr; what would drive a terminal is taken out of them. */
void cli_say(const char *format, ...) RV_PRINTF(1, 2);  /* information; --quiet silences it */
void cli_warn(const char *format, ...) RV_PRINTF(1, 2); /* "reevectl: ..." */
/* Print an error with its hint; returns the exit code of its class. */
int cli_failed(const rv_err *err);
int cli_exit_code(int error_class);
void cli_set_quiet(int quiet);
/* Append text for a terminal: control characters, DEL, C1, marks that turn the writing direction
 * and bytes that are not UTF-8 become '?'; a tab becomes a blank. Text from a cluster must not
 * drive a terminal. */
void cli_clean_line(rv_buf *out, const char *text);
void cli_clean_text(rv_buf *out, const char *text); /* newline and tab stay */
/* Places that it takes on a terminal. */
size_t cli_width(const char *text);

/* SIGINT and SIGTERM: the terminal is put in order, text (may be NULL) goes to fd, exit code 128
 * and the signal's number. */
void cli_on_interrupt(int fd, const char *text);
/* Switch the echo of the terminal at fd off and on again; -1 when it is none. */
int cli_echo_off(int fd);
void cli_echo_on(void);
/* The same, and keys can be read one by one; cli_echo_on undoes it. */
int cli_keys(int fd);
/* Width of the terminal at fd; 0 when it is none. */
size_t cli_columns_of(int fd);

/* Opens cli->client from the configuration. */
int cli_open(struct cli *cli, rv_err *err);
/* The same for a command that is nothing without it; exit code, printed. */
int cli_connect(struct cli *cli);

/* get and describe */
/* "get KIND" with the options of the command line. */
int cli_get_all(struct cli *cli, const char *kind_word);
/* Of more than --limit, the latest by these attributes; the last one comes last. */
int cli_get_latest(struct cli *cli, const char *kind_word, const char *by);
/* Wait for a task with progress on a terminal; exit code. timeout_ms 0: for ever. */
int cli_wait_task(struct cli *cli, const char *task_id, int64_t timeout_ms);

/* Text of a kubeconfig, reduced to one context (NULL: its current one) with its files inlined; the
 * caller's to free (wipe). */
int cli_kubeconfig_read(char **out, const char *path, const char *context, rv_err *err);
/* Ask on the terminal, without echo; of anything else a line is read. */
int cli_ask_secret(rv_buf *out, const char *prompt, rv_err *err);
void cli_wipe_text(char *text); /* overwrites; NULL allowed */

int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_get(struct cli *cli);
int cmd_describe(struct cli *cli);
int cmd_refresh(struct cli *cli);
int cmd_kinds(struct cli *cli);
int cmd_status(struct cli *cli);
int cmd_worker_list(struct cli *cli);
int cmd_worker_top(struct cli *cli);
int cmd_worker_show(struct cli *cli);
int cmd_worker_restart(struct cli *cli);
int cmd_worker_kill(struct cli *cli);
int cmd_server_role_add(struct cli *cli);
int cmd_server_role_remove(struct cli *cli);
int cmd_task_wait(struct cli *cli);
int cmd_task_list(struct cli *cli);
int cmd_task_show(struct cli *cli);
int cmd_task_cancel(struct cli *cli);
int cmd_task_log(struct cli *cli);
int cmd_mapping_list(struct cli *cli);
int cmd_mapping_add(struct cli *cli);
int cmd_mapping_remove(struct cli *cli);
int cmd_hook_list(struct cli *cli);
int cmd_hook_add(struct cli *cli);
int cmd_hook_edit(struct cli *cli);
int cmd_hook_enable(struct cli *cli);
int cmd_hook_disable(struct cli *cli);
int cmd_hook_secret(struct cli *cli);
int cmd_hook_remove(struct cli *cli);
int cmd_event_list(struct cli *cli);
int cmd_event_tail(struct cli *cli);
int cmd_event_show(struct cli *cli);
int cmd_event_emit(struct cli *cli);
int cmd_timeline(struct cli *cli);
int cmd_blacklist_list(struct cli *cli);
int cmd_blacklist_add(struct cli *cli);
int cmd_blacklist_enable(struct cli *cli);
int cmd_blacklist_disable(struct cli *cli);
int cmd_blacklist_rm(struct cli *cli);
int cmd_queue_list(struct cli *cli);
int cmd_queue_show(struct cli *cli);
int cmd_queue_retry(struct cli *cli);
int cmd_queue_delete(struct cli *cli);
int cmd_queue_counts(struct cli *cli);
int cmd_automate_ls(struct cli *cli);
int cmd_automate_tree(struct cli *cli);
int cmd_automate_cat(struct cli *cli);
int cmd_automate_import(struct cli *cli);
int cmd_automate_export(struct cli *cli);
int cmd_automate_watch(struct cli *cli);
int cmd_automate_enable(struct cli *cli);
int cmd_automate_disable(struct cli *cli);
int cmd_automate_lock(struct cli *cli);
int cmd_automate_unlock(struct cli *cli);
int cmd_automate_priority(struct cli *cli);
int cmd_automate_create(struct cli *cli);
int cmd_automate_rm(struct cli *cli);
int cmd_automate_lint(struct cli *cli);
int cmd_automate_run(struct cli *cli);
int cmd_automate_simulate(struct cli *cli);
int cmd_automate_runs(struct cli *cli);
int cmd_automate_test(struct cli *cli);
int cmd_automate_copy(struct cli *cli);
int cmd_automate_trace(struct cli *cli);
int cmd_automate_stop(struct cli *cli);
int cmd_provider_add(struct cli *cli);
int cmd_provider_edit(struct cli *cli);
int cmd_provider_pause(struct cli *cli);
int cmd_provider_resume(struct cli *cli);
int cmd_provider_list(struct cli *cli);
int cmd_provider_show(struct cli *cli);
int cmd_provider_verify(struct cli *cli);
int cmd_provider_refresh(struct cli *cli);
int cmd_provider_delete(struct cli *cli);
int cmd_provider_types(struct cli *cli);
int cmd_db(struct cli *cli);
int cmd_db_status(struct cli *cli);
int cmd_key_rotate(struct cli *cli);
int cmd_settings_list(struct cli *cli);
int cmd_settings_get(struct cli *cli);
int cmd_settings_describe(struct cli *cli);
int cmd_settings_set(struct cli *cli);
int cmd_settings_unset(struct cli *cli);
int cmd_settings_history(struct cli *cli);
int cmd_log_level(struct cli *cli);
int cmd_log_recent(struct cli *cli);
int cmd_support_bundle(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_completion(struct cli *cli);
int cmd_complete(struct cli *cli);
int cmd_man(struct cli *cli);
int cmd_version(struct cli *cli);

#endif
