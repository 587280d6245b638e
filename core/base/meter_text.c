/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures as Prometheus reads them. What lies in shared memory may have been written by a process
 * that went mad, so nothing of it is believed: texts end where their place ends.
 */
#include "base/meter_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* A value between quotes. Bytes that would end the line or the label are escaped. */
static int
add_label(char *out, size_t size, const char *name, const char *value, int first)
{
    size_t len = (size_t)snprintf(out, size, "%s%s=\"", first ? "" : ",", name);
    for (const char *c = value; *c && len + 3 < size; c++) {
        if (*c == '\n' || *c == '"' || *c == '\\')
            out[len++] = '\\';
        out[len++] = *c == '\n' ? 'n' : *c;
    }
    if (len + 3 >= size)
        return -1;
    out[len++] = '"';
    out[len] = '\0';
    return (int)len;
}

/* A value that is too long is cut between two characters, and ends in "...". */
static int
add_cut_label(char *out, size_t size, const char *name, const char *value, int first)
{
    char cut[RV_CELL_LABELS];
    int len = add_label(out, size, name, value, first);
    if (len >= 0)
        return len;
    size_t keep = size / 2 > 16 ? size / 2 - 16 : 0;
    if (keep > sizeof(cut) - 4)
        keep = sizeof(cut) - 4;
    keep = strnlen(value, keep);
    while (keep > 0 && ((unsigned char)value[keep] & 0xc0) == 0x80)
        keep--;
    snprintf(cut, sizeof(cut), "%.*s...", (int)keep, value);
    len = add_label(out, size, name, cut, first);
    if (len < 0)
        out[0] = '\0';
    return len < 0 ? 0 : len;
}

void
rv_meter_label_text(char *out, size_t size, enum rv_meter meter, const char *const *labels)
{
    const struct rv_series *series = rv_meter_series(meter);
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; series->labels[i]; i++) {
        int left = 0;
        while (series->labels[i + left])
            left++;
        /* None may take the place of those after it. */
        size_t room = (size - len) / (size_t)left;
        RV_ASSERT(labels[i]);
        len += (size_t)add_cut_label(out + len,
                                     left == 1   ? size - len
                                     : room < 40 ? size - len
                                                 : room,
                                     series->labels[i], labels[i], i == 0);
    }
}

void
rv_meter_write_head(rv_buf *out, enum rv_meter meter)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };
    const struct rv_series *series = rv_meter_series(meter);
    rv_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", series->name, series->help, series->name,
                types[series->type]);
}

static double
unit_of(const struct rv_series *series)
{
    return series->unit > 0 ? series->unit : 1;
}

static void
write_number(rv_buf *out, double value)
{
    if (value == (double)(int64_t)value && value > -9e15 && value < 9e15)
        rv_buf_addf(out, " %" PRId64 "\n", (int64_t)value);
    else
        rv_buf_addf(out, " %.15g\n", value);
}

static void
write_sample(rv_buf *out, const char *name, const char *labels, double value)
{
    rv_buf_add_string(out, name);
    if (labels[0])
        rv_buf_addf(out, "{%s}", labels);
    write_number(out, value);
}

static void
write_histogram(rv_buf *out, const struct rv_series *series, const struct rv_cell *cell,
                const char *labels)
{
    int64_t sum = 0;
    const char *comma = labels[0] ? "," : "";
    for (size_t i = 0; i <= RV_METER_BOUNDS; i++) {
        sum += __atomic_load_n(&cell->value[i], __ATOMIC_RELAXED);
        if (i < RV_METER_BOUNDS)
            rv_buf_addf(out, "%s_bucket{%s%sle=\"%g\"} %" PRId64 "\n", series->name, labels, comma,
                        (double)rv_meter_bounds_us[i] / 1e6, sum);
        else
            rv_buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRId64 "\n", series->name, labels,
                        comma, sum);
    }
    const char *open = labels[0] ? "{" : "", *close = labels[0] ? "}" : "";
    int64_t total_us = __atomic_load_n(&cell->value[RV_METER_BOUNDS + 1], __ATOMIC_RELAXED);
    rv_buf_addf(out, "%s_sum%s%s%s %.15g\n", series->name, open, labels, close,
                (double)total_us / 1e6);
    rv_buf_addf(out, "%s_count%s%s%s %" PRId64 "\n", series->name, open, labels, close, sum);
}

static int
by_labels(const void *a, const void *b)
{
    const struct rv_cell *const *one = a, *const *other = b;
    return strncmp((*one)->labels, (*other)->labels, RV_CELL_LABELS);
}

static uint32_t
cell_count(void)
{
    uint32_t count = __atomic_load_n(&rv_meter_memory()->count, __ATOMIC_ACQUIRE);
    return count < RV_CELLS ? count : RV_CELLS;
}

/* Those of the series among the first `count`. */
static size_t
collect_cells(const struct rv_cell **out, uint32_t count, enum rv_meter meter)
{
    const struct rv_meter_memory *m = rv_meter_memory();
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct rv_cell *cell = &m->cells[i];
        if (__atomic_load_n(&cell->state, __ATOMIC_ACQUIRE) == RV_CELL_READY &&
            cell->meter == (int32_t)meter)
            out[found++] = cell;
    }
    return found;
}

void
rv_meter_write_cells(rv_buf *out, enum rv_meter meter)
{
    char labels[RV_CELL_LABELS];
    const struct rv_series *series = rv_meter_series(meter);
    if (meter == RV_M_DROPPED) {
        int64_t dropped = __atomic_load_n(&rv_meter_memory()->dropped, __ATOMIC_RELAXED);
        write_sample(out, series->name, "", (double)dropped);
        return;
    }
    uint32_t all = cell_count();
    RV_AUTO_FREE const struct rv_cell **cells = rv_alloc(sizeof(*cells) * (all + 1));
    size_t count = collect_cells(cells, all, meter);
    qsort(cells, count, sizeof(*cells), by_labels);
    for (size_t i = 0; i < count; i++) {
        snprintf(labels, sizeof(labels), "%.*s", RV_CELL_LABELS - 1, cells[i]->labels);
        if (series->type == RV_HISTOGRAM)
            write_histogram(out, series, cells[i], labels);
        else
            write_sample(out, series->name, labels,
                         (double)__atomic_load_n(&cells[i]->value[0], __ATOMIC_RELAXED) *
                             unit_of(series));
    }
}

void
rv_meter_write_sample(rv_buf *out, enum rv_meter meter, const char *const *labels, double value)
{
    char text[1024];
    rv_meter_label_text(text, sizeof(text), meter, labels);
    write_sample(out, rv_meter_series(meter)->name, text, value);
}
