/* SPDX-License-Identifier: Apache-2.0
 *
 * /api/automate[/PATH]: the datastore as a tree, as ManageIQ shows it (depth 0: what the path
 * names, 1: and what lies in it, -1: and all below; search_options=state_machines: only classes
 * with states, their instances and what leads to them). And what a domain is as files.
 */
#include <stdlib.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/automate.h"
#include "api/document.h"
#include "api/handlers.h"
#include "base/text.h"
#include "datastore/datastore.h"
#include "datastore/domain_rows.h"
#include "model/model.h"
#include "tree/write.h"

#define ALL_DEPTHS 1000

struct found {
    const char *kind;
    int64_t id, class_id;
    const char *name, *display_name;
    const char *path; /* below the domain; "" for the domain itself */
    const char *key;  /* domain and path, folded */
    const char *domain;
    int depth; /* parts of the path */
    int leads; /* to a state machine */
};

struct browsing {
    struct rv_request *req;
    struct rv_store *store;
    const char *wanted; /* domain and path, folded, no slash in front; "": all domains */
    int wanted_parts;
    int depth;
    int machines_only;
    struct found *list;
    size_t count;
    int64_t *machines;
    size_t machine_count;
};

static int
parts_of(const char *path)
{
    int count = *path != '\0';

    for (; *path; path++)
        count += *path == '/';
    return count;
}

static const char *
keep(struct browsing *b, const rv_value *value)
{
    return value->type == RV_TEXT
               ? rv_arena_strndup(b->req->arena, value->v.text, (size_t)value->len)
               : NULL;
}

/* Whether it is what the path names, or so much below it as is asked for. */
static int
is_wanted(const struct browsing *b, const char *key)
{
    size_t len = strlen(b->wanted);
    int below = parts_of(key) - b->wanted_parts;

    if (strncmp(key, b->wanted, len) != 0 || (len && key[len] != '\0' && key[len] != '/'))
        return 0;
    /* Nothing was named: the domains are what it is. */
    return below - (len == 0) <= b->depth;
}

static void
add(struct browsing *b, const struct found *one)
{
    struct found found = *one;
    char *key =
        rv_arena_format(b->req->arena, "%s%s%s", one->domain, *one->path ? "/" : "", one->path);

    rv_lower(key);
    if (!is_wanted(b, key))
        return;
    found.key = key;
    if ((b->count & (b->count - 1)) == 0)
        b->list = rv_realloc(b->list, b->count ? b->count * 2 : 1, sizeof(*b->list));
    b->list[b->count++] = found;
}

/* sql: id, name, display_name, relative_path, class_id. */
static int
add_rows(struct browsing *b, const char *kind, const char *sql, int64_t domain_id,
         const char *domain, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, param = rv_vint(domain_id);
    int rc;

    if (rv_store_query(b->store, &rows, sql, &param, 1, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        const struct found one = { .kind = kind,
                                   .id = row[0].v.i,
                                   .name = keep(b, &row[1]),
                                   .display_name = keep(b, &row[2]),
                                   .path = row[3].type == RV_TEXT ? keep(b, &row[3]) : "",
                                   .class_id = row[4].type == RV_INT ? row[4].v.i : 0,
                                   .domain = domain };
        add(b, &one);
    }
    return rc;
}

static int
add_contents(struct browsing *b, int64_t id, const char *domain, rv_err *err)
{
    static const struct {
        const char *kind, *sql;
    } tables[] = {
        { "miq_ae_namespace", "SELECT id, name, display_name, relative_path, NULL"
                              " FROM miq_ae_namespaces WHERE domain_id = $1" },
        { "miq_ae_class", "SELECT id, name, display_name, relative_path, id"
                          " FROM miq_ae_classes WHERE domain_id = $1" },
        { "miq_ae_instance", "SELECT id, name, display_name, relative_path, class_id"
                             " FROM miq_ae_instances WHERE domain_id = $1" },
    };

    for (size_t i = 0; i < RV_COUNT(tables); i++)
        if (add_rows(b, tables[i].kind, tables[i].sql, id, domain, err) < 0)
            return err->code;
    return 0;
}

struct domain {
    int64_t id;
    const char *name, *display_name;
};

static int
read_domains(struct browsing *b, struct domain **out, size_t *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc;

    if (rv_store_query(b->store, &rows,
                       "SELECT id, name, display_name FROM miq_ae_domains ORDER BY name_key", NULL,
                       0, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        *out = rv_realloc(*out, *count + 1, sizeof(**out));
        (*out)[(*count)++] = (struct domain){ row[0].v.i, keep(b, &row[1]), keep(b, &row[2]) };
    }
    return rc;
}

/* Only domains on the way to what is wanted are read. */
static int
is_on_the_way(const struct browsing *b, const char *name)
{
    size_t len = strlen(name);

    return b->wanted[0] == '\0' || (strncasecmp(b->wanted, name, len) == 0 &&
                                    (b->wanted[len] == '\0' || b->wanted[len] == '/'));
}

static int
gather(struct browsing *b, rv_err *err)
{
    RV_AUTO_FREE struct domain *domains = NULL;
    size_t count = 0;

    if (read_domains(b, &domains, &count, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++) {
        if (!is_on_the_way(b, domains[i].name))
            continue;
        const struct found domain = { .kind = "miq_ae_domain",
                                      .id = domains[i].id,
                                      .name = domains[i].name,
                                      .display_name = domains[i].display_name,
                                      .path = "",
                                      .domain = domains[i].name };
        add(b, &domain);
        if ((b->wanted[0] || b->depth || b->machines_only) &&
            add_contents(b, domains[i].id, domains[i].name, err) < 0)
            return err->code;
    }
    return 0;
}

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int
read_machines(struct browsing *b, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc;

    if (rv_store_query(b->store, &rows,
                       "SELECT DISTINCT class_id FROM miq_ae_fields WHERE aetype = 'state'"
                       " AND class_id IS NOT NULL",
                       NULL, 0, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0) {
        if ((b->machine_count & (b->machine_count - 1)) == 0)
            b->machines = rv_realloc(b->machines, b->machine_count ? b->machine_count * 2 : 1,
                                     sizeof(*b->machines));
        b->machines[b->machine_count++] = row[0].v.i;
    }
    if (b->machine_count)
        qsort(b->machines, b->machine_count, sizeof(*b->machines), by_number);
    return rc;
}

/* A slash before all else: what lies in something follows it. */
static int
by_key(const void *a, const void *b)
{
    const char *x = ((const struct found *)a)->key, *y = ((const struct found *)b)->key;

    while (*x && *x == *y) {
        x++;
        y++;
    }
    int left = *x == '/' ? 1 : (unsigned char)*x + 1, right = *y == '/' ? 1 : (unsigned char)*y + 1;
    return (*x ? left : 0) - (*y ? right : 0);
}

static int
is_below(const char *key, const char *above)
{
    size_t len = strlen(above);

    return strncmp(key, above, len) == 0 && (key[len] == '/' || key[len] == '\0');
}

/* Sorted: what leads to a machine stands before it, so going back each meets its own. */
static void
mark_machines(struct browsing *b)
{
    const char *below = NULL;

    for (size_t i = b->count; i-- > 0;) {
        struct found *one = &b->list[i];
        int is_machine = one->class_id && b->machine_count &&
                         bsearch(&one->class_id, b->machines, b->machine_count,
                                 sizeof(*b->machines), by_number) != NULL;
        one->leads = is_machine || (!one->class_id && below && is_below(below, one->key));
        if (one->leads)
            below = one->key;
    }
}

static const char *
wanted_path(struct rv_request *req)
{
    char *path = rv_arena_strdup(req->arena, "");

    for (int i = 2; i < req->segment_count; i++)
        path = rv_arena_format(req->arena, "%s%s%s", path, *path ? "/" : "", req->segments[i]);
    rv_lower(path);
    return path;
}

static int
read_options(struct browsing *b, rv_err *err)
{
    const char *depth = rv_request_param(b->req, "depth");
    const char *options = rv_request_param(b->req, "search_options");
    int64_t number = 0;

    if (rv_request_check_params(b->req, err) < 0)
        return err->code;
    if (depth && (rv_parse_int(&number, depth, err) < 0 || number < -1 || number > ALL_DEPTHS)) {
        rv_err_clear(err);
        return rv_fail(err, RV_E_INVALID, "depth: -1 (all) or a number from 0 is expected");
    }
    if (options && !rv_streq(options, "state_machines"))
        return rv_fail(err, RV_E_INVALID, "search_options: state_machines is expected");
    b->depth = number < 0 ? ALL_DEPTHS : (int)number;
    b->machines_only = options != NULL;
    return 0;
}

static const char *
klass_of(const struct found *one)
{
    return rv_model_kind(one->kind)->def->class_name;
}

static void
write_one(rv_json_writer *w, struct rv_request *req, const struct found *one)
{
    rv_jw_object(w);
    rv_jw_name(w, "href");
    rv_jw_string(w, rv_document_href(req, rv_model_kind(one->kind), one->id));
    rv_jw_name(w, "id");
    rv_document_id(w, one->id);
    rv_jw_name(w, "name");
    rv_jw_string(w, one->name);
    if (one->display_name) {
        rv_jw_name(w, "display_name");
        rv_jw_string(w, one->display_name);
    }
    rv_jw_name(w, "klass");
    rv_jw_string(w, klass_of(one));
    rv_jw_name(w, "fqname");
    rv_jw_string(
        w, rv_arena_format(req->arena, "/%s%s%s", one->domain, *one->path ? "/" : "", one->path));
    rv_jw_name(w, "domain_fqname");
    rv_jw_string(w, rv_arena_format(req->arena, "/%s", one->path));
    rv_jw_end_object(w);
}

/* The machines may be deeper than what is to be shown: all is gathered, then what is too deep is
 * left out. */
static int
browse(struct browsing *b, rv_err *err)
{
    int depth = b->depth;

    if (b->machines_only)
        b->depth = ALL_DEPTHS;
    if (gather(b, err) < 0 || (b->machines_only && read_machines(b, err) < 0))
        return err->code;
    if (b->wanted[0] && b->count == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no '/%.200s' in the datastore", b->wanted);
    if (b->count)
        qsort(b->list, b->count, sizeof(*b->list), by_key);
    b->depth = depth;
    if (b->machines_only)
        mark_machines(b);
    return 0;
}

static int
is_shown(const struct browsing *b, const struct found *one)
{
    return is_wanted(b, one->key) && (!b->machines_only || one->leads);
}

int
rv_get_automate(struct rv_request *req, rv_err *err)
{
    struct browsing b = { .req = req, .store = req->api->config.store, .wanted = wanted_path(req) };
    size_t shown = 0;

    b.wanted_parts = parts_of(b.wanted);
    int rc = read_options(&b, err);
    if (rc == 0)
        rc = browse(&b, err);
    if (rc == 0) {
        rv_json_writer w = rv_answer_json(req, 200);
        rv_jw_object(&w);
        rv_jw_name(&w, "name");
        rv_jw_string(&w, "automate");
        for (size_t i = 0; i < b.count; i++)
            shown += is_shown(&b, &b.list[i]) != 0;
        rv_jw_name(&w, "subcount");
        rv_jw_int(&w, (int64_t)shown);
        rv_jw_name(&w, "resources");
        rv_jw_array(&w);
        for (size_t i = 0; i < b.count; i++)
            if (is_shown(&b, &b.list[i]))
                write_one(&w, req, &b.list[i]);
        rv_jw_end_array(&w);
        rv_jw_end_object(&w);
        rc = rv_buf_check(&req->answer.body, err);
    }
    free(b.list);
    free(b.machines);
    return rc;
}

static int
write_export(struct rv_request *req, const struct rv_ae_tree *tree, int as_yaml, const char *name,
             rv_err *err)
{
    rv_answer_text(req, 200, "");
    rv_buf_reset(&req->answer.body);
    req->answer.content_type = as_yaml ? "application/yaml" : "application/zip";
    rv_answer_header(req, "Content-Disposition",
                     rv_arena_format(req->arena, "attachment; filename=\"%s.%s\"", name,
                                     as_yaml ? "yaml" : "zip"));
    return as_yaml ? rv_ae_tree_write_single(tree, &req->answer.body, err)
                   : rv_ae_tree_write_zip(tree, &req->answer.body, err);
}

int
rv_get_automate_export(struct rv_request *req, rv_err *err)
{
    const struct rv_datastore ds = rv_job_datastore(req);
    const char *format = rv_request_param(req, "format");
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    struct rv_ae_domain_row row;
    int64_t id = 0;

    if (rv_request_check_params(req, err) < 0 || rv_request_id(&id, req->segments[2], err) < 0)
        return err->code;
    if (format && !rv_streq(format, "zip") && !rv_streq(format, "yaml"))
        return rv_fail(err, RV_E_INVALID, "format: zip or yaml is expected");
    if (rv_ae_domain_by_id(&row, ds.store, id, err) < 0 ||
        rv_datastore_export(&tree, &ds, row.name, err) < 0)
        return err->code;
    return write_export(req, tree, rv_streq(format, "yaml"), row.name, err);
}
