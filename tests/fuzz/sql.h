/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of any SQL that is made of what others wrote.
 */
#ifndef FUZZ_SQL_H
#define FUZZ_SQL_H

#include "fuzz.h"

#include "query/condition.h"

/* No byte of it was chosen freely: quotes pair, and there are as many "$n" as parameters. */
static void
check_sql(const struct rv_sql *sql)
{
    const char *text = rv_buf_text(&sql->text);
    int quotes = 0, dollars = 0;

    for (const char *c = text; *c; c++) {
        RV_ASSERT(*c >= ' ' && *c < 0x7f);
        RV_ASSERT(*c != ';');
        quotes += *c == '\'';
        dollars += *c == '$';
    }
    RV_ASSERT(quotes % 2 == 0);
    RV_ASSERT(dollars == sql->count);
}

#endif
