/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the model share: setting the dictionary up, and one small kind of a
 * provider that they bend.
 */
#ifndef TEST_MODEL_SUPPORT_H
#define TEST_MODEL_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "model/model.h"

#define LIST(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static inline int
set_up(void **state)
{
    rv_err err = RV_ERR_INIT;

    (void)state;
    if (rv_model_init(&err) != RV_OK)
        fail_msg("%s", err.text);
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    rv_model_reset();
    return 0;
}

static const struct reeve_column lamp_columns[] = {
    { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Id" },
    { "name", REEVE_STRING, REEVE_COL_INDEX, NULL, "Name" },
    { "watts", REEVE_INT, REEVE_COL_VOLATILE, NULL, "Power" },
    { "room_type", REEVE_STRING, 0, "host vm", "Kind of its room" },
    { "room_id", REEVE_REF, REEVE_COL_INDEX, NULL, "Where it hangs" },
    { "host_id", REEVE_REF, REEVE_COL_INDEX, "host", "What switches it" },
    REEVE_COLUMNS_END,
};

static const struct reeve_kind lamp_kind = {
    .size = sizeof(struct reeve_kind),
    .name = "acme_lamp",
    .table = "acme_lamps",
    .api_name = "acme_lamps",
    .title = "Lamp",
    .help = "A lamp",
    .archive = REEVE_ARCHIVE,
    .columns = lamp_columns,
    .key = LIST("ems_ref"),
    .name_key = LIST("name"),
    .aliases = LIST("lamp", "lamps"),
};

/* A copy to bend. */
static inline struct reeve_kind
lamp(void)
{
    return lamp_kind;
}

#endif
