/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists in pages, and the well-known options of a connection.
 */
#include "http_fixture.h"

struct sum {
    int64_t items;
    int members;
    int64_t fail_at;
};

static int
add(struct reeve_call *of, void *arg, const struct reeve_json *item)
{
    struct sum *sum = arg;
    int64_t value = reeve_json_int(item, "", -1000);

    sum->items += value;
    return value == sum->fail_at ? reeve_fail(of, REEVE_E_CONFLICT, "stop") : 0;
}

static int
count_member(struct reeve_call *of, void *arg, const char *name, const struct reeve_json *value)
{
    struct sum *sum = arg;

    (void)of, (void)name, (void)value;
    sum->members++;
    return 0;
}

/* Read /l with the given ways; returns the class. */
static int
read_all(const char *script, struct reeve_pages pages, struct sum *sum)
{
    *sum = (struct sum){ .fail_at = sum->fail_at };
    tell(script);
    pages.size = sizeof(pages);
    pages.path = pages.path ? pages.path : "/l?n=1";
    pages.list = "items";
    pages.item = add;
    pages.member = count_member;
    pages.arg = sum;
    return reeve_read_pages(&call, http, &pages);
}

static void
a_mark_leads_from_page_to_page(void **state)
{
    static const char script[] =
        "{\"routes\":["
        "{\"path\":\"/l\",\"query\":{\"n\":\"1\",\"continue\":\"a b&c\"},\"steps\":[{\"json\":"
        "{\"items\":[3],\"metadata\":{\"continue\":\"\"}}}]},"
        "{\"path\":\"/l\",\"query\":{\"n\":\"1\"},\"steps\":[{\"status\":503},{\"json\":"
        "{\"metadata\":{\"x\":1,\"continue\":\"a b&c\"},\"items\":[1,2]}}]}]}";
    struct sum sum = { 0 };
    uint64_t used = call.memory_used;

    (void)state;
    use((struct reeve_http_config){ .retries = 2 });
    assert_int_equal(
        read_all(script,
                 (struct reeve_pages){ .next = "metadata.continue", .parameter = "continue" },
                 &sum),
        0);
    assert_int_equal(sum.items, 6);
    assert_int_equal(sum.members, 2);
    assert_true(call.memory_used - used < 4096);
}

static void
a_mark_may_be_a_number_or_a_link(void **state)
{
    static const char numbers[] =
        "{\"routes\":["
        "{\"path\":\"/"
        "l\",\"query\":{\"page\":\"2\"},\"steps\":[{\"json\":{\"items\":[5],\"next\":null}}]},"
        "{\"path\":\"/l\",\"steps\":[{\"json\":{\"items\":[4],\"next\":2}}]}]}";
    char *links = reeve_format(
        &call,
        "{\"routes\":["
        "{\"path\":\"/second\",\"steps\":[{\"json\":{\"items\":[20],\"next\":\"%s/third?x=1\"}}]},"
        "{\"path\":\"/third\",\"steps\":[{\"json\":{\"items\":[300]}}]},"
        "{\"path\":\"/l\",\"steps\":[{\"json\":{\"items\":[1],\"next\":\"/second\"}}]}]}",
        server.url);
    struct sum sum = { 0 };

    (void)state;
    assert_int_equal(
        read_all(numbers, (struct reeve_pages){ .path = "/l", .next = "next", .parameter = "page" },
                 &sum),
        0);
    assert_int_equal(sum.items, 9);
    assert_int_equal(read_all(links, (struct reeve_pages){ .next = "next" }, &sum), 0);
    assert_int_equal(sum.items, 321);
}

static void
one_page_is_enough_without_a_mark(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/l\",\"steps\":[{\"json\":{\"items\":[1],\"next\":\"more\"}}]}]}";
    struct sum sum = { 0 };

    (void)state;
    assert_int_equal(read_all(script, (struct reeve_pages){ 0 }, &sum), 0);
    assert_int_equal(sum.items, 1);
}

static void
a_next_page_that_would_not_be_read_is_a_failure(void **state)
{
    static const char script[] = "{\"routes\":[{\"path\":\"/l\",\"steps\":[{\"headers\":{\"Link\":"
                                 "\"</l?page=2>; rel=next\"},\"json\":{\"items\":[1]}}]}]}";
    static const char other[] = "{\"routes\":[{\"path\":\"/l\",\"steps\":[{\"headers\":{\"Link\":"
                                "\"</l?page=9>; rel=last\"},\"json\":{\"items\":[1]}}]}]}";
    struct sum sum = { 0 };

    (void)state;
    assert_int_equal(read_all(script, (struct reeve_pages){ 0 }, &sum), REEVE_E_PROTOCOL);
    assert_true(contains(call.text, "/l?n=1: the answer's header Link names a next page"));
    assert_true(contains(call.hint, "set link_header, or next"));
    sdk_host_forget(&call);
    /* Who goes on by a member knows what he does. */
    assert_int_equal(read_all(script, (struct reeve_pages){ .next = "next" }, &sum), 0);
    assert_int_equal(read_all(other, (struct reeve_pages){ 0 }, &sum), 0);
}

static void
bad_marks_are_refused(void **state)
{
    static const struct {
        const char *mark;
        const char *part; /* of the error */
    } cases[] = {
        { "http://elsewhere.invalid/l", "the next page is at another place" },
        { "//elsewhere.invalid/l", "the next page is at another place" },
        { "https://127.0.0.1/l", "the next page is at another place" },
        { "http://me:pw@@HOST@/l", "the next page is at another place" },
        { "mailto:you@elsewhere.invalid", "the next page is at another place" },
        { "/l?n=1", "a page names itself as the next one" },
        { "?n=1", "a page names itself as the next one" },
        { "/l?again", "a page names itself as the next one" },
    };
    struct sum sum = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *host = strstr(cases[i].mark, "@HOST@");
        char *script =
            reeve_format(&call,
                         "{\"routes\":[{\"path\":\"/"
                         "l\",\"steps\":[{\"json\":{\"items\":[1],\"next\":\"%.*s%s%s\"}}]}]}",
                         host ? (int)(host - cases[i].mark) : 1000, cases[i].mark,
                         host ? strstr(server.url, "//") + 2 : "", host ? host + 6 : "");
        assert_int_equal(read_all(script, (struct reeve_pages){ .next = "next" }, &sum),
                         REEVE_E_PROTOCOL);
        assert_true(contains(call.text, cases[i].part));
    }
}

/* By RFC 3986, from a client whose address has a path of its own. */
static void
a_link_is_relative_to_its_page(void **state)
{
    static const char *const links[] = {
        "/api/v1/l?page=2", "?page=2", "l?page=2", "../v1/./l?page=2", "@URL@/api/v1/l?page=2#x",
    };
    struct sum sum = { 0 };
    char base[128];

    (void)state;
    snprintf(base, sizeof(base), "%s/api", server.url);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        int whole = links[i][0] == '@';
        char *script = reeve_format(
            &call,
            "{\"routes\":["
            "{\"path\":\"/api/v1/"
            "l\",\"query\":{\"page\":\"2\"},\"steps\":[{\"json\":{\"items\":[30],"
            "\"next\":\"\"}}]},"
            "{\"path\":\"/api/v1/l\",\"steps\":[{\"json\":{\"items\":[4],\"next\":\"%s%s\"}}]}]}",
            whole ? server.url : "", links[i] + (whole ? 5 : 0));
        use((struct reeve_http_config){ 0 });
        tell(script);
        use((struct reeve_http_config){ .base_url = base });
        struct reeve_pages pages = { .size = sizeof(pages), .path = "/v1/l?n=1", .next = "next" };
        pages.list = "items";
        pages.item = add;
        pages.arg = &sum;
        sum = (struct sum){ 0 };
        if (reeve_read_pages(&call, http, &pages) != 0)
            fail_msg("%s: %s", links[i], call.text);
        assert_int_equal(sum.items, 34);
    }
}

static void
a_header_leads_from_page_to_page(void **state)
{
    static const struct {
        const char *header;
        int64_t items; /* 34: the next page was found */
    } cases[] = {
        { "</n?page=2>; rel=\\\"next\\\"", 34 },
        { "<?page=2>;rel=next", 34 },
        { "<@URL@/n?page=2>; REL=\\\"last NEXT\\\"; title=\\\"a, <b>; rel=x\\\"", 34 },
        { "</1>; rel=prev; title=\\\"<x>; rel=next, ", 4 },
        { "</1>; rel=first, </n?page=2> ; rel = \\\"next\\\" , </9>; rel=last", 34 },
        { "</1>; rel=first; rel=next, </n?page=2>; x; rel=next", 34 },
        { "</1>; rel=next; anchor=\\\"/other\\\"", 4 },
        { "</1>; rel=nextnot", 4 },
        { "</1; rel=next", 4 },
        { "rel=next", 4 },
        { "", 4 },
    };
    static const struct reeve_http_header headers[] = { { "X-Page", "yes", NULL },
                                                        REEVE_HTTP_HEADERS_END };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *url = strstr(cases[i].header, "@URL@");
        int before = url ? (int)(url - cases[i].header) : 1000;
        char *script = reeve_format(
            &call,
            "{\"routes\":["
            "{\"path\":\"/n\",\"query\":{\"page\":\"2\"},\"steps\":[{\"json\":{\"items\":[30]}}]},"
            "{\"path\":\"/n\",\"steps\":[{\"headers\":{\"Link\":\"%.*s%s%s\"},\"json\":"
            "{\"items\":[4]}}]}]}",
            before, cases[i].header, url ? server.url : "", url ? url + 5 : "");
        struct sum sum = { 0 };
        int status = read_all(
            script, (struct reeve_pages){ .path = "/n", .link_header = 1, .headers = headers },
            &sum);
        if (status != 0 || sum.items != cases[i].items)
            fail_msg("%s: %d %s, %lld", cases[i].header, status, call.text, (long long)sum.items);
    }
    struct reeve_json *requests = asked(http);
    for (const struct reeve_json *r = reeve_json_first(requests, ""); r; r = reeve_json_next(r)) {
        if (strcmp(reeve_json_string(r, "path", ""), "/n") == 0)
            assert_string_equal(reeve_json_string(r, "headers.x-page", ""), "yes");
    }
    reeve_json_free(requests);
    struct sum sum = { 0 };
    assert_int_equal(
        read_all("{\"routes\":[{\"path\":\"/n\",\"steps\":[{\"headers\":{\"Link\":"
                 "\"<http://elsewhere.invalid/n>; rel=next\"},\"json\":{\"items\":[4]}}]}]}",
                 (struct reeve_pages){ .path = "/n", .link_header = 1 }, &sum),
        REEVE_E_PROTOCOL);
    assert_true(contains(call.text, "the next page is at another place"));
    assert_int_equal(
        read_all("{}", (struct reeve_pages){ .path = "/n", .link_header = 1, .next = "x" }, &sum),
        REEVE_E_INTERNAL);
}

static void
a_later_page_that_is_not_there_is_no_missing_list(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/l\",\"query\":{\"after\":\"a\"},\"steps\":[{\"status\":404}]},"
        "{\"path\":\"/l\",\"steps\":[{\"json\":{\"items\":[1],\"next\":\"a\"}}]}]}";
    struct sum sum = { 0 };

    (void)state;
    assert_int_equal(
        read_all(script, (struct reeve_pages){ .next = "next", .parameter = "after" }, &sum),
        REEVE_E_PROTOCOL);
    assert_int_equal(call.error_class, REEVE_E_PROTOCOL);
    assert_int_equal(call.remote_status, 404);
    assert_string_equal(call.text, "/l?n=1 broke off at page 2: /l: the server answers with "
                                   "status 404");
    assert_int_equal(read_all("{}", (struct reeve_pages){ .path = "/status/404" }, &sum),
                     REEVE_E_NOT_FOUND);
}

static void
the_number_of_pages_has_a_ceiling(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/l\",\"then\":\"cycle\",\"steps\":["
        "{\"json\":{\"items\":[1],\"next\":\"a\"}},{\"json\":{\"items\":[1],\"next\":\"b\"}}]}]}";
    struct sum sum = { 0 };

    (void)state;
    assert_int_equal(
        read_all(script,
                 (struct reeve_pages){ .next = "next", .parameter = "after", .max_pages = 7 },
                 &sum),
        REEVE_E_LIMIT);
    assert_int_equal(sum.items, 7);
    assert_true(contains(call.text, "more than 7 pages"));
}

static void
a_failure_ends_the_reading(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/l\",\"query\":{\"after\":\"a\"},\"steps\":[{\"status\":410}]},"
        "{\"path\":\"/l\",\"steps\":[{\"json\":{\"items\":[1,7],\"next\":\"a\"}}]}]}";
    struct sum sum = { 0 };
    struct reeve_pages pages = { .next = "next", .parameter = "after" };

    (void)state;
    assert_int_equal(read_all(script, pages, &sum), REEVE_E_GONE);
    assert_int_equal(sum.items, 8);
    sum.fail_at = 1;
    assert_int_equal(read_all(script, pages, &sum), REEVE_E_CONFLICT);
    assert_int_equal(sum.items, 1);
    assert_int_equal(read_all("{}", (struct reeve_pages){ .path = "/truncate/50" }, &sum),
                     REEVE_E_PROTOCOL);
    assert_int_equal(read_all("{}", (struct reeve_pages){ .path = "/text/hello" }, &sum),
                     REEVE_E_PROTOCOL);
    assert_int_equal(
        read_all("{}", (struct reeve_pages){ .path = "/bytes/-1", .max_page_bytes = 100 }, &sum),
        REEVE_E_LIMIT);
}

/* What the well-known options make of a config. */
static int
configure(const struct sdk_host_option *options, const struct sdk_host_secret *secrets,
          struct reeve_http_config *out)
{
    struct reeve_config config = { options, secrets };

    memset(out, 0, sizeof(*out));
    out->size = sizeof(*out);
    return reeve_http_options(&call, &config, out);
}

static void
options_make_an_address(void **state)
{
    static const struct {
        struct sdk_host_option options[5];
        const char *url;
    } cases[] = {
        { { { "hostname", "h" } }, "https://h" },
        { { { "hostname", "h" }, { "port", "6443" } }, "https://h:6443" },
        { { { "hostname", "::1" }, { "port", "1" }, { "path", "a/b" } }, "https://[::1]:1/a/b" },
        { { { "hostname", "[::1]" }, { "path", "/a" } }, "https://[::1]/a" },
        { { { "hostname", "h" }, { "security_protocol", "non-ssl" } }, "http://h" },
    };
    struct reeve_http_config config;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(configure(cases[i].options, NULL, &config), 0);
        assert_string_equal(config.base_url, cases[i].url);
    }
    const struct sdk_host_option none[] = { { "port", "1" }, { NULL, NULL } };
    assert_int_equal(configure(none, NULL, &config), REEVE_E_INVALID);
    assert_string_equal(call.text, "the host name is missing");
}

static void
options_say_whom_to_trust(void **state)
{
    static const struct {
        struct sdk_host_option options[4];
        int status;
        int tls;
    } cases[] = {
        { { { "hostname", "h" } }, 0, REEVE_TLS_VERIFY },
        { { { "hostname", "h" }, { "certificate_authority", "PEM" } }, 0, REEVE_TLS_VERIFY_CA },
        { { { "hostname", "h" }, { "security_protocol", "ssl-with-validation" } },
          0,
          REEVE_TLS_VERIFY },
        { { { "hostname", "h" },
            { "security_protocol", "ssl-with-validation-custom-ca" },
            { "certificate_authority", "PEM" } },
          0,
          REEVE_TLS_VERIFY_CA },
        { { { "hostname", "h" }, { "security_protocol", "ssl-without-validation" } },
          0,
          REEVE_TLS_NO_VERIFY },
        { { { "hostname", "h" }, { "security_protocol", "ssl-with-validation-custom-ca" } },
          REEVE_E_INVALID,
          REEVE_TLS_VERIFY_CA },
        { { { "hostname", "h" }, { "security_protocol", "ssl" } }, REEVE_E_INVALID, 0 },
    };
    struct reeve_http_config config;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(configure(cases[i].options, NULL, &config), cases[i].status);
        assert_int_equal(config.tls, cases[i].tls);
    }
}

static void
options_say_as_whom_to_come(void **state)
{
    static const struct sdk_host_option options[] = { { "hostname", "h" },
                                                      { "userid", "me" },
                                                      { "client_certificate", "PEM" },
                                                      { "http_proxy", "http://p" },
                                                      { "http_proxy_userid", "it" },
                                                      { NULL, NULL } };
    static const struct sdk_host_secret secrets[] = { { "auth_key", { "t", 1 } },
                                                      { "password", { "p", 1 } },
                                                      { "client_key", { "k", 1 } },
                                                      { "http_proxy_password", { "w", 1 } },
                                                      { NULL, { NULL, 0 } } };
    struct reeve_http_config config;

    (void)state;
    assert_int_equal(configure(options, secrets, &config), 0);
    assert_ptr_equal(config.bearer, &secrets[0].secret);
    assert_ptr_equal(config.password, &secrets[1].secret);
    assert_ptr_equal(config.client_key, &secrets[2].secret);
    assert_string_equal(config.userid, "me");
    assert_string_equal(config.client_cert_pem, "PEM");
    assert_string_equal(config.proxy, "http://p");
    assert_string_equal(config.proxy_userid, "it");
    assert_ptr_equal(config.proxy_password, &secrets[3].secret);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_mark_leads_from_page_to_page),
        HTTP_TEST(a_mark_may_be_a_number_or_a_link),
        HTTP_TEST(one_page_is_enough_without_a_mark),
        HTTP_TEST(a_next_page_that_would_not_be_read_is_a_failure),
        HTTP_TEST(bad_marks_are_refused),
        HTTP_TEST(the_number_of_pages_has_a_ceiling),
        HTTP_TEST(a_failure_ends_the_reading),
        HTTP_TEST(a_link_is_relative_to_its_page),
        HTTP_TEST(a_header_leads_from_page_to_page),
        HTTP_TEST(a_later_page_that_is_not_there_is_no_missing_list),
        HTTP_TEST(options_make_an_address),
        HTTP_TEST(options_say_whom_to_trust),
        HTTP_TEST(options_say_as_whom_to_come),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
