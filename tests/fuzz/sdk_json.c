/* SPDX-License-Identifier: Apache-2.0
 *
 * The SDK's JSON: what is accepted can be walked, and its compact text is
 * accepted too and is its own compact text.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "reeve/json.h"
#include "support/sdk_host.h"

/* What is a whole number of 64 bits is an id as well, of the same digits. */
static void
check_number(struct reeve_call *call, const struct reeve_json *value)
{
    char digits[32];
    const char *id = NULL;
    int64_t number;

    int status = reeve_json_need_id(call, value, "", &id);
    if ((status == 0) != (id != NULL))
        abort();
    if (reeve_json_need_int(call, value, "", &number) != 0)
        return;
    snprintf(digits, sizeof(digits), "%lld", (long long)number);
    if (status != 0 || strcmp(id, digits) != 0 || reeve_json_int(value, "", !number) != number)
        abort();
}

static uint64_t
visit(const struct reeve_json *value)
{
    static const char *const paths[] = {
        "", "a", "a.b[0]", "[0]", "a[1]", "metadata.name", "x[99].y.z", "items[0].spec"
    };
    uint64_t sum = (uint64_t)reeve_json_type(value);

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        sum += (uint64_t)reeve_json_int(value, paths[i], 1);
        sum += (uint64_t)reeve_json_time(value, paths[i], 2);
        sum += strlen(reeve_json_string(value, paths[i], ""));
        sum += (uint64_t)reeve_json_flag(value, paths[i], 0) + reeve_json_count(value, paths[i]);
    }
    for (const struct reeve_json *c = reeve_json_first(value, ""); c; c = reeve_json_next(c)) {
        const char *name = reeve_json_name(c);
        sum += name ? strlen(name) : 1;
        sum += (uint64_t)reeve_json_type(c);
    }
    return sum;
}

static void
check_round_trip(struct reeve_call *call, const struct reeve_json *value)
{
    char *first = reeve_json_text(call, value);
    struct reeve_json *again = NULL;

    /* Numbers may change their spelling the first time (1e2), not the second. */
    if (reeve_json_parse(call, first, strlen(first), 512, &again) != 0)
        abort();
    if (strcmp(reeve_json_text(call, again), first) != 0)
        abort();
    reeve_json_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reeve_call call;
    struct reeve_json *value = NULL;
    char *text = malloc(size ? size : 1);

    if (!text)
        abort();
    memcpy(text, data, size);
    sdk_host_begin(&call);
    int status = reeve_json_parse(&call, text, size, 0, &value);
    free(text); /* nothing may point into it */
    if ((status == 0) != (value != NULL) || (status != 0 && call.text[0] == 0))
        abort();
    if (status != 0 && status != REEVE_E_PROTOCOL && status != REEVE_E_LIMIT)
        abort();
    if (status == 0) {
        if (visit(value) != visit(value))
            abort();
        check_number(&call, value);
        for (const struct reeve_json *c = reeve_json_first(value, ""); c; c = reeve_json_next(c))
            check_number(&call, c);
        check_round_trip(&call, value);
        reeve_json_free(value);
    }
    sdk_host_end(&call);
    return 0;
}
