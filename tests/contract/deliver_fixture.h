/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker of automate in this process, over a fresh store with a provider, two machines and three
 * events; its methods are real ones in Lua.
 */
#ifndef RV_DELIVER_FIXTURE_H
#define RV_DELIVER_FIXTURE_H

#include "contract.h"

#include "../unit/resolve/table.h"
#include "automate/deliver.h"
#include "base/clock.h"
#include "base/mem.h"
#include "queue/dispatch.h"
#include "queue/task.h"

enum { ME = 70, YOU = 71 };
#define NOW 1790000000000LL

extern struct rv_test_db db;
extern struct rv_store *store;
extern struct rv_settings *settings;
extern struct rv_deliverer *deliverer;
extern struct rv_dispatcher dispatcher;
extern int takes_along;  /* quick messages with the first */
extern int stop_on_wake; /* a refresh that a method asks for: a person stops its run */
extern int stop_said;    /* what that person was told */
extern int64_t slow_ms;  /* that a class is looked for; with a clock that is not real */

int deliver_setup(void **state);
int deliver_teardown(void **state);
#define DELIVER_TEST(name) cmocka_unit_test_setup_teardown(name, deliver_setup, deliver_teardown)

/* Definitions of unit/resolve/table.h, and a worker ME. */
void begin(const char *definitions);
/* A worker with this row id, and the same definitions. */
void start_worker(int64_t holder);
void stop_worker(void);
/* The next message: 1, or 0 when there is none. */
int work(void);
/* The same in a process of its own, in which a refresh that a method asks for is the end: 9 then,
 * and its messages are freed, as the server worker does. */
int work_in_child(int64_t holder);
/* The worker is gone with all that it had in memory, and another one is there. */
void die_and_begin_anew(int64_t holder);
/* A person stops the latest run. */
void stop_it(void);

void put_events(const char *uri, const char *events);
void put_events_of(const char *uri, const char *events, const char *series);
/* A run for a person: its row's id. */
int64_t ask(const char *uri, const char *attrs, int64_t task_id);
int64_t ask_event(int64_t event_id, int64_t task_id);

int64_t count(const char *table_name, const char *where);
/* Of automate_runs. */
void column_is(const char *column, const char *where, const char *is);
void column_has(const char *column, const char *where, const char *part);
/* The ledger: custom attribute NAME of vm 20, which methods count up. */
int64_t ledger(const char *name);
#define COUNT_UP(name)                                                                             \
    "local vm = evm.vmdb('vm').find(20); "                                                         \
    "vm:custom_set('" name "', tostring(tonumber(vm:custom_get('" name "') or '0') + 1))"
#define DIE_ONCE_IF "not vm:custom_get('died') then vm:custom_set('died', 'yes'); vm:refresh()"
#define DIE_ONCE "if not vm:custom_get('died') then vm:custom_set('died', 'yes'); vm:refresh() end"

/* /Ops/Event/any notes what it saw; /Ops/Machine/go tries its second state three times. */
extern const char tags_the_vm[], polls[];

#endif
