/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the provider module through the real host, into a model that is kept in memory
 * by the rules of the inventory engine: what a listing does not repeat is gone, positions are
 * kept, warnings stand until they are cleared.
 */
#ifndef KUBE_DRIVER_H
#define KUBE_DRIVER_H

#include "host/host.h"
#include "base/buf.h"

struct kube_model {
    cJSON *kinds;    /* kind -> ref -> the object as text */
    cJSON *unseen;   /* kind -> ref, while it is listed */
    cJSON *tokens;   /* stream -> token */
    cJSON *warnings; /* name -> text */
    int64_t emits, changes, gones, completes, drains, rejected;
    char rejected_text[512];
    char listed[4096]; /* kinds that were begun in a watch, a blank behind each */
};

struct kube_driver {
    struct rv_module *module;
    struct rv_config *config;
    struct rv_connection *connection;
    struct kube_model model;
    struct rv_sink sink;
    /* Asked at every wait; not 0 ends the call. */
    int (*tick)(struct kube_driver *driver);
    void *tick_arg;
};

/* given: JSON of options. Fails the test when the module or the options are refused. */
void kube_driver_open(struct kube_driver *driver, const char *given);
/* Address and authority of a cluster of tests/peers/kubernetes, and one of its tokens; pages of 10.
 */
void kube_driver_open_cluster(struct kube_driver *driver, const char *cluster_dir,
                              const char *token_name);
/* A file of the cluster's folder, the caller's to free; NAME of its env file. */
char *kube_driver_read(const char *cluster_dir, const char *name);
char *kube_driver_env(const char *cluster_dir, const char *name);
void kube_driver_close(struct kube_driver *driver);
/* Options to a configuration, or the error. */
int kube_driver_config(struct rv_config **out, const char *given, rv_err *err);

int kube_driver_verify(struct kube_driver *driver, struct rv_identity_found *out, rv_err *err);
int kube_driver_refresh(struct kube_driver *driver, rv_err *err);
/* One object alone; it is gone when it does not come. */
int kube_driver_target(struct kube_driver *driver, const struct rv_target *target, rv_err *err);
/* Until tick says so (CANCELLED), or an error. */
int kube_driver_watch(struct kube_driver *driver, rv_err *err);

/* How many objects of a kind there are; one of them as text (NULL when there is none). */
int kube_model_count(const struct kube_model *model, const char *kind);
const char *kube_model_object(const struct kube_model *model, const char *kind, const char *ref);
/* The first whose text has part in it, NULL when none has. */
const char *kube_model_find(const struct kube_model *model, const char *kind, const char *part);
const char *kube_model_warning(const struct kube_model *model, const char *name);

#endif
