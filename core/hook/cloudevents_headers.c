/* SPDX-License-Identifier: Apache-2.0
 *
 * The binary form of a CloudEvent over HTTP: attributes are headers that begin with ce-, the body
 * is the data. It is made into the JSON form. Source: CloudEvents 1.0.2, HTTP protocol binding 3.1.
 */
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "hook/body.h"

/* %XX becomes its byte; a '%' without two digits stays, as the binding has it. */
static void
decode(rv_buf *out, const char *text)
{
    for (; *text; text++) {
        int high = *text == '%' ? rv_hex_digit(text[1]) : -1;
        int low = high >= 0 ? rv_hex_digit(text[2]) : -1;
        if (low >= 0) {
            rv_buf_add_char(out, (char)(high * 16 + low));
            text += 2;
        } else {
            rv_buf_add_char(out, *text);
        }
    }
}

static int
add_attribute(cJSON *json, const struct rv_hook_header *header, rv_err *err)
{
    char name[64];
    RV_AUTO_BUF rv_buf value = rv_buf_limited(RV_HOOK_BODY_MAX);
    size_t len = strlen(header->name) - 3;
    if (len == 0 || len >= sizeof(name))
        return rv_fail(err, RV_E_INVALID, "'%.80s' is no attribute of a CloudEvent", header->name);
    memcpy(name, header->name + 3, len + 1);
    rv_lower(name);
    decode(&value, header->value);
    if (rv_buf_check(&value, err) < 0 || !rv_utf8_valid(rv_buf_text(&value), value.len))
        return rv_fail(err, RV_E_INVALID, "header '%.80s' is not UTF-8", header->name);
    if (strcmp(name, "data") == 0 || strcmp(name, "data_base64") == 0 ||
        cJSON_HasObjectItem(json, name))
        return rv_fail(err, RV_E_INVALID, "header '%.80s' cannot be there, or not twice",
                       header->name);
    cJSON_AddStringToObject(json, name, rv_buf_text(&value));
    return 0;
}

/* JSON as JSON, text as text, other bytes in base64. */
static int
add_data(cJSON *json, const struct rv_hook_request *request, rv_err *err)
{
    const char *type = request->content_type ? request->content_type : "";
    size_t len = strcspn(type, "; \t");
    cJSON *data = NULL;
    if (request->content_type)
        cJSON_AddStringToObject(json, "datacontenttype", request->content_type);
    if (request->body_len == 0)
        return 0;
    int is_json = (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
                  (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
    if (is_json) {
        if (rv_json_parse(&data, request->body, request->body_len, RV_HOOK_BODY_MAX, 0, err) < 0)
            return rv_wrap(err, "the data");
        cJSON_AddItemToObject(json, "data", data);
    } else if (rv_utf8_valid(request->body, request->body_len)) {
        RV_AUTO_FREE char *text = rv_strndup(request->body, request->body_len);
        cJSON_AddStringToObject(json, "data", text);
    } else {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_HOOK_BODY_MAX * 2);
        rv_base64_encode(&text, request->body, request->body_len);
        cJSON_AddStringToObject(json, "data_base64", rv_buf_text(&text));
    }
    return 0;
}

int
rv_hook_cloudevent_headers(cJSON **out, const struct rv_hook_request *request, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = cJSON_CreateObject();
    if (!json)
        return rv_fail(err, RV_E_INTERNAL, "out of memory");
    for (size_t i = 0; i < request->header_count; i++)
        if (strncasecmp(request->headers[i].name, "ce-", 3) == 0 &&
            add_attribute(json, &request->headers[i], err) < 0)
            return err->code;
    if (add_data(json, request, err) < 0)
        return err->code;
    *out = json;
    json = NULL;
    return 0;
}
