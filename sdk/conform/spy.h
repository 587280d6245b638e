/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of host functions that stands between the module and the real one: it
 * counts, notes what was refused, looks for secrets in everything that crosses the boundary, and
 * fails on purpose. One a process.
 */
#ifndef CONFORM_SPY_H
#define CONFORM_SPY_H

#include "trial.h"

enum { SPY_REFUSALS = 8, SPY_TEXT_BYTES = 480 };

struct spy {
    /* Counted since the callback began. */
    int64_t calls, waits, allocs, emits;
    int64_t strangers;     /* calls from another thread */
    int64_t refused;       /* objects that the host would not take */
    int64_t late_until_ms; /* the first call takes until then */
    char refusals[SPY_REFUSALS][SPY_TEXT_BYTES];
    /* What fails; set and unset by the checks, 0 for nothing. */
    int64_t fail_alloc_at; /* this allocation */
    int64_t spoil_emit_at; /* this object is made one that cannot be taken */
    int spoil_class;       /* INVALID or LIMIT */
    int seek_new;          /* secrets that the module makes are looked for, as those given are */
};

extern struct spy spy;

/* The module gets the spying table from now on. */
void spy_bind(struct trial *trial);
/* A callback begins. */
void spy_begin(int64_t late_until_ms);
/* The host would not take this object. */
void spy_refused(const char *kind, const char *ref, const char *why);

/* Look for this value of option `name` (NULL: of a session) from now on, as it is and in base64.
 * Too short ones (they would be found everywhere) are left out. */
void spy_seek(const char *name, const char *value);
/* Look in a text that came by another way than the table. */
void spy_look(const char *where, const char *bytes, size_t len);

#endif
