/* SPDX-License-Identifier: Apache-2.0
 *
 * What libevent answers by itself, to a request that never comes to us.
 */
#ifndef RV_API_PAGE_H
#define RV_API_PAGE_H

struct bufferevent;

/* Of this connection, from now on: JSON, as all other answers. */
void rv_page_replace(struct bufferevent *bev);

#endif
