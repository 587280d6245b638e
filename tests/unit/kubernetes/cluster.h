/* SPDX-License-Identifier: Apache-2.0
 *
 * A real control plane of a test's own (tests/peers/kubernetes), and kubectl.
 */
#ifndef KUBE_TEST_CLUSTER_H
#define KUBE_TEST_CLUSTER_H

struct cluster {
    char *dir;
    char *kubeconfig; /* "KUBECONFIG=..." */
};

/* programs: which of the peer's ("etcd apiserver"), flags: of the API server; NULL for all and
 * none. Ends the test program when it does not start. */
void cluster_start(struct cluster *cluster, const char *programs, const char *flags);
void cluster_end(struct cluster *cluster);
/* start, stop or expire of the peer, with one argument behind the folder (NULL for none). */
void cluster_do(const struct cluster *cluster, const char *script, const char *argument);
/* kubectl with arguments divided by blanks; what it prints is the caller's to free. Ends the test
 * when it fails. */
char *cluster_kubectl(const struct cluster *cluster, const char *arguments);
/* The same, and forget what it prints. */
void cluster_run(const struct cluster *cluster, const char *arguments);
/* `kube seed ARGUMENTS`: many objects at once. */
void cluster_seed(const struct cluster *cluster, const char *arguments);
/* How many lines `kubectl get WHAT -A -o name` prints. */
int cluster_count(const struct cluster *cluster, const char *what);
/* Until `kubectl ARGUMENTS` prints text; ends the test after a minute. */
void cluster_wait_for(const struct cluster *cluster, const char *arguments, const char *text);

#endif
