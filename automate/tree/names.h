/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the datastore: which are allowed, and what their files are called.
 */
#ifndef RV_AE_NAMES_H
#define RV_AE_NAMES_H

#include "base/buf.h"

enum rv_ae_named {
    RV_AE_NAMED_DOMAIN = 0, /* word characters . - $ */
    RV_AE_NAMED_NAMESPACE,
    RV_AE_NAMED_CLASS, /* word characters . - */
    RV_AE_NAMED_INSTANCE,
    RV_AE_NAMED_METHOD,
    RV_AE_NAMED_FIELD, /* word characters */
};

enum {
    RV_AE_NAME_MAX = 255,
    RV_AE_PATH_MAX = 1023,
    RV_AE_VALUE_MAX = 1 << 20, /* of a field; that of an attribute of an object, too */
};

/* Behind the name of a domain while a large import fills it: no domain may be called so. */
#define RV_AE_IMPORTING ".importing"

const char *rv_ae_named_word(enum rv_ae_named what); /* "domain", "class", ... */
/* INVALID with what is wrong with it. */
int rv_ae_name_check(enum rv_ae_named what, const char *name, rv_err *err);
/* A leading dot is a leading underscore in the name of a file: ".missing" is "_missing". */
void rv_ae_name_to_file(rv_buf *out, const char *name);
void rv_ae_name_from_file(rv_buf *out, const char *file, size_t len);
/* What comes behind the dot of a method's text: "lua", "rb", ...; and back: "ruby"; NULL when
 * there is no such. */
const char *rv_ae_language_suffix(const char *language);
const char *rv_ae_suffix_language(const char *suffix);

#endif
