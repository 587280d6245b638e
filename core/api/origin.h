/* SPDX-License-Identifier: Apache-2.0
 *
 * What a browser was made to send. It keeps a password that it was asked for and adds it to every
 * request to us, also to those that a page of somebody else makes: such a page must not write.
 */
#ifndef RV_API_ORIGIN_H
#define RV_API_ORIGIN_H

#include "api/request.h"

/* 0: go on; 1: answered, with 415 for a body of a type that a page may send anywhere, with 403 for
 * a page of another origin. Reading is left alone: no page of another origin gets to see an answer
 * to a password that the browser added. */
int rv_origin_refuse(struct rv_request *req);

#endif
