/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas of the OpenAPI document that do not depend on the dictionary, written as JSON.
 */
#include "api/openapi.h"

#define JSON(...) #__VA_ARGS__

/* clang-format off */
static const struct {
    const char *name, *schema;
} schemas[] = {
    { "Id", JSON({"type": "string", "pattern": "^-?[0-9]{1,19}$"}) },
    { "Action", JSON({"type": "object", "additionalProperties": false,
        "required": ["name", "method", "href"], "properties": {
            "name": {"type": "string"},
            "method": {"enum": ["get", "post", "put", "patch", "delete"]},
            "href": {"type": "string"}}}) },
    { "Actions", JSON({"type": "array", "items": {"$ref": "#/components/schemas/Action"}}) },
    { "Links", JSON({"type": "object", "additionalProperties": false,
        "required": ["self", "first", "last"], "properties": {
            "self": {"type": "string"}, "next": {"type": "string"},
            "previous": {"type": "string"}, "first": {"type": "string"},
            "last": {"type": "string"}}}) },
    { "Error", JSON({"type": "object", "additionalProperties": false, "required": ["error"],
        "properties": {"error": {"type": "object", "additionalProperties": false,
            "required": ["kind", "message", "klass"], "properties": {
                "kind": {"type": "string"}, "message": {"type": "string"},
                "klass": {"type": "string"}, "hint": {"type": "string"}}}}}) },
    { "TaskLink", JSON({"type": "object", "additionalProperties": false,
        "required": ["id", "href"], "properties": {
            "id": {"$ref": "#/components/schemas/Id"}, "href": {"type": "string"}}}) },
    { "TraceStep", JSON({"type": "object", "additionalProperties": false,
        "required": ["kind", "depth"], "properties": {
            "at": {"type": "integer"}, "kind": {"type": "string"}, "depth": {"type": "integer"},
            "object": {"type": "integer"}, "name": {"type": "string"}, "text": {"type": "string"},
            "value": {"type": "string"}, "level": {"type": "string"}, "code": {"type": "integer"},
            "took_us": {"type": "integer"}, "count": {"type": "integer"}}}) },
    { "ActionResult", JSON({"type": "object", "additionalProperties": false,
        "required": ["success", "message"], "properties": {
            "success": {"type": "boolean"}, "message": {"type": "string"},
            "hint": {"type": "string"}, "href": {"type": "string"},
            "id": {"$ref": "#/components/schemas/Id"}, "secret": {"type": "string"}, "uri": {"type": "string"},
            "outcome": {"enum": ["done", "retry", "failed", "aborted", "error"]},
            "reason": {"type": "string"},
            "steps": {"type": "array", "items": {"$ref": "#/components/schemas/TraceStep"}},
            "task_id": {"$ref": "#/components/schemas/Id"}, "task_href": {"type": "string"},
            "counts": {"type": "array", "items": {"$ref": "#/components/schemas/MessageCount"}},
            "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/TaskLink"}}}}) },
    { "MessageCount", JSON({"type": "object", "additionalProperties": false,
        "required": ["state", "queue_name", "count"], "properties": {
            "state": {"type": "string"}, "queue_name": {"type": "string"},
            "zone": {"type": ["string", "null"]}, "role": {"type": ["string", "null"]},
            "count": {"type": "integer"},
            "oldest_on": {"type": ["string", "null"], "format": "date-time"}}}) },
    { "LabelMapping", JSON({"type": "object", "additionalProperties": false, "properties": {
        "labeled_resource_type": {"type": ["string", "null"]},
        "label_name": {"type": "string", "minLength": 1},
        "label_value": {"type": ["string", "null"]}, "category": {"type": ["string", "null"]},
        "prefix": {"type": ["string", "null"]},
        "tag_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]}}}) },
    { "LabelMappingCreate", JSON({"required": ["label_name"],
        "allOf": [{"$ref": "#/components/schemas/LabelMapping"}]}) },
    { "EventReceiverEdit", JSON({"type": "object", "additionalProperties": false, "properties": {
        "description": {"type": "string"},
        "format": {"enum": ["auto", "cloudevents", "alertmanager"]},
        "ems_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
        "rate": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000},
        "enabled": {"type": "boolean"}}}) },
    { "EventReceiverCreate", JSON({"type": "object", "additionalProperties": false,
        "required": ["name"], "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9_-]{1,63}$"},
        "description": {"type": "string"},
        "format": {"enum": ["auto", "cloudevents", "alertmanager"]},
        "ems_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
        "rate": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000000},
        "enabled": {"type": "boolean"}}}) },
    { "AutomateTree", JSON({"type": "object", "additionalProperties": false,
        "required": ["name", "subcount", "resources"], "properties": {
            "name": {"const": "automate"}, "subcount": {"type": "integer"},
            "resources": {"type": "array", "items": {"type": "object",
                "additionalProperties": false,
                "required": ["href", "id", "name", "klass", "fqname", "domain_fqname"],
                "properties": {
                    "href": {"type": "string"}, "id": {"$ref": "#/components/schemas/Id"},
                    "name": {"type": "string"}, "display_name": {"type": "string"},
                    "klass": {"type": "string"}, "fqname": {"type": "string"},
                    "domain_fqname": {"type": "string"}}}}}}) },
    { "AutomateDomain", JSON({"type": "object", "additionalProperties": false, "properties": {
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_.$-]{1,255}$"},
        "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]}, "enabled": {"type": ["boolean", "null"]},
        "priority": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000000}}}) },
    { "AutomateDomainEntry", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        "properties": {"id": {"$ref": "#/components/schemas/IdGiven"},
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_.$-]{1,255}$"},
        "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]}, "enabled": {"type": ["boolean", "null"]},
        "priority": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000000}}}) },
    { "AutomateDomainCreate", JSON({"required": ["name"],
        "allOf": [{"$ref": "#/components/schemas/AutomateDomain"}]}) },
    { "AutomatePriority", JSON({"type": "object", "additionalProperties": false,
        "required": ["priority"], "properties": {
            "priority": {"type": "integer", "minimum": 1, "maximum": 1000000}}}) },
    { "AutomateImportAsked", JSON({"type": "object", "additionalProperties": false,
        "required": ["data"], "properties": {
            "data": {"type": "string"},
            "encoding": {"enum": ["base64", "none", null]},
            "as": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_.$-]{1,255}$"},
            "enable": {"type": ["boolean", "null"]}}}) },
    { "AutomateMethodEdit", JSON({"type": "object", "additionalProperties": false, "properties": {
        "data": {"type": "string"}, "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]}, "language": {"type": "string"},
        "location": {"type": "string"}}}) },
    { "AutomateMethodEntry", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        "properties": {"id": {"$ref": "#/components/schemas/IdGiven"}, "name": {"$ref": "#/components/schemas/Text"},
        "data": {"type": "string"}, "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]}, "language": {"type": "string"},
        "location": {"type": "string"}}}) },
    { "AutomateInstance", JSON({"type": "object", "additionalProperties": false, "properties": {
        "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]},
        "fields": {"type": ["object", "null"],
            "additionalProperties": {"type": ["string", "null"]}}}}) },
    { "AutomateInstanceEntry", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        "properties": {"id": {"$ref": "#/components/schemas/IdGiven"}, "name": {"$ref": "#/components/schemas/Text"},
        "display_name": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]},
        "fields": {"type": ["object", "null"],
            "additionalProperties": {"type": ["string", "null"]}}}}) },
    { "AutomateInstanceCreate", JSON({"type": "object", "additionalProperties": false,
        "required": ["class_id", "name"], "properties": {
            "class_id": {"$ref": "#/components/schemas/IdGiven"},
            "name": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,255}$"},
            "display_name": {"type": ["string", "null"]},
            "description": {"type": ["string", "null"]},
            "fields": {"type": ["object", "null"],
                "additionalProperties": {"type": ["string", "null"]}}}}) },
    { "AutomateWorkspaceEdit", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["objects"]}, {"required": ["state_vars"]}], "properties": {
            "objects": {"type": "object", "additionalProperties": {"type": "object"}},
            "state_vars": {"type": "object"}}}) },
    { "AutomateWorkspaceEncrypt", JSON({"type": "object", "additionalProperties": false,
        "required": ["object", "attribute", "value"], "properties": {
            "object": {"type": "string", "minLength": 1},
            "attribute": {"type": "string", "minLength": 1}, "value": {"type": "string"}}}) },
    { "AutomateWorkspaceDecrypt", JSON({"type": "object", "additionalProperties": false,
        "required": ["object", "attribute"], "properties": {
            "object": {"type": "string", "minLength": 1},
            "attribute": {"type": "string", "minLength": 1}}}) },
    { "AutomateWorkspacePassword", JSON({"type": "object", "additionalProperties": false,
        "required": ["object", "attribute", "value"], "properties": {
            "object": {"type": "string"}, "attribute": {"type": "string"},
            "value": {"type": "string"}}}) },
    { "AutomateRunAsked", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["uri"]}, {"required": ["event"],
            "properties": {"event": {"$ref": "#/components/schemas/IdGiven"}}}],
        "properties": {
            "uri": {"type": "string", "pattern": "^/[^/]", "maxLength": 2000},
            "attributes": {"type": ["object", "null"]},
            "event": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
            "target": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": false,
                "required": ["kind", "id"], "properties": {
                    "kind": {"type": "string", "minLength": 1},
                    "id": {"$ref": "#/components/schemas/IdGiven"}}}]}}}) },
    { "AutomateSimulationAsked", JSON({"type": "object", "additionalProperties": false,
        "anyOf": [{"required": ["uri"]}, {"required": ["event"],
            "properties": {"event": {"$ref": "#/components/schemas/IdGiven"}}}],
        "properties": {
            "uri": {"type": "string", "pattern": "^/[^/]", "maxLength": 2000},
            "attributes": {"type": ["object", "null"]},
            "event": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
            "target": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": false,
                "required": ["kind", "id"], "properties": {
                    "kind": {"type": "string", "minLength": 1},
                    "id": {"$ref": "#/components/schemas/IdGiven"}}}]}}}) },
    { "BlacklistedEventEdit", JSON({"type": "object", "additionalProperties": false,
        "required": ["enabled"], "properties": {"enabled": {"type": "boolean"}}}) },
    { "BlacklistedEventCreate", JSON({"type": "object", "additionalProperties": false,
        "required": ["event_name"], "properties": {
            "event_name": {"type": "string", "minLength": 1, "maxLength": 255,
                "pattern": "^[^*]+[*]?$"},
            "provider_model": {"type": ["string", "null"], "minLength": 1, "maxLength": 250},
            "ems_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
            "enabled": {"type": "boolean"}}}) },
    { "EventCreate", JSON({"type": "object", "additionalProperties": false,
        "required": ["event_type"], "properties": {
            "event_type": {"type": "string", "minLength": 1, "maxLength": 250},
            "message": {"type": ["string", "null"], "minLength": 1, "maxLength": 16384},
            "source": {"type": ["string", "null"], "minLength": 1, "maxLength": 250},
            "timestamp": {"type": ["string", "null"], "format": "date-time"},
            "target_type": {"type": ["string", "null"], "minLength": 1, "maxLength": 250},
            "target_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
            "chain_id": {"anyOf": [{"$ref": "#/components/schemas/IdGiven"}, {"type": "null"}]},
            "full_data": {}}}) },
    { "Token", JSON({"type": "object", "additionalProperties": false,
        "required": ["auth_token", "token_ttl", "expires_on"], "properties": {
            "auth_token": {"type": "string"}, "token_ttl": {"type": "integer"},
            "expires_on": {"type": "string", "format": "date-time"},
            "requester_type": {"enum": ["cli", "ui", "ws"]}}}) },
    { "Product", JSON({"type": "object", "additionalProperties": false, "properties": {
        "name": {"type": "string"}, "name_full": {"type": "string"},
        "copyright": {"type": "string"}, "support_website": {"type": "string"},
        "support_website_text": {"type": "string"}}}) },
    { "Identity", JSON({"type": "object", "additionalProperties": false, "properties": {
        "userid": {"type": "string"}, "name": {"type": "string"},
        "user_href": {"type": "string"}, "group": {"type": "string"},
        "group_href": {"type": "string"}, "role": {"type": "string"},
        "role_href": {"type": "string"}, "tenant": {"type": "string"},
        "groups": {"type": "array", "items": {"type": "string"}},
        "miq_groups": {"type": "array", "items": {"type": "object",
            "additionalProperties": false}}}}) },
    { "ServerInfo", JSON({"type": "object", "additionalProperties": false, "properties": {
        "version": {"type": "string"}, "build": {"type": "string"},
        "appliance": {"type": "string"}, "server_href": {"type": "string"},
        "zone_href": {"type": "string"}, "region_href": {"type": "string"},
        "time": {"type": "string", "format": "date-time"}}}) },
    { "Feature", JSON({"type": "object", "additionalProperties": false, "properties": {
        "name": {"type": "string"}, "description": {"type": "string"},
        "children": {"type": "array", "items": {"type": "string"}}}}) },
    { "Entry", JSON({"type": "object", "additionalProperties": false,
        "required": ["name", "version", "collections"], "properties": {
            "name": {"type": "string"}, "description": {"type": "string"},
            "version": {"type": "string"},
            "versions": {"type": "array", "items": {"type": "object",
                "additionalProperties": false, "properties": {
                    "name": {"type": "string"}, "href": {"type": "string"}}}},
            "settings": {"type": "object", "additionalProperties": false, "properties": {
                "asynchronous_notifications": {"type": "boolean"}, "locale": {"type": "string"}}},
            "identity": {"$ref": "#/components/schemas/Identity"},
            "server_info": {"$ref": "#/components/schemas/ServerInfo"},
            "product_info": {"$ref": "#/components/schemas/Product"},
            "authorization": {"type": "object", "additionalProperties": false, "properties": {
                "product_features": {"type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/Feature"}}}},
            "collections": {"type": "array", "items": {"type": "object",
                "additionalProperties": false, "required": ["name", "href", "description"],
                "properties": {"name": {"type": "string"}, "href": {"type": "string"},
                    "description": {"type": "string"}, "kind": {"type": "string"},
                    "title": {"type": "string"},
                    "aliases": {"type": "array", "items": {"type": "string"}}}}}}}) },
    { "ProviderOption", JSON({"type": "object", "additionalProperties": false, "properties": {
        "name": {"type": "string"}, "type": {"type": "string"},
        "required": {"type": "boolean"}, "advanced": {"type": "boolean"},
        "default": {"type": "string"}, "min": {"type": "number"}, "max": {"type": "number"},
        "choices": {"type": "array", "items": {"type": "string"}},
        "help": {"type": "string"}}}) },
    { "ProviderEventType", JSON({"type": "object", "additionalProperties": false,
        "required": ["name"], "properties": {"name": {"type": "string"},
            "group": {"type": "string"}, "level": {"type": "string"},
            "help": {"type": "string"}, "quiet": {"type": "boolean"}}}) },
    { "ProviderType", JSON({"type": "object", "additionalProperties": false,
        "required": ["name", "options"], "properties": {
            "name": {"type": "string"}, "title": {"type": "string"},
            "version": {"type": "string"}, "vendor": {"type": "string"},
            "license": {"type": "string"}, "docs_url": {"type": "string"},
            "type": {"type": "string"}, "abi": {"type": "string"},
            "verify": {"type": "boolean"}, "events": {"type": "boolean"},
            "event_source": {"type": "string"}, "event_types": {"type": "array",
                "items": {"$ref": "#/components/schemas/ProviderEventType"}},
            "metrics": {"type": "boolean"}, "operations": {"type": "boolean"},
            "options": {"type": "array",
                "items": {"$ref": "#/components/schemas/ProviderOption"}}}}) },
    { "ProviderTypes", JSON({"type": "object", "additionalProperties": false,
        "required": ["types"], "properties": {"types": {"type": "array",
            "items": {"$ref": "#/components/schemas/ProviderType"}}}}) },
    { "DiagnosticsFile", JSON({"type": "object", "additionalProperties": false,
        "required": ["present"], "properties": {"present": {"type": "boolean"},
            "mode": {"type": "string", "pattern": "^[0-7]{4}$"}, "owner": {"type": "integer"}}}) },
    { "Diagnostics", JSON({"type": "object", "additionalProperties": false,
        "required": ["server", "home", "database", "keeping", "log"], "properties": {
            "log": {"type": "array", "items": {"type": "string"}},
            "keeping": {"type": "object", "additionalProperties": false, "properties": {
                "changes_keep_ms": {"type": "integer"}, "purge_interval_ms": {"type": "integer"},
                "made_ms": {"type": "integer"}, "oldest_change_ms": {"type": "integer"},
                "last_backup_ms": {"type": "integer"}}},
            "server": {"type": "object", "additionalProperties": false,
                "required": ["version", "time_ms"], "properties": {
                    "version": {"type": "string"}, "hostname": {"type": "string"},
                    "time_ms": {"type": "integer"}, "open_files": {"type": "integer"},
                    "open_files_max": {"type": "integer"}, "processors": {"type": "integer"}}},
            "home": {"type": ["object", "null"], "additionalProperties": false, "properties": {
                "path": {"type": "string"}, "user": {"type": "integer"},
                "free_bytes": {"type": "integer"}, "size_bytes": {"type": "integer"},
                "free_files": {"type": "integer"}, "files": {"type": "integer"},
                "files_of_ours": {"type": "object", "additionalProperties": false, "properties": {
                    "key": {"$ref": "#/components/schemas/DiagnosticsFile"},
                    "admin-password": {"$ref": "#/components/schemas/DiagnosticsFile"},
                    "reeve.yaml": {"$ref": "#/components/schemas/DiagnosticsFile"}}}}},
            "database": {"type": "object", "additionalProperties": false,
                "required": ["engine", "schema_version", "answer_us", "bytes"], "properties": {
                    "engine": {"enum": ["sqlite", "postgresql"]},
                    "schema_version": {"type": "integer"}, "answer_us": {"type": "integer"},
                    "bytes": {"type": "integer"}, "time_ms": {"type": "integer"},
                    "connections": {"type": "integer"},
                    "oldest_transaction_ms": {"type": "integer"}, "standby": {"type": "boolean"},
                    "settings": {"type": "object", "additionalProperties": {"type": "string"},
                        "description": "PostgreSQL's own, by their names"}}}}}) },
    { "Moment", JSON({"type": "string", "format": "date-time"}) },
    { "DatabaseTable", JSON({"type": "object", "additionalProperties": false,
        "required": ["name", "bytes"], "properties": {
            "name": {"type": "string"}, "bytes": {"type": "integer"},
            "rows": {"type": "integer", "description": "PostgreSQL: an estimate"},
            "dead_rows": {"type": "integer", "description": "PostgreSQL's, as is vacuumed_at"},
            "vacuumed_at": {"$ref": "#/components/schemas/Moment"}}}) },
    { "Database", JSON({"type": "object", "additionalProperties": false,
        "required": ["engine", "schema_version", "region", "bytes", "changes"], "properties": {
            "engine": {"enum": ["sqlite", "postgresql"]}, "schema_version": {"type": "integer"},
            "region": {"type": "integer"}, "bytes": {"type": "integer"},
            "last_backup": {"$ref": "#/components/schemas/Moment"},
            "last_maintenance": {"$ref": "#/components/schemas/Moment"},
            "last_vacuum": {"$ref": "#/components/schemas/Moment"},
            "low_space_since": {"$ref": "#/components/schemas/Moment"},
            "changes": {"type": "object", "additionalProperties": false,
                "description": "the change feed's window",
                "required": ["cursor", "from", "to", "rows"], "properties": {
                    "cursor": {"type": "string"}, "from": {"type": "integer"},
                    "to": {"type": "integer"}, "rows": {"type": "integer"},
                    "oldest_at": {"$ref": "#/components/schemas/Moment"}}},
            "tables": {"type": "array",
                "description": "the largest; of a large SQLite file they are not looked at",
                "items": {"$ref": "#/components/schemas/DatabaseTable"}},
            "page_size": {"type": "integer"},
            "pages": {"type": "integer"},
            "free_pages": {"type": "integer"},
            "server_version": {"type": "integer"},
            "connections": {"type": "integer"},
            "connections_max": {"type": "integer"},
            "locks_waited_for": {"type": "integer"},
            "oldest_transaction_s": {"type": "integer"},
            "oldest_snapshot_xids": {"type": "integer"},
            "wal_bytes": {"type": "integer"}}}) },
    { "Counts", JSON({"type": "object", "additionalProperties": false, "required": ["counts"],
        "properties": {
            "counts": {"type": "object",
                "additionalProperties": {"type": "integer", "minimum": 0}}}}) },
    { "CollectionOptions", JSON({"type": "object", "additionalProperties": false,
        "required": ["attributes", "virtual_attributes", "relationships", "subcollections", "data"],
        "properties": {
            "attributes": {"type": "array", "items": {"type": "string"}},
            "virtual_attributes": {"type": "array", "items": {"type": "string"}},
            "relationships": {"type": "array", "items": {"type": "string"}},
            "subcollections": {"type": "array", "items": {"type": "string"}},
            "data": {"type": "object", "additionalProperties": false, "properties": {
                "provider_settings": {"type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/ProviderType"}}}}}}) },
    /* What clients send. A text may not hold U+0000. */
    { "Text", JSON({"type": "string", "pattern": "^[^\\u0000]*$"}) },
    { "Name", JSON({"type": "string", "minLength": 1, "maxLength": 255,
        "pattern": "^[^\\u0000]+$"}) },
    { "IdGiven", JSON({"type": ["string", "integer"], "pattern": "^[1-9][0-9]{0,18}$", "minimum": 1,
        "maximum": 9007199254740991}) },
    { "ZoneGiven", JSON({"type": "object", "additionalProperties": false, "minProperties": 1,
        "properties": {"id": {"$ref": "#/components/schemas/IdGiven"},
            "href": {"type": "string", "pattern": "^/api/zones/[1-9][0-9]{0,17}$"},
            "name": {"$ref": "#/components/schemas/Name"}}}) },
    { "ProviderOptions", JSON({"type": "object", "description":
        "Options of the plugin by name; GET /api/provider_types lists them",
        "additionalProperties": {"type": ["string", "number", "boolean"],
            "pattern": "^[^\\u0000]*$"}}) },
    { "EndpointGiven", JSON({"type": "object", "additionalProperties": false, "properties": {
        "role": {"enum": ["default"]},
        "hostname": {"$ref": "#/components/schemas/Text"},
        "ipaddress": {"$ref": "#/components/schemas/Text"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "path": {"$ref": "#/components/schemas/Text"},
        "security_protocol": {"enum": ["ssl-with-validation", "ssl-with-validation-custom-ca",
            "ssl-without-validation"]},
        "verify_ssl": {"enum": [0, 1]},
        "certificate_authority": {"type": "string", "pattern": "^[^\\u0000]*$"},
        "http_proxy": {"$ref": "#/components/schemas/Text"}}}) },
    { "CredentialsGiven", JSON({"type": "object", "additionalProperties": false, "properties": {
        "authtype": {"enum": ["default", "bearer"]},
        "userid": {"$ref": "#/components/schemas/Text"},
        "password": {"$ref": "#/components/schemas/Text"},
        "auth_key": {"type": "string", "pattern": "^[^\\u0000]*$"},
        "client_certificate": {"type": "string", "pattern": "^[^\\u0000]*$"},
        "client_key": {"type": "string", "pattern": "^[^\\u0000]*$"}}}) },
    { "ConnectionConfigurations", JSON({"type": "array", "items": {"type": "object",
        "additionalProperties": false, "properties": {
            "endpoint": {"$ref": "#/components/schemas/EndpointGiven"},
            "authentication": {"$ref": "#/components/schemas/CredentialsGiven"}}}}) },
    { "Patch", JSON({"type": "array", "items": {"type": "object", "additionalProperties": false,
        "required": ["action", "path", "value"], "properties": {
            "action": {"enum": ["add", "edit"]},
            "path": {"enum": ["name", "uid_ems", "provider_region"]},
            "value": {"$ref": "#/components/schemas/Name"}}}}) },
};
/* clang-format on */

void
rv_openapi_common(rv_json_writer *w)
{
    for (size_t i = 0; i < RV_COUNT(schemas); i++) {
        rv_jw_name(w, schemas[i].name);
        rv_openapi_json(w, schemas[i].schema);
    }
}
