/* SPDX-License-Identifier: Apache-2.0
 *
 * What a real API server cannot be made to do: answers that are huge, cut off, nested, no
 * JSON, no Kubernetes at all. Each must be a clear error that leaves the model as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "steps.h"
#include "support/fault_server.h"
#include "support/support.h"

#define VERSION "{\"path\":\"/version\",\"steps\":[{\"json\":{\"gitVersion\":\"v1.30.0\"}}]},"
#define QUIET_WATCH                                                                                \
    "{\"prefix\":\"/\",\"query\":{\"watch\":\"1\"},\"steps\":[{\"lines\":[],\"hold_ms\":-1}]},"
#define LIST(metadata, items)                                                                      \
    "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{" metadata "},\"items\":[" items "]}"
#define EMPTY_LISTS                                                                                \
    "{\"prefix\":\"/\",\"steps\":[{\"json\":" LIST("\"resourceVersion\":\"10\"", "") "}]}"
#define POD(name)                                                                                  \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"n\",\"uid\":\"uid-" name                 \
    "\",\"resourceVersion\":\"5\"},\"spec\":{\"containers\":[]},\"status\":{}}"
#define PODS(steps) "{\"path\":\"/api/v1/pods\",\"steps\":[" steps "]},"
#define WATCH_PODS(steps)                                                                          \
    "{\"path\":\"/api/v1/pods\",\"query\":{\"watch\":\"1\"},\"steps\":[" steps "]},"
#define TWO_PODS LIST("\"resourceVersion\":\"10\"", POD("a") "," POD("b"))
#define HOLD ",\"hold_ms\":-1"

struct fake {
    struct fault_server server;
    struct kube_driver driver;
    char *dir;
};

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        const char *text_ = (text);                                                                \
        if (!text_ || !strstr(text_, part))                                                        \
            fail_msg("'%s' is not in '%s'", part, text_ ? text_ : "(nothing)");                    \
    } while (0)

/* routes come before those that answer everything else as an empty cluster does. */
static void
open_fake(struct fake *fake, const char *routes)
{
    RV_AUTO_FREE char *script =
        rv_format("{\"routes\":[%s" VERSION QUIET_WATCH EMPTY_LISTS "]}", routes);
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_FREE char *given = NULL;
    const char *options[] = { "--script", NULL, NULL };

    fake->dir = rv_test_dir();
    path = rv_format("%s/script", fake->dir);
    rv_test_write_file(fake->dir, "script", script);
    options[1] = path;
    fault_server_start(&fake->server, options);
    given = rv_format("{\"hostname\":\"%s\",\"auth_key\":\"t\",\"retry_refused\":\"1s\"}",
                      fake->server.url);
    kube_driver_open(&fake->driver, given);
}

static void
close_fake(struct fake *fake)
{
    kube_driver_close(&fake->driver);
    fault_server_stop(&fake->server);
    rv_test_dir_remove(fake->dir);
}

/* Lists two pods, then the same collection in the broken way: error, and the pods stay. */
static void
check_broken_pods(const char *step, int error_class, const char *part)
{
    RV_AUTO_FREE char *routes = rv_format(PODS("{\"json\":" TWO_PODS "},%s"), step);
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    open_fake(&fake, routes);
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 2);
    assert_int_equal(kube_driver_refresh(&fake.driver, &err), error_class);
    assert_contains(err.text, "list pods: ");
    assert_contains(err.text, part);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 2);
    assert_string_equal(fake.driver.sink.token(&fake.driver.model, "pods"), "10");
    close_fake(&fake);
}

/* ASan keeps what was freed for a while, 256 MiB of it. */
#ifdef __SANITIZE_ADDRESS__
enum { KEPT_KIB = 256 * 1024 };
#else
enum { KEPT_KIB = 0 };
#endif

static long
peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void
an_answer_of_a_gigabyte_is_refused_in_flat_memory(void **state)
{
    long before;

    (void)state;
    /* What libraries take once is not counted. */
    check_broken_pods("{\"status\":401,\"json\":{}}", REEVE_E_AUTH, "401");
    before = peak_kib();
    check_broken_pods("{\"repeat\":{\"text\":\" \",\"bytes\":1073741824}}", REEVE_E_LIMIT, "");
    if (peak_kib() - before > 48 * 1024 + KEPT_KIB)
        fail_msg("%ld KiB more", peak_kib() - before);
}

static void
one_object_of_a_hundred_megabytes_is_refused(void **state)
{
    long before = peak_kib();

    (void)state;
    check_broken_pods("{\"repeat\":{\"text\":\"{\\\"items\\\":[\",\"bytes\":104857600}}",
                      REEVE_E_LIMIT, "");
    check_broken_pods("{\"repeat\":{\"text\":\"{\\\"items\\\":\\\"\",\"bytes\":104857600}}",
                      REEVE_E_PROTOCOL, "");
    if (peak_kib() - before > 96 * 1024 + KEPT_KIB)
        fail_msg("%ld KiB more", peak_kib() - before);
}

static void
an_answer_that_is_cut_off_is_tried_again_and_then_an_error(void **state)
{
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    check_broken_pods("{\"json\":" TWO_PODS ",\"truncate\":150}", REEVE_E_UNAVAILABLE, "");
    open_fake(&fake, PODS("{\"json\":" TWO_PODS ",\"truncate\":150},{\"json\":" TWO_PODS "}"));
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 2);
    close_fake(&fake);
}

static void
deep_nesting_is_refused(void **state)
{
    char *deep = malloc(10001);

    (void)state;
    memset(deep, '[', 10000);
    deep[10000] = '\0';
    {
        RV_AUTO_FREE char *step = rv_format(
            "{\"text\":\"{\\\"kind\\\":\\\"PodList\\\",\\\"items\\\":[{\\\"a\\\":%s\"}", deep);
        check_broken_pods(step, REEVE_E_LIMIT, "");
    }
    free(deep);
}

static void
what_schemas_nest_is_read(void **state)
{
    RV_AUTO_FREE char *open = rv_alloc(301), *close = rv_alloc(301);
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    memset(open, '[', 300);
    memset(close, ']', 300);
    RV_AUTO_FREE char *script =
        rv_format(PODS("{\"json\":{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"11\"},"
                       "\"items\":[{\"metadata\":{\"uid\":\"u\",\"name\":\"n\"},\"a\":%s%s}]}}"),
                  open, close);
    open_fake(&fake, script);
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 1);
    close_fake(&fake);
}

static void
a_name_of_a_megabyte_is_refused(void **state)
{
    char *name = malloc((1 << 20) + 1);

    (void)state;
    memset(name, 'n', 1 << 20);
    name[1 << 20] = '\0';
    {
        RV_AUTO_FREE char *step =
            rv_format("{\"json\":{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"11\"},"
                      "\"items\":[{\"metadata\":{\"uid\":\"u\",\"name\":\"%s\"}}]}}",
                      name);
        check_broken_pods(step, REEVE_E_LIMIT, "a name of 1048576 bytes");
    }
    free(name);
}

static void
bytes_that_are_not_utf8_are_refused(void **state)
{
    (void)state;
    /* {"kind":"PodList","items":[{"a":"\xff\xfe"}]} */
    check_broken_pods("{\"base64\":\"eyJraW5kIjoiUG9kTGlzdCIsIml0ZW1zIjpbeyJhIjoi//4ifV19\"}",
                      REEVE_E_PROTOCOL, "UTF-8");
}

static void
what_is_no_list_is_refused(void **state)
{
    (void)state;
    check_broken_pods("{\"text\":\"<html><body>Welcome to nginx!</body></html>\"}",
                      REEVE_E_PROTOCOL, "");
    check_broken_pods("{\"json\":{\"hello\":\"world\"}}", REEVE_E_PROTOCOL, "items");
    check_broken_pods("{\"json\":{\"items\":[]}}", REEVE_E_PROTOCOL, "no list of Kubernetes");
    check_broken_pods("{\"json\":" LIST("", "") "}", REEVE_E_PROTOCOL, "no resourceVersion");
    check_broken_pods("{\"json\":" LIST("\"resourceVersion\":\"11\"", "{\"metadata\":{}}") "}",
                      REEVE_E_PROTOCOL, "metadata.uid");
    check_broken_pods("{\"status\":200,\"text\":\"\"}", REEVE_E_PROTOCOL, "");
}

static void
refusals_and_outages_have_their_classes(void **state)
{
    (void)state;
    check_broken_pods("{\"status\":401,\"json\":{}}", REEVE_E_AUTH, "401");
    check_broken_pods("{\"status\":500,\"json\":{}}", REEVE_E_UNAVAILABLE, "500");
    check_broken_pods("{\"reset\":true}", REEVE_E_UNAVAILABLE, "");
    check_broken_pods("{\"status\":410,\"json\":{}}", REEVE_E_UNAVAILABLE, "expired 4 times");
    check_broken_pods("{\"status\":302,\"headers\":{\"Location\":\"http://127.0.0.2:1/\"}}",
                      REEVE_E_INVALID, "");
}

static void
a_page_that_expired_begins_the_list_again(void **state)
{
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_fake(&fake, "{\"path\":\"/api/v1/pods\",\"query\":{\"continue\":\"next/+ \"},\"steps\":["
                     "{\"status\":410,\"json\":{}},"
                     "{\"json\":" LIST("\"resourceVersion\":\"12\"", POD("c")) "}]}," PODS(
                         "{\"json\":" LIST("\"resourceVersion\":\"10\",\"continue\":\"next/+ \"",
                                           POD("a")) "}"));
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 2);
    assert_string_equal(fake.driver.sink.token(&fake.driver.model, "pods"), "12");
    close_fake(&fake);
}

/* An endpoint that never comes to an end: each token was there before, at once or after some. */
static void
a_list_without_end_is_given_up(void **state)
{
#define NEXT(token) LIST("\"resourceVersion\":\"10\",\"continue\":\"" token "\"", POD("a"))
#define PAGE_OF(token, next)                                                                       \
    "{\"path\":\"/api/v1/pods\",\"query\":{\"continue\":\"" token                                  \
    "\"},\"steps\":[{\"json\":" NEXT(next) "}]},"
    static const char *const endless[] = {
        PODS("{\"json\":" NEXT("again") "}"),
        PAGE_OF("1", "2") PAGE_OF("2", "3") PAGE_OF("3", "4") PAGE_OF("4", "2")
            PODS("{\"json\":" NEXT("1") "}"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
        struct fake fake;
        rv_err err = RV_ERR_INIT;

        open_fake(&fake, endless[i]);
        assert_int_equal(kube_driver_refresh(&fake.driver, &err), REEVE_E_PROTOCOL);
        assert_contains(err.text, "list pods: after ");
        assert_contains(err.text, "continue token was there before");
        close_fake(&fake);
    }
#undef NEXT
#undef PAGE_OF
}

static void
one_object_that_cannot_be_kept_is_a_warning(void **state)
{
    char *value = malloc((2 << 20) + 1);
    RV_AUTO_FREE char *routes = NULL;
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    memset(value, 'v', 2 << 20);
    value[2 << 20] = '\0';
    routes =
        rv_format(PODS("{\"json\":{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"11\"},"
                       "\"items\":[" POD("a") ",{\"metadata\":{\"uid\":\"u\",\"name\":\"big\","
                                              "\"labels\":{\"l\":\"%s\"}}}," POD("b") "]}}"),
                  value);
    open_fake(&fake, routes);
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    assert_int_equal(kube_model_count(&fake.driver.model, "container_group"), 2);
    assert_int_equal(fake.driver.model.rejected, 1);
    assert_contains(kube_model_warning(&fake.driver.model, "pods"), "'big' cannot be kept");
    close_fake(&fake);
    free(value);
}

static void
a_web_server_that_is_no_api_server_is_told_so(void **state)
{
    static const char *const answers[] = {
        "{\"text\":\"<html>It works!</html>\",\"headers\":{\"Content-Type\":\"text/html\"}}",
        "{\"status\":404,\"text\":\"not found\"}",
        "{\"status\":403,\"text\":\"forbidden\"}",
        "{\"json\":{\"version\":\"1\"}}",
        "{\"json\":[]}",
        "{\"status\":204,\"text\":\"\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        RV_AUTO_FREE char *routes =
            rv_format("{\"path\":\"/version\",\"steps\":[%s]},", answers[i]);
        struct rv_identity_found found;
        struct fake fake;
        rv_err err = RV_ERR_INIT;

        open_fake(&fake, routes);
        assert_int_equal(kube_driver_verify(&fake.driver, &found, &err), REEVE_E_PROTOCOL);
        assert_contains(err.text, "is no Kubernetes API server");
        assert_contains(err.hint, "port");
        assert_int_equal(kube_driver_refresh(&fake.driver, &err), REEVE_E_PROTOCOL);
        assert_int_equal(kube_driver_watch(&fake.driver, &err), REEVE_E_PROTOCOL);
        close_fake(&fake);
    }
}

static void
nothing_at_the_port_is_unavailable(void **state)
{
    RV_AUTO_FREE char *given = rv_format(
        "{\"hostname\":\"127.0.0.1\",\"port\":\"%d\",\"auth_key\":\"t\"}", rv_test_free_port());
    struct rv_identity_found found;
    struct kube_driver driver;
    rv_err err = RV_ERR_INIT;

    (void)state;
    kube_driver_open(&driver, given);
    assert_int_equal(kube_driver_verify(&driver, &found, &err), REEVE_E_UNAVAILABLE);
    assert_contains(err.text, "refused");
    kube_driver_close(&driver);
}

static void
an_older_server_is_asked_with_a_list(void **state)
{
    struct rv_identity_found found;
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_fake(&fake, "{\"path\":\"/apis/authentication.k8s.io/v1/selfsubjectreviews\",\"steps\":["
                     "{\"status\":404,\"text\":\"404 page not found\"}]},"
                     "{\"path\":\"/api/v1/namespaces/kube-system\",\"steps\":[{\"json\":"
                     "{\"metadata\":{\"uid\":\"cluster-uid\"}}}]},"
                     "{\"path\":\"/api/v1/namespaces\",\"steps\":["
                     "{\"status\":200,\"json\":{}},{\"status\":401,\"json\":{}},"
                     "{\"status\":403,\"json\":{\"message\":\"User \\\"bob\\\" cannot list\"}},"
                     "{\"status\":403,\"json\":{\"message\":\"User \\\"system:anonymous\\\" "
                     "cannot list\"}}]},");
    assert_int_equal(kube_driver_verify(&fake.driver, &found, &err), 0);
    assert_string_equal(found.uid, "cluster-uid");
    assert_string_equal(found.api_version, "v1.30.0");
    assert_int_equal(kube_driver_verify(&fake.driver, &found, &err), REEVE_E_AUTH);
    assert_int_equal(kube_driver_verify(&fake.driver, &found, &err), 0);
    assert_int_equal(kube_driver_verify(&fake.driver, &found, &err), REEVE_E_AUTH);
    close_fake(&fake);
}

/* Watches with these answers for pods (behind a list of two) until pod "c" is there. */
static int
third_pod_is_there(struct kube_driver *driver)
{
    return kube_model_object(&driver->model, "container_group", "uid-c") != NULL;
}

static const char add_c[] =
    "{\"lines\":[{\"json\":{\"type\":\"ADDED\",\"object\":" POD("c") "}}]" HOLD "}";

static void
watch_until_third_pod(struct fake *fake, const char *steps)
{
    static int (*const until[])(struct kube_driver *) = { third_pod_is_there, NULL };
    RV_AUTO_FREE char *routes =
        rv_format(WATCH_PODS("%s%s") PODS("{\"json\":" TWO_PODS "}"), steps, add_c);
    rv_err err = RV_ERR_INIT;

    open_fake(fake, routes);
    if (kube_driver_refresh(&fake->driver, &err))
        fail_msg("%s", err.text);
    steps_follow(&fake->driver, until);
}

static void
a_watch_survives_what_is_no_notice(void **state)
{
    static const char *const lines[] = {
        "garbage",
        "{\\\"type\\\":\\\"ADDED\\\"}",
        "{\\\"type\\\":\\\"STRANGE\\\",\\\"object\\\":{}}",
        "{\\\"type\\\":\\\"ADDED\\\",\\\"object\\\":{\\\"metadata\\\":{}}}",
        "{\\\"type\\\":\\\"ERROR\\\",\\\"object\\\":{\\\"code\\\":500,\\\"message\\\":\\\"x\\\"}}",
        "[]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        RV_AUTO_FREE char *steps = rv_format("{\"lines\":[\"%s\"]},", lines[i]);
        struct fake fake;

        watch_until_third_pod(&fake, steps);
        assert_string_equal(fake.driver.model.listed, "");
        close_fake(&fake);
    }
}

static int
position_is_stored(struct kube_driver *driver)
{
    const char *token = driver->sink.token(&driver->model, "pods");

    return token && strcmp(token, "5") == 0;
}

static void
a_watch_goes_on_where_it_was_cut(void **state)
{
    static int (*const until[])(struct kube_driver *) = { third_pod_is_there, position_is_stored,
                                                          NULL };
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    /* Only who asks from the bookmark's version gets the pod. */
    open_fake(&fake,
              "{\"path\":\"/api/v1/pods\",\"query\":{\"watch\":\"1\",\"resourceVersion\":\"77\"},"
              "\"steps\":[{\"lines\":[{\"json\":{\"type\":\"ADDED\",\"object\":" POD(
                  "c") "}}]" HOLD
                       "}]}," WATCH_PODS(
                           "{\"lines\":[{\"json\":{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":"
                           "{\"resourceVersion\":\"77\"}}}}],\"end\":\"cut\"}")
                           PODS("{\"json\":" TWO_PODS "}"));
    assert_int_equal(kube_driver_refresh(&fake.driver, &err), 0);
    steps_follow(&fake.driver, until);
    assert_string_equal(fake.driver.model.listed, "");
    close_fake(&fake);
}

static void
an_expired_position_lists_that_collection_only(void **state)
{
    static const char *const answers[] = {
        "{\"status\":410,\"json\":{\"message\":\"too old\"}},",
        "{\"lines\":[{\"json\":{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,"
        "\"message\":\"too old resource version\"}}}]},",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct fake fake;

        watch_until_third_pod(&fake, answers[i]);
        assert_string_equal(fake.driver.model.listed, "container_group ");
        close_fake(&fake);
    }
}

static void
a_deletion_removes_the_pod(void **state)
{
    struct fake fake;

    (void)state;
    watch_until_third_pod(
        &fake, "{\"lines\":[{\"json\":{\"type\":\"DELETED\",\"object\":" POD("a") "}}]},");
    assert_null(kube_model_object(&fake.driver.model, "container_group", "uid-a"));
    assert_non_null(kube_model_object(&fake.driver.model, "container_group", "uid-b"));
    close_fake(&fake);
}

static void
a_refused_token_is_tried_once_more(void **state)
{
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    watch_until_third_pod(&fake, "{\"status\":401,\"json\":{}},");
    close_fake(&fake);
    open_fake(&fake, WATCH_PODS("{\"status\":401,\"json\":{}}"));
    assert_int_equal(kube_driver_watch(&fake.driver, &err), REEVE_E_AUTH);
    assert_contains(err.text, "watch pods");
    close_fake(&fake);
}

static int
pods_are_warned_of(struct kube_driver *driver)
{
    return kube_model_warning(&driver->model, "pods") != NULL;
}

static int
pods_are_fine(struct kube_driver *driver)
{
    return !kube_model_warning(&driver->model, "pods");
}

static void
a_refusal_that_passes_is_forgotten_soon(void **state)
{
    static int (*const until[])(struct kube_driver *) = { pods_are_warned_of, third_pod_is_there,
                                                          pods_are_fine, NULL };
    RV_AUTO_FREE char *routes = rv_format(
        WATCH_PODS("{\"status\":403,\"json\":{}},%s") PODS("{\"json\":" TWO_PODS "}"), add_c);
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_fake(&fake, routes);
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    steps_follow(&fake.driver, until);
    assert_string_equal(fake.driver.model.listed, "");
    close_fake(&fake);
}

static int
pods_are_listed_again(struct kube_driver *driver)
{
    return strstr(driver->model.listed, "container_group ") &&
           kube_model_count(&driver->model, "container_group") == 1;
}

static void
what_may_be_listed_and_not_watched_is_listed_now_and_then(void **state)
{
    static int (*const until[])(struct kube_driver *) = { pods_are_warned_of, pods_are_listed_again,
                                                          pods_are_warned_of, NULL };
    struct fake fake;
    rv_err err = RV_ERR_INIT;

    (void)state;
    open_fake(&fake, WATCH_PODS("{\"status\":403,\"json\":{}}")
                         PODS("{\"json\":" TWO_PODS
                              "},{\"json\":" LIST("\"resourceVersion\":\"12\"", POD("a")) "}"));
    if (kube_driver_refresh(&fake.driver, &err))
        fail_msg("%s", err.text);
    steps_follow(&fake.driver, until);
    close_fake(&fake);
}

static void
a_collection_that_keeps_failing_is_a_warning_until_it_works(void **state)
{
    static int (*const until[])(struct kube_driver *) = { pods_are_warned_of, third_pod_is_there,
                                                          pods_are_fine, NULL };
    RV_AUTO_FREE char *routes =
        rv_format(WATCH_PODS("{\"status\":503,\"json\":{}},{\"status\":503,\"json\":{}},"
                             "{\"status\":503,\"json\":{}},%s"),
                  add_c);
    struct fake fake;

    (void)state;
    open_fake(&fake, routes);
    steps_follow(&fake.driver, until);
    close_fake(&fake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_a_gigabyte_is_refused_in_flat_memory),
        cmocka_unit_test(one_object_of_a_hundred_megabytes_is_refused),
        cmocka_unit_test(an_answer_that_is_cut_off_is_tried_again_and_then_an_error),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(what_schemas_nest_is_read),
        cmocka_unit_test(a_name_of_a_megabyte_is_refused),
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(refusals_and_outages_have_their_classes),
        cmocka_unit_test(a_page_that_expired_begins_the_list_again),
        cmocka_unit_test(a_list_without_end_is_given_up),
        cmocka_unit_test(one_object_that_cannot_be_kept_is_a_warning),
        cmocka_unit_test(a_web_server_that_is_no_api_server_is_told_so),
        cmocka_unit_test(nothing_at_the_port_is_unavailable),
        cmocka_unit_test(an_older_server_is_asked_with_a_list),
        cmocka_unit_test(a_watch_survives_what_is_no_notice),
        cmocka_unit_test(a_watch_goes_on_where_it_was_cut),
        cmocka_unit_test(an_expired_position_lists_that_collection_only),
        cmocka_unit_test(a_deletion_removes_the_pod),
        cmocka_unit_test(a_refused_token_is_tried_once_more),
        cmocka_unit_test(a_refusal_that_passes_is_forgotten_soon),
        cmocka_unit_test(what_may_be_listed_and_not_watched_is_listed_now_and_then),
        cmocka_unit_test(a_collection_that_keeps_failing_is_a_warning_until_it_works),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
