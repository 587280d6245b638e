/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails, as a server gets them.
 */
#include "net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "../base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "support/fault_server.h"

static struct rv_net *net;
static struct fault_server plain, secure;
static char *certs, folder[64];

static int
start(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    certs = fault_server_certs();
    RV_AUTO_FREE char *cert = rv_format("%s/server.pem", certs);
    RV_AUTO_FREE char *key = rv_format("%s/server.key", certs);
    snprintf(folder, sizeof(folder), "/tmp/reeve-mail-XXXXXX");
    assert_non_null(mkdtemp(folder));
    fault_server_start_script(&plain, "peers/smtp/sink.py", (const char *const[]){ folder, NULL });
    fault_server_start_script(&secure, "peers/smtp/sink.py",
                              (const char *const[]){ folder, "--cert", cert, "--key", key, NULL });
    if (rv_net_open(&net, REEVE_MODULES, &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    rv_net_close(net);
    fault_server_stop(&plain);
    fault_server_stop(&secure);
    fault_server_run((const char *const[]){ "rm", "-r", "--", folder, NULL });
    fault_server_certs_remove(certs);
    return 0;
}

/* Each server numbers its own mails: a folder is emptied before each test. */
static int
empty(void **state)
{
    (void)state;
    RV_AUTO_FREE char *command = rv_format("rm -f %s/*", folder);
    fault_server_run((const char *const[]){ "sh", "-c", command, NULL });
    return 0;
}

static struct rv_net_server
plain_server(void)
{
    return (struct rv_net_server){ .host = "127.0.0.1", .port = plain.port, .timeout_ms = 5000 };
}

/* The newest file of the folder that ends so. */
static char *
kept(const char *ending)
{
    RV_AUTO_FREE char *command =
        rv_format("cat \"$(ls -t %s/*.%s | head -1)\" > %s/it", folder, ending, folder);
    fault_server_run((const char *const[]){ "sh", "-c", command, NULL });
    return fault_server_read(folder, "it");
}

static void
assert_mail(const struct rv_net_server *server, const struct rv_net_mail *mail)
{
    rv_err err = RV_ERR_INIT;
    if (rv_net_mail(net, server, mail, &err) < 0)
        fail_msg("%s: %s", rv_class_name(err.code), err.text);
}

static void
assert_refused(struct rv_net_server server, struct rv_net_mail mail, int class, const char *part)
{
    rv_err err = RV_ERR_INIT;
    int code = rv_net_mail(net, &server, &mail, &err);
    if (code != class || !strstr(err.text, part))
        fail_msg("%s: %s", rv_class_name(code), err.text);
}

static const char *const to_one[] = { "ops@example.com", NULL };

static struct rv_net_mail
hello(void)
{
    return (struct rv_net_mail){ .from = "reeve@example.com",
                                 .to = to_one,
                                 .subject = "Hello",
                                 .body = "It runs.\n",
                                 .body_len = 9 };
}

static void
a_mail_arrives_with_its_recipients_and_text(void **state)
{
    (void)state;
    static const char *const cc[] = { "a@example.com", "b@example.com", NULL };
    static const char *const bcc[] = { "hidden@example.com", NULL };
    struct rv_net_server server = plain_server();
    struct rv_net_mail mail = hello();
    server.helo = "reeve.example.com";
    mail.cc = cc;
    mail.bcc = bcc;
    assert_mail(&server, &mail);
    RV_AUTO_FREE char *text = kept("eml"), *envelope = kept("json");
    assert_non_null(strstr(text, "From: reeve@example.com\r\n"));
    assert_non_null(strstr(text, "To: ops@example.com\r\n"));
    assert_non_null(strstr(text, "Cc: a@example.com,\r\n b@example.com\r\n"));
    assert_non_null(strstr(text, "Subject: Hello\r\n"));
    assert_non_null(strstr(text, "text/plain; charset=UTF-8\r\n"));
    assert_non_null(strstr(text, "SXQgcnVucy4K"));
    assert_non_null(strstr(text, "Date: "));
    assert_null(strstr(text, "hidden"));
    assert_non_null(strstr(envelope, "\"hidden@example.com\""));
    assert_non_null(strstr(envelope, "\"helo\": \"reeve.example.com\""));
}

static void
a_subject_beyond_ascii_is_encoded_in_whole_characters(void **state)
{
    (void)state;
    struct rv_net_server server = plain_server();
    struct rv_net_mail mail = hello();
    mail.subject =
        "Gr\xc3\xb6\xc3\x9f"
        "er als \xe2\x82\xac 100, und so lang, dass es nicht in ein Wort passt \xf0\x9f\x98\x80";
    assert_mail(&server, &mail);
    RV_AUTO_FREE char *command =
        rv_format("/usr/bin/python3 -c 'import email,email.policy,glob,sys;"
                  "m=email.message_from_binary_file(open(glob.glob(\"%s/"
                  "*.eml\")[0],\"rb\"),policy=email.policy.default);"
                  "sys.stdout.write(m[\"subject\"]+\"|\"+m.get_content())' > %s/it",
                  folder, folder);
    fault_server_run((const char *const[]){ "sh", "-c", command, NULL });
    RV_AUTO_FREE char *read = fault_server_read(folder, "it");
    RV_AUTO_FREE char *expected = rv_format("%s|It runs.\n", mail.subject);
    assert_string_equal(read, expected);
}

static void
starttls_and_a_password_are_used_and_a_certificate_is_verified(void **state)
{
    (void)state;
    RV_AUTO_FREE char *ca = rv_format("%s/ca.pem", certs);
    struct rv_net_server server = { .host = "127.0.0.1",
                                    .port = secure.port,
                                    .security = RV_NET_STARTTLS,
                                    .user = "reeve",
                                    .password = "secret",
                                    .ca_file = ca,
                                    .timeout_ms = 5000 };
    struct rv_net_mail mail = hello();
    assert_mail(&server, &mail);
    RV_AUTO_FREE char *envelope = kept("json");
    assert_non_null(strstr(envelope, "\"tls\": true"));
    assert_non_null(strstr(envelope, "\"user\": \"reeve\""));
    server.password = "wrong";
    assert_refused(server, mail, RV_E_AUTH, "mail server 127.0.0.1");
    server.password = "secret";
    server.ca_file = NULL;
    assert_refused(server, mail, RV_E_PERMISSION, "certificate");
    server.flags = RV_NET_UNVERIFIED;
    assert_mail(&server, &mail);
}

static void
a_server_without_starttls_gets_nothing_when_it_is_asked_for(void **state)
{
    (void)state;
    struct rv_net_server server = plain_server();
    server.security = RV_NET_STARTTLS;
    assert_refused(server, hello(), RV_E_PERMISSION, "STARTTLS");
}

static void
what_a_server_says_of_a_recipient_is_told(void **state)
{
    (void)state;
    static const char *const refused[] = { "reject-550@example.com", NULL };
    static const char *const later[] = { "reject-451@example.com", NULL };
    static const char *const gone[] = { "gone@example.com", NULL };
    static const char *const slow[] = { "slow-5@example.com", NULL };
    struct rv_net_server server = plain_server();
    struct rv_net_mail mail = hello();
    mail.to = refused;
    assert_refused(server, mail, RV_E_PERMISSION, "550");
    mail.to = later;
    assert_refused(server, mail, RV_E_UNAVAILABLE, "451");
    mail.to = gone;
    assert_refused(server, mail, RV_E_UNAVAILABLE, "mail server");
    mail.to = slow;
    server.timeout_ms = 200;
    assert_refused(server, mail, RV_E_TIMEOUT, "mail server");
    server.port = 1;
    assert_refused(server, mail, RV_E_UNAVAILABLE, "mail server 127.0.0.1:1");
}

static void
what_would_write_headers_or_commands_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "x",     "@x",    "x@",     "a@b\r\nRCPT TO:<c@d>",
                                       "<a@b>", "a b@c", "a@b,c@d" };
    static const char *const nobody[] = { NULL };
    struct rv_net_mail mail = hello();
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        const char *const to[] = { bad[i], NULL };
        mail.to = to;
        assert_refused(plain_server(), mail, RV_E_INVALID, "");
    }
    mail.to = nobody;
    assert_refused(plain_server(), mail, RV_E_INVALID, "recipient");
    mail = hello();
    mail.subject = "a\r\nBcc: c@d";
    assert_refused(plain_server(), mail, RV_E_INVALID, "subject");
    mail = hello();
    mail.content_type = "text/html\r\nX: y";
    assert_refused(plain_server(), mail, RV_E_INVALID, "content type");
    mail = hello();
    mail.from = NULL;
    assert_refused(plain_server(), mail, RV_E_INVALID, "from");
}

#define mail_test(name) cmocka_unit_test_setup(name, empty)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        mail_test(a_mail_arrives_with_its_recipients_and_text),
        mail_test(a_subject_beyond_ascii_is_encoded_in_whole_characters),
        mail_test(starttls_and_a_password_are_used_and_a_certificate_is_verified),
        mail_test(a_server_without_starttls_gets_nothing_when_it_is_asked_for),
        mail_test(what_a_server_says_of_a_recipient_is_told),
        mail_test(what_would_write_headers_or_commands_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
