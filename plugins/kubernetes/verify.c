/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this an API server, who are we there, and which cluster is it. /version and the
 * like are open to everybody on many clusters, so they prove no credentials: the server is asked
 * who it takes us for.
 */
#include "connection.h"

#include <string.h>

#include "reeve/json.h"

#define REVIEW_PATH "/apis/authentication.k8s.io/v1/selfsubjectreviews"
#define REVIEW_BODY "{\"kind\":\"SelfSubjectReview\",\"apiVersion\":\"authentication.k8s.io/v1\"}"
#define PROBE_PATH "/api/v1/namespaces?limit=1"
#define TOKEN_HINT                                                                                 \
    "give a valid token (auth_key) or client certificate; plugins/kubernetes/README.md has the "   \
    "steps"

static int
refused(struct reeve_call *call, const struct kube_connection *conn, const char *why)
{
    int rc = reeve_fail(call, REEVE_E_AUTH, "%s refuses the credentials: %s", conn->server, why);

    reeve_hint(call, TOKEN_HINT);
    return rc;
}

static int
not_an_api_server(struct reeve_call *call, const struct kube_connection *conn,
                  const struct reeve_http_answer *answer)
{
    int rc = reeve_fail(call, REEVE_E_PROTOCOL,
                        "%s is no Kubernetes API server: GET /version answered %d with %.60s",
                        conn->server, answer->status,
                        *answer->content_type ? answer->content_type : "no content type");

    reeve_fail_status(call, answer->status, 0);
    reeve_hint(call, "check hostname, port and path; an API server usually listens on 6443 or 443");
    return rc;
}

/* An answer's body when it is a JSON object; else NULL. To be freed. */
static struct reeve_json *
parse_object(struct reeve_call *call, const struct reeve_http_answer *answer)
{
    struct reeve_json *json = NULL;

    if (reeve_json_parse(call, answer->body, answer->len, 0, &json)) {
        reeve_fail_clear(call);
        return NULL;
    }
    if (reeve_json_type(json) == REEVE_JSON_OBJECT)
        return json;
    reeve_json_free(json);
    return NULL;
}

static int
is_status_object(const struct reeve_json *json)
{
    return strcmp(reeve_json_string(json, "kind", ""), "Status") == 0;
}

static int
read_version(struct reeve_call *call, struct kube_connection *conn,
             const struct reeve_http_answer *answer, const char **out)
{
    struct reeve_json *json = parse_object(call, answer);
    const char *version = reeve_json_string(json, "gitVersion", NULL);
    int rc = 0;

    if (answer->status == 200 && version)
        *out = reeve_strdup(call, version);
    else if (answer->status == 403 && is_status_object(json))
        *out = NULL;
    else
        rc = not_an_api_server(call, conn, answer);
    reeve_json_free(json);
    return rc;
}

int
kube_version(struct reeve_call *call, struct kube_connection *conn, const char **out)
{
    struct reeve_http_answer answer;
    const char *version = NULL;
    int rc = reeve_http_get(call, conn->http, "/version", &answer);

    if (rc)
        return rc;
    if (answer.status == 401)
        return refused(call, conn, "401 for /version");
    if (answer.status == 429 || answer.status >= 500)
        return reeve_http_check(call, "/version", &answer);
    rc = read_version(call, conn, &answer, &version);
    if (!rc && out)
        *out = version;
    return rc;
}

/* For servers older than 1.28: a list that is allowed, or refused to somebody with a name. */
static int
probe(struct reeve_call *call, struct kube_connection *conn)
{
    struct reeve_http_answer answer;
    struct reeve_json *json;
    int anonymous, rc = reeve_http_get(call, conn->http, PROBE_PATH, &answer);

    if (rc)
        return rc;
    if (answer.status == 401)
        return refused(call, conn, "401 for a list of namespaces");
    if (answer.status != 403)
        return reeve_http_check(call, PROBE_PATH, &answer);
    json = parse_object(call, &answer);
    anonymous = strstr(reeve_json_string(json, "message", ""), "system:anonymous") != NULL;
    reeve_json_free(json);
    return anonymous ? refused(call, conn, "it takes us for system:anonymous") : 0;
}

static int
find_account(struct reeve_call *call, struct kube_connection *conn, struct reeve_identity *out)
{
    struct reeve_http_answer answer;
    struct reeve_json *json;
    const char *name;
    int rc = reeve_http_send(call, conn->http, "POST", REVIEW_PATH, "application/json", REVIEW_BODY,
                             strlen(REVIEW_BODY), &answer);

    if (rc)
        return rc;
    if (answer.status == 401)
        return refused(call, conn, "401");
    if (answer.status != 201 && answer.status != 200)
        return probe(call, conn);
    json = parse_object(call, &answer);
    name = reeve_json_string(json, "status.userInfo.username", NULL);
    if (name)
        out->account = reeve_strdup(call, name);
    reeve_json_free(json);
    if (!name)
        return probe(call, conn);
    if (out->account && strcmp(out->account, "system:anonymous") == 0)
        return refused(call, conn, "it takes us for system:anonymous");
    return 0;
}

/* The namespace kube-system is made with the cluster and is never made again. */
static int
find_cluster_uid(struct reeve_call *call, struct kube_connection *conn, struct reeve_identity *out)
{
    struct reeve_http_answer answer;
    struct reeve_json *json;
    const char *uid;
    int rc = reeve_http_get(call, conn->http, "/api/v1/namespaces/kube-system", &answer);

    if (rc || answer.status != 200)
        return rc;
    json = parse_object(call, &answer);
    uid = reeve_json_string(json, "metadata.uid", NULL);
    if (uid)
        out->uid = reeve_strdup(call, uid);
    reeve_json_free(json);
    return 0;
}

int
kube_verify(struct reeve_call *call, void *arg, struct reeve_identity *out)
{
    struct kube_connection *conn = (struct kube_connection *)arg;
    int rc = kube_version(call, conn, &out->api_version);

    if (!rc)
        rc = find_account(call, conn, out);
    if (!rc)
        rc = find_cluster_uid(call, conn, out);
    return rc;
}
