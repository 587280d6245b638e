/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls the scripts of the peer.
 */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/support.h"

enum { WORDS_MAX = 40, WAIT_MAX_MS = 60000 };

/* Programs that live for a minute or for a moment: a fifth of their processor time would go into
 * freeing memory. */
#define FREE_SELDOM "GOGC=400"

static char *
peers_bin(void)
{
    const char *peers = getenv("REEVE_PEERS"), *cache = getenv("REEVE_CACHE");

    if (peers)
        return rv_format("%s/bin/kube", peers);
    if (cache)
        return rv_format("%s/peers/bin/kube", cache);
    cache = getenv("XDG_CACHE_HOME");
    return cache ? rv_format("%s/reeve/peers/bin/kube", cache)
                 : rv_format("%s/.cache/reeve/peers/bin/kube", getenv("HOME"));
}

/* The scripts start daemons, so a child that dies with this program will not do. */
static void
run_script(const struct cluster *cluster, const char *script, const char *argument,
           const char *const *env)
{
    RV_AUTO_FREE char *path = rv_format("%s/tests/peers/kubernetes/%s", REEVE_SOURCE_DIR, script);
    const char *argv[] = { path, cluster->dir, argument, NULL };
    RV_AUTO_FREE char *out = NULL;
    RV_AUTO_FREE char *error = NULL;

    if (rv_test_run(argv, env, &out, &error))
        fail_msg("%s: %s%s", script, out, error);
}

void
cluster_start(struct cluster *cluster, const char *programs, const char *flags)
{
    RV_AUTO_FREE char *program_text = rv_format("KUBE_PROGRAMS=%s", programs ? programs : "");
    RV_AUTO_FREE char *flag_text = rv_format("KUBE_APISERVER_FLAGS=%s", flags ? flags : "");
    const char *env[] = { program_text, flag_text, FREE_SELDOM, NULL };

    cluster->dir = rv_test_dir();
    cluster->kubeconfig = rv_format("KUBECONFIG=%s/kubeconfig", cluster->dir);
    run_script(cluster, "start", NULL, env);
}

void
cluster_end(struct cluster *cluster)
{
    run_script(cluster, "stop", NULL, NULL);
    free(cluster->kubeconfig);
    rv_test_dir_remove(cluster->dir);
}

void
cluster_do(const struct cluster *cluster, const char *script, const char *argument)
{
    const char *env[] = { FREE_SELDOM, NULL };

    run_script(cluster, script, argument, env);
}

static int
try_program(const struct cluster *cluster, const char *program, const char *arguments, char **out,
            char **error)
{
    RV_AUTO_FREE char *kube = peers_bin();
    RV_AUTO_FREE char *copy = rv_strdup(arguments);
    const char *argv[WORDS_MAX] = { kube, program };
    const char *env[] = { cluster->kubeconfig, FREE_SELDOM, NULL };
    char *rest = copy, *word;
    int count = 2;

    while ((word = strsep(&rest, " ")) && count < WORDS_MAX - 1)
        argv[count++] = word;
    return rv_test_run(argv, env, out, error);
}

static int
try_kubectl(const struct cluster *cluster, const char *arguments, char **out, char **error)
{
    return try_program(cluster, "kubectl", arguments, out, error);
}

void
cluster_seed(const struct cluster *cluster, const char *arguments)
{
    RV_AUTO_FREE char *out = NULL;
    RV_AUTO_FREE char *error = NULL;

    if (try_program(cluster, "seed", arguments, &out, &error))
        fail_msg("seed %s: %s", arguments, error);
}

char *
cluster_kubectl(const struct cluster *cluster, const char *arguments)
{
    RV_AUTO_FREE char *error = NULL;
    char *out = NULL;

    if (try_kubectl(cluster, arguments, &out, &error))
        fail_msg("kubectl %s: %s", arguments, error);
    return out;
}

void
cluster_run(const struct cluster *cluster, const char *arguments)
{
    free(cluster_kubectl(cluster, arguments));
}

int
cluster_count(const struct cluster *cluster, const char *what)
{
    RV_AUTO_FREE char *arguments = rv_format("get %s -A -o name", what);
    RV_AUTO_FREE char *out = cluster_kubectl(cluster, arguments);
    int count = 0;

    for (const char *at = out; *at; at++)
        count += *at == '\n';
    return count;
}

void
cluster_wait_for(const struct cluster *cluster, const char *arguments, const char *text)
{
    for (int64_t waited_ms = 0; waited_ms < WAIT_MAX_MS; waited_ms += 200) {
        RV_AUTO_FREE char *out = NULL;
        RV_AUTO_FREE char *error = NULL;

        if (try_kubectl(cluster, arguments, &out, &error) == 0 && strcmp(out, text) == 0)
            return;
        usleep(200 * 1000);
    }
    fail_msg("kubectl %s did not print '%s' within a minute", arguments, text);
}
