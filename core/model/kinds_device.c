/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards of a machine, the disks that are reached over them, and firmware.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column guest_device_columns[] = {
    REF_F(REQUIRED, "hardware_id", "hardware", "Its machine's hardware"),
    STRING_F(REQUIRED, "uid_ems", "What tells it from the machine's others"),
    STRING("parent_device_uid", "uid_ems of the card that it is a part of"),
    STRING("ems_ref", "Id that the provider knows it by"),
    STRING("device_name", "Name"),
    STRING("device_type", "ethernet, storage, floppy, cdrom, ..."),
    STRING("controller_type", "ethernet, block, fibre, iscsi, ..."),
    STRING("location", "Place in the machine"),
    STRING_F(INDEX, "address", "Hardware address"),
    STRING("filename", "File behind it"),
    STRING("mode", "Mode"),
    STRING("manufacturer", "Who made it"),
    STRING("model", "Model"),
    STRING("field_replaceable_unit", "Number of the part to order"),
    INT("size", "Size in bytes"),
    INT("size_on_disk", "Bytes that its file takes"),
    INT("free_space", "Free bytes inside it"),
    INT("speed", "Speed in MB a second"),
    FLAG("present", "Whether it is there"),
    FLAG("start_connected", "Whether it is there when the machine starts"),
    FLAG("auto_detect", "Whether it is found by itself"),
    STRING("iscsi_name", "iSCSI: its name"),
    STRING("iscsi_alias", "iSCSI: its name for people"),
    FLAG("chap_auth_enabled", "iSCSI: whether it must prove who it is"),
    STRING("peer_mac_address", "Hardware address at the other end of its cable"),
    FLAG("vlan_enabled", "Whether it is in a VLAN"),
    STRING("vlan_key", "The VLAN"),
    REF("switch_id", "switch", "The virtual switch that it belongs to"),
    REF("lan_id", "lan", "The virtual network that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_scsi_target_columns[] = {
    REF_F(REQUIRED, "guest_device_id", "guest_device", "The card that reaches it"),
    STRING_F(REQUIRED, "uid_ems", "What tells it from the card's others"),
    INT("target", "Its number"),
    STRING("address", "Its address"),
    STRING("iscsi_name", "iSCSI: its name"),
    STRING("iscsi_alias", "iSCSI: its name for people"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_scsi_lun_columns[] = {
    REF_F(REQUIRED, "miq_scsi_target_id", "miq_scsi_target", "Its target"),
    STRING_F(REQUIRED, "uid_ems", "What tells it from the target's others"),
    INT("lun", "Its number"),
    STRING_F(INDEX, "canonical_name", "Name that every host has for it"),
    STRING("lun_type", "Sort of unit"),
    STRING("device_name", "Name"),
    STRING("device_type", "disk, tape, ..."),
    INT("block", "How many blocks it has"),
    INT("block_size", "Bytes of a block"),
    INT("capacity", "Size in kB"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column firmware_columns[] = {
    POLY("resource", "hardware guest_device", "What it is in"),
    STRING_F(REQUIRED, "name", "Name"),
    STRING("build", "Build"),
    STRING("version", "Version"),
    TIME("release_date", "When it was released"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_device[] = {
    KIND(guest_device, .table = "guest_devices", .api_name = "guest_devices",
         .title = "Guest device", .help = "A network card or other device of a machine",
         .flags = REEVE_KIND_CHILD, .key = LIST("uid_ems"), .owner_column = "hardware_id",
         .class_name = "GuestDevice"),
    KIND(miq_scsi_target, .table = "miq_scsi_targets", .api_name = "miq_scsi_targets",
         .title = "SCSI target", .help = "Where a host's storage card finds disks",
         .flags = REEVE_KIND_CHILD, .key = LIST("uid_ems"), .owner_column = "guest_device_id",
         .class_name = "MiqScsiTarget"),
    KIND(miq_scsi_lun, .table = "miq_scsi_luns", .api_name = "miq_scsi_luns", .title = "SCSI unit",
         .help = "A disk behind a SCSI target", .flags = REEVE_KIND_CHILD, .key = LIST("uid_ems"),
         .owner_column = "miq_scsi_target_id", .class_name = "MiqScsiLun"),
    KIND(firmware, .table = "firmwares", .api_name = "firmwares", .title = "Firmware",
         .help = "Firmware of a machine or card", .flags = REEVE_KIND_CHILD, .key = LIST("name"),
         .owner_column = "resource_id", .class_name = "Firmware"),
    KINDS_END,
};
