/* SPDX-License-Identifier: Apache-2.0
 *
 * The SDK's JSON: what is accepted can be walked, and its compact text is
 * accepted too and is its own compact text. cJSON reads the same into the same.
 */
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <math.h>
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

/* What cJSON cuts off at its \u0000 stands here with a replacement character. */
static int
same_text(const char *ours, const char *theirs)
{
    size_t len = strlen(theirs);

    return strncmp(ours, theirs, len) == 0 &&
           (ours[len] == 0 || strncmp(ours + len, "\xEF\xBF\xBD", 3) == 0);
}

static int
same_name(const struct reeve_json *ours, const cJSON *theirs)
{
    const char *name = reeve_json_name(ours);

    return theirs->string ? name && same_text(name, theirs->string) : !name;
}

static int
is_same(const struct reeve_json *ours, const cJSON *theirs)
{
    const cJSON *child = theirs->child;

    switch (reeve_json_type(ours)) {
    case REEVE_JSON_NULL:
        return cJSON_IsNull(theirs);
    case REEVE_JSON_FLAG:
        return cJSON_IsBool(theirs) && reeve_json_flag(ours, "", 2) == cJSON_IsTrue(theirs);
    case REEVE_JSON_NUMBER:
        return cJSON_IsNumber(theirs) &&
               !(fabs(reeve_json_double(ours, "", 0) - theirs->valuedouble) > 0);
    case REEVE_JSON_STRING:
        return cJSON_IsString(theirs) &&
               same_text(reeve_json_string(ours, "", ""), theirs->valuestring);
    default:
        break;
    }
    if (reeve_json_type(ours) == REEVE_JSON_ARRAY ? !cJSON_IsArray(theirs)
                                                  : !cJSON_IsObject(theirs))
        return 0;
    for (ours = reeve_json_first(ours, ""); ours && child;
         ours = reeve_json_next(ours), child = child->next)
        if (!same_name(ours, child) || !is_same(ours, child))
            return 0;
    return !ours && !child;
}

/* Where it reads it: cJSON refuses numbers of more than 63 characters. */
static void
check_against_cjson(const struct reeve_json *value, const char *text, size_t size)
{
    cJSON *theirs = cJSON_ParseWithLength(text, size);

    if (theirs && !is_same(value, theirs))
        abort();
    cJSON_Delete(theirs);
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
        check_against_cjson(value, (const char *)data, size);
        reeve_json_free(value);
    }
    sdk_host_end(&call);
    return 0;
}
