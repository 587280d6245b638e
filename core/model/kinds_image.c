/* SPDX-License-Identifier: Apache-2.0
 *
 * Images and registries. Both are known from the containers that use them, so they live as
 * long as something points to them.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_image_columns[] = {
    STRING_F(REQUIRED, "image_ref", "Reference as the cluster gives it: docker-pullable://..."),
    STRING_F(INDEX, "name", "Repository inside the registry"),
    STRING("tag", "Tag"),
    STRING_F(INDEX, "digest", "Digest: sha256:..."),
    REF("container_image_registry_id", "container_image_registry", "Its registry"),
    STRING("architecture", "Processor architecture"),
    STRING("author", "Author"),
    STRING("command", "Command that it runs"),
    STRING("entrypoint", "Entry point"),
    STRING("docker_version", "Version of the program that built it"),
    JSON("environment_variables", "Environment: name to value"),
    JSON("exposed_ports", "Ports: protocol to port"),
    INT("size", "Size in bytes"),
    TIME("registered_on", "When it was registered"),
    TIME_F(CORE, "last_sync_on", "When its contents were last read"),
    TIME_F(CORE, "last_scan_attempt_on", "When a scan was last tried"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_image_registry_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "HOST:PORT, or HOST when no port is given"),
    STRING_F(INDEX, "name", "Name for people"),
    STRING("host", "Host name"),
    STRING("port", "Port, when one is given"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_image[] = {
    KIND(container_image, .table = "container_images", .api_name = "container_images",
         .title = "Image", .help = "An image that containers run from", .archive = REEVE_ARCHIVE,
         .key = LIST("image_ref"), .kept_by = "container.container_image_id",
         .class_name = "ContainerImage", .aliases = LIST("image", "images")),
    KIND(container_image_registry, .table = "container_image_registries",
         .api_name = "container_image_registries", .title = "Image registry",
         .help = "A registry that images come from", .key = LIST("ems_ref"),
         .kept_by = "container_image.container_image_registry_id",
         .class_name = "ContainerImageRegistry",
         .aliases = LIST("image_registry", "image_registries", "registry", "registries")),
    KINDS_END,
};
