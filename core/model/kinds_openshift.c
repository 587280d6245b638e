/* SPDX-License-Identifier: Apache-2.0
 *
 * What OpenShift adds: routes, builds and templates.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_route_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("host_name", "Host name"),
    STRING("path", "Path"),
    STRING("service_name", "Service that takes the request"),
    REF("container_service_id", "container_service", "Service that takes the request"),
    STRING("target_port", "Port of the service, number or name"),
    STRING("tls_termination", "edge, passthrough or reencrypt"),
    STRING("wildcard_policy", "None or Subdomain"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_build_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("build_source_type", "Git, Dockerfile, Binary or Image"),
    STRING("source_git", "Repository that it builds"),
    STRING("source_context_dir", "Directory inside the repository"),
    STRING("source_dockerfile", "Dockerfile, when it stands in the build itself"),
    STRING("source_binary", "Name of the file that is given at the start"),
    STRING("source_secret", "Name of the secret for the repository"),
    STRING("output_name", "Image that it makes"),
    STRING("service_account", "Name of the service account that it runs as"),
    INT("completion_deadline_seconds", "Seconds after which a build has failed"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_build_pod_columns[] = {
    NAMESPACED_COLUMNS,
    REF("container_build_id", "container_build", "The build configuration"),
    STRING("phase", "New, Pending, Running, Complete, Failed, Error or Cancelled"),
    STRING("reason", "Why it is in this phase, one word"),
    STRING("message", "Why it is in this phase, for people"),
    INT("duration", "How long it took, in nanoseconds"),
    TIME("start_timestamp", "When it started"),
    TIME("completion_timestamp", "When it ended"),
    STRING("output_docker_image_reference", "Image that it made"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_template_columns[] = {
    NAMESPACED_COLUMNS,
    JSON("objects", "Objects that it makes: array"),
    JSON("object_labels", "Labels that these get: name to value"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_template_parameter_columns[] = {
    REF_F(REQUIRED, "container_template_id", "container_template", "Its template"),
    STRING_F(REQUIRED, "name", "Name"),
    STRING("display_name", "Name for people"),
    STRING("description", "What it is for"),
    STRING("value", "Value, when none is given"),
    STRING("generate", "What makes a value, when none is given: expression"),
    STRING("from", "Pattern of that value"),
    FLAG("required", "Whether a value must be given"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_openshift[] = {
    KIND(container_route, .table = "container_routes", .api_name = "container_routes",
         .title = "Route", .help = "Leads requests from outside to a service", NAMESPACED_KEYS,
         .class_name = "ContainerRoute", .aliases = LIST("route", "routes")),
    KIND(container_build, .table = "container_builds", .api_name = "container_builds",
         .title = "Build configuration", .help = "Says how an image is built", NAMESPACED_KEYS,
         .class_name = "ContainerBuild", .aliases = LIST("bc", "buildconfig", "buildconfigs")),
    KIND(container_build_pod, .table = "container_build_pods", .api_name = "container_build_pods",
         .title = "Build", .help = "One run of a build configuration", NAMESPACED_KEYS,
         .class_name = "ContainerBuildPod", .aliases = LIST("build", "builds")),
    KIND(container_template, .table = "container_templates", .api_name = "container_templates",
         .title = "Template", .help = "Makes a set of objects from parameters", NAMESPACED_KEYS,
         .class_name = "ContainerTemplate"),
    KIND(container_template_parameter, .table = "container_template_parameters",
         .api_name = "container_template_parameters", .title = "Template parameter",
         .help = "A parameter of a template", .flags = REEVE_KIND_CHILD, .key = LIST("name"),
         .owner_column = "container_template_id", .class_name = "ContainerTemplateParameter"),
    KINDS_END,
};
