/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP, mail and traps for methods. args is the list that the method gave.
 */
#ifndef RV_AE_NET_CALLS_H
#define RV_AE_NET_CALLS_H

#include "automate/live.h"

/* {method, url, headers, body, timeout_ms} -> {status, headers, body[, body_base64]} */
int rv_live_http(struct rv_live *live, const struct rv_ae_value *args, struct rv_ae_value *out,
                 rv_err *err);
/* {to, from, cc, bcc, subject, body, content_type} -> true */
int rv_live_email(struct rv_live *live, const struct rv_ae_value *args, struct rv_ae_value *out,
                  rv_err *err);
int rv_live_send_email(struct rv_live *live, const struct rv_ae_value *args, int first,
                       struct rv_ae_value *out, rv_err *err);
/* {host, port, community, object_list} and, for version 1, {enterprise, agent_address,
 * generic_trap, specific_trap}, for 2 {trap_oid} -> true */
int rv_live_trap(struct rv_live *live, int version, const struct rv_ae_value *args, int first,
                 struct rv_ae_value *out, rv_err *err);

#endif
