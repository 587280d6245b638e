/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults on request: by the option `fault`, or while it runs by the word in the
 * file that `fault_file` names.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "demo.h"

const char *const demo_fault_words[] = { "none",        "auth",  "unavailable", "partial",
                                         "drop",        "gone",  "hang",        "hang_open",
                                         "hang_verify", "crash", "crash_open",  "crash_verify",
                                         "garbage",     "slow",  "hang_events", "crash_events",
                                         NULL };

static enum demo_fault
fault_of_word(const char *word)
{
    for (int i = 0; word && i < DEMO_FAULT_COUNT; i++)
        if (strcmp(word, demo_fault_words[i]) == 0)
            return (enum demo_fault)i;
    return DEMO_FINE;
}

enum demo_fault
demo_fault_now(const struct reeve_config *config)
{
#ifdef DEMO_FAULT_FILE
    const char *path = reeve_config_string(config, "fault_file");
    char word[32] = "";
    FILE *file = path ? fopen(path, "re") : NULL;

    if (file) {
        if (fgets(word, sizeof(word), file))
            word[strcspn(word, "\r\n")] = '\0';
        fclose(file);
        return fault_of_word(word);
    }
#endif
    return fault_of_word(reeve_config_string(config, "fault"));
}

void
demo_crash(void)
{
    raise(SIGSEGV);
    abort();
}

void
demo_hang(void)
{
    for (;;)
        sleep(3600);
}

/* 0 when the object was refused, as it must be. */
static int
must_fail(struct reeve_call *call, struct reeve_object *obj, const char *what)
{
    if (reeve_emit(obj) == 0)
        return reeve_fail(call, REEVE_E_INTERNAL, "the host took %s", what);
    reeve_fail_clear(call);
    return 0;
}

static int
emit_long_name(struct reeve_call *call, struct reeve_inventory *inv)
{
    const uint64_t len = 2u << 20;
    uint64_t mark = reeve_alloc_mark(call);
    char *name = reeve_alloc(call, len + 1);
    struct reeve_object *obj;
    int status;

    if (!name)
        return REEVE_E_LIMIT;
    memset(name, 'x', len);
    obj = reeve_object(inv, "vm", "garbage-long-name");
    reeve_set_string(obj, "name", name);
    status = must_fail(call, obj, "a name of 2 MiB");
    if (status == 0) {
        obj = reeve_object(inv, "vm", name);
        status = must_fail(call, obj, "a ref of 2 MiB");
    }
    reeve_alloc_release(call, mark);
    return status;
}

int
demo_emit_garbage(struct reeve_call *call, struct reeve_inventory *inv)
{
    struct reeve_object *obj = reeve_object(inv, "vm", "garbage-column");
    int status;

    reeve_set_string(obj, "no_such_column", "x");
    if ((status = must_fail(call, obj, "an unknown column")) < 0)
        return status;
    obj = reeve_object(inv, "vm", "garbage-type");
    reeve_set_int(obj, "name", 7);
    if ((status = must_fail(call, obj, "an integer for a string")) < 0)
        return status;
    obj = reeve_object(inv, "unicorn", "garbage-kind");
    if ((status = must_fail(call, obj, "an unknown kind")) < 0)
        return status;
    obj = reeve_object(inv, "vm", "garbage-core");
    reeve_set_int(obj, "ems_id", 7);
    if ((status = must_fail(call, obj, "a column of core's")) < 0)
        return status;
    obj = reeve_object(inv, "container_node", "garbage-json");
    reeve_set_string(obj, "name", "bad bytes \xff\xfe are replaced");
    reeve_emit(obj); /* taken, with U+FFFD in place of the bytes */
    reeve_fail_clear(call);
    return emit_long_name(call, inv);
}

static int
event_must_fail(struct reeve_call *call, struct reeve_object *event, const char *what)
{
    int status = reeve_event_emit(event, NULL);

    if (status == 0)
        return reeve_fail(call, REEVE_E_INTERNAL, "the host took %s", what);
    if (status != REEVE_E_INVALID && status != REEVE_E_LIMIT)
        return status;
    reeve_fail_clear(call);
    return 0;
}

int
demo_emit_garbage_events(struct reeve_call *call, struct reeve_event_sink *sink)
{
    int64_t now_ms = reeve_now_ms(call);
    struct reeve_object *event = reeve_event(sink, "DemoGarbage", "garbage-1", now_ms);
    int status;

    reeve_set_string(event, "source", "EVM");
    if ((status = event_must_fail(call, event, "a column of core's")) < 0)
        return status;
    event = reeve_event(sink, "DemoGarbage", "garbage-2", now_ms);
    reeve_link(event, "vm_or_template_id", "host", "host-1");
    if ((status = event_must_fail(call, event, "a link to another kind")) < 0)
        return status;
    if ((status = event_must_fail(call, reeve_event(sink, "DemoGarbage", "garbage-3", 0),
                                  "an event without a time")) < 0 ||
        (status = event_must_fail(call, reeve_event(sink, "", "garbage-4", now_ms),
                                  "an event without a type")) < 0)
        return status;
    event = reeve_event(sink, "DemoGarbage", "garbage-5", now_ms);
    reeve_set_string(event, "message", "bad bytes \xff\xfe are replaced");
    return reeve_event_emit(event, NULL);
}
