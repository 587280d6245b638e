/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods of location "expression": their text is an expression (query/expression.h), their inputs
 * say what of the rows is wanted and where it goes.
 */
#ifndef RV_AE_EXPRESSION_H
#define RV_AE_EXPRESSION_H

#include "automate/live.h"

enum {
    RV_EXPRESSION_ATTRIBUTES_MAX = 32,  /* of a row */
    RV_EXPRESSION_RESULT_MAX = 16 << 20 /* bytes of a result, which lies in memory */
};

/* Inputs, as ManageIQ names them: arg1, arg2 ... what the expression leaves open; result_type
 * (dialog_hash, hash, array, simple, count), attributes, distinct, key, result_obj, result_attr,
 * on_empty (error, warn, abort), default. RV_WS_OK or ABORT, or an error: INVALID for an input that
 * means nothing, NOT_FOUND for an object that is not there, LIMIT for a result too large. */
int rv_expression_run(struct rv_live *live, struct rv_ws *ws, struct rv_ws_object *self,
                      const struct rv_ae_method *method, const struct rv_ae_value *inputs,
                      rv_err *err);

#endif
