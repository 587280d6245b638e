/* SPDX-License-Identifier: Apache-2.0
 *
 * Storage of clouds: volumes with their snapshots and backups, and object stores. The machines
 * that have a volume are found by their disks (disks.backing_id).
 */
#include "model/kinds.h"
#include "model/columns.h"

#define TENANT REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to")

static const struct reeve_column cloud_volume_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("status", "State in the provider's words"),
    STRING("health_state", "Whether it is well"),
    STRING("volume_type", "Sort of volume, in the provider's words"),
    INT("size", "Size in bytes"),
    INT("iops", "Operations a second that it is good for"),
    FLAG("bootable", "Whether a machine can start from it"),
    FLAG("encrypted", "Whether it is encrypted"),
    FLAG("multi_attachment", "Whether more than one machine can have it"),
    TIME("creation_time", "When it was made"),
    REF("cloud_volume_snapshot_id", "cloud_volume_snapshot", "The snapshot that it was made from"),
    REF("availability_zone_id", "availability_zone", "The zone that it is in"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_volume_snapshot_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("status", "State in the provider's words"),
    INT("size", "Size in bytes"),
    FLAG("encrypted", "Whether it is encrypted"),
    TIME("creation_time", "When it was made"),
    REF("cloud_volume_id", "cloud_volume", "The volume that it is of"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_volume_backup_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("status", "State in the provider's words"),
    INT("size", "Size in bytes"),
    INT("object_count", "Objects that it is kept in"),
    FLAG("is_incremental", "Whether it holds only what changed since another"),
    FLAG("has_dependent_backups", "Whether another one needs it"),
    TIME("creation_time", "When it was made"),
    REF("cloud_volume_id", "cloud_volume", "The volume that it is of"),
    REF("availability_zone_id", "availability_zone", "The zone that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_object_store_container_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING_F(INDEX, "key", "Name"),
    STRING("name", "Name for people"),
    CLASS,
    INT("object_count", "Objects in it"),
    INT("bytes", "Bytes of its objects"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_object_store_object_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING_F(INDEX, "key", "Name"),
    STRING("name", "Name for people"),
    CLASS,
    STRING("etag", "Digest of its content, in the provider's words"),
    STRING("content_type", "What its content is"),
    INT("content_length", "Bytes of its content"),
    TIME("last_modified", "When it was last changed"),
    REF("cloud_object_store_container_id", "cloud_object_store_container", "Where it is"),
    TENANT,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_cloud_storage[] = {
    KIND(cloud_volume, .table = "cloud_volumes", .api_name = "cloud_volumes",
         .title = "Cloud volume", .help = "A disk of a cloud that outlives machines", MANAGED_KEY,
         .class_name = "CloudVolume"),
    KIND(cloud_volume_snapshot, .table = "cloud_volume_snapshots",
         .api_name = "cloud_volume_snapshots", .title = "Volume snapshot",
         .help = "A state of a volume", MANAGED_KEY, .class_name = "CloudVolumeSnapshot"),
    KIND(cloud_volume_backup, .table = "cloud_volume_backups", .api_name = "cloud_volume_backups",
         .title = "Volume backup", .help = "A copy of a volume", MANAGED_KEY,
         .class_name = "CloudVolumeBackup"),
    KIND(cloud_object_store_container, .table = "cloud_object_store_containers",
         .api_name = "cloud_object_store_containers", .title = "Object store container",
         .help = "A bucket of objects", MANAGED_KEY, .class_name = "CloudObjectStoreContainer",
         .aliases = LIST("bucket", "buckets")),
    KIND(cloud_object_store_object, .table = "cloud_object_store_objects",
         .api_name = "cloud_object_store_objects", .title = "Object of an object store",
         .help = "An object in a bucket", MANAGED_KEY, .class_name = "CloudObjectStoreObject"),
    KINDS_END,
};
