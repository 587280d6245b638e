/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns the cluster and user of one context into options. What kubectl would do with a
 * program, a login dance or another file is refused with an error that says what to give instead.
 * Called by prepare.c and a fuzz target.
 */
#include "kubeconfig.h"

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "nearest.h"
#include "server_url.h"
#include "yaml_tree.h"

#define INLINE_HINT                                                                                \
    "put the contents into the text with `kubectl config view --raw --flatten`; reevectl does so " \
    "by itself when it is given the file's path"
#define TOKEN_HINT                                                                                 \
    "use the token of a service account: `kubectl create token NAME --duration=8760h`, or a "      \
    "secret of type kubernetes.io/service-account-token; plugins/kubernetes/README.md has the "    \
    "steps"

struct reader {
    struct reeve_call *call;
    const struct kube_yaml *root;
    void (*set)(void *arg, const char *name, const char *value);
    void *arg;
};

static int
refuse(struct reader *r, const char *hint, const char *what)
{
    int rc = reeve_fail(r->call, REEVE_E_INVALID, "%s", what);

    reeve_hint(r->call, "%s", hint);
    return rc;
}

/* Entry of a list of { name: ..., MEMBER: {...} }; *found tells whether the name is there. */
static const struct kube_yaml *
find_named(const struct kube_yaml *list, const char *name, const char *member, int *found)
{
    *found = 0;
    for (const struct kube_yaml *at = list ? list->first : NULL; at; at = at->next) {
        const char *its = kube_yaml_string(at, "name");

        if (its && strcmp(its, name) == 0) {
            *found = 1;
            return kube_yaml_member(at, member);
        }
    }
    return NULL;
}

/* "a, b, c" of at most 20 names; *nearest is set when one is close to `wanted`. */
static char *
list_names(struct reader *r, const struct kube_yaml *list, const char *wanted, const char **nearest)
{
    char *text = reeve_strdup(r->call, "");
    int best = 3, count = 0;

    *nearest = NULL;
    for (const struct kube_yaml *at = list ? list->first : NULL; at && text; at = at->next) {
        const char *name = kube_yaml_string(at, "name");
        int distance;

        if (!name)
            continue;
        distance = wanted ? kube_distance(name, wanted, 3) : 4;
        if (distance < best) {
            best = distance;
            *nearest = name;
        }
        if (++count <= 20)
            text = reeve_format(r->call, "%s%s%.100s", text, count > 1 ? ", " : "", name);
        else if (count == 21)
            text = reeve_format(r->call, "%s, ...", text);
    }
    return text ? text : reeve_strdup(r->call, "");
}

static int
unknown_context(struct reader *r, const struct kube_yaml *contexts, const char *wanted)
{
    const char *nearest, *names = list_names(r, contexts, wanted, &nearest);
    int rc;

    if (!names || !*names)
        return reeve_fail(r->call, REEVE_E_INVALID, "kubeconfig has no contexts");
    if (nearest)
        rc = reeve_fail(r->call, REEVE_E_INVALID,
                        "kubeconfig has no context '%.100s', did you mean '%.100s'?", wanted,
                        nearest);
    else
        rc = reeve_fail(r->call, REEVE_E_INVALID, "kubeconfig has no context '%.100s'", wanted);
    reeve_hint(r->call, "its contexts are: %s", names);
    return rc;
}

static int
no_current_context(struct reader *r, const struct kube_yaml *contexts)
{
    const char *nearest, *names = list_names(r, contexts, NULL, &nearest);
    int rc = reeve_fail(r->call, REEVE_E_INVALID, "kubeconfig has no current-context");

    if (names && *names)
        reeve_hint(r->call, "choose a context: %s", names);
    return rc;
}

/* The only context counts as the current one. */
static const char *
default_context(const struct reader *r, const struct kube_yaml *contexts)
{
    const char *current = kube_yaml_string(r->root, "current-context");

    if (!current && contexts && contexts->first && !contexts->first->next)
        current = kube_yaml_string(contexts->first, "name");
    return current;
}

static int
find_context(struct reader *r, const char *wanted, const struct kube_yaml **out)
{
    const struct kube_yaml *contexts = kube_yaml_member(r->root, "contexts");
    int found;

    if (!wanted || !*wanted)
        wanted = default_context(r, contexts);
    if (!wanted)
        return no_current_context(r, contexts);
    *out = find_named(contexts, wanted, "context", &found);
    if (!found)
        return unknown_context(r, contexts, wanted);
    if (!kube_yaml_string(*out, "cluster"))
        return reeve_fail(r->call, REEVE_E_INVALID, "context '%.100s' names no cluster", wanted);
    return 0;
}

/* Decodes member and hands it on as option; it must hold PEM. */
static int
take_pem(struct reader *r, const struct kube_yaml *map, const char *member, const char *option)
{
    const char *text = kube_yaml_string(map, member);
    uint64_t len = 0;
    char *pem;

    if (!text)
        return 0;
    pem = kube_base64(r->call, text, &len);
    if (!pem)
        return reeve_fail(r->call, REEVE_E_INVALID, "%s is not base64", member);
    if (strlen(pem) != len || !strstr(pem, "-----BEGIN "))
        return reeve_fail(r->call, REEVE_E_INVALID, "%s holds no PEM", member);
    r->set(r->arg, option, pem);
    return 0;
}

static int
refuse_file(struct reader *r, const struct kube_yaml *map, const char *member)
{
    const char *path = kube_yaml_string(map, member);
    int rc;

    if (!path)
        return 0;
    rc = reeve_fail(r->call, REEVE_E_INVALID, "%s refers to the file '%.200s'", member, path);
    reeve_hint(r->call, INLINE_HINT);
    return rc;
}

static int
take_server(struct reader *r, const char *server, struct kube_server_url *url)
{
    char port[16];
    const char *wrong = kube_server_url_parse(url, server);

    if (wrong)
        return reeve_fail(r->call, REEVE_E_INVALID, "server '%.200s' %s", server, wrong);
    snprintf(port, sizeof(port), "%d", url->port);
    r->set(r->arg, "hostname", url->host);
    r->set(r->arg, "port", port);
    if (url->path[0])
        r->set(r->arg, "path", url->path);
    return 0;
}

static int
is_true(const struct kube_yaml *map, const char *member)
{
    const char *text = kube_yaml_string(map, member);

    return text && strcasecmp(text, "true") == 0;
}

static int
take_tls(struct reader *r, const struct kube_yaml *cluster, const struct kube_server_url *url)
{
    int has_ca = kube_yaml_string(cluster, "certificate-authority-data") != NULL;
    int insecure = is_true(cluster, "insecure-skip-tls-verify");
    int rc;

    if (kube_yaml_string(cluster, "tls-server-name"))
        return refuse(r, "use a server address whose name is in the certificate",
                      "tls-server-name is not supported");
    if (has_ca && insecure)
        return refuse(r, "remove one of them, as kubectl asks for too",
                      "certificate-authority-data and insecure-skip-tls-verify exclude each other");
    if (!has_ca)
        rc = refuse_file(r, cluster, "certificate-authority");
    else
        rc = take_pem(r, cluster, "certificate-authority-data", "certificate_authority");
    if (rc)
        return rc;
    r->set(r->arg, "security_protocol",
           !url->tls  ? "non-ssl"
           : insecure ? "ssl-without-validation"
           : has_ca   ? "ssl-with-validation-custom-ca"
                      : "ssl-with-validation");
    return 0;
}

static int
take_proxy(struct reader *r, const struct kube_yaml *cluster)
{
    const char *proxy = kube_yaml_string(cluster, "proxy-url");

    if (!proxy)
        return 0;
    if (strncasecmp(proxy, "http://", 7) != 0 && strncasecmp(proxy, "https://", 8) != 0)
        return reeve_fail(r->call, REEVE_E_INVALID,
                          "proxy-url '%.200s' is not an HTTP proxy (http:// or https://)", proxy);
    r->set(r->arg, "http_proxy", proxy);
    return 0;
}

static int
take_cluster(struct reader *r, const char *name)
{
    struct kube_server_url url;
    const struct kube_yaml *cluster;
    const char *server;
    int found, rc;

    cluster = find_named(kube_yaml_member(r->root, "clusters"), name, "cluster", &found);
    if (!found)
        return reeve_fail(r->call, REEVE_E_INVALID, "kubeconfig has no cluster '%.100s'", name);
    server = kube_yaml_string(cluster, "server");
    if (!server)
        return reeve_fail(r->call, REEVE_E_INVALID, "cluster '%.100s' has no server", name);
    rc = take_server(r, server, &url);
    if (!rc)
        rc = take_tls(r, cluster, &url);
    return rc ? rc : take_proxy(r, cluster);
}

/* Ways of becoming someone that only kubectl can walk. */
static int
refuse_helpers(struct reader *r, const struct kube_yaml *user)
{
    if (kube_yaml_member(user, "exec"))
        return refuse(r, TOKEN_HINT, "the user gets its credentials from a program (exec)");
    if (kube_yaml_member(user, "auth-provider"))
        return refuse(r, TOKEN_HINT, "the user gets its credentials from an auth-provider");
    if (kube_yaml_member(user, "username") || kube_yaml_member(user, "password"))
        return refuse(r, TOKEN_HINT,
                      "the user has a name and password, which Kubernetes 1.19 and newer refuse");
    if (kube_yaml_member(user, "as") || kube_yaml_member(user, "as-uid") ||
        kube_yaml_member(user, "as-groups") || kube_yaml_member(user, "as-user-extra"))
        return refuse(r, "use credentials of the account itself",
                      "the user acts as another (as), which is not supported");
    return 0;
}

/* What was put in place of a file ends with its line end. */
static int
take_token(struct reader *r, const char *token)
{
    char *copy = reeve_strdup(r->call, token);
    size_t len = strlen(token);

    if (!copy)
        return REEVE_E_LIMIT;
    while (len && strchr(" \t\r\n", copy[len - 1]))
        copy[--len] = '\0';
    r->set(r->arg, "auth_key", copy);
    return 0;
}

static int
take_user(struct reader *r, const char *name)
{
    const struct kube_yaml *user;
    const char *token;
    int found, rc;

    user = find_named(kube_yaml_member(r->root, "users"), name, "user", &found);
    if (!found)
        return reeve_fail(r->call, REEVE_E_INVALID, "kubeconfig has no user '%.100s'", name);
    rc = refuse_helpers(r, user);
    if (!rc)
        rc = refuse_file(r, user, "tokenFile");
    if (!rc && !kube_yaml_string(user, "client-certificate-data"))
        rc = refuse_file(r, user, "client-certificate");
    if (!rc && !kube_yaml_string(user, "client-key-data"))
        rc = refuse_file(r, user, "client-key");
    if (!rc)
        rc = take_pem(r, user, "client-certificate-data", "client_certificate");
    if (!rc)
        rc = take_pem(r, user, "client-key-data", "client_key");
    if (rc)
        return reeve_wrap(r->call, rc, "user '%.100s'", name);
    token = kube_yaml_string(user, "token");
    return token ? take_token(r, token) : 0;
}

static int
take_all(struct reader *r, const char *context_name)
{
    const struct kube_yaml *context = NULL;
    const char *cluster, *user;
    int rc;

    if (!r->root || r->root->what != KUBE_YAML_MAP)
        return refuse(r, "give the text of a file like ~/.kube/config",
                      "this is no kubeconfig: a map with clusters, users and contexts");
    rc = find_context(r, context_name, &context);
    if (rc)
        return rc;
    cluster = kube_yaml_string(context, "cluster");
    rc = take_cluster(r, cluster);
    if (rc)
        return rc;
    user = kube_yaml_string(context, "user");
    return user ? take_user(r, user) : 0;
}

int
kube_kubeconfig_read(struct reeve_call *call, const char *text, uint64_t len, const char *context,
                     void (*set)(void *arg, const char *name, const char *value), void *arg)
{
    struct reader r = { .call = call, .set = set, .arg = arg };
    struct kube_yaml *root;
    int rc = kube_yaml_parse(call, text, len, &root);

    if (rc)
        return reeve_wrap(call, rc, "kubeconfig");
    r.root = root;
    return take_all(&r, context);
}
