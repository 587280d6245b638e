/* SPDX-License-Identifier: Apache-2.0
 *
 * Broken provider modules, one a definition: the CMake file says which.
 */
#include "reeve/provider.h"

#include <stddef.h>

static int
open_it(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    (void)call, (void)config;
    *conn = NULL;
    return 0;
}

static void
close_it(void *conn)
{
    (void)conn;
}

#if defined(BAD_PLAIN)
int reeve_plain(void);
int
reeve_plain(void)
{
    void *conn = NULL;
    int rc = open_it(NULL, NULL, &conn);
    close_it(conn);
    return rc;
}
#else

#if defined(BAD_UNDEFINED)
int reeve_nobody_has_this(void);
#endif

static const char *const unknown_kinds[] = { "container_grup", "zone", 0 };
static const struct reeve_inventory_iface unknown_inventory = { .size = sizeof(unknown_inventory),
                                                                .kinds = unknown_kinds };
static const struct reeve_option bad_options[] = { { "token", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, 0 },
                                                   { "token", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, 0 },
                                                   { "Size", REEVE_OPT_SIZE, 0, 0, 0, 0, 0, 0 },
                                                   { "count", REEVE_OPT_INT, 0, "many", 0, 0, 0,
                                                     0 },
                                                   { "mode", REEVE_OPT_ENUM, 0, 0, 0, 0, 0, 0 },
                                                   { "odd", 99, 0, 0, 0, 0, 0, 0 },
                                                   REEVE_OPTIONS_END };
static const struct reeve_kind foreign = { .size = sizeof(struct reeve_kind),
                                           .name = "other_thing" };
static const struct reeve_kind *const foreign_kinds[] = { &foreign, 0 };
static struct reeve_sizes sizes = REEVE_SIZES;

/* An array that is wrong in its own length only. */
static const struct reeve_option good_options[] = { { "token", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, 0 },
                                                    REEVE_OPTIONS_END };
static const struct reeve_column own_columns[] = { { "ems_ref", REEVE_STRING, 0, 0, "its id" },
                                                   REEVE_COLUMNS_END };
static const struct reeve_kind own_kind = { .size = sizeof(struct reeve_kind),
                                            .name = BAD_NAME "_thing",
                                            .columns = own_columns };
static const struct reeve_kind short_kind = { .size = 16, .name = BAD_NAME "_thing" };
static const struct reeve_kind *const own_kinds[] = { &own_kind, 0 };
static const struct reeve_kind *const short_kinds[] = { &short_kind, 0 };

static int
refresh_it(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
           struct reeve_inventory *inv)
{
    (void)call, (void)conn, (void)scope, (void)inv;
    return 0;
}

static int
watch_it(struct reeve_call *call, void *conn, struct reeve_inventory *inv)
{
    (void)call, (void)conn, (void)inv;
    return 0;
}

static const char *const node_kinds[] = { "container_node", 0 };
/* Says that it ends before `watch`, which is therefore absent. */
static const struct reeve_inventory_iface older_inventory = {
    .size = offsetof(struct reeve_inventory_iface, watch),
    .kinds = node_kinds,
    .refresh = refresh_it,
    .watch = watch_it
};

/* A table of a newer minor: it has fields that this host does not know. */
struct long_provider {
    struct reeve_provider known;
    const void *unknown[8];
};

/* A table of an older minor: it ends after `options`. */
struct short_provider {
    uint32_t magic;
    uint16_t abi_major, abi_minor;
    uint64_t size;
    const char *sdk_version;
    const struct reeve_sizes *sizes;
    const char *name, *title, *version, *vendor, *license, *docs_url, *type_name;
    const struct reeve_option *options;
    const void *beyond; /* must not be looked at */
};

REEVE_EXPORT const void *reeve_provider_entry(const struct reeve_host *host);
const void *
reeve_provider_entry(const struct reeve_host *host)
{
    static struct reeve_provider provider = { .magic = REEVE_ABI_MAGIC,
                                              .abi_major = REEVE_ABI_MAJOR,
                                              .size = sizeof(struct reeve_provider),
                                              .sdk_version = "0",
                                              .sizes = &sizes,
                                              .name = BAD_NAME,
                                              .open = open_it,
                                              .close = close_it };
    (void)host;
#if defined(BAD_MAGIC)
    provider.magic = 0x12345678;
#elif defined(BAD_MAJOR)
    provider.abi_major = REEVE_ABI_MAJOR + 1;
#elif defined(BAD_SIZE)
    provider.size = 8;
#elif defined(BAD_NULL)
    return NULL;
#elif defined(BAD_TABLES)
    provider.name = "other";
    provider.open = NULL;
    provider.options = bad_options;
    provider.kinds = foreign_kinds;
    provider.inventory = &unknown_inventory;
#elif defined(BAD_SIZELESS)
    provider.sizes = NULL;
    provider.options = good_options;
#elif defined(BAD_NARROW)
    sizes.option = sizeof(struct reeve_option) - sizeof(void *);
    provider.options = good_options;
#elif defined(BAD_WIDE)
    sizes.option = 1 << 20;
    provider.options = good_options;
#elif defined(BAD_SHAPELESS)
    sizes.size = offsetof(struct reeve_sizes, column);
    provider.kinds = own_kinds;
#elif defined(BAD_CROOKED)
    sizes.column = sizeof(struct reeve_column) + 1;
    provider.kinds = own_kinds;
#elif defined(BAD_SHORTKIND)
    provider.kinds = short_kinds;
#elif defined(BAD_SIZES)
    sizes.size = 4;
#elif defined(BAD_UNDEFINED)
    provider.abi_minor = (uint16_t)reeve_nobody_has_this();
#elif defined(BAD_SHORT)
    static struct short_provider less = { .magic = REEVE_ABI_MAGIC,
                                          .abi_major = REEVE_ABI_MAJOR,
                                          .size = offsetof(struct short_provider, beyond),
                                          .name = BAD_NAME };
    less.beyond = &less;
    return &less;
#elif defined(BAD_NEWER)
    static struct long_provider more;
    more.known = provider;
    more.known.abi_minor = REEVE_ABI_MINOR + 7;
    more.known.size = sizeof(more);
    more.known.inventory = &older_inventory;
    return &more;
#endif
    return &provider;
}

/* All of these are used in one build or another. */
extern const void *reeve_keep[];
const void *reeve_keep[] = { bad_options,  foreign_kinds, &unknown_inventory, &older_inventory,
                             good_options, own_kinds,     short_kinds };
#endif
