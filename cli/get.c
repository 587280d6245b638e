/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl get KIND [NAME...] or KIND/NAME...: the one command that everybody needs.
 */
#include <string.h>
#include "list.h"
#include "output.h"
#include "provider.h"
#include "watch.h"

#define DEFAULT_LIMIT 1000

/* What is asked of one kind, and how it is shown. */
struct request {
    struct cli_kind kind;
    struct cli_view view;
    struct cli_show show;
    struct cli_query query;
    const char *filters[CLI_MAX_VALUES + 4];
    int filter_count;
    char *owned[6]; /* texts that were made here */
};

static void
free_request(struct request *request)
{
    for (size_t i = 0; i < RV_COUNT(request->owned); i++)
        free(request->owned[i]);
    cli_view_free(&request->view);
}
#define AUTO_REQUEST __attribute__((cleanup(free_request)))

static void
add_filter(struct request *request, const char *filter)
{
    RV_ASSERT(request->filter_count + 1 < (int)RV_COUNT(request->filters));
    request->filters[request->filter_count++] = filter;
    request->filters[request->filter_count] = NULL;
}

/* -n, unless -A; kinds that are in no namespace do not care, as in kubectl. */
static const char *
wanted_namespace(const struct cli *cli, const struct cli_kind *kind)
{
    if (cli_has(cli, "all-namespaces") || !cli_kind_namespace(kind))
        return NULL;
    return cli_value(cli, "namespace");
}

static int
collect_filters(struct cli *cli, struct request *request, rv_err *err)
{
    const char *namespace = wanted_namespace(cli, &request->kind);
    const char *provider = cli_value(cli, "provider");
    RV_AUTO_JSON cJSON *row = NULL;

    if (request->kind.filter)
        add_filter(request, request->kind.filter);
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "filter") == 0)
            add_filter(request, cli->given[i].value);
    if (namespace) {
        request->owned[0] = cli_filter_equal(cli_kind_namespace(&request->kind), namespace);
        add_filter(request, request->owned[0]);
    }
    if (provider) {
        if (cli_find_provider(cli, provider, &row, err) < 0)
            return err->code;
        request->owned[1] = rv_format("ems_id=%s", rv_json_string(row, "id"));
        add_filter(request, request->owned[1]);
    }
    return 0;
}

/* Attributes that the format needs; NULL: all. The caller's. */
static char *
needed_attributes(const struct request *request, enum cli_format format)
{
    const struct rv_kind *kind = request->kind.kind;

    if (!kind)
        return NULL; /* only the server knows what there is */
    if (cli_is_table(format) || format == CLI_CSV)
        return cli_view_attributes(&request->view);
    if (format == CLI_NAME && rv_kind_column(kind, "name") >= 0)
        return rv_strdup(rv_kind_column(kind, "object_kind") < 0 ? "name" : "name,object_kind");
    return NULL;
}

/* Which columns, and which attributes these need. */
static int
choose_columns(struct cli *cli, struct request *request, enum cli_format format, rv_err *err)
{
    const char *chosen = cli_value(cli, "columns");

    if (chosen && cli_view_chosen(&request->view, chosen, err) < 0)
        return err->code;
    if (!chosen)
        cli_view_of(&request->view, cli_columns(&request->kind),
                    (format == CLI_TABLE ? 0 : CLI_VIEW_WIDE) |
                        (cli_is_table(format) && wanted_namespace(cli, &request->kind)
                             ? CLI_VIEW_NO_NAMESPACE
                             : 0));
    request->owned[2] =
        chosen ? cli_view_attributes(&request->view) : needed_attributes(request, format);
    request->query.attributes = request->owned[2];
    return 0;
}

/* --under folder/production: "folders/1000000000005", to *out (the caller's); NULL when it was not
 * given. */
static int
find_place(struct cli *cli, char **out, const char *option, rv_err *err)
{
    const char *given = cli_value(cli, option), *slash = given ? strchr(given, '/') : NULL;
    struct cli_query query = { .filters = NULL };
    RV_AUTO_JSON cJSON *row = NULL;
    struct cli_kind kind;

    if (!given)
        return 0;
    if (!slash)
        return rv_fail(err, RV_E_INVALID, "--%s: '%s' is not of the form KIND/NAME", option, given);
    RV_AUTO_FREE char *word = rv_strndup(given, (size_t)(slash - given));
    if (cli_kind_find(cli, &kind, word, err) < 0)
        return rv_wrap(err, "--%s", option);
    query.collection = kind.collection;
    if (cli_find(cli->client, &kind, slash + 1, &query, &row, err) < 0)
        return rv_wrap(err, "--%s", option);
    *out = rv_format("%s/%s", kind.collection, rv_json_string(row, "id"));
    return 0;
}

static int
find_places(struct cli *cli, struct request *request, rv_err *err)
{
    struct cli_query *query = &request->query;

    if (find_place(cli, &request->owned[4], "under", err) < 0 ||
        find_place(cli, &request->owned[5], "above", err) < 0)
        return err->code;
    query->under = request->owned[4];
    query->above = request->owned[5];
    query->tree = cli_value(cli, "tree");
    query->levels = cli_value(cli, "levels");
    return 0;
}

static int
prepare(struct cli *cli, struct request *request, enum cli_format format, const char *word,
        rv_err *err)
{
    struct cli_query *query = &request->query;

    if (cli_kind_find(cli, &request->kind, word, err) < 0)
        return err->code;
    query->collection = request->kind.collection;
    query->filters = request->filters;
    query->sort_by = cli_value(cli, "sort-by");
    query->descending = cli_has(cli, "descending");
    query->archived = cli_has(cli, "archived");
    query->limit = DEFAULT_LIMIT;
    cli_query_order(query, &request->kind);
    request->show =
        (struct cli_show){ .format = format,
                           .view = &request->view,
                           .kind = &request->kind,
                           .table_flags = (cli->color ? CLI_TABLE_COLOR : 0) |
                                          (cli_has(cli, "no-headers") ? 0 : CLI_TABLE_HEADERS) };
    if (choose_columns(cli, request, format, err) < 0 || find_places(cli, request, err) < 0)
        return err->code;
    return collect_filters(cli, request, err);
}

static int
watch(struct cli *cli, struct request *request, const char *name)
{
    if (name) {
        const char *attribute = cli_name_attribute(&request->kind);

        if (!attribute)
            return cli_usage(cli, "%s have no names to watch one by", request->kind.collection);
        request->owned[3] = cli_filter_equal(attribute, name);
        add_filter(request, request->owned[3]);
    }
    request->query.limit = -1;
    return cli_watch(cli, &request->query, &request->show,
                     cli_has(cli, "watch-only") ? CLI_WATCH_ONLY : 0);
}

static void
say_none(const struct cli *cli, const struct request *request)
{
    const char *namespace = wanted_namespace(cli, &request->kind);

    cli_say("nothing found%s%s", namespace ? " in namespace " : "", namespace ? namespace : "");
}

static int64_t
limit_of(const struct cli *cli)
{
    return cli_int(cli, "limit", DEFAULT_LIMIT, 1, INT32_MAX);
}

/* Unless the command line says otherwise. */
static void
take_latest(const struct cli *cli, struct cli_query *query, const char *by)
{
    if (by == NULL || query->sort_by || query->descending || cli_has(cli, "all"))
        return;
    query->sort_by = by;
    query->latest = 1;
}

/* by: the latest are wanted, by these attributes; NULL: the first. */
static int
get_list(struct cli *cli, enum cli_format format, const char *word, const char *by)
{
    AUTO_REQUEST struct request request = { .filter_count = 0 };
    RV_AUTO_JSON cJSON *rows = NULL;
    int64_t total = 0, got;
    rv_err err = RV_ERR_INIT;

    if (prepare(cli, &request, format, word, &err) < 0)
        return cli_failed(&err);
    if (cli_has(cli, "watch"))
        return watch(cli, &request, NULL);
    request.query.limit = cli_has(cli, "all") ? -1 : limit_of(cli);
    take_latest(cli, &request.query, by);
    if (cli_list(cli->client, &request.query, &rows, &total, &err) < 0)
        return cli_failed(&err);
    if (!rows->child && cli_is_table(format)) {
        say_none(cli, &request);
        return CLI_OK;
    }
    cli_print_rows(&request.show, rows);
    got = cJSON_GetArraySize(rows);
    if (total > got && !cli_has(cli, "limit"))
        cli_say("(%lld of %lld; --all shows every one)", (long long)got, (long long)total);
    return CLI_OK;
}

/* Objects of one kind by name, moved into rows; what is missing is said, and counted in *failed.
 * Exit code of the last one. */
static int
find_named(struct cli *cli, const struct request *request, const char *const *names, int count,
           cJSON *rows, int *failed)
{
    int code = CLI_OK;

    for (int i = 0; i < count; i++) {
        rv_err err = RV_ERR_INIT;
        cJSON *row = NULL;

        if (cli_find(cli->client, &request->kind, names[i], &request->query, &row, &err) < 0) {
            code = cli_failed(&err);
            ++*failed;
        } else {
            cJSON_AddItemToArray(rows, row);
        }
    }
    return code;
}

static int
get_named(struct cli *cli, enum cli_format format, const char *word, const char *const *names,
          int count)
{
    AUTO_REQUEST struct request request = { .filter_count = 0 };
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    rv_err err = RV_ERR_INIT;
    int failed = 0, code;

    if (prepare(cli, &request, format, word, &err) < 0)
        return cli_failed(&err);
    if (cli_has(cli, "watch"))
        return count == 1 ? watch(cli, &request, names[0])
                          : cli_usage(cli, "--watch takes one name, or none");
    code = find_named(cli, &request, names, count, rows, &failed);
    if (rows->child && count == 1)
        cli_print_one(&request.show, rows->child);
    else if (rows->child)
        cli_print_rows(&request.show, rows);
    return failed > 0 && failed < count ? CLI_SOME_FAILED : code;
}

/* "pod/web-1 pod/web-2" is "pod web-1 web-2". */
static int
get_paths(struct cli *cli, enum cli_format format)
{
    RV_AUTO_FREE char *kind = rv_strndup(cli->words[0], strcspn(cli->words[0], "/"));
    size_t len = strlen(kind);
    const char *names[CLI_MAX_VALUES];

    for (int i = 0; i < cli->word_count; i++) {
        const char *word = cli->words[i];

        if (!strchr(word, '/'))
            return cli_usage(cli, "'%s' is not of the form KIND/NAME, as the first is", word);
        if (strncmp(word, kind, len) != 0 || word[len] != '/')
            return cli_usage(cli, "'%s' is of another kind than '%s'", word, cli->words[0]);
        names[i] = word + len + 1;
    }
    return get_named(cli, format, kind, names, cli->word_count);
}

/* What can be said without the server. */
static int
check_options(const struct cli *cli)
{
    if (limit_of(cli) < 0)
        return CLI_USAGE;
    if (cli_has(cli, "all") && cli_has(cli, "limit"))
        return cli_usage(cli, "--all and --limit exclude each other");
    if (cli_has(cli, "watch-only") && !cli_has(cli, "watch"))
        return cli_usage(cli, "--watch-only goes with --watch");
    return CLI_OK;
}

static int
get(struct cli *cli, const char *by)
{
    int format = cli_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = check_options(cli);
    if (!code)
        code = cli_connect(cli);
    if (code)
        return code;
    if (strchr(cli->words[0], '/'))
        return get_paths(cli, (enum cli_format)format);
    if (cli->word_count == 1)
        return get_list(cli, (enum cli_format)format, cli->words[0], by);
    return get_named(cli, (enum cli_format)format, cli->words[0], cli->words + 1,
                     cli->word_count - 1);
}

int
cmd_get(struct cli *cli)
{
    return get(cli, NULL);
}

int
cli_get_all(struct cli *cli, const char *kind_word)
{
    return cli_get_latest(cli, kind_word, NULL);
}

int
cli_get_latest(struct cli *cli, const char *kind_word, const char *by)
{
    cli->words[0] = kind_word;
    cli->word_count = 1;
    return get(cli, by);
}
