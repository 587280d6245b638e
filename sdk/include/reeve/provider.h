/* SPDX-License-Identifier: Apache-2.0
 *
 * The one thing that a provider module exports. Life of a connection:
 *
 *   describe (data only) -> open -> [verify] -> refresh, watch, ... -> close
 *
 * open needs no network. A worker serves one connection at a time; callbacks
 * block and are never called from two threads.
 */
#ifndef REEVE_PROVIDER_H
#define REEVE_PROVIDER_H

#include <stdint.h>
#include "reeve/version.h"
#include "reeve/call.h"
#include "reeve/options.h"
#include "reeve/kind.h"
#include "reeve/inventory.h"
#include "reeve/events.h"
#include "reeve/metrics.h"
#include "reeve/operations.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_host;

/* What verify found out. Strings by reeve_strdup or constant. */
struct reeve_identity {
    uint64_t size;
    const char *uid;         /* the other side's own unique id, when it has one */
    const char *api_version; /* its version, for people */
    const char *account;     /* who we are there */
};

/* How long an element is, as the module was compiled, in each array of structs between module and
 * host. Elements say no size of their own: by these a host walks arrays of modules whose elements
 * are shorter or longer than its own. A field is appended for each new kind of array. */
struct reeve_sizes {
    uint64_t size;
    uint64_t option;     /* struct reeve_option */
    uint64_t column;     /* struct reeve_column */
    uint64_t metric;     /* struct reeve_metric */
    uint64_t target;     /* struct reeve_target, in arrays that the host makes for the module */
    uint64_t operation;  /* struct reeve_operation */
    uint64_t event_type; /* struct reeve_event_type; since 1.3 */
};

#define REEVE_SIZES                                                                                \
    {                                                                                              \
        sizeof(struct reeve_sizes), sizeof(struct reeve_option), sizeof(struct reeve_column),      \
            sizeof(struct reeve_metric), sizeof(struct reeve_target),                              \
            sizeof(struct reeve_operation), sizeof(struct reeve_event_type)                        \
    }

struct reeve_provider {
    /* The prologue: never changes. */
    uint32_t magic;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint64_t size;
    const char *sdk_version;
    /* From here on fields are only appended. REEVE_PROVIDER fills in all above, and sizes. */
    const struct reeve_sizes *sizes;
    const char *name;  /* [a-z0-9_]+, the module's file name without ".so" */
    const char *title; /* for people */
    const char *version;
    const char *vendor;
    const char *license; /* SPDX */
    const char *docs_url;
    const char *type_name; /* ManageIQ's class name, NULL when it has none */
    const struct reeve_option *options;
    const struct reeve_kind *const *kinds; /* kinds that it adds; NULL, or ends with NULL */
    const struct reeve_inventory_iface *inventory;
    const struct reeve_events_iface *events;
    const struct reeve_metrics_iface *metrics;
    const struct reeve_operations_iface *operations;
    /* *conn is the provider's own; close frees it. config stays valid until close. */
    int (*open)(struct reeve_call *call, const struct reeve_config *config, void **conn);
    int (*verify)(struct reeve_call *call, void *conn, struct reeve_identity *out);
    void (*close)(void *conn);
    /* Optional: turn what a person gave into the declared options before they are validated and
     * stored (a kubeconfig into address, token and certificates). `given` is a JSON object of
     * strings; call reeve_prepared for every option that results. No network. */
    int (*prepare)(struct reeve_call *call, const char *given, void *out);
};

/* For prepare only: one resulting option. value NULL removes it. */
void reeve_prepared(struct reeve_call *call, void *out, const char *name, const char *value);

/* The host gives its functions to the module, and gets the description. Libreeve-sdk keeps
 * the pointer; it is the same for the life of the process. */
void reeve_sdk_bind(const struct reeve_host *host);

#ifdef __cplusplus
}
#endif

#if defined(__GNUC__)
#define REEVE_EXPORT __attribute__((visibility("default")))
#else
#define REEVE_EXPORT
#endif
#ifdef __cplusplus
#define REEVE_EXTERN_C extern "C"
#else
#define REEVE_EXTERN_C
#endif

#define REEVE_PROVIDER_SYMBOL "reeve_provider_entry"

/* REEVE_PROVIDER(.name = "...", .options = ..., .open = ...) at file level. */
#define REEVE_PROVIDER(...)                                                                        \
    REEVE_EXTERN_C REEVE_EXPORT const struct reeve_provider *reeve_provider_entry(                 \
        const struct reeve_host *host);                                                            \
    const struct reeve_provider *reeve_provider_entry(const struct reeve_host *host)               \
    {                                                                                              \
        static const struct reeve_sizes reeve_own_sizes = REEVE_SIZES;                             \
        static const struct reeve_provider provider = { .magic = REEVE_ABI_MAGIC,                  \
                                                        .abi_major = REEVE_ABI_MAJOR,              \
                                                        .abi_minor = REEVE_ABI_MINOR,              \
                                                        .size = sizeof(struct reeve_provider),     \
                                                        .sdk_version = REEVE_SDK_VERSION,          \
                                                        .sizes = &reeve_own_sizes,                 \
                                                        __VA_ARGS__ };                             \
        if (host)                                                                                  \
            reeve_sdk_bind(host);                                                                  \
        return &provider;                                                                          \
    }

#endif
