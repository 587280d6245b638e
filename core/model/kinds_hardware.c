/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine inside a virtual machine, a host or a node: hardware, operating system, disks,
 * networks. ManageIQ has a column for each sort of owner (host_id, vm_or_template_id,
 * computer_system_id); here the owner is polymorphic, as a child has one owner.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column computer_system_columns[] = {
    POLY("managed_entity", "container_node", "The node that it is"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column hardware_columns[] = {
    POLY("resource", "vm host computer_system", "The machine that it is of"),
    INT("cpu_sockets", "Processors"),
    INT("cpu_cores_per_socket", "Cores of a processor"),
    INT("cpu_total_cores", "Cores of all processors"),
    INT("cpu_speed", "Speed of a core in MHz"),
    STRING("cpu_type", "Sort of processor"),
    INT("memory_mb", "Memory in MB"),
    STRING("guest_os", "Operating system, as the provider names it"),
    STRING("guest_os_full_name", "Operating system, for people"),
    INT("bitness", "Bits of the operating system"),
    STRING("virtual_hw_version", "Version of the virtual hardware"),
    STRING("virtualization_type", "hvm or paravirtual"),
    STRING("root_device_type", "Sort of the root disk"),
    STRING("firmware_type", "BIOS or EFI"),
    STRING("bios", "UUID in the firmware"),
    STRING("manufacturer", "Who made the machine"),
    STRING("model", "Model of the machine"),
    STRING("serial_number", "Serial number"),
    INT("number_of_nics", "Network cards"),
    INT("disk_capacity", "Size of all disks in bytes"),
    INT("disk_free_space", "Free bytes of all disks"),
    INT("size_on_disk", "Bytes that the disks take in the datastore"),
    STRING("annotation", "Notes of the provider's users"),
    STRING("time_sync", "Whether its clock follows its host's"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column operating_system_columns[] = {
    POLY("resource", "vm host computer_system", "The machine that it runs on"),
    STRING("name", "Name that it has on the network"),
    STRING("product_name", "What it is"),
    STRING("product_type", "Sort of product"),
    STRING("version", "Version"),
    STRING("build_number", "Build"),
    STRING("distribution", "Distribution"),
    STRING("kernel_version", "Version of its kernel"),
    INT("bitness", "Bits"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column disk_columns[] = {
    REF_F(REQUIRED, "hardware_id", "hardware", "Its machine's hardware"),
    STRING_F(REQUIRED, "device_name", "Name"),
    STRING("device_type", "disk, cdrom or floppy"),
    STRING("controller_type", "scsi, ide, ..."),
    STRING("location", "Place on the controller"),
    STRING("filename", "Its file in the datastore"),
    STRING("disk_type", "thin, thick, rdm-raw, ..."),
    STRING("mode", "persistent, independent, ..."),
    INT("size", "Size in bytes"),
    INT("size_on_disk", "Bytes that it takes in the datastore"),
    INT("free_space", "Free bytes inside it"),
    FLAG("thin", "Whether space is taken only when written"),
    FLAG("bootable", "Whether the machine starts from it"),
    FLAG("present", "Whether a medium is in it"),
    FLAG("start_connected", "Whether it is there when the machine starts"),
    REF("storage_id", "storage", "The datastore of its file"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column network_columns[] = {
    REF_F(REQUIRED, "hardware_id", "hardware", "Its machine's hardware"),
    STRING_F(REQUIRED, "description", "Name of the interface, or what tells it from others"),
    STRING_F(INDEX, "ipaddress", "IPv4 address"),
    STRING("ipv6address", "IPv6 address"),
    STRING("subnet_mask", "Subnet mask"),
    STRING("hostname", "Host name"),
    STRING("domain", "Domain"),
    STRING("default_gateway", "Default gateway"),
    STRING("dns_server", "Name server"),
    FLAG("dhcp_enabled", "Whether the address comes from DHCP"),
    STRING("dhcp_server", "DHCP server"),
    TIME("lease_obtained", "When the address was got"),
    TIME("lease_expires", "When the address is given back"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_hardware[] = {
    KIND(computer_system, .table = "computer_systems", .api_name = "computer_systems",
         .title = "Computer system", .help = "The machine that a node is",
         .flags = REEVE_KIND_CHILD, .key = ONE_PER_OWNER, .owner_column = "managed_entity_id",
         .class_name = "ComputerSystem"),
    KIND(hardware, .table = "hardwares", .api_name = "hardwares", .title = "Hardware",
         .help = "Processors, memory and disks of a machine", .flags = REEVE_KIND_CHILD,
         .key = ONE_PER_OWNER, .owner_column = "resource_id", .class_name = "Hardware"),
    KIND(operating_system, .table = "operating_systems", .api_name = "operating_systems",
         .title = "Operating system", .help = "What runs on a machine", .flags = REEVE_KIND_CHILD,
         .key = ONE_PER_OWNER, .owner_column = "resource_id", .class_name = "OperatingSystem"),
    KIND(disk, .table = "disks", .api_name = "disks", .title = "Disk",
         .help = "A disk of a machine", .flags = REEVE_KIND_CHILD, .key = LIST("device_name"),
         .owner_column = "hardware_id", .class_name = "Disk"),
    KIND(network, .table = "networks", .api_name = "networks", .title = "Network interface",
         .help = "An address of a machine", .flags = REEVE_KIND_CHILD, .key = LIST("description"),
         .owner_column = "hardware_id", .class_name = "Network"),
    KINDS_END,
};
