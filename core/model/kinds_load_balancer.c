/* SPDX-License-Identifier: Apache-2.0
 *
 * Load balancers of clouds: listeners take requests, pools of members answer them, health checks
 * say which members can.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define TENANT REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to")

static const struct reeve_column load_balancer_columns[] = {
    MANAGED_COLUMNS,   STRING("description", "Description"), TENANT, RETIREMENT_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_listener_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("load_balancer_protocol", "What is spoken to it: TCP, HTTP, ..."),
    STRING("load_balancer_port_range", "Its ports, first and last, '-' between"),
    STRING("instance_protocol", "What it speaks to the members"),
    STRING("instance_port_range", "Ports of the members, first and last, '-' between"),
    REF("load_balancer_id", "load_balancer", "Its load balancer"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_listener_pool_columns[] = {
    REF_F(REQUIRED, "load_balancer_listener_id", "load_balancer_listener", "The listener"),
    REF_F(REQUIRED, "load_balancer_pool_id", "load_balancer_pool", "A pool that it leads to"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_pool_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("load_balancer_algorithm", "How a member is chosen"),
    STRING("protocol", "What its members speak"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_pool_member_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    CLASS,
    STRING("address", "Its address"),
    INT("port", "Its port"),
    REF("vm_id", "vm", "The machine that it is"),
    REF("network_port_id", "network_port", "The port that it is reached by"),
    REF("cloud_subnet_id", "cloud_subnet", "The subnet of its address"),
    REF("resource_group_id", "resource_group", "The resource group that it is in"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_pool_member_pool_columns[] = {
    REF_F(REQUIRED, "load_balancer_pool_id", "load_balancer_pool", "The pool"),
    REF_F(REQUIRED, "load_balancer_pool_member_id", "load_balancer_pool_member", "A member of it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_health_check_columns[] = {
    MANAGED_COLUMNS,
    STRING("protocol", "What it asks with: TCP, HTTP, ..."),
    INT("port", "The port that it asks"),
    STRING("url_path", "The path that it asks for"),
    INT("interval", "Seconds between questions"),
    INT("timeout", "Seconds that it waits for an answer"),
    INT("healthy_threshold", "Answers after which a member counts as well"),
    INT("unhealthy_threshold", "Failures after which it counts as ill"),
    REF("load_balancer_id", "load_balancer", "Its load balancer"),
    REF("load_balancer_listener_id", "load_balancer_listener", "Its listener"),
    TENANT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column load_balancer_health_check_member_columns[] = {
    REF_F(REQUIRED, "load_balancer_health_check_id", "load_balancer_health_check", "The check"),
    REF_F(REQUIRED, "load_balancer_pool_member_id", "load_balancer_pool_member",
          "A member that it asks"),
    STRING("status", "What came out: InService, OutOfService, Unknown"),
    STRING("status_reason", "Why it is so"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_load_balancer[] = {
    KIND(load_balancer, .table = "load_balancers", .api_name = "load_balancers",
         .title = "Load balancer", .help = "Spreads requests over machines", MANAGED_KEY,
         .class_name = "LoadBalancer"),
    KIND(load_balancer_listener, .table = "load_balancer_listeners",
         .api_name = "load_balancer_listeners", .title = "Listener of a load balancer",
         .help = "Where a load balancer takes requests", MANAGED_KEY,
         .class_name = "LoadBalancerListener"),
    KIND(load_balancer_listener_pool, .table = "load_balancer_listener_pools",
         .api_name = "load_balancer_listener_pools", .title = "Pool of a listener",
         .help = "Says that a listener leads to a pool", .flags = REEVE_KIND_CHILD,
         .key = LIST("load_balancer_pool_id"), .owner_column = "load_balancer_listener_id",
         .class_name = "LoadBalancerListenerPool"),
    KIND(load_balancer_pool, .table = "load_balancer_pools", .api_name = "load_balancer_pools",
         .title = "Pool of a load balancer", .help = "Members that answer the same requests",
         MANAGED_KEY, .class_name = "LoadBalancerPool"),
    KIND(load_balancer_pool_member, .table = "load_balancer_pool_members",
         .api_name = "load_balancer_pool_members", .title = "Member of a load balancer's pool",
         .help = "A machine that answers requests", MANAGED_KEY,
         .class_name = "LoadBalancerPoolMember"),
    KIND(load_balancer_pool_member_pool, .table = "load_balancer_pool_member_pools",
         .api_name = "load_balancer_pool_member_pools", .title = "Membership of a pool",
         .help = "Says that a member is in a pool", .flags = REEVE_KIND_CHILD,
         .key = LIST("load_balancer_pool_member_id"), .owner_column = "load_balancer_pool_id",
         .class_name = "LoadBalancerPoolMemberPool"),
    KIND(load_balancer_health_check, .table = "load_balancer_health_checks",
         .api_name = "load_balancer_health_checks", .title = "Health check of a load balancer",
         .help = "How a load balancer finds out which members are well", MANAGED_KEY,
         .class_name = "LoadBalancerHealthCheck"),
    KIND(load_balancer_health_check_member, .table = "load_balancer_health_check_members",
         .api_name = "load_balancer_health_check_members", .title = "Health of a member",
         .help = "What a health check found", .flags = REEVE_KIND_CHILD,
         .key = LIST("load_balancer_pool_member_id"),
         .owner_column = "load_balancer_health_check_id",
         .class_name = "LoadBalancerHealthCheckMember"),
    KINDS_END,
};
