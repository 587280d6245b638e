/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of a connection: a table that a provider declares, which yields
 * validation, documentation, JSON Schema and a form; and getters that cannot
 * fail, since the host has validated the values before open() is called.
 */
#ifndef REEVE_OPTIONS_H
#define REEVE_OPTIONS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_secret;
struct reeve_config;

enum {
    REEVE_OPT_STRING = 1,
    REEVE_OPT_INT = 2,
    REEVE_OPT_FLAG = 3,     /* true / false */
    REEVE_OPT_DURATION = 4, /* "500ms", "10s", "5m", "2h"; int64 milliseconds */
    REEVE_OPT_SIZE = 5,     /* "64KiB", "2MiB"; int64 bytes */
    REEVE_OPT_URL = 6,      /* http:// or https:// */
    REEVE_OPT_ENUM = 7,     /* one of choices */
    REEVE_OPT_SECRET = 8,
    REEVE_OPT_TEXT = 9 /* a longer text, such as PEM */
};

#define REEVE_OPT_REQUIRED (1 << 0)
#define REEVE_OPT_ADVANCED (1 << 1)

/* Lies in an array: struct reeve_sizes says how long it is. */
struct reeve_option {
    const char *name; /* [a-z0-9_]+ */
    int32_t type;
    int32_t flags;
    const char *fallback;       /* text of the default, NULL for none */
    int64_t min, max;           /* INT, DURATION, SIZE; both 0: no bounds */
    const char *const *choices; /* ENUM: ends with NULL */
    const char *help;           /* one line */
};

#define REEVE_OPTIONS_END                                                                          \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0                                                                     \
    }

/* Well-known names, which core maps from and to a provider's endpoint and authentication
 * records (ManageIQ's names); use them where they fit:
 *   hostname, port, path, security_protocol ("ssl-with-validation",
 *   "ssl-with-validation-custom-ca", "ssl-without-validation"; "non-ssl": plain HTTP),
 *   certificate_authority (PEM), userid, password (secret), auth_key (secret: a token),
 *   client_certificate, client_key (secret), http_proxy (a URL holds no user),
 *   http_proxy_userid, http_proxy_password (secret); events (a flag or a number; off or 0: its
 *   events are not watched). */

/* Borrowed from config, valid as long as the connection. NULL when not given and without
 * a fallback. */
const char *reeve_config_string(const struct reeve_config *config, const char *name);
/* INT, DURATION (ms), SIZE (bytes), FLAG (0 or 1); 0 when absent. */
int64_t reeve_config_int(const struct reeve_config *config, const char *name);
int reeve_config_has(const struct reeve_config *config, const char *name);
const struct reeve_secret *reeve_config_secret(const struct reeve_config *config, const char *name);

#ifdef __cplusplus
}
#endif
#endif
