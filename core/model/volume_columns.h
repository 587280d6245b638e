/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a volume's bytes are: the same for a pod's volumes and for persistent volumes, under
 * ManageIQ's names. A field that several sources have is a common_ one.
 */
#ifndef RV_MODEL_VOLUME_COLUMNS_H
#define RV_MODEL_VOLUME_COLUMNS_H

#include "model/columns.h"

#define VOLUME_SOURCE_COLUMNS                                                                      \
    STRING("volume_type", "Its source: emptyDir, secret, nfs, csi, ..."),                          \
        STRING("common_path", "Path: hostPath, local, nfs, glusterfs"),                            \
        STRING("common_fs_type", "File system: csi, gcePersistentDisk, iscsi, rbd, ..."),          \
        STRING("common_read_only", "Whether the source is read only, true or false"),              \
        STRING("common_volume_id", "Id of the volume: csi handle, awsElasticBlockStore, cinder"),  \
        STRING("common_partition", "Partition: gcePersistentDisk, awsElasticBlockStore"),          \
        STRING("common_secret", "Name of a secret: the one shown, or one for access"),             \
        STRING("csi_driver", "Name of the CSI driver"),                                            \
        STRING("gce_pd_name", "Name of a GCE disk"),                                               \
        STRING("nfs_server", "Address of the server"),                                             \
        STRING("iscsi_target_portal", "Address of the iSCSI portal"),                              \
        STRING("iscsi_iqn", "iSCSI qualified name"), INT("iscsi_lun", "iSCSI unit number"),        \
        STRING("glusterfs_endpoint_name", "Name of the endpoints of a GlusterFS volume"),          \
        STRING("rbd_ceph_monitors", "Ceph monitors, comma between"),                               \
        STRING("rbd_image", "RBD image"), STRING("rbd_pool", "RBD pool"),                          \
        STRING("rbd_rados_user", "RADOS user"), STRING("rbd_keyring", "Path of the RADOS keyring")

#endif
