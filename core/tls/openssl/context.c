/* SPDX-License-Identifier: Apache-2.0
 *
 * A certificate and its key become a context: TLS 1.2 and newer, forward secrecy only. What
 * OpenSSL says about bad files is made into words that name the file.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"
#include "pair.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

enum { CHAIN_MAX = 32 };

/* The reason of OpenSSL's last error, and an empty queue: what is left there would be taken for an
 * error of the next connection. */
static const char *
reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return text ? text : "no reason given";
}

static SSL_CTX *
new_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    RV_ASSERT(context);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* libevent may move what waits to be written. Partial writes it does not expect. */
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    RV_ASSERT(SSL_CTX_set_cipher_list(context, CIPHERS) == 1);
    rv_pair_watch(context);
    return context;
}

/* Nobody is there to type a password: without this OpenSSL asks the terminal. */
static int
no_password(char *out, int size, int writing, void *arg)
{
    (void)out;
    (void)size;
    (void)writing;
    *(int *)arg = 1;
    return 0;
}

static BIO *
bio_of(const rv_buf *text)
{
    BIO *bio = BIO_new_mem_buf(rv_buf_text(text), (int)text->len);
    RV_ASSERT(bio);
    return bio;
}

static int
fail_certificate(const struct rv_pair_text *certificate, int count, rv_err *err)
{
    const char *why = reason();
    if (count > 0)
        return rv_fail(err, RV_E_INVALID, "certificate %d in '%s' is damaged: %s", count + 1,
                       certificate->name, why);
    rv_fail(err, RV_E_INVALID, "'%s' holds no certificate: %s", certificate->name, why);
    if (strstr(rv_buf_text(certificate->text), "PRIVATE KEY-----"))
        return rv_hint(err, "it holds a key: are the certificate's file and the key's swapped?");
    return rv_hint(err, "a PEM file is wanted, that begins with -----BEGIN CERTIFICATE-----");
}

/* The server's own first, then those that lead to the authority. */
static int
use_certificates(SSL_CTX *context, const struct rv_pair_text *certificate, rv_err *err)
{
    BIO *bio = bio_of(certificate->text);
    int count = 0, failed = 0;
    X509 *one;
    ERR_clear_error();
    while (!failed && count < CHAIN_MAX && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        int taken = count == 0 ? SSL_CTX_use_certificate(context, one)
                               : SSL_CTX_add1_chain_cert(context, one) > 0;
        X509_free(one);
        if (!taken)
            failed = rv_fail(err, RV_E_INVALID, "certificate %d in '%s' cannot be used: %s",
                             count + 1, certificate->name, reason());
        count++;
    }
    BIO_free(bio);
    if (!failed && (count == 0 || (count < CHAIN_MAX &&
                                   ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)))
        failed = fail_certificate(certificate, count, err);
    ERR_clear_error();
    return failed;
}

static int
fail_key(const struct rv_pair_text *key, int is_encrypted, rv_err *err)
{
    const char *why = reason();
    if (is_encrypted) {
        rv_fail(err, RV_E_INVALID, "key '%s' is locked with a password", key->name);
        return rv_hint(err,
                       "nobody is there to type it; openssl pkey -in '%s' -out FILE, then"
                       " chmod 600, makes one without",
                       key->name);
    }
    rv_fail(err, RV_E_INVALID, "'%s' holds no private key: %s", key->name, why);
    return rv_hint(err, "a PEM file is wanted, that begins with -----BEGIN PRIVATE KEY-----");
}

static int64_t
time_of(const ASN1_TIME *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return 0;
    return (int64_t)timegm(&parts) * 1000;
}

static void
add_name(rv_buf *out, const char *name)
{
    rv_buf_addf(out, "%s%s", out->len ? ", " : "", name);
}

static void
add_general_name(rv_buf *out, const GENERAL_NAME *name)
{
    char text[INET6_ADDRSTRLEN];
    int type = 0;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    if (type == GEN_DNS) {
        RV_AUTO_FREE char *dns = rv_strndup((const char *)ASN1_STRING_get0_data(value),
                                            (size_t)ASN1_STRING_length(value));
        add_name(out, dns);
    } else if (type == GEN_IPADD) {
        int family = ASN1_STRING_length(value) == 4    ? AF_INET
                     : ASN1_STRING_length(value) == 16 ? AF_INET6
                                                       : AF_UNSPEC;
        if (inet_ntop(family, ASN1_STRING_get0_data(value), text, sizeof(text)))
            add_name(out, text);
    }
}

static void
read_info(struct rv_tls_info *out, X509 *certificate)
{
    rv_buf names = rv_buf_limited(64 << 10);
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
        add_general_name(&names, sk_GENERAL_NAME_value(all, i));
    GENERAL_NAMES_free(all);
    out->begins_ms = time_of(X509_get0_notBefore(certificate));
    out->ends_ms = time_of(X509_get0_notAfter(certificate));
    if (snprintf(out->names, sizeof(out->names), "%s", rv_buf_text(&names)) >=
        (int)sizeof(out->names))
        memcpy(out->names + sizeof(out->names) - 4, "...", 4);
    rv_buf_free(&names);
}

int
rv_pair_context(SSL_CTX **out, struct rv_tls_info *info, const struct rv_pair_text *certificate,
                rv_err *err)
{
    SSL_CTX *context = new_context();
    if (use_certificates(context, certificate, err)) {
        SSL_CTX_free(context);
        return err->code;
    }
    read_info(info, SSL_CTX_get0_certificate(context));
    *out = context;
    return 0;
}

int
rv_pair_key(SSL_CTX *context, const struct rv_pair_text *key, const char *certificate_name,
            rv_err *err)
{
    BIO *bio = bio_of(key->text);
    int is_encrypted = 0, failed = 0;
    ERR_clear_error();
    EVP_PKEY *found = PEM_read_bio_PrivateKey(bio, NULL, no_password, &is_encrypted);
    BIO_free(bio);
    if (!found)
        return fail_key(key, is_encrypted, err);
    if (SSL_CTX_use_PrivateKey(context, found) != 1 || SSL_CTX_check_private_key(context) != 1) {
        failed = rv_fail(err, RV_E_INVALID, "key '%s' is not that of certificate '%s': %s",
                         key->name, certificate_name, reason());
        rv_hint(err, "both must come from one request; in the certificate's file the server's own"
                     " stands first, those of authorities behind it");
    }
    EVP_PKEY_free(found);
    ERR_clear_error();
    return failed;
}
