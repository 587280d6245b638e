/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates for tests.
 */
#include "certificates.h"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

EVP_PKEY *
make_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    assert_non_null(key);
    return key;
}

X509 *
make_certificate(EVP_PKEY *key, long from_s, long until_s)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static FILE *
create(const char *path, unsigned mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    return fdopen(fd, "w");
}

void
write_pem(const char *path, X509 *certificate, EVP_PKEY *key, const char *password, unsigned mode)
{
    FILE *file = create(path, mode);
    if (certificate)
        assert_int_equal(PEM_write_X509(file, certificate), 1);
    if (key)
        assert_int_equal(PEM_write_PKCS8PrivateKey(file, key, password ? EVP_aes_128_cbc() : NULL,
                                                   NULL, 0, NULL, (void *)(uintptr_t)password),
                         1);
    assert_int_equal(fclose(file), 0);
}

void
write_text(const char *path, const char *text, unsigned mode)
{
    FILE *file = create(path, mode);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
