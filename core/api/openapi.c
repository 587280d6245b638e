/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers.h"
#include "api/answer.h"
int
rv_get_openapi(struct rv_request *req, rv_err *err)
{
    (void)err;
    rv_answer_text(req, 200, "{}");
    return 0;
}
