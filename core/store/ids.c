/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids, handed out in blocks from table id_blocks. A block is taken in a
 * statement of its own: inside a transaction that is then rolled back the same ids
 * would be given out twice. What a process does not use is lost; there are
 * 10^12 a region.
 */
#include "store_internal.h"

#include "model/model.h"

#define BLOCK 1000

static int64_t
ids_left(const struct rv_store *store)
{
    int64_t left = 0;

    for (int i = 0; i < store->id_ranges; i++)
        left += store->ids[i].end - store->ids[i].next;
    return left;
}

/* Does not wait for the disk: a row with such an id does, and the block's commit is before it. */
static int
take_block(struct rv_store *store, int64_t count, int64_t *end, rv_err *err)
{
    rv_value out;
    rv_store_relax(store, 1);
    int found = rv_store_one(store, &out, 1,
                             "UPDATE id_blocks SET next_id = next_id + $1 WHERE name = 'rows'"
                             " RETURNING next_id",
                             (rv_value[]){ rv_vint(count) }, 1, err);
    rv_store_relax(store, 0);

    if (found < 0)
        return found;
    if (found == 0)
        return rv_fail(err, RV_E_INTERNAL, "table id_blocks is empty");
    *end = out.v.i;
    if (*end > (*end - count) / RV_REGION_FACTOR * RV_REGION_FACTOR + RV_REGION_FACTOR)
        return rv_fail(err, RV_E_LIMIT, "all ids of this region are used");
    return 0;
}

static void
add_range(struct rv_store *store, int64_t from, int64_t end)
{
    struct rv_id_range *last = store->id_ranges ? &store->ids[store->id_ranges - 1] : NULL;

    if (last && last->end == from) {
        last->end = end;
        return;
    }
    if (store->id_ranges == RV_ID_RANGES) {
        /* Ranges are only kept while others also take blocks; the oldest is lost. */
        for (int i = 1; i < RV_ID_RANGES; i++)
            store->ids[i - 1] = store->ids[i];
        store->id_ranges--;
    }
    store->ids[store->id_ranges++] = (struct rv_id_range){ from, end };
}

int
rv_store_reserve_ids(struct rv_store *store, int64_t count, rv_err *err)
{
    int64_t end = 0;

    if (ids_left(store) >= count)
        return 0;
    if (store->in_transaction)
        return rv_fail(err, RV_E_INTERNAL, "ids are reserved before a transaction, not in one");
    /* The whole count, not the difference: dropping a range above can then not leave too few. */
    int64_t size = count > BLOCK ? count : BLOCK;
    if (take_block(store, size, &end, err) < 0)
        return rv_wrap(err, "reserve ids");
    add_range(store, end - size, end);
    return 0;
}

int
rv_store_new_id(struct rv_store *store, int64_t *out, rv_err *err)
{
    if (rv_store_reserve_ids(store, 1, err) < 0)
        return err->code;
    struct rv_id_range *first = &store->ids[0];
    *out = first->next++;
    if (first->next == first->end) {
        for (int i = 1; i < store->id_ranges; i++)
            store->ids[i - 1] = store->ids[i];
        store->id_ranges--;
    }
    return 0;
}
