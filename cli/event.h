/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands on events share: which of them, and how they are shown.
 */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "list.h"
#include "output.h"

enum { CLI_EVENT_FILTERS = CLI_MAX_VALUES + 8 };

/* What the options of a command ask for. */
struct cli_event_query {
    struct cli_query query;
    const char *filters[CLI_EVENT_FILTERS + 1];
    int filter_count;
    char *owned[CLI_EVENT_FILTERS]; /* texts that were made here */
    int owned_count;
    struct cli_kind kind;
    struct cli_view view;
    char *attributes;
    enum cli_format format;
    int table_flags;
};

/* What can be said of the options without the server: an exit code. */
int cli_event_check(struct cli *cli);
/* Exit code. of: "event_streams", or those of an object: "vms/5/event_streams"; copied. */
int cli_event_query(struct cli *cli, struct cli_event_query *out, const char *of);
void cli_event_query_free(struct cli_event_query *query);
#define CLI_AUTO_EVENT_QUERY __attribute__((cleanup(cli_event_query_free)))
/* The last `most` of them in the order of their time; *out is the caller's. */
int cli_event_last(struct cli *cli, const struct cli_event_query *query, int64_t most, cJSON **out,
                   rv_err *err);

#endif
