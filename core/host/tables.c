/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies what a module declares into structs of this host's version, where the
 * rest of core finds it. The module may be older or newer: of each struct as much is copied as both
 * know, what is missing is zero. A struct says its own size; of the elements of an array the
 * module's struct reeve_sizes does.
 */
#include "host/internal.h"

#include <string.h>

enum {
    PROLOGUE_BYTES = offsetof(struct reeve_provider, sizes),
    MAX_STRUCT_BYTES = 1 << 16,
    MAX_ELEMENT_BYTES = 4096,
    MAX_OPTIONS = 256,
    MAX_KINDS = 1024,
    MAX_COLUMNS = 1024, /* the dictionary takes fewer, and says so with the kind's name */
    MAX_METRICS = 1 << 16,
    MAX_OPERATIONS = 4096,
    MAX_EVENT_TYPES = 1 << 16,
    EVENTS_SINCE_MINOR = 3 /* before it the table was declared with other fields, and not used */
};

/* Of the copies. */
static const struct reeve_sizes own_sizes = REEVE_SIZES;

/* As long as the struct was in version 1.0, whose last field this is. */
#define FIRST_BYTES(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

/* An array of structs that begin with a name; the last one's is NULL. */
struct array {
    const void *from;
    uint64_t step; /* from one element to the next, as the module says */
    size_t least, ours;
    size_t alignment;
    size_t most; /* elements */
    const char *of;
};
#define ARRAY(type, last, array, size, limit)                                                      \
    {                                                                                              \
        .from = (array), .step = (size), .least = FIRST_BYTES(struct type, last),                  \
        .ours = sizeof(struct type), .alignment = _Alignof(struct type), .most = (limit),          \
        .of = #type                                                                                \
    }

/* What both sides know of a struct that begins with, or has, its size. */
static int
copy_known(void *to, size_t ours, const void *from, uint64_t theirs, const char *what, rv_err *err)
{
    if (theirs < sizeof(uint64_t) || theirs > MAX_STRUCT_BYTES)
        return rv_fail(err, RV_E_INVALID, "%s says that it is %llu bytes long", what,
                       (unsigned long long)theirs);
    memset(to, 0, ours);
    memcpy(to, from, theirs < ours ? theirs : ours);
    return 0;
}

/* An interface: NULL stays NULL. */
static int
copy_interface(void *to, size_t ours, const void *from, const char *what, rv_err *err)
{
    uint64_t size;
    if (from == NULL)
        return 0;
    memcpy(&size, from, sizeof(size));
    return copy_known(to, ours, from, size, what, err);
}

static int
copy_interfaces(struct rv_module *module, rv_err *err)
{
    struct reeve_provider *provider = &module->provider;
    if (provider->abi_minor < EVENTS_SINCE_MINOR)
        provider->events = NULL;
    if (copy_interface(&module->inventory, sizeof(module->inventory), provider->inventory,
                       "its inventory table", err) < 0 ||
        copy_interface(&module->events, sizeof(module->events), provider->events,
                       "its events table", err) < 0 ||
        copy_interface(&module->metrics, sizeof(module->metrics), provider->metrics,
                       "its metrics table", err) < 0 ||
        copy_interface(&module->operations, sizeof(module->operations), provider->operations,
                       "its operations table", err) < 0)
        return err->code;
    provider->inventory = provider->inventory ? &module->inventory : NULL;
    provider->events = provider->events ? &module->events : NULL;
    provider->metrics = provider->metrics ? &module->metrics : NULL;
    provider->operations = provider->operations ? &module->operations : NULL;
    return 0;
}

static int
advise_sizes(rv_err *err)
{
    return rv_hint(err, "this is for the provider's author: build it again with this SDK; "
                        "REEVE_PROVIDER(...) fills in .sizes, by hand that is REEVE_SIZES");
}

static int
check_step(const struct array *array, rv_err *err)
{
    if (array->step >= array->least && array->step <= MAX_ELEMENT_BYTES &&
        array->step % array->alignment == 0)
        return 0;
    if (array->step == 0)
        rv_fail(err, RV_E_INVALID, "it does not say how long its struct %s is", array->of);
    else
        rv_fail(err, RV_E_INVALID,
                "it says that its struct %s is %llu bytes long, which cannot be (version 1.0: %zu)",
                array->of, (unsigned long long)array->step, array->least);
    return advise_sizes(err);
}

static const char *
name_at(const struct array *array, size_t index)
{
    const char *name;
    memcpy(&name, (const char *)array->from + index * array->step, sizeof(name));
    return name;
}

/* *to is NULL when there is no array. */
static int
copy_array(void **to, struct rv_module *module, const struct array *array, rv_err *err)
{
    *to = NULL;
    if (array->from == NULL)
        return 0;
    if (check_step(array, err) < 0)
        return err->code;
    size_t count = 0;
    while (name_at(array, count)) {
        if (++count > array->most)
            return rv_fail(err, RV_E_INVALID,
                           "it has more than %zu of struct %s, or no end of them", array->most,
                           array->of);
    }
    /* The element at the end is left zero. */
    char *copies = rv_arena_alloc(module->arena, (count + 1) * array->ours);
    size_t known = array->step < array->ours ? array->step : array->ours;
    for (size_t i = 0; i < count; i++)
        memcpy(copies + i * array->ours, (const char *)array->from + i * array->step, known);
    *to = copies;
    return 0;
}

static int
copy_columns(struct rv_module *module, struct reeve_kind *kind, rv_err *err)
{
    struct array columns =
        ARRAY(reeve_column, help, kind->columns, module->sizes.column, MAX_COLUMNS);
    void *copies;
    if (copy_array(&copies, module, &columns, err) < 0)
        return err->code;
    kind->columns = copies;
    return 0;
}

static int
copy_kind(const struct reeve_kind **to, struct rv_module *module, const struct reeve_kind *theirs,
          rv_err *err)
{
    if (theirs->size < FIRST_BYTES(struct reeve_kind, class_name))
        return rv_fail(err, RV_E_INVALID, "it says that it is %llu bytes long, which cannot be",
                       (unsigned long long)theirs->size);
    struct reeve_kind *kind = rv_arena_alloc(module->arena, sizeof(*kind));
    if (copy_known(kind, sizeof(*kind), theirs, theirs->size, "a kind", err) < 0)
        return err->code;
    kind->size = sizeof(*kind);
    *to = kind;
    return copy_columns(module, kind, err);
}

static int
copy_kinds(struct rv_module *module, rv_err *err)
{
    const struct reeve_kind *const *theirs = module->provider.kinds;
    size_t count = 0;
    while (theirs && theirs[count]) {
        if (++count > MAX_KINDS)
            return rv_fail(err, RV_E_INVALID, "it has more than %d kinds, or no end of them",
                           MAX_KINDS);
    }
    const struct reeve_kind **kinds =
        rv_arena_alloc(module->arena, (count + 1) * sizeof(struct reeve_kind *));
    for (size_t i = 0; i < count; i++)
        if (copy_kind(&kinds[i], module, theirs[i], err) < 0)
            return rv_wrap(err, "kind %zu", i);
    module->provider.kinds = theirs ? kinds : NULL;
    return 0;
}

/* The arrays that hang on the tables themselves. */
static int
copy_arrays(struct rv_module *module, rv_err *err)
{
    const struct reeve_sizes *sizes = &module->sizes;
    struct array options =
        ARRAY(reeve_option, help, module->provider.options, sizes->option, MAX_OPTIONS);
    struct array metrics =
        ARRAY(reeve_metric, reserved, module->metrics.metrics, sizes->metric, MAX_METRICS);
    struct array operations = ARRAY(reeve_operation, help, module->operations.operations,
                                    sizes->operation, MAX_OPERATIONS);
    struct array event_types =
        ARRAY(reeve_event_type, reserved, module->events.types, sizes->event_type, MAX_EVENT_TYPES);
    void *copies[4];
    if (copy_array(&copies[0], module, &options, err) < 0 ||
        copy_array(&copies[1], module, &metrics, err) < 0 ||
        copy_array(&copies[2], module, &operations, err) < 0 ||
        copy_array(&copies[3], module, &event_types, err) < 0)
        return err->code;
    module->provider.options = copies[0];
    module->metrics.metrics = copies[1];
    module->operations.operations = copies[2];
    module->events.types = copies[3];
    return 0;
}

int
rv_tables_copy(struct rv_module *module, const struct reeve_provider *theirs, rv_err *err)
{
    struct reeve_provider *provider = &module->provider;
    if (theirs->size < PROLOGUE_BYTES)
        return rv_fail(err, RV_E_INVALID, "its table is shorter than its prologue");
    if (copy_known(provider, sizeof(*provider), theirs, theirs->size, "its table", err) < 0)
        return err->code;
    const struct reeve_sizes *sizes = provider->sizes;
    if (sizes && copy_known(&module->sizes, sizeof(module->sizes), sizes, sizes->size,
                            "its table of sizes", err) < 0)
        return advise_sizes(err);
    if (copy_interfaces(module, err) < 0 || copy_arrays(module, err) < 0 ||
        copy_kinds(module, err) < 0)
        return err->code;
    provider->sizes = &own_sizes;
    return 0;
}
