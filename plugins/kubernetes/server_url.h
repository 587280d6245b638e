/* SPDX-License-Identifier: Apache-2.0
 *
 * The address of an API server: "https://host:6443/prefix".
 */
#ifndef KUBE_SERVER_URL_H
#define KUBE_SERVER_URL_H

struct kube_server_url {
    char host[256];  /* an IPv6 address without brackets */
    char path[1024]; /* "" or "/..." without a slash at the end */
    int port;        /* 443 or 80 when none is given */
    int tls;
};

/* NULL, or what is wrong with text: "has a query", ... */
const char *kube_server_url_parse(struct kube_server_url *out, const char *text);

#endif
