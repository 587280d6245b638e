/* SPDX-License-Identifier: Apache-2.0
 *
 * plugins/kubernetes/image.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kubernetes/image.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" ID

static void
check(const struct kube_image_name *got, const char *input, const char *wanted)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s|%s|%s|%s|%s", got->host, got->port, got->name, got->tag,
             got->digest);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s became %s", input, text);
}

static void
references_are_taken_apart(void **state)
{
    static const struct {
        const char *text;
        const char *parts;
    } rows[] = {
        { "nginx", "||nginx||" },
        { "nginx:1.25", "||nginx|1.25|" },
        { "library/nginx", "||library/nginx||" },
        { "docker.io/library/nginx:latest", "docker.io||library/nginx|latest|" },
        { "registry.example.com:5000/shop/web:1.2", "registry.example.com|5000|shop/web|1.2|" },
        { "localhost/x", "localhost||x||" },
        { "localhost:5000/x:y", "localhost|5000|x|y|" },
        { "host:80/a/b/c", "host|80|a/b/c||" },
        { "nginx@" DIGEST, "||nginx||" DIGEST },
        { "quay.io/a/b:v1@" DIGEST, "quay.io||a/b|v1|" DIGEST },
        { "[::1]:5000/a:b", "[::1]|5000|a|b|" },
        { "10.0.0.1/a", "10.0.0.1||a||" },
        { "team/app_1.x-y:Tag_1.0-rc", "||team/app_1.x-y|Tag_1.0-rc|" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kube_image_name got;

        if (kube_image_parse(&got, rows[i].text))
            fail_msg("%s was refused", rows[i].text);
        check(&got, rows[i].text, rows[i].parts);
    }
}

static void
what_is_no_reference_is_refused(void **state)
{
    static const char *rows[] = {
        "",
        ":",
        "@",
        "/",
        "a/",
        "/a",
        "a//b",
        "a:",
        "a@",
        "a@sha256",
        "a@sha256:",
        "a b",
        "host:port/a",
        "host:5000/",
        "a:b:c",
        "a\nb",
        "[::1/a",
        "[::1]x/a",
        "host:123456/a",
        "caf\xc3\xa9",
        "a:tag with blank",
        "x.y:/a",
    };
    char long_tag[200] = "a:";
    struct kube_image_name got;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!kube_image_parse(&got, rows[i]))
            fail_msg("'%s' was taken", rows[i]);
    }
    assert_int_equal(kube_image_parse(&got, NULL), -1);
    memset(long_tag + 2, 'x', 129);
    assert_int_equal(kube_image_parse(&got, long_tag), -1);
    long_tag[2 + 128] = '\0';
    assert_int_equal(kube_image_parse(&got, long_tag), 0);
}

static void
what_runs_is_told_from_what_was_asked_for(void **state)
{
    static const struct {
        const char *image;
        const char *id;
        const char *parts;
    } rows[] = {
        { "reg.example.com:5000/shop/web:1.2",
          "docker-pullable://reg.example.com:5000/shop/web@" DIGEST,
          "reg.example.com|5000|shop/web|1.2|" DIGEST },
        { "nginx:1", "docker-pullable://nginx@" DIGEST, "||nginx|1|" DIGEST },
        { "nginx:1", "docker.io/library/nginx@" DIGEST, "docker.io||library/nginx|1|" DIGEST },
        { "reg:5000/db:9", "docker://" DIGEST, "reg|5000|db|9|" },
        { "postgres", "docker://" ID, "||postgres||" },
        { "reg.io/a@" DIGEST, DIGEST, "reg.io||a||" DIGEST },
        { "not an image", "quay.io/a@" DIGEST, "quay.io||a||" DIGEST },
        { DIGEST, "quay.io/a@" DIGEST, "quay.io||a||" DIGEST },
        { NULL, "quay.io/a@" DIGEST, "quay.io||a||" DIGEST },
        { "a:1@" DIGEST, "docker.io/library/a:1", "docker.io||library/a|1|" DIGEST },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kube_image_name got;

        if (kube_image_running(&got, rows[i].image, rows[i].id))
            fail_msg("%s was refused", rows[i].id);
        check(&got, rows[i].id, rows[i].parts);
    }
}

static void
what_is_not_pulled_or_not_readable_has_no_image(void **state)
{
    struct kube_image_name got;

    (void)state;
    assert_int_equal(kube_image_running(&got, "nginx", NULL), -1);
    assert_int_equal(kube_image_running(&got, "nginx", ""), -1);
    assert_int_equal(kube_image_running(&got, "bad image", "docker://" DIGEST), -1);
    assert_int_equal(kube_image_running(&got, DIGEST, DIGEST), -1);
    assert_int_equal(kube_image_running(&got, "nginx", "docker-pullable://a//b"), -1);
}

static void
a_registry_is_named_by_host_and_port(void **state)
{
    struct kube_image_name got;
    char text[264];

    (void)state;
    assert_int_equal(kube_image_parse(&got, "reg:5000/a"), 0);
    kube_image_registry(text, sizeof(text), &got);
    assert_string_equal(text, "reg:5000");
    assert_int_equal(kube_image_parse(&got, "quay.io/a"), 0);
    kube_image_registry(text, sizeof(text), &got);
    assert_string_equal(text, "quay.io");
    assert_int_equal(kube_image_parse(&got, "a"), 0);
    kube_image_registry(text, sizeof(text), &got);
    assert_string_equal(text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_taken_apart),
        cmocka_unit_test(what_is_no_reference_is_refused),
        cmocka_unit_test(what_runs_is_told_from_what_was_asked_for),
        cmocka_unit_test(what_is_not_pulled_or_not_readable_has_no_image),
        cmocka_unit_test(a_registry_is_named_by_host_and_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
