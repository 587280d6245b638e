/* SPDX-License-Identifier: Apache-2.0
 *
 * One YAML document, event by event, with what is refused of YAML everywhere: anchors and aliases
 * (nothing expands), merge keys, keys that are no scalars, tags of collections, bytes that are not
 * UTF-8, more than RV_JSON_MAX_DEPTH levels, a second document.
 */
#ifndef RV_YAML_WALK_H
#define RV_YAML_WALK_H

#include <yaml.h>
#include "base/json.h"

/* Events are lent. A negative code, with err set, ends the walk. */
struct rv_yaml_calls {
    void *arg;
    int (*key)(void *arg, const yaml_event_t *event, rv_err *err); /* of the open mapping */
    int (*scalar)(void *arg, const yaml_event_t *event, rv_err *err);
    int (*open)(void *arg, const yaml_event_t *event, rv_err *err); /* a mapping or a sequence */
    int (*close)(void *arg, rv_err *err);                           /* the one opened last */
    const char *prefix; /* before "line 3, column 7: ..." in errors: "YAML at " or "" */
};

/* INVALID with the place; LIMIT over max_bytes or too deep. */
int rv_yaml_walk(const struct rv_yaml_calls *calls, const char *text, size_t len, size_t max_bytes,
                 rv_err *err);
/* For callbacks: INVALID at this place. */
int rv_yaml_fail(const struct rv_yaml_calls *calls, yaml_mark_t at, const char *what, rv_err *err);

#endif
