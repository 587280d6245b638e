/* SPDX-License-Identifier: Apache-2.0
 *
 * A cluster's storage: storage classes, persistent volumes and claims. ManageIQ keeps
 * persistent volumes in container_volumes; here that table holds the volumes of pods only.
 */
#include "model/kinds.h"
#include "model/columns.h"
#include "model/volume_columns.h"

static const struct reeve_column container_storage_class_columns[] = {
    KUBERNETES_COLUMNS,
    STRING("provisioner", "What makes its volumes"),
    STRING("reclaim_policy", "What becomes of a volume without a claim: Delete or Retain"),
    STRING("volume_binding_mode", "Immediate or WaitForFirstConsumer"),
    FLAG("allow_volume_expansion", "Whether its volumes may grow"),
    FLAG("is_default", "Whether claims without a class get this one"),
    JSON("parameters", "Parameters for the provisioner: name to value"),
    STRING("mount_options", "Mount options, comma between"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column persistent_volume_columns[] = {
    KUBERNETES_COLUMNS,
    JSON("capacity", "Resources that it has: name to quantity"),
    INT("capacity_bytes", "Its size in bytes"),
    STRING("access_modes", "ReadWriteOnce, ReadOnlyMany, ..., comma between"),
    STRING("reclaim_policy", "What becomes of it without its claim: Delete, Retain or Recycle"),
    STRING("status_phase", "Pending, Available, Bound, Released or Failed"),
    STRING("status_reason", "Why it is in this phase, one word"),
    STRING("status_message", "Why it is in this phase, for people"),
    STRING("volume_mode", "Filesystem or Block"),
    STRING("storage_class", "Name of its storage class"),
    REF("container_storage_class_id", "container_storage_class", "Its storage class"),
    STRING("claim_name", "Claim that it is bound to: NAMESPACE/NAME"),
    REF("persistent_volume_claim_id", "persistent_volume_claim", "The claim that it is bound to"),
    VOLUME_SOURCE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column persistent_volume_claim_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("phase", "Pending, Bound or Lost"),
    JSON("desired_access_modes", "Access modes that it asks for: array"),
    JSON("actual_access_modes", "Access modes that it got: array"),
    JSON("requests", "Resources that it asks for: name to quantity"),
    JSON("limits", "Resources that it may have: name to quantity"),
    JSON("capacity", "Resources that it got: name to quantity"),
    INT("capacity_bytes", "Size that it got, in bytes"),
    STRING("volume_mode", "Filesystem or Block"),
    STRING("storage_class", "Name of its storage class"),
    REF("container_storage_class_id", "container_storage_class", "Its storage class"),
    STRING("volume_name", "Name of its volume"),
    REF("persistent_volume_id", "persistent_volume", "Its volume"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_storage[] = {
    KIND(container_storage_class, .table = "container_storage_classes",
         .api_name = "container_storage_classes", .title = "Storage class",
         .help = "A sort of volume that a cluster offers", CLUSTER_KEYS,
         .aliases = LIST("sc", "storageclass", "storageclasses")),
    KIND(persistent_volume, .table = "persistent_volumes", .api_name = "persistent_volumes",
         .title = "Persistent volume", .help = "A volume that outlives pods", CLUSTER_KEYS,
         .class_name = "PersistentVolume",
         .aliases = LIST("pv", "persistentvolume", "persistentvolumes")),
    KIND(persistent_volume_claim, .table = "persistent_volume_claims",
         .api_name = "persistent_volume_claims", .title = "Persistent volume claim",
         .help = "Asks for a persistent volume", NAMESPACED_KEYS,
         .class_name = "PersistentVolumeClaim",
         .aliases = LIST("pvc", "persistentvolumeclaim", "persistentvolumeclaims")),
    KINDS_END,
};
