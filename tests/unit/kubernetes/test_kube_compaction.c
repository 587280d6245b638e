/* SPDX-License-Identifier: Apache-2.0
 *
 * An API server that serves watches of pods from etcd, whose history is then forgotten: pods, and
 * pods alone, are listed again. Seen from both sides, ours and the server's request log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "cluster.h"
#include "steps.h"

#define SEEDS REEVE_SOURCE_DIR "/tests/peers/kubernetes/seeds"

static struct cluster cluster;

static int
start(void **state)
{
    (void)state;
    /* Without controllers nobody makes the service accounts that pods otherwise need. */
    cluster_start(&cluster, "etcd apiserver",
                  "--watch-cache-sizes=pods#0 --disable-admission-plugins=ServiceAccount "
                  "--audit-policy-file=" REEVE_SOURCE_DIR "/tests/data/kubernetes/audit.yaml "
                  "--audit-log-path=-");
    cluster_seed(&cluster, SEEDS "/namespace.yaml --count 10");
    cluster_seed(&cluster, SEEDS "/pod.yaml --count 50");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    cluster_end(&cluster);
    return 0;
}

/* How many pages of a collection were asked for, as the server has it. */
static int
count_lists(const char *resource)
{
    RV_AUTO_FREE char *path = rv_format("%s/logs/apiserver.log", cluster.dir);
    RV_AUTO_FREE char *list = rv_format("/%s?limit=", resource);
    RV_AUTO_BUF rv_buf log = rv_buf_limited(64 << 20);
    rv_err err = RV_ERR_INIT;
    int count = 0;

    assert_int_equal(rv_buf_read_file(&log, path, &err), 0);
    for (const char *at = rv_buf_text(&log); (at = strstr(at, list)); at++)
        count++;
    return count;
}

static int
pods_are_listed(struct kube_driver *driver)
{
    return strstr(driver->model.listed, "container_group") != NULL &&
           !cJSON_GetObjectItemCaseSensitive(driver->model.unseen, "container_group") &&
           kube_model_find(&driver->model, "container_group", "status='Terminating'");
}

static void
pods_alone_are_listed_again(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { pods_are_listed, NULL };
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;
    int pods, services;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    if (kube_driver_refresh(&driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&driver.model, "container_group"), 50);
    cluster_seed(&cluster, SEEDS "/pod.yaml --count 50 --verb touch");
    cluster_seed(&cluster, SEEDS "/pod.yaml --count 10 --verb delete");
    cluster_do(&cluster, "expire", NULL);
    pods = count_lists("pods");
    services = count_lists("services");
    assert_true(pods > 0 && services > 0);
    steps_follow(&driver, steps);
    assert_string_equal(driver.model.listed, "container_group ");
    assert_true(count_lists("pods") > pods);
    assert_int_equal(count_lists("services"), services);
    kube_driver_close(&driver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_alone_are_listed_again),
    };

    return cmocka_run_group_tests(tests, start, end);
}
