/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates for tests: self-signed, with a span of time as wished.
 */
#ifndef RV_TEST_CERTIFICATES_H
#define RV_TEST_CERTIFICATES_H

#include <openssl/x509.h>

EVP_PKEY *make_key(void);
/* For "localhost" and 127.0.0.1, from and until so many seconds from now. */
X509 *make_certificate(EVP_PKEY *key, long from_s, long until_s);
/* cert and key may be NULL; password locks the key. The file is made new, with this mode. */
void write_pem(const char *path, X509 *certificate, EVP_PKEY *key, const char *password,
               unsigned mode);
void write_text(const char *path, const char *text, unsigned mode);

#endif
