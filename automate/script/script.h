/* SPDX-License-Identifier: Apache-2.0
 *
 * Running the text of a method. The work is done by a module over Lua (script_lua.so), which only
 * those load who run methods: automate workers and `reevectl automate test`. Each run has an
 * environment of its own that is gone at its end; whatever it wants of the world it asks of a host.
 */
#ifndef RV_SCRIPT_H
#define RV_SCRIPT_H

#include "tree/tree.h"
#include "tree/value.h"

struct rv_script; /* the loaded module with its cache of compiled chunks */

/* An object of the workspace as a method sees it. Borrowed until the next call of the host. */
struct rv_script_object {
    int64_t number, parent; /* 0: none */
    const char *path;       /* "/Domain/Namespace/Class/instance" */
    const char *domain, *namespace_path, *class_name, *instance_name;
    const char *message, *field_name, *field_type;
};

/* All functions: 0, or an error, which the method sees as a Lua error with its text. Objects are
 * numbers of the workspace, rows are (kind, id). Values that are filled are the caller's to clear.
 */
struct rv_script_host {
    void *arg;
    /* Navigation. path as evm.object takes it; from: number of the object that asks. *out 0 when
     * there is none. */
    int (*find)(void *arg, int64_t from, const char *path, int64_t *out, rv_err *err);
    int (*describe)(void *arg, int64_t object, struct rv_script_object *out, rv_err *err);
    int (*children)(void *arg, int64_t object, struct rv_ae_value *out, rv_err *err); /* a list */
    /* Attributes. out nil when there is none; attributes fills a map. */
    int (*get)(void *arg, int64_t object, const char *name, struct rv_ae_value *out, rv_err *err);
    int (*set)(void *arg, int64_t object, const char *name, const struct rv_ae_value *value,
               rv_err *err);
    int (*attributes)(void *arg, int64_t object, struct rv_ae_value *out, rv_err *err);
    int (*decrypt)(void *arg, int64_t object, const char *name, struct rv_ae_value *out,
                   rv_err *err);
    /* Whatever else evm offers, by name; args is a list of what the method gave. UNSUPPORTED for a
     * name that it does not know.
     *   "instantiate" URI -> a node, nil when it failed (that is in the log)
     *   "execute" NAME, ...     "execute_with_user" USER, NAME, ...
     *   "set_state_var" NAME, VALUE     "get_state_var" NAME     "state_var_exist" NAME
     *   "delete_state_var" NAME     "get_state_vars"; the same four with service_var
     *   "prepend_namespace" NAME
     *   "instance_exists" PATH     "instance_create" PATH, {}     "instance_get" PATH
     *   "instance_find" PATH     "instance_update" PATH, {}     "instance_delete" PATH
     *   "instance_get_display_name" PATH     "instance_set_display_name" PATH, TEXT
     *   "create_notification" {}     "enable_rbac"     "disable_rbac"     "rbac_enabled"
     *   "field_timeout"     "ansible_stats_vars"
     *   "publish_workspace" {} -> {guid, href_slug}     "take_workspace" -> {} or nil
     *   "http" {method, url, headers, body, timeout_ms} -> {status, headers, body}
     *   "email" {to, from, cc, bcc, subject, body, content_type} -> true */
    int (*call)(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
                struct rv_ae_value *out, rv_err *err);
    /* Rows of the model. model: is there such a kind (name in any of its spellings)? *kind is its
     * name, static. query: {"where":{column:value},"limit":n,"id":n}; out: a list of rows. */
    int (*model)(void *arg, const char *name, const char **kind, rv_err *err);
    int (*rows)(void *arg, const char *kind, const char *verb, const struct rv_ae_value *query,
                struct rv_ae_value *out, rv_err *err); /* verb: "find" "where" "first" "count" */
    int (*column)(void *arg, const char *kind, int64_t id, const char *name,
                  struct rv_ae_value *out, rv_err *err); /* NOT_FOUND: no such name */
    int (*act)(void *arg, const char *kind, int64_t id, const char *verb,
               const struct rv_ae_value *args, struct rv_ae_value *out, rv_err *err);
    /* What a row of this kind has: a list of texts. what: "columns", "virtual_columns",
     * "associations", "verbs" (what act takes, "name=" for what may be set). */
    int (*names)(void *arg, const char *kind, const char *what, struct rv_ae_value *out,
                 rv_err *err);
    /* The method that require("path") or an embedded path names. Borrowed until the run ends. */
    int (*library)(void *arg, int64_t self, const char *path, const struct rv_ae_method **out,
                   rv_err *err);
    /* level: "debug" "info" "warn" "error". Never fails. */
    void (*log)(void *arg, const char *level, const char *text);
    /* Called every few milliseconds of a run: beats the heart. CANCELLED ends the run. May be
     * NULL. */
    int (*pulse)(void *arg, rv_err *err);
};

struct rv_script_limits { /* of a run and all it calls; 0: the default */
    size_t memory_bytes;  /* 32 MiB */
    int64_t instructions; /* 100 million */
    int64_t time_ms;      /* 30 s of wall clock */
    int32_t depth;        /* methods in methods; 16 */
};

enum {
    RV_SCRIPT_TEST = 1, /* a test file: test(), expect() and evm.mock are there too */
};

struct rv_script_run {
    const struct rv_ae_method *method;
    const char *domain; /* its name, for errors and log lines */
    int64_t self;       /* the object it runs on; its inputs are attributes of evm.inputs */
    const struct rv_ae_value *inputs; /* a map */
    const struct rv_script_host *host;
    struct rv_script_limits limits;
    int32_t flags; /* RV_SCRIPT_... */
};

struct rv_script_result {
    int32_t exit_code; /* 0 ok, 4 warn, 8 stop, 16 abort: RV_WS_OK ... in resolve/resolve.h */
    int64_t took_us;
    int64_t instructions;
    size_t memory_peak;
    char place[512]; /* of an error: "Domain/Namespace/Class/method:12"; "" when there was none */
};

/* Loads module_dir/script_lua.so. cache_bytes: compiled chunks that are kept. */
int rv_script_open(struct rv_script **out, const char *module_dir, size_t cache_bytes, rv_err *err);
void rv_script_close(struct rv_script *script); /* NULL allowed */
/* Does the text compile? INVALID with "NAME:LINE: what" when it does not. */
int rv_script_check(struct rv_script *script, const char *name, const char *text, size_t len,
                    rv_err *err);
/* Globals that the text uses and that no method has: what would raise when it is come to. text as
 * the error would be; an embedded module's name is a global that fn has to know. INVALID when the
 * text does not compile. */
typedef void (*rv_script_remark)(void *arg, int line, const char *global, const char *text);
int rv_script_globals(struct rv_script *script, const char *name, const char *text, size_t len,
                      rv_script_remark fn, void *arg, rv_err *err);
/* 0 with result filled; INVALID when it does not compile or raised an error, LIMIT when it used up
 * memory or instructions, TIMEOUT, CANCELLED; result->place says where. A run within a run (a host
 * function that runs a method) lives on what is left to the outer one. */
int rv_script_run(struct rv_script *script, const struct rv_script_run *run,
                  struct rv_script_result *result, rv_err *err);
/* All names of a method's environment, one a line, sorted: "evm.log", "string.rep". */
void rv_script_environment(struct rv_script *script, rv_buf *out);
/* What runs in this process right now: "Domain/Namespace/Class/method:12", or "". For signal
 * handlers and the report of a crash; the line is the last that was seen. */
const char *rv_script_running(void);
/* Who is told when a run does not end a second after its time, in C code that no limit reaches: fn
 * is called from a signal handler, says so wherever it is of use, and ends the process. Without one
 * the process ends with RV_SCRIPT_EXIT_RUNAWAY after a line on stderr. After rv_script_open. */
enum { RV_SCRIPT_EXIT_RUNAWAY = 86 };
void rv_script_on_runaway(void (*fn)(const char *place));

#endif
