/* SPDX-License-Identifier: Apache-2.0
 *
 * The cloud's storage: volumes with a snapshot and a backup each, buckets with objects. Every
 * second volume was made from the snapshot of the one before, so the two point to each other's
 * kind.
 */
#include <stdio.h>
#include "emit.h"

static void
link_tenant(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index,
              estate->size.tenants);
}

static void
link_zone(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    if (estate->size.tenants > 0)
        demo_link(obj, "availability_zone_id", "availability_zone", estate, "zone", index, 2);
}

static int64_t
volume_size(const struct demo_estate *estate, int64_t index)
{
    return (10 + 10 * demo_pick(estate, "volume", index, 1, 20)) * GIB;
}

int
demo_emit_volume(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    uint64_t salt = demo_salt(estate, DEMO_VOLUME, index);
    struct reeve_object *obj = demo_begin(inv, estate, "cloud_volume", "volume", index, "volume");

    reeve_set_string(obj, "status", salt % 2 ? "backing-up" : "in-use");
    reeve_set_string(obj, "volume_type", index % 2 ? "ssd" : "hdd");
    reeve_set_int(obj, "size", volume_size(estate, index) + (int64_t)(salt / 2) * GIB);
    reeve_set_int(obj, "iops", index % 2 ? 3000 : 300);
    reeve_set_flag(obj, "bootable", 0);
    reeve_set_flag(obj, "encrypted", index % 3 == 0);
    reeve_set_flag(obj, "multi_attachment", 0);
    reeve_set_time(obj, "creation_time", demo_made_on(estate, "volume", index));
    demo_link(obj, "cloud_volume_snapshot_id", "cloud_volume_snapshot", estate, "volsnap",
              index % 2 ? index - 1 : index, estate->size.volumes);
    link_zone(obj, estate, index);
    link_tenant(obj, estate, index);
    return reeve_emit(obj);
}

int
demo_emit_volume_snapshot(struct reeve_inventory *inv, const struct demo_estate *estate,
                          int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_volume_snapshot", "volsnap", index, "volume-snapshot");

    reeve_set_string(obj, "status", "available");
    reeve_set_int(obj, "size", volume_size(estate, index));
    reeve_set_flag(obj, "encrypted", index % 3 == 0);
    reeve_set_time(obj, "creation_time", demo_made_on(estate, "volume", index) + 86400000);
    demo_link(obj, "cloud_volume_id", "cloud_volume", estate, "volume", index,
              estate->size.volumes);
    link_tenant(obj, estate, index);
    return reeve_emit(obj);
}

int
demo_emit_backup(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct demo_object state = estate->moving[DEMO_BACKUP][index];
    struct reeve_object *obj;
    char ref[48];

    demo_moving_ref(ref, estate, DEMO_BACKUP, index, state);
    obj = reeve_object(inv, "cloud_volume_backup", ref);
    demo_set_format(obj, "name", "nightly-%02lld-%u", (long long)index + 1, state.incarnation);
    reeve_set_string(obj, "status", "available");
    reeve_set_int(obj, "size", volume_size(estate, index));
    reeve_set_int(obj, "object_count", 22 + state.changes);
    reeve_set_flag(obj, "is_incremental", state.incarnation % 7 != 0);
    reeve_set_flag(obj, "has_dependent_backups", 0);
    reeve_set_time(obj, "creation_time",
                   demo_made_on(estate, "backup", index) + state.incarnation * 86400000ll);
    demo_link(obj, "cloud_volume_id", "cloud_volume", estate, "volume", index,
              estate->size.volumes);
    link_zone(obj, estate, index);
    return reeve_emit(obj);
}

int
demo_emit_bucket(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_object_store_container", "bucket", index, "bucket");

    demo_set_format(obj, "key", "bucket-%02lld", (long long)index + 1);
    reeve_set_int(obj, "object_count", 3);
    reeve_set_int(obj, "bytes", 3 << 20);
    link_tenant(obj, estate, index);
    return reeve_emit(obj);
}

/* Three a bucket. */
int
demo_emit_stored_object(struct reeve_inventory *inv, const struct demo_estate *estate,
                        int64_t index)
{
    struct demo_object state = estate->moving[DEMO_STORED_OBJECT][index];
    uint64_t salt = demo_salt(estate, DEMO_STORED_OBJECT, index);
    struct reeve_object *obj;
    char ref[48];

    demo_moving_ref(ref, estate, DEMO_STORED_OBJECT, index, state);
    obj = reeve_object(inv, "cloud_object_store_object", ref);
    demo_set_format(obj, "key", "reports/%lld-%u.csv", (long long)index, state.incarnation);
    demo_set_format(obj, "etag", "%016llx",
                    (unsigned long long)demo_random(estate, "etag", index, salt));
    reeve_set_string(obj, "content_type", "text/csv");
    reeve_set_int(obj, "content_length", 1 << 20);
    reeve_set_time(obj, "last_modified",
                   demo_made_on(estate, "object", index) + (int64_t)salt * 1000);
    demo_link(obj, "cloud_object_store_container_id", "cloud_object_store_container", estate,
              "bucket", index / 3, estate->size.buckets);
    link_tenant(obj, estate, index / 3);
    return reeve_emit(obj);
}
