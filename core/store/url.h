/* SPDX-License-Identifier: Apache-2.0
 *
 * The URL of a store: sqlite:PATH, or postgresql:// and postgres:// as libpq reads them. Texts that
 * are returned are the caller's to free, but for those that are said to be borrowed.
 */
#ifndef RV_STORE_URL_H
#define RV_STORE_URL_H

#include "base/err.h"

/* "sqlite" or "postgres": what its driver is called. NULL: it is of no known kind. */
const char *rv_store_url_driver(const char *url);
/* INVALID when it is of no known kind. The error does not show it: it may hold a password. */
int rv_store_url_check(const char *url, rv_err *err);
/* PATH, borrowed; NULL when the store is no file. */
const char *rv_store_url_file(const char *url);
/* The same URL; a file as a shell means it, from the folder we run in. */
char *rv_store_url_absolute(const char *url);
/* Fit for logs: without its passwords. */
char *rv_store_url_public(const char *url);
/* Each file and folder that a URL of PostgreSQL names for its client to read (certificates, keys,
 * passwords); path is borrowed. */
void rv_store_url_reads(const char *url, void (*fn)(void *arg, const char *path), void *arg);

#endif
