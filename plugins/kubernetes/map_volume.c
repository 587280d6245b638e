/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a volume's bytes are. Pods and persistent volumes name their source in the same
 * way: a member whose name is the source's type.
 */
#include "map.h"

#include <string.h>

#include "text.h"

enum { TEXT, NUMBER, TRUTH, LIST };

/* Which field of which source goes to which column. */
static const struct field {
    const char *source, *path, *column;
    int form;
} fields[] = {
    { "hostPath", "path", "common_path", TEXT },
    { "local", "path", "common_path", TEXT },
    { "local", "fsType", "common_fs_type", TEXT },
    { "nfs", "path", "common_path", TEXT },
    { "nfs", "server", "nfs_server", TEXT },
    { "nfs", "readOnly", "common_read_only", TRUTH },
    { "glusterfs", "path", "common_path", TEXT },
    { "glusterfs", "endpoints", "glusterfs_endpoint_name", TEXT },
    { "glusterfs", "readOnly", "common_read_only", TRUTH },
    { "cephfs", "path", "common_path", TEXT },
    { "cephfs", "monitors", "rbd_ceph_monitors", LIST },
    { "cephfs", "user", "rbd_rados_user", TEXT },
    { "cephfs", "secretRef.name", "common_secret", TEXT },
    { "cephfs", "readOnly", "common_read_only", TRUTH },
    { "csi", "driver", "csi_driver", TEXT },
    { "csi", "volumeHandle", "common_volume_id", TEXT },
    { "csi", "fsType", "common_fs_type", TEXT },
    { "csi", "readOnly", "common_read_only", TRUTH },
    { "csi", "nodePublishSecretRef.name", "common_secret", TEXT },
    { "gcePersistentDisk", "pdName", "gce_pd_name", TEXT },
    { "gcePersistentDisk", "fsType", "common_fs_type", TEXT },
    { "gcePersistentDisk", "partition", "common_partition", NUMBER },
    { "gcePersistentDisk", "readOnly", "common_read_only", TRUTH },
    { "awsElasticBlockStore", "volumeID", "common_volume_id", TEXT },
    { "awsElasticBlockStore", "fsType", "common_fs_type", TEXT },
    { "awsElasticBlockStore", "partition", "common_partition", NUMBER },
    { "awsElasticBlockStore", "readOnly", "common_read_only", TRUTH },
    { "cinder", "volumeID", "common_volume_id", TEXT },
    { "cinder", "fsType", "common_fs_type", TEXT },
    { "cinder", "readOnly", "common_read_only", TRUTH },
    { "azureDisk", "diskURI", "common_volume_id", TEXT },
    { "azureDisk", "fsType", "common_fs_type", TEXT },
    { "azureDisk", "readOnly", "common_read_only", TRUTH },
    { "azureFile", "shareName", "common_path", TEXT },
    { "azureFile", "secretName", "common_secret", TEXT },
    { "azureFile", "readOnly", "common_read_only", TRUTH },
    { "vsphereVolume", "volumePath", "common_path", TEXT },
    { "vsphereVolume", "fsType", "common_fs_type", TEXT },
    { "fc", "fsType", "common_fs_type", TEXT },
    { "fc", "readOnly", "common_read_only", TRUTH },
    { "iscsi", "targetPortal", "iscsi_target_portal", TEXT },
    { "iscsi", "iqn", "iscsi_iqn", TEXT },
    { "iscsi", "lun", "iscsi_lun", NUMBER },
    { "iscsi", "fsType", "common_fs_type", TEXT },
    { "iscsi", "readOnly", "common_read_only", TRUTH },
    { "iscsi", "secretRef.name", "common_secret", TEXT },
    { "rbd", "monitors", "rbd_ceph_monitors", LIST },
    { "rbd", "image", "rbd_image", TEXT },
    { "rbd", "pool", "rbd_pool", TEXT },
    { "rbd", "user", "rbd_rados_user", TEXT },
    { "rbd", "keyring", "rbd_keyring", TEXT },
    { "rbd", "fsType", "common_fs_type", TEXT },
    { "rbd", "readOnly", "common_read_only", TRUTH },
    { "rbd", "secretRef.name", "common_secret", TEXT },
    { "flexVolume", "driver", "csi_driver", TEXT },
    { "flexVolume", "fsType", "common_fs_type", TEXT },
    { "flexVolume", "secretRef.name", "common_secret", TEXT },
    { "flexVolume", "readOnly", "common_read_only", TRUTH },
    { "portworxVolume", "volumeID", "common_volume_id", TEXT },
    { "portworxVolume", "fsType", "common_fs_type", TEXT },
    { "photonPersistentDisk", "pdID", "common_volume_id", TEXT },
    { "quobyte", "volume", "common_volume_id", TEXT },
    { "scaleIO", "volumeName", "common_volume_id", TEXT },
    { "storageos", "volumeName", "common_volume_id", TEXT },
    { "flocker", "datasetName", "common_volume_id", TEXT },
    /* of pods only */
    { "secret", "secretName", "common_secret", TEXT },
    { "configMap", "name", "config_map_name", TEXT },
    { "emptyDir", "medium", "empty_dir_medium_type", TEXT },
    { "gitRepo", "repository", "git_repository", TEXT },
    { "gitRepo", "revision", "git_revision", TEXT },
    { "persistentVolumeClaim", "readOnly", "common_read_only", TRUTH },
    { "ephemeral", NULL, NULL, TEXT },
    { "projected", NULL, NULL, TEXT },
    { "downwardAPI", NULL, NULL, TEXT },
    { "image", NULL, NULL, TEXT },
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static int
is_source(const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i].source, name) == 0)
            return 1;
    }
    return 0;
}

static void
set_field(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *source,
          const struct field *field)
{
    const struct reeve_json *value = reeve_json_get(source, field->path);

    if (reeve_json_type(value) == REEVE_JSON_NULL)
        return;
    if (field->form == TRUTH)
        reeve_set_string(obj, field->column, reeve_json_flag(value, NULL, 0) ? "true" : "false");
    else if (field->form == LIST)
        reeve_set_string(obj, field->column, kube_join(map->call, value, NULL, ","));
    else if (strcmp(field->column, "iscsi_lun") == 0)
        kube_set_int(obj, field->column, value, NULL);
    else
        kube_set_int_or_string(map, obj, field->column, value, NULL);
}

void
kube_map_volume_source(struct kube_map *map, struct reeve_object *obj,
                       const struct reeve_json *holder)
{
    const struct reeve_json *at = kube_members(holder, NULL);

    for (; at; at = reeve_json_next(at)) {
        const char *type = reeve_json_name(at);

        if (!is_source(type) || reeve_json_type(at) != REEVE_JSON_OBJECT)
            continue;
        reeve_set_string(obj, "volume_type", type);
        for (size_t i = 0; i < FIELD_COUNT; i++) {
            if (fields[i].path && strcmp(fields[i].source, type) == 0)
                set_field(map, obj, at, &fields[i]);
        }
        return;
    }
}

/* A generic ephemeral volume has a claim called POD-VOLUME. */
static const char *
claim_name(struct kube_map *map, const struct reeve_json *pod, const struct reeve_json *volume)
{
    if (reeve_json_has(volume, "ephemeral"))
        return reeve_format(map->call, "%s-%s", reeve_json_string(pod, "metadata.name", ""),
                            reeve_json_string(volume, "name", ""));
    return reeve_json_string(volume, "persistentVolumeClaim.claimName", NULL);
}

void
kube_map_pod_volumes(struct kube_map *map, struct reeve_object *pod, const struct reeve_json *item)
{
    const char *namespace = reeve_json_string(item, "metadata.namespace", "");
    const struct reeve_json *at = reeve_json_first(item, "spec.volumes");

    for (; at; at = reeve_json_next(at)) {
        struct reeve_object *obj = reeve_child(pod, "container_volume");
        const char *claim = claim_name(map, item, at);

        kube_set_string(obj, "name", at, "name");
        kube_map_volume_source(map, obj, at);
        if (!claim)
            continue;
        reeve_set_string(obj, "claim_name", claim);
        reeve_link_name(obj, "persistent_volume_claim_id", "persistent_volume_claim", namespace,
                        claim);
    }
}
