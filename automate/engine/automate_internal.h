/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the engine share.
 */
#ifndef RV_AUTOMATE_INTERNAL_H
#define RV_AUTOMATE_INTERNAL_H

#include "automate/automate.h"
#include "automate/complete.h"
#include "automate/effects.h"
#include "automate/switchboard.h"
#include "datastore/cache.h"

struct rv_automate {
    struct rv_automate_config config;
    struct rv_effects *effects;
    struct rv_switchboard *switchboard; /* NULL: config.route says what follows */
    struct rv_ae_cache *cache;          /* NULL: config.source has the definitions */
    struct rv_arena *arena;             /* the rows of a range */
    struct rv_refresh_times times;
    struct rv_completions completions; /* of the next events of the range */
    int waits;                         /* the next event is about something that is not known yet */
    int64_t alone_until;               /* events up to this number of the lane go one by one */
    int64_t alone_lane;
};

#endif
