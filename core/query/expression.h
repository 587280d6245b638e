/* SPDX-License-Identifier: Apache-2.0
 *
 * ManageIQ's expressions (MiqExpression) as they are written in YAML: which rows of a kind.
 *
 *   db: Vm
 *   expression:
 *     and:
 *     - STARTS WITH: { field: Vm-name, value: web }
 *     - "=": { field: Vm.host-name, value: :user_input }
 *
 * Each leaf becomes a filter (query/filter.h), so that both mean the same.
 */
#ifndef RV_QUERY_EXPRESSION_H
#define RV_QUERY_EXPRESSION_H

#include "query/select.h"

enum {
    RV_EXPRESSION_BYTES_MAX = 64 << 10,
    RV_EXPRESSION_NODES_MAX = 256,
    RV_EXPRESSION_INPUTS_MAX = 32
};

struct rv_expression;

/* All of it lies in the arena. INVALID, naming what, for what cannot be read or is not there: the
 * kind, a field, an operator, a value that does not fit. LIMIT over the ceilings. */
int rv_expression_parse(struct rv_expression **out, struct rv_arena *arena, const char *yaml,
                        size_t len, rv_err *err);
const struct rv_kind *rv_expression_kind(const struct rv_expression *expression);
/* Whether it speaks of being gone, so that rows that are gone are looked at too. */
int rv_expression_about_life(const struct rv_expression *expression);
/* How many values it leaves open (:user_input), in the order in which they stand in it. */
int rv_expression_input_count(const struct rv_expression *expression);
/* Appends the condition on hops[0] of select, which is of its kind. inputs: the texts of what it
 * leaves open; they must outlive the statement. now_ms: what "2 days ago" counts from. INVALID for
 * an input that does not fit its field. */
int rv_expression_add(struct rv_sql *sql, struct rv_select *select,
                      const struct rv_expression *expression, const char *const *inputs,
                      int64_t now_ms, rv_err *err);

#endif
