/* SPDX-License-Identifier: Apache-2.0
 *
 * Following a real API server: changes, restarts, positions that expire. The steps of a test
 * run between the waits of the module's watch, in this process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster.h"
#include "steps.h"

#define OBJECTS REEVE_SOURCE_DIR "/tests/peers/kubernetes/objects"
#define SEEDS REEVE_SOURCE_DIR "/tests/peers/kubernetes/seeds"

static struct cluster cluster;

static int
start(void **state)
{
    (void)state;
    cluster_start(&cluster, NULL, NULL);
    cluster_run(&cluster, "apply -f " OBJECTS "/demo.yaml");
    cluster_wait_for(&cluster, "get deployment -n shop web -o jsonpath={.status.readyReplicas}",
                     "5");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    cluster_end(&cluster);
    return 0;
}

static void
open_and_list(struct kube_driver *driver)
{
    rv_err err = RV_ERR_INIT;

    kube_driver_open_cluster(driver, cluster.dir, "reeve");
    if (kube_driver_refresh(driver, &err))
        fail_msg("%s", err.text);
}

/* Where the followed model is not what a fresh list gives; the caller's to free, NULL when they are
 * equal. */
static char *
find_difference(struct kube_driver *driver)
{
    static const char *const kinds[] = { "container_group",
                                         "container_service",
                                         "container_node",
                                         "container_deployment",
                                         "container_replicator",
                                         "container_endpoint_set",
                                         NULL };
    struct kube_driver fresh;
    char *text = NULL;

    open_and_list(&fresh);
    for (int i = 0; kinds[i] && !text; i++) {
        cJSON *want = cJSON_GetObjectItemCaseSensitive(fresh.model.kinds, kinds[i]), *row;
        int count = kube_model_count(&driver->model, kinds[i]);

        if (count != cJSON_GetArraySize(want))
            text =
                rv_format("%s: %d followed, %d listed", kinds[i], count, cJSON_GetArraySize(want));
        cJSON_ArrayForEach(row, want)
        {
            const char *have = kube_model_object(&driver->model, kinds[i], row->string);

            if (!text && (!have || strcmp(have, row->valuestring) != 0))
                text = rv_format("%s\nfollowed: %s\nlisted: %s", kinds[i], have ? have : "nothing",
                                 row->valuestring);
        }
    }
    kube_driver_close(&fresh);
    return text;
}

/* A second passed. */
static int
a_second_passed(struct kube_driver *driver)
{
    struct steps *steps = driver->tick_arg;

    return steps_now_ms() - steps->began_ms > 1000;
}

/* A cluster never stands still, so several tries are made. */
static void
check_equal_to_fresh_list(struct kube_driver *driver)
{
    static int (*const a_second[])(struct kube_driver *) = { a_second_passed, NULL };
    char *difference = find_difference(driver);

    for (int i = 0; difference && i < 60; i++) {
        free(difference);
        steps_follow(driver, a_second);
        difference = find_difference(driver);
    }
    if (difference)
        fail_msg("%s", difference);
}

static int
make_pod(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "run extra -n shop --image=quay.io/a/extra:1 --labels=app=extra,x=y");
    return 1;
}

static int
pod_runs(struct kube_driver *driver)
{
    const char *row = kube_model_find(&driver->model, "container_group", "name='extra'");

    return row && strstr(row, "status='Running'") && strstr(row, "name='x' value='y'") &&
           kube_model_find(&driver->model, "container_image", "name='a/extra'");
}

static int
relabel_pod(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "label pod -n shop extra x- z=1");
    return 1;
}

static int
pod_is_relabelled(struct kube_driver *driver)
{
    const char *row = kube_model_find(&driver->model, "container_group", "name='extra'");

    return row && strstr(row, "name='z' value='1'") && !strstr(row, "name='x'");
}

static int
delete_pod(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "delete pod -n shop extra --wait=false");
    return 1;
}

static int
pod_is_gone(struct kube_driver *driver)
{
    return !kube_model_find(&driver->model, "container_group", "name='extra'");
}

static int
scale_up(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "scale deployment -n shop web --replicas=8");
    return 1;
}

static int
is_scaled(struct kube_driver *driver)
{
    const char *row = kube_model_find(&driver->model, "container_deployment", "name='web'");
    const char *set = kube_model_find(&driver->model, "container_endpoint_set", "name='web'");

    return row && strstr(row, " ready_replicas=8") && set && strstr(set, "ready_addresses=8");
}

static int
scale_down(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "scale deployment -n shop web --replicas=5");
    return 1;
}

static int
is_scaled_down(struct kube_driver *driver)
{
    const char *row = kube_model_find(&driver->model, "container_deployment", "name='web'");
    const char *set = kube_model_find(&driver->model, "container_endpoint_set", "name='web'");

    return row && strstr(row, " ready_replicas=5") && set && strstr(set, "ready_addresses=5") &&
           !kube_model_find(&driver->model, "container_group", "status='Terminating'");
}

static void
changes_are_followed_without_a_list(void **state)
{
    static int (*const steps[])(struct kube_driver *) = {
        make_pod, pod_runs,  relabel_pod, pod_is_relabelled, delete_pod, pod_is_gone,
        scale_up, is_scaled, scale_down,  is_scaled_down,    NULL
    };
    struct kube_driver driver;

    (void)state;
    open_and_list(&driver);
    steps_follow(&driver, steps);
    assert_string_equal(driver.model.listed, "");
    assert_int_equal(driver.model.rejected, 0);
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

static void
what_happened_between_two_watches_is_caught_up(void **state)
{
    static int (*const first[])(struct kube_driver *) = { make_pod, pod_runs, NULL };
    static int (*const second[])(struct kube_driver *) = { pod_is_gone, is_scaled, scale_down,
                                                           is_scaled_down, NULL };
    struct kube_driver driver;

    (void)state;
    open_and_list(&driver);
    steps_follow(&driver, first);
    cluster_run(&cluster, "delete pod -n shop extra");
    cluster_run(&cluster, "scale deployment -n shop web --replicas=8");
    steps_follow(&driver, second);
    assert_string_equal(driver.model.listed, "");
    kube_driver_close(&driver);
}

static int
everything_is_listed(struct kube_driver *driver)
{
    return cJSON_GetArraySize(driver->model.tokens) == 24;
}

static void
a_watch_without_positions_lists_first(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { everything_is_listed, NULL };
    struct kube_driver driver;

    (void)state;
    kube_driver_open_cluster(&driver, cluster.dir, "reeve");
    steps_follow(&driver, steps);
    assert_int_equal(driver.model.completes, 23);
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

static int
spoil_position(struct kube_driver *driver, const char *stream, const char *token)
{
    cJSON_ReplaceItemInObjectCaseSensitive(driver->model.tokens, stream, cJSON_CreateString(token));
    return 1;
}

static int
pods_are_listed(struct kube_driver *driver)
{
    return strstr(driver->model.listed, "container_group") != NULL &&
           !cJSON_GetObjectItemCaseSensitive(driver->model.unseen, "container_group");
}

static void
a_position_that_is_none_lists_that_collection_only(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { pods_are_listed, NULL };
    struct kube_driver driver;

    (void)state;
    open_and_list(&driver);
    spoil_position(&driver, "pods", "no number");
    steps_follow(&driver, steps);
    assert_string_equal(driver.model.listed, "container_group ");
    kube_driver_close(&driver);
}

static int
replicators_are_listed(struct kube_driver *driver)
{
    return strstr(driver->model.listed, "container_replicator") != NULL &&
           !cJSON_GetObjectItemCaseSensitive(driver->model.unseen, "container_replicator");
}

static void
a_kind_of_two_collections_is_listed_whole(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { replicators_are_listed, NULL };
    struct kube_driver driver;
    int count;

    (void)state;
    open_and_list(&driver);
    count = kube_model_count(&driver.model, "container_replicator");
    spoil_position(&driver, "replicasets", "");
    steps_follow(&driver, steps);
    assert_string_equal(driver.model.listed, "container_replicator ");
    assert_int_equal(kube_model_count(&driver.model, "container_replicator"), count);
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

/* Needs the API server alone: the fake kubelet takes half a minute to find a restarted one. */
static int
make_map(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "create configmap -n shop extra --from-literal=key=value");
    return 1;
}

static int
map_is_there(struct kube_driver *driver)
{
    return kube_model_find(&driver->model, "container_config_map", "name='extra'") != NULL;
}

static int
delete_map(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "delete configmap -n shop extra");
    return 1;
}

static int
map_is_gone(struct kube_driver *driver)
{
    return !map_is_there(driver);
}

static int
stop_api_server(struct kube_driver *driver)
{
    (void)driver;
    cluster_do(&cluster, "stop", "apiserver");
    return 1;
}

static void
a_watch_ends_when_all_its_streams_are_cut_and_goes_on_when_the_api_server_is_back(void **state)
{
    static int (*const until_cut[])(struct kube_driver *) = { everything_is_listed, stop_api_server,
                                                              map_is_there, NULL };
    static int (*const steps[])(struct kube_driver *) = { map_is_there, delete_map, map_is_gone,
                                                          NULL };
    struct steps waiting = { .step = until_cut };
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;
    int rows;

    (void)state;
    open_and_list(&driver);
    rows = kube_model_count(&driver.model, "container_group");
    driver.tick = steps_walk;
    driver.tick_arg = &waiting;
    assert_int_equal(kube_driver_watch(&driver, &err), REEVE_E_UNAVAILABLE);
    assert_false(waiting.timed_out);
    assert_int_equal(waiting.at, 2);
    /* Nor does one begin. */
    assert_int_equal(kube_driver_watch(&driver, &err), REEVE_E_UNAVAILABLE);
    driver.tick = NULL;
    assert_int_equal(cJSON_GetArraySize(driver.model.tokens), 24);
    assert_int_equal(kube_driver_refresh(&driver, &err), REEVE_E_UNAVAILABLE);
    assert_int_equal(kube_model_count(&driver.model, "container_group"), rows);
    cluster_do(&cluster, "start", "apiserver");
    make_map(&driver);
    driver.model.listed[0] = '\0';
    steps_follow(&driver, steps);
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

static int
touch_pods(struct kube_driver *driver)
{
    (void)driver;
    cluster_run(&cluster, "annotate pods -n shop --all --overwrite touched=1");
    return 1;
}

static int
expire(struct kube_driver *driver)
{
    (void)driver;
    cluster_do(&cluster, "expire", "--now");
    return 1;
}

/* A restarted API server knows no older versions: each position but the newest is refused. */
static void
positions_that_expired_are_listed_again(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { pods_are_listed, make_map,
                                                          map_is_there,    delete_map,
                                                          map_is_gone,     NULL };
    struct kube_driver driver;

    (void)state;
    open_and_list(&driver);
    spoil_position(&driver, "pods", "1");
    touch_pods(&driver);
    expire(&driver);
    steps_follow(&driver, steps);
    assert_non_null(strstr(driver.model.listed, "container_group "));
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

/* Each pod makes some five changes until it runs. (A thousand pods:
 * tests/integration/test_kubernetes.py, under --deep.) */
static int
seed(struct kube_driver *driver)
{
    const char *const pods[] = { " --count 40", " --count 40 --verb touch",
                                 " --count 15 --verb delete" };

    (void)driver;
    cluster_seed(&cluster, SEEDS "/node.yaml --count 40");
    cluster_seed(&cluster, SEEDS "/namespace.yaml --count 10");
    for (int i = 0; i < 10; i++) {
        RV_AUTO_FREE char *get = rv_format("get serviceaccount -n fleet-%d default -o name", i);

        cluster_wait_for(&cluster, get, "serviceaccount/default\n");
    }
    for (size_t i = 0; i < RV_COUNT(pods); i++) {
        RV_AUTO_FREE char *what = rv_format(SEEDS "/pod.yaml%s", pods[i]);

        cluster_seed(&cluster, what);
    }
    return 1;
}

/* kubectl takes longer than the module between two waits, so it is asked now and then, and only
 * when our side looks settled. */
static int
storm_is_over(struct kube_driver *driver)
{
    static int64_t asked_ms, changes;
    int over;

    if (steps_now_ms() - asked_ms < 2000)
        return 0;
    over = changes == driver->model.changes &&
           !kube_model_find(&driver->model, "container_group", "phase='Pending'") &&
           kube_model_count(&driver->model, "container_group") == cluster_count(&cluster, "pods") &&
           cluster_count(&cluster, "pods --field-selector=status.phase=Pending") == 0;
    changes = driver->model.changes;
    asked_ms = steps_now_ms();
    return over;
}

static void
a_storm_of_changes_ends_in_the_same_state(void **state)
{
    static int (*const steps[])(struct kube_driver *) = { seed, storm_is_over, NULL };
    struct kube_driver driver;

    (void)state;
    open_and_list(&driver);
    steps_follow(&driver, steps);
    assert_string_equal(driver.model.listed, "");
    check_equal_to_fresh_list(&driver);
    kube_driver_close(&driver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_followed_without_a_list),
        cmocka_unit_test(what_happened_between_two_watches_is_caught_up),
        cmocka_unit_test(a_watch_without_positions_lists_first),
        cmocka_unit_test(a_position_that_is_none_lists_that_collection_only),
        cmocka_unit_test(a_kind_of_two_collections_is_listed_whole),
        cmocka_unit_test(
            a_watch_ends_when_all_its_streams_are_cut_and_goes_on_when_the_api_server_is_back),
        cmocka_unit_test(positions_that_expired_are_listed_again),
        /* Last: it leaves a cluster that takes long to start. */
        cmocka_unit_test(a_storm_of_changes_ends_in_the_same_state),
    };

    return cmocka_run_group_tests(tests, start, end);
}
