/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of options. kubeconfig is a secret as a whole, since it holds tokens and
 * keys; it and context are gone after prepare.c, which makes the others from them.
 */
#include "options.h"

#include <stddef.h>

#define MINUTES(n) ((int64_t)(n)*60 * 1000)
#define SECONDS(n) ((int64_t)(n)*1000)

static const char *const security_protocols[] = { "ssl-with-validation",
                                                  "ssl-with-validation-custom-ca",
                                                  "ssl-without-validation", "non-ssl", NULL };

const struct reeve_option kube_options[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, NULL, 0, 0, NULL,
      "Name or address of the API server" },
    { "port", REEVE_OPT_INT, 0, KUBE_DEFAULT_PORT, 1, 65535, NULL, "Its port" },
    { "path", REEVE_OPT_STRING, REEVE_OPT_ADVANCED, NULL, 0, 0, NULL,
      "Prefix of its paths, when it is behind another server: /clusters/one" },
    { "security_protocol", REEVE_OPT_ENUM, 0, "ssl-with-validation", 0, 0, security_protocols,
      "How its certificate is checked: by the system's authorities, by the one given, or not at "
      "all; non-ssl is plain HTTP" },
    { "certificate_authority", REEVE_OPT_TEXT, 0, NULL, 0, 0, NULL,
      "Certificates (PEM) that its own must be signed by" },
    { "auth_key", REEVE_OPT_SECRET, 0, NULL, 0, 0, NULL, "Bearer token, of a service account" },
    { "client_certificate", REEVE_OPT_TEXT, 0, NULL, 0, 0, NULL,
      "Certificate (PEM) to show to the server, with client_key" },
    { "client_key", REEVE_OPT_SECRET, 0, NULL, 0, 0, NULL, "Key (PEM) of client_certificate" },
    { "http_proxy", REEVE_OPT_URL, 0, NULL, 0, 0, NULL,
      "HTTP proxy to go through, http://host:port" },
    { "http_proxy_userid", REEVE_OPT_STRING, 0, NULL, 0, 0, NULL, "User name at the proxy" },
    { "http_proxy_password", REEVE_OPT_SECRET, 0, NULL, 0, 0, NULL,
      "Password of http_proxy_userid" },
    { "kubeconfig", REEVE_OPT_SECRET, 0, NULL, 0, 0, NULL,
      "Text of a kubeconfig file, in place of all of the above; files and programs that it "
      "refers to are not read" },
    { "context", REEVE_OPT_STRING, 0, NULL, 0, 0, NULL,
      "Context of the kubeconfig; without it, its current one" },
    { "events", REEVE_OPT_FLAG, 0, "true", 0, 0, NULL, "Whether its events are watched" },
    { "all_events", REEVE_OPT_FLAG, REEVE_OPT_ADVANCED, "false", 0, 0, NULL,
      "Events of every kind and reason, as KIND_REASON, not only those that are known" },
    { "page_size", REEVE_OPT_INT, REEVE_OPT_ADVANCED, "500", 10, 5000, NULL,
      "Objects in one page of a list" },
    { "connect_timeout", REEVE_OPT_DURATION, REEVE_OPT_ADVANCED, "10s", SECONDS(1), MINUTES(2),
      NULL, "How long a connection may take to come about" },
    { "request_timeout", REEVE_OPT_DURATION, REEVE_OPT_ADVANCED, "60s", SECONDS(1), MINUTES(10),
      NULL, "How long a page may take" },
    { "watch_timeout", REEVE_OPT_DURATION, REEVE_OPT_ADVANCED, "5m", SECONDS(2), MINUTES(60), NULL,
      "After this long to twice as long a watch is asked for anew" },
    { "retry_refused", REEVE_OPT_DURATION, REEVE_OPT_ADVANCED, "5m", SECONDS(1), MINUTES(60), NULL,
      "How often a collection that is not allowed or not there is tried again" },
    REEVE_OPTIONS_END,
};
