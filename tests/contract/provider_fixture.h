/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of providers share: a vault that is none, providers of the scripted
 * module, and their records as text.
 */
#ifndef RV_PROVIDER_FIXTURE_H
#define RV_PROVIDER_FIXTURE_H

#include "contract.h"
#include "host/host.h"
#include "inventory/provider.h"
#include "inventory/refresh.h"

/* Seals "x" as "sealed(PLACE)x", and opens only that. */
extern const struct rv_vault test_vault;

/* A provider of the scripted module. The script is written with script(). */
int64_t scripted_provider(struct rv_store *store, const char *name);
void script(const char *text);
/* Whether an "events:" part has come to its "hang" since script_begin. */
int script_hangs(void);
void script_begin(void);
void script_remove(void);
/* What the provider was asked for as single objects; the caller's. */
char *script_asked(void);
/* Of such a provider, for holder 77. */
struct rv_refresher_config refresher_config(struct rv_store *store, int64_t id);
/* Column of the record as text, "" for null; the caller's. */
char *record(struct rv_store *store, int64_t id, const char *column);
#define assert_record(store, id, column, expected)                                                 \
    do {                                                                                           \
        RV_AUTO_FREE char *assert_record_text = record(store, id, column);                         \
        assert_string_equal(assert_record_text, expected);                                         \
    } while (0)
/* Given options ("{...}") as the host splits them for the scripted module. */
void split_options(const char *given, cJSON **plain, cJSON **secrets);

#endif
