/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads provider modules and calls them: the implementation of reeve/host.h.
 * Used by workers, tests and reeve-conform alike. No store in here.
 */
#ifndef RV_HOST_H
#define RV_HOST_H

#include "reeve/provider.h"
#include "host/object.h"
#include "base/json.h"

struct reeve_host;
struct rv_module;
struct rv_config;
struct rv_connection;

/* The functions that modules get. */
extern const struct reeve_host rv_host_table;

/* A path is one folder or several, with ':' between; a module of an earlier one hides those of the
 * same name in later ones. */
/* Load NAME.so of a path, check magic, version and tables, add its kinds to the model. INVALID for
 * a file that is no provider, UNSUPPORTED for another major (the text names file, its version and
 * ours, the hint what to do), NOT_FOUND with the nearest name. Modules are never unloaded. */
int rv_module_load(struct rv_module **out, const char *path, const char *name, rv_err *err);
int rv_module_load_file(struct rv_module **out, const char *path, rv_err *err);
/* A host copy, zero-extended when the module is of an older minor. */
const struct reeve_provider *rv_module_provider(const struct rv_module *module);
/* Give a loaded module another table of functions, which lives as long as the process: one that
 * listens in or fails on purpose (reeve-conform, tests). */
void rv_module_bind(const struct rv_module *module, const struct reeve_host *host);
/* Names of the modules in a path, sorted; ends with NULL; freed with rv_names_free. An error when
 * none of its folders can be read. */
int rv_module_list(char ***out, const char *path, rv_err *err);
/* The files of that name in a path: the first is the one that is loaded, the others it hides. How
 * many; *out ends with NULL and is freed with rv_names_free. */
int rv_module_files(char ***out, const char *path, const char *name);
void rv_names_free(char **names);
/* Manifest for people and programs: identity, options, kinds, interfaces. */
cJSON *rv_module_describe(const struct rv_module *module);

/* Options: run the provider's prepare over what was given (an object of strings, numbers, flags),
 * then validate. All mistakes are reported at once, one a line in err->text ("unknown option
 * 'tokn', did you mean 'token'?"). *out is the caller's. Secrets are locked in memory and wiped. */
int rv_config_make(struct rv_config **out, const struct rv_module *module, const cJSON *given,
                   rv_err *err);
void rv_config_free(struct rv_config *config);
/* What results, to be stored: an object of strings; secret options are in *secrets (may be NULL),
 * the others in *plain. The caller's (cJSON_Delete; wipe secrets with rv_json_wipe). */
int rv_config_split(const struct rv_config *config, cJSON **plain, cJSON **secrets, rv_err *err);
/* Whether events are to be watched: the provider has some, and its option `events`, if there is
 * one, is not 0. */
int rv_config_wants_events(const struct rv_config *config);
/* The same without a module run: which given names are secret options of this provider. */
int rv_option_is_secret(const struct rv_module *module, const char *name);

/* How a call runs. */
struct rv_call_spec {
    const char *scope;  /* for logs: the provider's name */
    int64_t timeout_ms; /* 0: none */
    /* Not 0 ends the call with CANCELLED at its next wait or emit; may be NULL. */
    int (*cancelled)(void *arg);
    void *arg;
    const struct rv_sink *sink; /* refresh, watch and events */
    int64_t *waited_us; /* may be NULL: grows by the time spent waiting for the other side */
    int *returned;      /* may be NULL: what the callback itself returned, whatever became of it */
};

/* open; config must live as long. */
int rv_connection_open(struct rv_connection **out, const struct rv_module *module,
                       const struct rv_config *config, const struct rv_call_spec *spec,
                       rv_err *err);
void rv_connection_close(struct rv_connection *connection);
struct rv_identity_found {
    char uid[256], api_version[128], account[256];
};
int rv_connection_verify(struct rv_connection *connection, const struct rv_call_spec *spec,
                         struct rv_identity_found *out, rv_err *err);
int rv_connection_refresh(struct rv_connection *connection, const struct rv_call_spec *spec,
                          const struct reeve_scope *scope, rv_err *err);
/* One object that a refresh of few is about. */
struct rv_target {
    const struct rv_kind *kind;
    const char *ref; /* NULL: only the name is known */
    const char *scope, *name;
};
/* Whether the provider can be asked for less than everything. */
int rv_module_is_targeted(const struct rv_module *module);
/* Looks at these objects only. A target that is not emitted is gone when this returns 0.
 * UNSUPPORTED when the provider cannot look at one of them: everything is to be listed then. */
int rv_connection_targets(struct rv_connection *connection, const struct rv_call_spec *spec,
                          const struct rv_target *targets, int count, rv_err *err);
/* UNSUPPORTED when the provider has no watch. */
int rv_connection_watch(struct rv_connection *connection, const struct rv_call_spec *spec,
                        rv_err *err);
/* Most of an event's full_data; of more only the size is kept. */
enum { RV_HOST_EVENT_DATA_MAX = 64 << 10 };
/* Hands over what happens, from token on (NULL: without one), until cancelled. UNSUPPORTED when the
 * provider has no events; GONE when the token is too old. */
int rv_connection_events(struct rv_connection *connection, const struct rv_call_spec *spec,
                         const char *token, rv_err *err);
/* What the module declared of events of that type; NULL: nothing. */
const struct reeve_event_type *rv_module_event_type(const struct rv_module *module,
                                                    const char *name);
/* All of them, ending with a NULL name; NULL: none. */
const struct reeve_event_type *rv_module_event_types(const struct rv_module *module);
/* The callback that is running in this process, "" outside: for crash reports. Async-signal-safe.
 */
const char *rv_host_running(void);

#endif
