/* SPDX-License-Identifier: Apache-2.0
 *
 * Every mapper over tests/data/kubernetes/map/COLLECTION.json (an array of objects), against the
 * calls written down in COLLECTION.txt. With KUBE_MAP_UPDATE=1 the latter are written anew, to be
 * read and committed by a person.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kubernetes/events.h"
#include "support/sdk_host.h"

#define FOLDER REEVE_SOURCE_DIR "/tests/data/kubernetes/map"

static struct kube_image_cache images;

static char *
read_file(const char *name, const char *ending)
{
    char path[1024], *text = calloc(1, 1 << 20);
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s.%s", FOLDER, name, ending);
    file = fopen(path, "r");
    if (!file)
        fail_msg("%s is not there", path);
    len = fread(text, 1, (1 << 20) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static void
write_file(const char *name, const char *text)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.txt", FOLDER, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* All objects of a file through a mapper; what it called, the caller's to free. */
static char *
map_file_with(const struct kube_collection *what, int all_events)
{
    struct reeve_call call;
    struct reeve_inventory inv;
    struct reeve_json *json;
    char *text = read_file(what->name, "json"), *out;
    const struct reeve_json *item;
    struct kube_map map = { .call = &call,
                            .inv = &inv,
                            .images = &images,
                            .sink = (void *)&inv,
                            .token = "7",
                            .all_events = all_events };

    kube_image_cache_clear(&images);
    sdk_host_begin(&call);
    sdk_host_inventory_begin(&inv, &call);
    if (reeve_json_parse(&call, text, strlen(text), 0, &json))
        fail_msg("%s: %s", what->name, call.text);
    for (item = reeve_json_first(json, NULL); item; item = reeve_json_next(item)) {
        if (kube_check_identity(&call, item) || what->map(&map, item))
            fail_msg("%s: %s", what->name, call.text);
    }
    out = strdup(sdk_host_record(&inv));
    reeve_json_free(json);
    sdk_host_inventory_end(&inv);
    sdk_host_end(&call);
    free(text);
    return out;
}

static char *
map_file(const struct kube_collection *what)
{
    return map_file_with(what, 0);
}

/* With what is written down; takes got. */
static void
compare(const char *name, char *got)
{
    char *wanted;

    if (getenv("KUBE_MAP_UPDATE"))
        write_file(name, got);
    wanted = read_file(name, "txt");
    if (strcmp(got, wanted) != 0) {
        size_t at = 0;

        while (got[at] == wanted[at])
            at++;
        fail_msg("%s differs at byte %zu: '%.80s' is not '%.80s'", name, at, got + at, wanted + at);
    }
    if (strstr(got, "canary"))
        fail_msg("%s lets a value out", name);
    free(wanted);
    free(got);
}

static void
every_mapper_calls_what_is_written_down(void **state)
{
    (void)state;
    for (int i = 0; i < kube_collection_count; i++)
        compare(kube_collections[i].name, map_file(&kube_collections[i]));
}

/* full_data is the whole event; only the rest is written down. */
static char *
without_data(char *text)
{
    char *out = calloc(1, strlen(text) + 1), *rest = text, *line;

    while ((line = strsep(&rest, "\n"))) {
        if (*line && strncmp(line, "full_data=", 10) != 0)
            strcat(strcat(out, line), "\n");
    }
    free(text);
    return out;
}

static void
events_of_both_apis_become_the_same(void **state)
{
    (void)state;
    compare("events", without_data(map_file(&kube_event_views[0])));
}

static void
events_of_other_types_come_when_all_are_asked_for(void **state)
{
    char *got = map_file_with(&kube_event_views[1], 1);

    (void)state;
    assert_non_null(
        strstr(got, "event PERSISTENTVOLUMECLAIM_PROVISIONING_FAILED e-other 1767323051000\n"));
    assert_non_null(strstr(got, "event DEPLOYMENT_SCALINGREPLICASET e-dep "));
    assert_non_null(strstr(got, "target_id->container_deployment d-1\n"));
    assert_null(strstr(got, "e-bare"));
    free(got);
}

static int
is_listed(const char *kind)
{
    for (int i = 0; kube_kinds[i]; i++) {
        if (strcmp(kube_kinds[i], kind) == 0)
            return 1;
    }
    return 0;
}

/* kube_kinds and the fixtures name the same kinds: none is forgotten on either side. */
static void
every_kind_is_declared_and_emitted(void **state)
{
    int emitted[64] = { 0 };

    (void)state;
    for (int i = 0; i < kube_collection_count; i++) {
        char *got = map_file(&kube_collections[i]), *rest = got, *line;

        assert_true(is_listed(kube_collections[i].kind));
        while ((line = strsep(&rest, "\n"))) {
            char *word = strncmp(line, "object ", 7) == 0  ? line + 7
                         : strncmp(line, "child ", 6) == 0 ? line + 6
                                                           : NULL;
            if (!word)
                continue;
            word[strcspn(word, " ")] = '\0';
            if (!is_listed(word))
                fail_msg("%s is not declared", word);
            for (int k = 0; kube_kinds[k]; k++)
                emitted[k] |= strcmp(kube_kinds[k], word) == 0;
        }
        free(got);
    }
    for (int k = 0; kube_kinds[k]; k++) {
        if (!emitted[k])
            fail_msg("%s is never emitted", kube_kinds[k]);
    }
}

/* A list emits an image once, a watch with every pod. */
static void
an_image_is_emitted_once_in_a_list(void **state)
{
    struct kube_image_cache *cache = calloc(1, sizeof(*cache));
    char long_ref[400];

    (void)state;
    assert_int_equal(kube_image_cache_has(cache, ""), 0);
    assert_int_equal(kube_image_cache_has(cache, "a@sha256:1"), 0);
    kube_image_cache_add(cache, "a@sha256:1");
    assert_int_equal(kube_image_cache_has(cache, "a@sha256:1"), 1);
    assert_int_equal(kube_image_cache_has(cache, "a@sha256:2"), 0);
    kube_image_cache_clear(cache);
    assert_int_equal(kube_image_cache_has(cache, "a@sha256:1"), 0);
    memset(long_ref, 'x', sizeof(long_ref) - 1);
    long_ref[sizeof(long_ref) - 1] = '\0';
    kube_image_cache_add(cache, long_ref);
    assert_int_equal(kube_image_cache_has(cache, long_ref), 0);
    assert_int_equal(kube_image_cache_has(NULL, "a@sha256:1"), 0);
    kube_image_cache_clear(cache);
    free(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mapper_calls_what_is_written_down),
        cmocka_unit_test(events_of_both_apis_become_the_same),
        cmocka_unit_test(events_of_other_types_come_when_all_are_asked_for),
        cmocka_unit_test(every_kind_is_declared_and_emitted),
        cmocka_unit_test(an_image_is_emitted_once_in_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
