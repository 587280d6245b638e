/* SPDX-License-Identifier: Apache-2.0
 *
 * A collection's changes as server-sent events. One reader of the change feed in the worker fans
 * out to all streams; a stream that resumes from further back, or whose client reads slowly,
 * catches up by itself, bounded by what waits in its buffer.
 */
#ifndef RV_API_FEED_H
#define RV_API_FEED_H

#include "api/request.h"

struct rv_api;
struct rv_hub;

struct rv_hub *rv_hub_new(struct rv_api *api);
void rv_hub_free(struct rv_hub *hub);
/* Read the feed now and tell the streams. */
void rv_hub_poll(struct rv_hub *hub);
/* Heartbeats of streams that are due, and looks at their logins. */
void rv_hub_beat(struct rv_hub *hub);
/* Not now: the store does not answer. */
void rv_hub_later(struct rv_hub *hub);
/* Streams are ended, each after what is in its buffer. */
void rv_hub_drain(struct rv_hub *hub);
int rv_hub_streams(const struct rv_hub *hub);

/* GET with Accept: text/event-stream on a collection. */
int rv_stream_start(struct rv_request *req, rv_err *err);

/* Something was written here: wakes the streams of all workers. */
void rv_api_touched(struct rv_api *api);

#endif
