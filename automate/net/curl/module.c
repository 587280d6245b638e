/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of functions by which the process reaches all this.
 */
#include "transfer.h"

static const struct rv_net_module module = {
    .version = RV_NET_MODULE_VERSION,
    .size = sizeof(module),
    .http = rv_net_curl_http,
    .mail = rv_net_curl_mail,
};

__attribute__((visibility("default"))) const struct rv_net_module *rv_net_module_entry(void);

/* NULL when libcurl does not start. */
const struct rv_net_module *
rv_net_module_entry(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? &module : NULL;
}
