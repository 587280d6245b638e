/* SPDX-License-Identifier: Apache-2.0
 *
 * Label selectors in kubectl's words: "app=web,tier in (a,b),!old".
 */
#include "map.h"

#include <string.h>

#include "text.h"

static void
add_labels(struct kube_text *text, const struct reeve_json *labels)
{
    const struct reeve_json *at = kube_members(labels, NULL);

    for (; at; at = reeve_json_next(at)) {
        kube_text_join(text, ",", reeve_json_name(at));
        kube_text_add(text, "=");
        kube_text_add(text, reeve_json_string(at, NULL, ""));
    }
}

static void
add_expression(struct kube_text *text, const struct reeve_json *expression)
{
    const char *key = reeve_json_string(expression, "key", "");
    const char *operator= reeve_json_string(expression, "operator", "");
    const char *values;

    if (strcmp(operator, "Exists") == 0) {
        kube_text_join(text, ",", key);
        return;
    }
    if (strcmp(operator, "DoesNotExist") == 0) {
        kube_text_join(text, ",", "!");
        kube_text_add(text, key);
        return;
    }
    values = kube_join(text->call, expression, "values", ",");
    kube_text_join(text, ",", key);
    kube_text_add(text, strcmp(operator, "NotIn") == 0 ? " notin (" : " in (");
    kube_text_add(text, values ? values : "");
    kube_text_add(text, ")");
}

const char *
kube_match_labels_text(struct reeve_call *call, const struct reeve_json *labels)
{
    struct kube_text text = kube_text(call);

    add_labels(&text, labels);
    return kube_text_done(&text);
}

const char *
kube_selector_text(struct reeve_call *call, const struct reeve_json *selector)
{
    struct kube_text text = kube_text(call);
    const struct reeve_json *at = reeve_json_first(selector, "matchExpressions");

    add_labels(&text, reeve_json_get(selector, "matchLabels"));
    for (; at; at = reeve_json_next(at))
        add_expression(&text, at);
    return kube_text_done(&text);
}
