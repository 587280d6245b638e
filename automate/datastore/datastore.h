/* SPDX-License-Identifier: Apache-2.0
 *
 * The definitions in the database: domains with what lies in them. Every change raises the
 * datastore's generation (RV_NOTE_AUTOMATE) in its own transaction, so that whoever runs methods
 * sees either all of it or nothing.
 *
 * Who may change what: a domain of source "user" may be changed whole; "user_locked" in its own
 * columns only; "remote" in priority and enabled; "system" not at all.
 */
#ifndef RV_DATASTORE_H
#define RV_DATASTORE_H

#include "base/vault.h"
#include "store/store.h"
#include "tree/read.h"

/* On whose behalf, and with what. */
struct rv_datastore {
    struct rv_store *store;
    const struct rv_vault *vault; /* seals passwords; NULL where none is changed */
    const char *userid;           /* NULL: the server itself */
    int64_t user_id;
    /* Whether the user may see the domains of a tenant; NULL: of all. */
    int (*sees_tenant)(void *arg, int64_t tenant_id);
    void *arg;
};

struct rv_ae_import {
    const char *as;     /* another name, for a tree of one domain; NULL: its own */
    int enable;         /* a domain that is new is enabled */
    int system;         /* what Reeve ships: source system, priority 0, enabled */
    const char *digest; /* with system: kept in the domain's row */
    /* Told between the pieces of a large import; negative, with err set, ends it. May be NULL. */
    int (*progress)(void *arg, size_t done, size_t all, rv_err *err);
    void *arg;
};

struct rv_ae_imported {
    size_t domains, namespaces, classes, instances, methods; /* that are there now */
    size_t created, changed, deleted;                        /* rows */
    size_t unknown_secrets; /* passwords that the files do not tell: they show stars only */
};

/* Every domain of the tree becomes what the tree says; what is not in it goes. A new one comes in
 * disabled unless asked otherwise, on top of the others; one that is there keeps its priority,
 * enabled, source and tenant. More than RV_DATASTORE_AT_ONCE changed rows are written in pieces as
 * a domain NAME.importing, which then takes the other's place in one step. A failure leaves what
 * was there. INVALID with file and line; PERMISSION for a domain that may not be changed. */
int rv_datastore_import(const struct rv_datastore *ds, const struct rv_ae_tree *tree,
                        const struct rv_ae_import *options, struct rv_ae_imported *out,
                        rv_err *err);
enum { RV_DATASTORE_AT_ONCE = 5000 };
/* Of messages that import: two large imports of one name would empty each other's
 * NAME.importing. */
#define RV_DATASTORE_SERIES "automate/import"

/* The domain of this name, NULL: all but those that are shipped. Passwords are stars. NOT_FOUND. */
int rv_datastore_export(struct rv_ae_tree **out, const struct rv_datastore *ds, const char *name,
                        rv_err *err);

struct rv_ae_domain_change { /* NULL or -1: stays */
    const char *name, *display_name, *description;
    int enabled;
    int64_t priority; /* its place from 1, counted from below; others give way */
    int64_t tenant_id;
};
#define RV_AE_DOMAIN_STAYS                                                                         \
    {                                                                                              \
        .enabled = -1, .priority = -1, .tenant_id = -1                                             \
    }
/* *id is that of the new row. CONFLICT when the name is taken. */
int rv_datastore_create(const struct rv_datastore *ds, const struct rv_ae_domain_change *domain,
                        int64_t *id, rv_err *err);
int rv_datastore_edit(const struct rv_datastore *ds, int64_t id,
                      const struct rv_ae_domain_change *change, rv_err *err);
/* With all that is in it; the priorities of the others close up. What is large goes in pieces, and
 * is out of sight with the first; *left: whether more of it is there, which another call deletes.
 * left NULL: all of it now. */
int rv_datastore_delete(const struct rv_datastore *ds, int64_t id, int *left, rv_err *err);
/* 1 with one that was being deleted, or replaced by a large import, when that was cut off: another
 * call of rv_datastore_delete ends it. 0: there is none. */
int rv_datastore_leftover(struct rv_store *store, int64_t *id, rv_err *err);
/* user to user_locked and back; CONFLICT when it is neither. Doing it twice is no error. */
int rv_datastore_lock(const struct rv_datastore *ds, int64_t id, rv_err *err);
int rv_datastore_unlock(const struct rv_datastore *ds, int64_t id, rv_err *err);

/* For whoever changes rows of the datastore. */
/* In a transaction, before anything is read that it goes by: one change after another. */
int rv_datastore_begin(struct rv_store *store, rv_err *err);
/* Anything was changed: the generation grows. In the transaction. */
int rv_datastore_changed(struct rv_store *store, rv_err *err);
enum rv_datastore_act {
    RV_DATASTORE_RANK,     /* priority and enabled */
    RV_DATASTORE_COLUMNS,  /* its own others */
    RV_DATASTORE_CONTENTS, /* what is in it */
    RV_DATASTORE_REMOVE,
};
/* Of a column that people read: the empty text is no value, as in files. NULL is none, too. */
rv_value rv_datastore_words(const char *text);
/* PERMISSION with the reason and, where there is one, the way. */
int rv_datastore_may(enum rv_datastore_act act, int source, const char *name, rv_err *err);

#endif
