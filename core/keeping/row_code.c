/* SPDX-License-Identifier: Apache-2.0
 *
 * A byte for the type, then: integers in 7-bit groups, doubles as their 8 bytes, texts with their
 * length before and a NUL behind, so that they can be lent from where they lie.
 */
#include "keeping/row_code.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "reeve/kind.h"

static void
put_number(rv_buf *out, uint64_t number)
{
    char bytes[10];
    size_t len = 0;

    while (number >= 0x80) {
        bytes[len++] = (char)(number | 0x80);
        number >>= 7;
    }
    bytes[len++] = (char)number;
    rv_buf_add(out, bytes, len);
}

/* 0, or 1 when there was no whole number. */
static int
take_number(uint64_t *out, const char **at, const char *end)
{
    *out = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned char byte = (unsigned char)*(*at)++;
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return 0;
    }
    return 1;
}

static uint64_t
zigzag(int64_t number)
{
    return ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
}

static int64_t
unzigzag(uint64_t number)
{
    return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static void
put_double(rv_buf *out, double number)
{
    uint64_t bits;

    /* SQLite keeps whole doubles as integers, and those know no minus zero. */
    number = number == 0 ? 0 : number;
    memcpy(&bits, &number, sizeof bits);
    for (int i = 0; i < 8; i++)
        rv_buf_add_char(out, (char)(bits >> (8 * i)));
}

void
rv_row_encode(rv_buf *out, const struct rv_layout_table *table, const rv_value *row)
{
    for (int i = 0; i < table->column_count; i++) {
        int32_t type = row[i].type;
        if (type == RV_INT && table->columns[i].type == REEVE_DOUBLE)
            type = RV_DOUBLE;
        rv_buf_add_char(out, (char)type);
        if (type == RV_INT) {
            put_number(out, zigzag(row[i].v.i));
        } else if (type == RV_DOUBLE) {
            put_double(out, row[i].type == RV_INT ? (double)row[i].v.i : row[i].v.d);
        } else if (type == RV_TEXT) {
            put_number(out, (uint64_t)row[i].len);
            rv_buf_add(out, row[i].v.text, (size_t)row[i].len);
            rv_buf_add_char(out, '\0');
        }
    }
}

static int
take_double(double *out, const char **at, const char *end)
{
    uint64_t bits = 0;

    if (end - *at < 8)
        return 1;
    for (int i = 0; i < 8; i++)
        bits |= (uint64_t)(unsigned char)*(*at)++ << (8 * i);
    memcpy(out, &bits, sizeof bits);
    return 0;
}

static int
take_text(rv_value *out, const char **at, const char *end)
{
    uint64_t len;

    if (take_number(&len, at, end) || len > RV_ROW_MAX_BYTES || len >= (uint64_t)(end - *at) ||
        (*at)[len] != '\0' || !rv_utf8_valid(*at, (size_t)len))
        return 1;
    out->len = (int32_t)len;
    out->v.text = *at;
    *at += len + 1;
    return 0;
}

static int
fits(int32_t column, int32_t type)
{
    if (type == RV_NULL)
        return 1;
    if (column == REEVE_STRING)
        return type == RV_TEXT;
    return type == (column == REEVE_DOUBLE ? RV_DOUBLE : RV_INT);
}

/* 0, or 1 for what cannot be. */
static int
take_value(rv_value *out, int32_t column, const char **at, const char *end)
{
    uint64_t number;

    if (*at == end)
        return 1;
    *out = (rv_value){ .type = (unsigned char)*(*at)++ };
    if (!fits(column, out->type))
        return 1;
    switch (out->type) {
    case RV_INT:
        if (take_number(&number, at, end))
            return 1;
        out->v.i = unzigzag(number);
        return 0;
    case RV_DOUBLE:
        return take_double(&out->v.d, at, end);
    case RV_TEXT:
        return take_text(out, at, end);
    default:
        return 0;
    }
}

int64_t
rv_row_decode(rv_value *row, const struct rv_layout_table *table, const char *bytes, size_t len,
              rv_err *err)
{
    const char *at = bytes;

    for (int i = 0; i < table->column_count; i++)
        if (take_value(&row[i], table->columns[i].type, &at, bytes + len))
            return rv_fail(err, RV_E_INVALID, "a row of table %s makes no sense at column %s",
                           table->name, table->columns[i].name);
    return at - bytes;
}

void
rv_tally_add(struct rv_tally *tally, const void *bytes, size_t len)
{
    struct rv_digest digest = rv_digest_of(bytes, len);
    uint64_t low = tally->low + digest.low;

    tally->high += digest.high + (low < tally->low);
    tally->low = low;
    tally->rows++;
}

int
rv_tally_equal(const struct rv_tally *a, const struct rv_tally *b)
{
    return a->rows == b->rows && a->low == b->low && a->high == b->high;
}

void
rv_tally_hex(char out[33], const struct rv_tally *tally)
{
    snprintf(out, 33, "%016llx%016llx", (unsigned long long)tally->high,
             (unsigned long long)tally->low);
}
