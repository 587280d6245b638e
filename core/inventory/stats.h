/* SPDX-License-Identifier: Apache-2.0
 *
 * What a refresh took: its phases, memory and counts, for the log and the record.
 */
#ifndef RV_INVENTORY_STATS_H
#define RV_INVENTORY_STATS_H

#include "base/json.h"
#include "inventory/saver.h"

struct rv_refresh_times {
    int targets; /* that it was about; 0: everything */
    int64_t begin_us, end_us;
    int64_t waited_us; /* for the other side: counted by the host */
    int64_t total_ms, collect_ms, parse_ms;
    int64_t peak_rss_bytes, table_bytes, objects;
    struct rv_save_counts counts;
};

/* Peak memory is counted from here on, where the system can do that. */
void rv_refresh_times_begin(struct rv_refresh_times *times);
void rv_refresh_times_end(struct rv_refresh_times *times, const struct rv_saver *saver);
/* {"collect_ms": ..., ...}; the caller's. */
cJSON *rv_refresh_stats(const struct rv_refresh_times *times);
/* The one line that a refresh leaves in the log, with the phases as ManageIQ names them: they
 * overlap in a stream, so that each is a sum. What came after the end is post-processing. */
void rv_refresh_log(const char *provider, const struct rv_refresh_times *times);

#endif
