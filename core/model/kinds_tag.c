/* SPDX-License-Identifier: Apache-2.0
 *
 * Words on objects: custom attributes (labels and such, which belong to their object), and
 * tags, which are the server's own.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column custom_attribute_columns[] = {
    POLY("resource", NULL, "What it describes"),
    STRING_F(REQUIRED, "section",
             "labels, selectors, node_selectors, additional_attributes, docker_labels, ..."),
    STRING_F(REQUIRED, "name", "Name"),
    STRING("value", "Value"),
    STRING("source", "Who says so: the provider's type, or EVM for a user's own"),
    STRING("description", "Description"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column tag_columns[] = {
    STRING_F(REQUIRED, "name", "Path: /managed/CATEGORY/NAME"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column classification_columns[] = {
    STRING_F(REQUIRED | INDEX, "name", "Last part of the tag's path"),
    STRING_F(REQUIRED, "description", "Name for people"),
    REF("parent_id", "classification", "Category of an entry; null for a category"),
    REF_F(REQUIRED, "tag_id", "tag", "Its tag"),
    STRING("syntax", "Sort of value: string, integer, boolean"),
    FLAG("single_value", "Whether an object may have one entry of this category only"),
    FLAG("read_only", "Whether only the server assigns it"),
    FLAG("show", "Whether people see it"),
    FLAG("default", "Whether the server came with it"),
    FLAG("perf_by_tag", "Whether metrics are kept by its entries"),
    STRING("icon", "Icon"),
    STRING("example_text", "What it is for"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column tagging_columns[] = {
    POLY_F(REQUIRED, "taggable", NULL, "What has the tag"),
    REF_F(REQUIRED, "tag_id", "tag", "The tag"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_label_tag_mapping_columns[] = {
    STRING("labeled_resource_type", "Kind whose labels it reads; null: every kind"),
    STRING_F(REQUIRED | INDEX, "label_name", "Name of the label"),
    STRING("label_value", "Value of the label; null: every value"),
    REF_F(REQUIRED, "tag_id", "tag", "Tag that such objects get, or category of such tags"),
    CREATED_AT,
    UPDATED_AT,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_tag[] = {
    KIND(custom_attribute, .table = "custom_attributes", .api_name = "custom_attributes",
         .title = "Custom attribute", .help = "A label, selector or other name and value",
         .flags = REEVE_KIND_CHILD, .key = LIST("section", "name"), .owner_column = "resource_id",
         .class_name = "CustomAttribute"),
    KIND(tag, .table = "tags", .api_name = "tags", .title = "Tag",
         .help = "A word of a category that objects can be given", .flags = REEVE_KIND_SERVER,
         .key = LIST("name"), .class_name = "Tag"),
    KIND(classification, .table = "classifications", .api_name = "categories",
         .title = "Tag category", .help = "A category of tags, or an entry of one",
         .flags = REEVE_KIND_SERVER, .key = LIST("tag_id"), .class_name = "Classification",
         .aliases = LIST("category")),
    KIND(tagging, .table = "taggings", .api_name = "taggings", .title = "Tagging",
         .help = "Says that an object has a tag", .flags = REEVE_KIND_SERVER,
         .key = LIST("taggable_type", "taggable_id", "tag_id"), .class_name = "Tagging"),
    KIND(container_label_tag_mapping, .table = "container_label_tag_mappings",
         .api_name = "container_label_tag_mappings", .title = "Label mapping",
         .help = "Gives objects with a label a tag", .flags = REEVE_KIND_SERVER,
         .key = LIST("labeled_resource_type", "label_name", "label_value"),
         .class_name = "ContainerLabelTagMapping", .aliases = LIST("mappings")),
    KINDS_END,
};
