/* SPDX-License-Identifier: Apache-2.0
 *
 * What things of the estate are called and how they refer to each other.
 */
#include <stdarg.h>
#include <stdio.h>
#include "emit.h"

#define EPOCH_MS 1735689600000 /* 2025-01-01: the invented estate was made after it */

const char *const demo_words[12] = { "billing", "search", "mail",   "stock",  "ledger", "portal",
                                     "feeds",   "audit",  "claims", "render", "quotes", "intake" };
const char *const demo_tiers[6] = { "web", "app", "db", "cache", "queue", "batch" };
const char *const demo_systems[4] = { "Debian GNU/Linux 12", "Red Hat Enterprise Linux 9",
                                      "Ubuntu 24.04 LTS", "Windows Server 2022" };

void
demo_ref(char out[48], const char *prefix, const struct demo_estate *estate, int64_t index)
{
    snprintf(out, 48, "%s-%llx-%lld", prefix, (unsigned long long)estate->seed, (long long)index);
}

void
demo_vm_name(char out[64], const struct demo_estate *estate, int64_t index)
{
    snprintf(
        out, 64, "%s-%s-%04lld", demo_words[demo_pick(estate, "vm", index, 1, COUNT(demo_words))],
        demo_tiers[demo_pick(estate, "vm", index, 2, COUNT(demo_tiers))], (long long)index + 1);
}

void
demo_host_name(char out[64], int64_t index)
{
    snprintf(out, 64, "host-%03lld.demo.example", (long long)index + 1);
}

int64_t
demo_made_on(const struct demo_estate *estate, const char *what, int64_t index)
{
    return EPOCH_MS + (int64_t)(demo_random(estate, what, index, 99) % (600ull * 86400)) * 1000;
}

int64_t
demo_pick(const struct demo_estate *estate, const char *what, int64_t index, uint64_t salt,
          int64_t count)
{
    return (int64_t)(demo_random(estate, what, index, salt) % (uint64_t)(count > 0 ? count : 1));
}

struct reeve_object *
demo_begin(struct reeve_inventory *inv, const struct demo_estate *estate, const char *kind,
           const char *prefix, int64_t index, const char *title)
{
    struct reeve_object *obj;
    char ref[48];

    demo_ref(ref, prefix, estate, index);
    obj = reeve_object(inv, kind, ref);
    if (title)
        demo_set_format(obj, "name", "%s-%02lld", title, (long long)index + 1);
    return obj;
}

void
demo_link(struct reeve_object *obj, const char *column, const char *kind,
          const struct demo_estate *estate, const char *prefix, int64_t index, int64_t count)
{
    char ref[48];

    if (count <= 0)
        return;
    demo_ref(ref, prefix, estate, index % count);
    reeve_link(obj, column, kind, ref);
}

void
demo_lies_in(struct reeve_object *obj, const char *kind, const struct demo_estate *estate,
             const char *prefix, int64_t index)
{
    struct reeve_object *place = reeve_child(obj, "relationship");
    char ref[48];

    demo_ref(ref, prefix, estate, index);
    reeve_set_string(place, "relationship", "ems_metadata");
    reeve_link(place, "parent_id", kind, ref);
}

void
demo_set_format(struct reeve_object *obj, const char *column, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    reeve_set_string(obj, column, text);
}
