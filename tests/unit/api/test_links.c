/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of pages.
 */
#include "unit.h"
#include "api/links.h"

static void
an_offset_is_replaced_and_the_rest_kept(void **state)
{
    static const struct {
        const char *target, *expected;
    } cases[] = {
        { "/api/x", "/api/x?offset=20" },
        { "/api/x?", "/api/x?offset=20" },
        { "/api/x?offset=5", "/api/x?offset=20" },
        { "/api/x?limit=10&offset=5&sort_by=a", "/api/x?limit=10&sort_by=a&offset=20" },
        { "/api/x?filter[]=a%3D'b%26c'&offset=1", "/api/x?filter[]=a%3D'b%26c'&offset=20" },
        { "/api/x?offset=1&offset=2", "/api/x?offset=20" },
        { "/api/x?&&a=1", "/api/x?a=1&offset=20" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_request *req = request_of(cases[i].target);
        assert_string_equal(rv_links_target(req, 20), cases[i].expected);
        rv_request_free(req);
    }
}

static void
pages_link_to_their_neighbours(void **state)
{
    static const struct {
        int64_t offset, limit, shown, rows;
        const char *links; /* names that are there, then the last offset */
    } cases[] = {
        { 0, 10, 10, 95, "self next first last=90" },
        { 40, 10, 10, 95, "self next previous first last=90" },
        { 90, 10, 5, 95, "self previous first last=90" },
        { 0, 10, 10, 10, "self first last=0" },
        { 0, 10, 10, 20, "self next first last=10" },
        { 5, 10, 10, 20, "self next previous first last=10" },
        { 0, 10, 0, 0, "self first last=0" },
        { 500, 10, 0, 95, "self previous first last=90" },
        { 0, 50, 3, 95, "self next first last=50" }, /* its rows were too large for more */
        { 92, 10, 2, 95, "self next previous first last=90" },
        { INT64_MAX, INT64_MAX, 0, 95, "self previous first last=0" },
    };
    static const char *const names[] = { "self", "next", "previous", "first" };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_request *req = request_of("/api/x");
        rv_buf out = rv_buf_limited(65536), found = rv_buf_limited(256);
        rv_json_writer w = rv_json_to(&out);
        rv_jw_object(&w);
        rv_links_write(req, &w, cases[i].offset, cases[i].limit, cases[i].shown, cases[i].rows);
        rv_jw_end_object(&w);
        cJSON *json = cJSON_Parse(rv_buf_text(&out));
        const cJSON *links = cJSON_GetObjectItem(json, "links");
        for (size_t n = 0; n < RV_COUNT(names); n++) {
            if (cJSON_GetObjectItem(links, names[n]))
                rv_buf_addf(&found, "%s ", names[n]);
        }
        rv_buf_addf(&found, "last=%s",
                    rv_json_string(links, "last") + strlen("http://h/api/x?offset="));
        assert_string_equal(rv_buf_text(&found), cases[i].links);
        cJSON_Delete(json);
        rv_buf_free(&out);
        rv_buf_free(&found);
        rv_request_free(req);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offset_is_replaced_and_the_rest_kept),
        cmocka_unit_test(pages_link_to_their_neighbours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
