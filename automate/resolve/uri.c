/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a path. Parts are cut before %XX is decoded, so that what was encoded separates nothing.
 */
#include "resolve/uri.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

static const struct {
    const char *name;
    int scheme;
} schemes[] = {
    { "miqaedb", RV_WS_DATASTORE },  { "miqaews", RV_WS_WORKSPACE }, { "miqae", RV_WS_WORKSPACE },
    { "miqaemethod", RV_WS_METHOD }, { "method", RV_WS_METHOD },
};

/* In place. */
static int
decode(char *text, int plus_is_blank, rv_err *err)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        if (*at == '+' && plus_is_blank) {
            *to++ = ' ';
        } else if (*at != '%') {
            *to++ = *at;
        } else {
            int high = rv_hex_digit(at[1]), low = high < 0 ? -1 : rv_hex_digit(at[2]);
            if (low < 0 || (high == 0 && low == 0))
                return rv_fail(err, RV_E_INVALID, "'%.3s' is no encoded character", at);
            *to++ = (char)(high << 4 | low);
            at += 2;
        }
    }
    *to = '\0';
    if (!rv_utf8_valid(text, (size_t)(to - text)))
        return rv_fail(err, RV_E_INVALID, "it is not UTF-8 when decoded");
    return 0;
}

/* Past "miqaedb://", "METHOD::" and the like. */
static int
take_scheme(struct rv_ws_uri *uri, char **at, rv_err *err)
{
    char *colon = strchr(*at, ':');
    size_t len = colon ? (size_t)(colon - *at) : 0;
    if (len == 0 || strcspn(*at, "/?#") < len)
        return 0;
    for (size_t i = 0; i < RV_COUNT(schemes); i++) {
        if (strlen(schemes[i].name) != len || strncasecmp(*at, schemes[i].name, len) != 0)
            continue;
        uri->scheme = schemes[i].scheme;
        *at = colon + 1 + strspn(colon + 1, ":");
        return 0;
    }
    rv_fail(err, RV_E_INVALID, "'%.*s' is no scheme", len > 40 ? 40 : (int)len, *at);
    return rv_hint(err, "the schemes are miqaedb, miqaews and method");
}

static int
take_args(struct rv_ws_uri *uri, char *query, rv_err *err)
{
    size_t most = 1;
    for (const char *at = query; *at; at++)
        most += *at == '&';
    if (most > RV_WS_URI_ARGS_MAX)
        return rv_fail(err, RV_E_LIMIT, "it has more than %d arguments", RV_WS_URI_ARGS_MAX);
    uri->args = rv_alloc(most * sizeof(*uri->args));
    for (char *next = query; next;) {
        char *name = strsep(&next, "&");
        if (*name == '\0')
            continue;
        char *value = strchr(name, '=');
        if (value)
            *value++ = '\0';
        if (decode(name, 1, err) < 0 || (value && decode(value, 1, err) < 0))
            return err->code;
        if (*name == '\0')
            return rv_fail(err, RV_E_INVALID, "an argument has no name");
        rv_lower(name);
        uri->args[uri->arg_count++] = (struct rv_ws_arg){ name, value ? value : "" };
    }
    return 0;
}

static int
check_part(const char *part, rv_err *err)
{
    if (*part == '\0')
        return rv_fail(err, RV_E_INVALID, "it has an empty part");
    if (strchr(part, '/'))
        return rv_fail(err, RV_E_INVALID, "'%s' is no name", part);
    return 0;
}

/* "/A/B/C/name", "/A/B/C/" or "name"; decoded part by part and put together again in place. */
static int
take_path(struct rv_ws_uri *uri, char *path, rv_err *err)
{
    path += strspn(path, "/");
    char *last = strrchr(path, '/'), *name = last ? last + 1 : path;
    uri->name = name;
    if (last) {
        *last = '\0';
        uri->class_path = path;
        int count = 2;
        char *to = path;
        for (char *next = path; next; count++) {
            char *part = strsep(&next, "/");
            if (decode(part, 0, err) < 0 || check_part(part, err) < 0)
                return err->code;
            if (count > RV_WS_URI_PARTS_MAX)
                return rv_fail(err, RV_E_LIMIT, "it has more than %d parts", RV_WS_URI_PARTS_MAX);
            if (to != path)
                *to++ = '/';
            size_t len = strlen(part);
            memmove(to, part, len + 1);
            to += len;
        }
    }
    uri->is_pattern = strchr(name, '*') != NULL;
    if (decode(name, 0, err) < 0)
        return err->code;
    if (*name == '\0')
        uri->name = NULL;
    else if (uri->scheme == RV_WS_METHOD && check_part(uri->name, err) < 0)
        return err->code; /* of an instance: no name that there is, so .missing answers */
    if (uri->name == NULL && uri->class_path == NULL)
        return rv_fail(err, RV_E_INVALID, "it names nothing");
    return 0;
}

static int
parse(struct rv_ws_uri *uri, rv_err *err)
{
    char *path = uri->text;
    if (take_scheme(uri, &path, err) < 0)
        return err->code;
    char *fragment = strchr(path, '#');
    if (fragment) {
        *fragment++ = '\0';
        if (decode(fragment, 0, err) < 0)
            return err->code;
        rv_lower(fragment);
        uri->message = *fragment ? fragment : NULL;
    }
    char *query = strchr(path, '?');
    if (query) {
        *query++ = '\0';
        uri->has_query = 1;
        if (take_args(uri, query, err) < 0)
            return err->code;
    }
    if (uri->scheme == RV_WS_WORKSPACE) { /* read by rv_ws_find */
        uri->name = path + (strncmp(path, "//", 2) == 0 ? 2 : 0);
        return 0;
    }
    return take_path(uri, path, err);
}

int
rv_ws_uri_parse(struct rv_ws_uri *out, const char *text, rv_err *err)
{
    *out = (struct rv_ws_uri){ 0 };
    size_t len = strlen(text);
    if (len > RV_WS_URI_MAX)
        return rv_fail(err, RV_E_LIMIT, "a path of %zu bytes; %d are allowed", len, RV_WS_URI_MAX);
    out->text = rv_strndup(text, len);
    if (parse(out, err) == 0)
        return 0;
    rv_ws_uri_free(out);
    return rv_wrap(err, "path '%.200s'", text);
}

void
rv_ws_uri_free(struct rv_ws_uri *uri)
{
    free(uri->text);
    free(uri->args);
    *uri = (struct rv_ws_uri){ 0 };
}
