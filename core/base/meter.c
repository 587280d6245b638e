/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting. Every figure is one 64-bit word that is changed by one instruction, so no process
 * waits for another, and none that is killed leaves something locked.
 */
#include "base/meter_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/text.h"

const int64_t rv_meter_bounds_us[RV_METER_BOUNDS] = {
    1000,   2500,    5000,     10000,    25000,     100000,
    500000, 2500000, 10000000, 60000000, 600000000, 3600000000,
};

static struct rv_meter_memory *memory;
static struct rv_cell nowhere; /* for those that find no place */
static const char *worker_name = "none";

static struct rv_meter_memory *
map_memory(int fd)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *at = mmap(NULL, sizeof(struct rv_meter_memory), PROT_READ | PROT_WRITE, flags, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

struct rv_meter_memory *
rv_meter_memory(void)
{
    if (memory == NULL)
        memory = map_memory(-1);
    if (memory == NULL)
        abort();
    return memory;
}

int
rv_meter_share(int *fd, rv_err *err)
{
    int made = memfd_create("reeve-metrics", MFD_CLOEXEC);
    if (made < 0)
        return rv_fail_errno(err, "make memory for metrics");
    if (ftruncate(made, sizeof(struct rv_meter_memory))) {
        rv_fail_errno(err, "make memory for metrics");
        close(made);
        return err->code;
    }
    struct rv_meter_memory *shared = map_memory(made);
    if (shared == NULL) {
        rv_fail_errno(err, "map memory for metrics");
        close(made);
        return err->code;
    }
    memory = shared;
    *fd = made;
    return 0;
}

void
rv_meter_join(int fd)
{
    struct rv_meter_memory *shared = map_memory(fd);
    close(fd);
    if (shared)
        memory = shared;
}

void
rv_meter_reset(void)
{
    struct rv_meter_memory *m = rv_meter_memory();
    for (size_t i = 0; i < RV_CELLS; i++)
        memset(m->cells[i].value, 0, sizeof(m->cells[i].value));
}

void
rv_meter_worker(const char *type)
{
    worker_name = type;
}

const char *
rv_meter_worker_name(void)
{
    return worker_name;
}

/* When two make the same series at once, one of the two cells is found from then on and the other
 * is lost for ever: of RV_CELLS, at most one a process and series. */
static struct rv_cell *
make_cell(struct rv_meter_memory *m, size_t at, enum rv_meter meter, const char *text)
{
    uint32_t none = 0;
    uint32_t number = __atomic_load_n(&m->count, __ATOMIC_RELAXED);
    if (number < RV_CELLS)
        number = __atomic_fetch_add(&m->count, 1, __ATOMIC_RELAXED);
    if (number >= RV_CELLS) {
        __atomic_fetch_add(&m->dropped, 1, __ATOMIC_RELAXED);
        return &nowhere;
    }
    struct rv_cell *cell = &m->cells[number];
    cell->meter = (int32_t)meter;
    memcpy(cell->labels, text, strlen(text) + 1);
    /* Told only once it is found by others too. */
    if (__atomic_compare_exchange_n(&m->cell[at], &none, number + 1, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&cell->state, RV_CELL_READY, __ATOMIC_RELEASE);
        return cell;
    }
    return none <= RV_CELLS ? &m->cells[none - 1] : &nowhere;
}

static struct rv_cell *
cell_at(struct rv_meter_memory *m, size_t at, enum rv_meter meter, const char *text)
{
    uint32_t number = __atomic_load_n(&m->cell[at], __ATOMIC_ACQUIRE);
    if (number == 0)
        return make_cell(m, at, meter, text);
    return number <= RV_CELLS ? &m->cells[number - 1] : &nowhere;
}

static struct rv_cell *
find_cell(enum rv_meter meter, const char *text)
{
    struct rv_meter_memory *m = rv_meter_memory();
    uint64_t hash = rv_hash64(text, strlen(text), (uint64_t)meter + 1) | 1;
    for (size_t i = 0; i < RV_CELL_INDEX; i++) {
        size_t at = (size_t)(hash >> 1) + i;
        at &= RV_CELL_INDEX - 1;
        uint64_t found = __atomic_load_n(&m->hash[at], __ATOMIC_ACQUIRE);
        if (found == 0 && __atomic_compare_exchange_n(&m->hash[at], &found, hash, 0,
                                                      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            found = hash;
        if (found == hash)
            return cell_at(m, at, meter, text);
    }
    __atomic_fetch_add(&m->dropped, 1, __ATOMIC_RELAXED);
    return &nowhere;
}

struct rv_cell *
rv_meter_cell(enum rv_meter meter, const char *const *labels)
{
    char text[RV_CELL_LABELS];
    rv_meter_label_text(text, sizeof(text), meter, labels);
    struct rv_cell *cell = find_cell(meter, text);
    if (__atomic_load_n(&cell->state, __ATOMIC_RELAXED) == RV_CELL_GONE)
        __atomic_store_n(&cell->state, RV_CELL_READY, __ATOMIC_RELAXED);
    return cell;
}

void
rv_cell_add(struct rv_cell *cell, int64_t n)
{
    __atomic_fetch_add(&cell->value[0], n, __ATOMIC_RELAXED);
}

void
rv_cell_set(struct rv_cell *cell, int64_t value)
{
    __atomic_store_n(&cell->value[0], value, __ATOMIC_RELAXED);
}

void
rv_cell_observe(struct rv_cell *cell, int64_t us)
{
    size_t i = 0;
    while (i < RV_METER_BOUNDS && us > rv_meter_bounds_us[i])
        i++;
    __atomic_fetch_add(&cell->value[i], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&cell->value[RV_METER_BOUNDS + 1], us > 0 ? us : 0, __ATOMIC_RELAXED);
}

int64_t
rv_cell_value(const struct rv_cell *cell)
{
    int64_t sum = 0;
    if (rv_meter_series((enum rv_meter)cell->meter)->type != RV_HISTOGRAM)
        return __atomic_load_n(&cell->value[0], __ATOMIC_RELAXED);
    for (size_t i = 0; i <= RV_METER_BOUNDS; i++)
        sum += __atomic_load_n(&cell->value[i], __ATOMIC_RELAXED);
    return sum;
}

void
rv_meter_add(enum rv_meter meter, int64_t n, const char *const *labels)
{
    rv_cell_add(rv_meter_cell(meter, labels), n);
}

void
rv_meter_set(enum rv_meter meter, int64_t value, const char *const *labels)
{
    rv_cell_set(rv_meter_cell(meter, labels), value);
}

void
rv_meter_observe(enum rv_meter meter, int64_t us, const char *const *labels)
{
    rv_cell_observe(rv_meter_cell(meter, labels), us);
}

/* How its first label is written when it has this value: with `left` empty ones behind it. */
static int
begins_with(const struct rv_cell *cell, const struct rv_series *series, const char *value)
{
    const char *labels[RV_METER_LABELS] = { value, "", "", "" };
    char text[RV_CELL_LABELS];
    rv_meter_label_text(text, sizeof(text), (enum rv_meter)cell->meter, labels);
    size_t len = strlen(text);
    for (int i = 1; series->labels[i]; i++)
        len -= strlen(series->labels[i]) + strlen(",=\"\"");
    return strncmp(cell->labels, text, len) == 0;
}

void
rv_meter_keep(const char *label, const char *const *values)
{
    struct rv_meter_memory *m = rv_meter_memory();
    uint32_t count = __atomic_load_n(&m->count, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < count && i < RV_CELLS; i++) {
        struct rv_cell *cell = &m->cells[i];
        if (__atomic_load_n(&cell->state, __ATOMIC_ACQUIRE) != RV_CELL_READY)
            continue;
        const struct rv_series *series = rv_meter_series((enum rv_meter)cell->meter);
        if (!rv_streq(series->labels[0], label))
            continue;
        int at = 0;
        while (values[at] && !begins_with(cell, series, values[at]))
            at++;
        if (values[at] == NULL)
            __atomic_store_n(&cell->state, RV_CELL_GONE, __ATOMIC_RELAXED);
    }
}

void
rv_meter_forget(enum rv_meter meter, const char *const *labels)
{
    struct rv_cell *cell = rv_meter_cell(meter, labels);
    __atomic_store_n(&cell->state, RV_CELL_GONE, __ATOMIC_RELAXED);
}
