/* SPDX-License-Identifier: Apache-2.0
 *
 * The demo provider's parts: an estate invented from a seed, what it emits, and
 * the faults that it shows on request. Sees the SDK only.
 */
#ifndef DEMO_H
#define DEMO_H

#include "reeve/reeve.h"

enum demo_fault {
    DEMO_FINE,
    DEMO_AUTH,        /* verify and refresh: credentials refused */
    DEMO_UNAVAILABLE, /* verify, refresh and watch: cannot be reached */
    DEMO_PARTIAL,     /* refresh ends with an error after fault_after objects */
    DEMO_DROP,        /* watch ends with an error after fault_after changes */
    DEMO_GONE,        /* watch finds its token too old, once a connection */
    DEMO_HANG,        /* refresh waits for ever, without asking the host */
    DEMO_HANG_OPEN,
    DEMO_HANG_VERIFY,
    DEMO_CRASH, /* refresh ends by a fault signal after fault_after objects */
    DEMO_CRASH_OPEN,
    DEMO_CRASH_VERIFY,
    DEMO_GARBAGE,      /* refresh also emits what no provider should */
    DEMO_SLOW,         /* every object takes `delay` */
    DEMO_HANG_EVENTS,  /* the watch of events waits for ever, without asking the host */
    DEMO_CRASH_EVENTS, /* it ends by a fault signal after fault_after events */
    DEMO_FAULT_COUNT
};

/* Words of the option, in the order above; ends with NULL. */
extern const char *const demo_fault_words[];

/* How many there are of each; what is not here follows from these. */
struct demo_size {
    int64_t clusters, hosts, storages, vms, projects, nodes, pods, images;
    int64_t datacenters, lans, details; /* details: of this many VMs and hosts everything is told */
    int64_t tenants, flavors, stacks, databases;
    int64_t networks, load_balancers, volumes, buckets;
    int64_t servers, systems;
};

/* What changes with time: how often an object was replaced, and how often changed since. */
struct demo_object {
    uint16_t incarnation;
    uint16_t changes;
};

/* What changes at all. */
enum demo_moving {
    DEMO_STILL = -1,
    DEMO_VM,
    DEMO_POD,
    DEMO_STACK,
    DEMO_VOLUME,
    DEMO_BACKUP,
    DEMO_STORED_OBJECT,
    DEMO_SERVER,
    DEMO_SYSTEM,
    DEMO_MOVING_COUNT
};

struct demo_estate {
    uint64_t seed;
    struct demo_size size;
    int64_t step; /* of the churn: the estate is a function of seed and step */
    struct demo_object *moving[DEMO_MOVING_COUNT];
};

int demo_estate_open(struct reeve_call *call, struct demo_estate *estate, uint64_t seed,
                     const struct demo_size *size);
void demo_estate_close(struct demo_estate *estate);
int64_t demo_moving_size(const struct demo_estate *estate, enum demo_moving what);

struct demo_change {
    enum demo_moving what;
    int64_t index; /* -1: there is nothing that could change */
    struct demo_object before;
};
/* One step of the churn: something changes, or is replaced by another. */
struct demo_change demo_estate_step(struct demo_estate *estate);
/* Number from the seed, the same for the same arguments. */
uint64_t demo_random(const struct demo_estate *estate, const char *what, int64_t index,
                     uint64_t salt);
/* The reference of a moving object in a given state. */
void demo_moving_ref(char out[48], const struct demo_estate *estate, enum demo_moving what,
                     int64_t index, struct demo_object state);
/* A number that differs whenever it has changed. */
uint64_t demo_salt(const struct demo_estate *estate, enum demo_moving what, int64_t index);
/* Every twentieth VM is a template, every fourth a cloud's instance. Others point to these, so they
 * change, but are never replaced. */
int demo_is_template(int64_t vm);
int demo_is_instance(int64_t vm);

/* A kind as it is listed. */
struct demo_part {
    const char *kind;
    int (*emit)(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index);
    int64_t (*count)(const struct demo_size *size);
    enum demo_moving moving;
};
/* In the order of listing; ends with one without a kind. */
extern const struct demo_part demo_parts[];
/* All kinds that are emitted, children too; ends with NULL. */
extern const char *const demo_kinds[];
const struct demo_part *demo_part_of(enum demo_moving what);

/* Emits those of the targets that are there. */
int demo_emit_targets(struct reeve_call *call, const struct demo_estate *estate,
                      const struct reeve_inventory_target *const *targets,
                      struct reeve_inventory *inv);

enum { DEMO_EVENTS_KEPT = 64 };

/* The events of a connection. */
struct demo_events {
    int64_t rate;                   /* a second */
    int64_t step;                   /* the next one's */
    int64_t told[DEMO_EVENTS_KEPT]; /* when those of the last steps happened; 0: not by us */
    /* What goes wrong after so many; 0: nothing. */
    int (*fault)(void *arg, struct reeve_call *call, int64_t count, struct reeve_event_sink *sink);
    void *arg;
};
extern const struct reeve_event_type demo_event_types[];
int demo_watch_events(struct reeve_call *call, struct demo_events *events,
                      const struct demo_estate *estate, const char *token,
                      struct reeve_event_sink *sink);

/* What machines and hosts are called. */
void demo_vm_name(char out[64], const struct demo_estate *estate, int64_t index);
void demo_host_name(char out[64], int64_t index);

/* The fault in force: that of the option, or the word in fault_file while that file exists. */
enum demo_fault demo_fault_now(const struct reeve_config *config);
void demo_crash(void);
void demo_hang(void);
/* Objects with wrong columns, kinds, bytes and lengths: each must be refused alone. Returns 0 when
 * all were, INTERNAL when one was taken. */
int demo_emit_garbage(struct reeve_call *call, struct reeve_inventory *inv);
/* The same of events. */
int demo_emit_garbage_events(struct reeve_call *call, struct reeve_event_sink *sink);

#endif
