/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate copy: an instance with its class and namespaces, as files of a domain of one's
 * own that overrides it; with a method to begin with. What is there already is left alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "automate_files.h"
#include "base/text.h"
#include "client.h"
#include "tree/names.h"
#include "tree/write.h"

enum { METHOD_FILE_BYTES = 4096 };

/* What is copied, and where to. */
struct copying {
    struct cli *cli;
    const char *folder;          /* DIR */
    char *domain_name;           /* its last part */
    char *class_path, *instance; /* of the path, without a domain */
    char *from;                  /* the domain that the path names; NULL: the highest that has it */
    struct rv_ae_tree *tree;     /* the domain that was found */
    const struct rv_ae_tree_domain *found;
    int written, kept;
    int is_there, is_enabled; /* on the server, under that name */
};

/* "/System/Event/EmsEvent/Demo/VmPoweredOnEvent". */
static int
split_path(struct copying *copying, const char *path)
{
    path += *path == '/';
    const char *last = strrchr(path, '/');
    if (!last || last == path || last[1] == '\0')
        return cli_usage(copying->cli, "'%s' is no path of an instance: /Namespace/Class/instance",
                         path);
    copying->class_path = rv_strndup(path, (size_t)(last - path));
    copying->instance = rv_strdup(last + 1);
    return CLI_OK;
}

static int
name_domain(struct copying *copying, const char *folder)
{
    rv_err err = RV_ERR_INIT;
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    RV_AUTO_FREE char *whole = rv_strndup(folder, len);
    const char *slash = strrchr(whole, '/');
    copying->folder = folder;
    copying->domain_name = rv_strdup(slash ? slash + 1 : whole);
    if (rv_ae_name_check(RV_AE_NAMED_DOMAIN, copying->domain_name, &err) < 0)
        return cli_usage(copying->cli, "%s", err.text);
    return CLI_OK;
}

/* The class and instance in this domain. */
static int
holds(const struct copying *copying, const struct rv_ae_tree_domain *domain)
{
    const struct rv_ae_tree_class *class = rv_ae_tree_class(domain, copying->class_path);
    return class && rv_ae_tree_instance(class, copying->instance);
}

/* 1 when the domain of this row has it, which is then kept. */
static int
look_into(struct copying *copying, const cJSON *row, rv_err *err)
{
    RV_AUTO_FREE char *path =
        rv_format("/api/automate_domains/%s/export?format=yaml", rv_json_string(row, "id"));
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_SINGLE_MAX);
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    long status = cli_get_text(copying->cli->client, path, &text, err);
    if (status < 0)
        return err->code;
    if (status != 200)
        return cli_answer_error(rv_buf_text(&text), text.len, status, err);
    if (rv_ae_tree_parse(&tree, rv_buf_text(&text), text.len, NULL, err) < 0)
        return err->code;
    if (tree->domain_count == 0 || !holds(copying, &tree->domains[0]))
        return 0;
    copying->tree = tree;
    copying->found = &tree->domains[0];
    tree = NULL;
    return 1;
}

/* A path may begin with a domain's name: it is looked for there alone. */
static void
take_domain_name(struct copying *copying, const cJSON *rows)
{
    const cJSON *row;
    size_t len = strcspn(copying->class_path, "/");
    cJSON_ArrayForEach(row, rows)
    {
        const char *name = rv_json_string(row, "name");
        if (!name || strlen(name) != len || strncasecmp(name, copying->class_path, len) != 0 ||
            copying->class_path[len] == '\0')
            continue;
        copying->from = rv_strdup(name);
        char *rest = rv_strdup(copying->class_path + len + 1);
        free(copying->class_path);
        copying->class_path = rest;
        return;
    }
}

static void
look_at_own(struct copying *copying, const cJSON *rows)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        if (!rv_strcaseeq(copying->domain_name, rv_json_string(row, "name")))
            continue;
        copying->is_there = 1;
        copying->is_enabled = rv_json_flag(row, "enabled", 0);
    }
}

static int
find_instance(struct copying *copying, rv_err *err)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const cJSON *rows, *row;
    int found = 0;
    if (cli_get(copying->cli->client,
                "/api/automate_domains?expand=resources&attributes=name,enabled,priority"
                "&sort_by=priority&sort_order=desc&limit=1000",
                &answer, err) < 0)
        return err->code;
    rows = cJSON_GetObjectItemCaseSensitive(answer, "resources");
    take_domain_name(copying, rows);
    look_at_own(copying, rows);
    cJSON_ArrayForEach(row, rows)
    {
        const char *name = rv_json_string(row, "name");
        int wanted = copying->from ? rv_strcaseeq(copying->from, name)
                                   : rv_json_flag(row, "enabled", 0) &&
                                         !rv_strcaseeq(copying->domain_name, name);
        if (wanted && (found = look_into(copying, row, err)) != 0)
            return found < 0 ? found : 0;
    }
    rv_fail(err, RV_E_NOT_FOUND, "no domain has /%s/%s", copying->class_path, copying->instance);
    return rv_hint(err, "reevectl automate tree shows what there is");
}

/* A field of methods that the instance says nothing of. */
static const char *
free_field(const struct rv_ae_class *class, const struct rv_ae_instance *instance)
{
    for (size_t i = 0; i < class->field_count; i++) {
        const struct rv_ae_field *field = &class->fields[i];
        int taken = field->default_value && field->default_value[0];
        for (size_t k = 0; k < instance->entry_count; k++)
            taken |= rv_strcaseeq(instance->entries[k].name, field->name);
        if (field->aetype == RV_AE_METHOD && !taken)
            return field->name;
    }
    return NULL;
}

/* The instance with one more entry, which calls the method. */
static int
add_entry(struct rv_ae_instance *instance, const struct rv_ae_class *class, const char *method,
          struct rv_arena *arena, rv_err *err)
{
    const char *field = free_field(class, instance);
    size_t count = instance->entry_count;
    if (!field)
        return rv_fail(err, RV_E_INVALID,
                       "class %s has no field of methods that %s leaves free for one", class->path,
                       instance->name);
    struct rv_ae_entry *entries = rv_arena_alloc(arena, (count + 1) * sizeof(*entries));
    if (!entries)
        return rv_fail(err, RV_E_LIMIT, "the instance is too large");
    if (count)
        memcpy(entries, instance->entries, count * sizeof(*entries));
    entries[count] = (struct rv_ae_entry){ .name = field, .value = method };
    instance->entries = entries;
    instance->entry_count = count + 1;
    return 0;
}

static const char method_text[] =
    "-- What /%s/%s does when it happens. `evm` is the method's world:\n"
    "-- evm.root holds what the event is about (vm, host, ems, event_stream, ...).\n"
    "local event = evm.root.event_stream\n"
    "\n"
    "evm.log(\"info\", event.event_type .. \": \" .. tostring(event.message))\n";

static const char test_text[] =
    "-- Run by: reevectl automate test %s\n"
    "test(\"%s tells what has happened\", function()\n"
    "  evm.mock({ root = { event_stream = { kind = \"event_stream\", id = 1, event_type = \"%s\",\n"
    "                                       message = \"it happened\" } } })\n"
    "  expect(evm.run()).is(\"ok\")\n"
    "  expect(evm.lines()[1].text).has(\"it happened\")\n"
    "end)\n";

static int
write_new(struct copying *copying, const char *path, const char *text, size_t len, rv_err *err)
{
    RV_AUTO_FREE char *file = rv_format("%s/%s", copying->folder, path);
    struct stat there;
    if (stat(file, &there) == 0) {
        copying->kept++;
        return 0;
    }
    for (char *slash = strchr(file + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(file, 0777) < 0 && errno != EEXIST)
            return rv_fail_errno(err, "make folder '%s'", file);
        *slash = '/';
    }
    RV_AUTO_FILE FILE *out = fopen(file, "we");
    if (!out || fwrite(text, 1, len, out) != len || fflush(out) != 0)
        return rv_fail_errno(err, "write '%s'", file);
    copying->written++;
    printf("%s\n", file);
    return 0;
}

/* path begins with the domain's name: the folder stands for that. */
static int
write_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    const char *slash = strchr(path, '/');
    if (!slash || strstr(path, ".manifest.yaml"))
        return 0;
    return write_new(arg, slash + 1, text, len, err);
}

static int
write_test(struct copying *copying, const struct rv_ae_class *class, const char *method,
           rv_err *err)
{
    char text[METHOD_FILE_BYTES];
    RV_AUTO_FREE char *path = rv_format("%s.class/__methods__/%s_test.lua", class->path, method);
    int len = snprintf(text, sizeof(text), test_text, copying->folder, method, copying->instance);
    if (len < 0 || (size_t)len >= sizeof(text))
        return rv_fail(err, RV_E_LIMIT, "the names are too long");
    return write_new(copying, path, text, (size_t)len, err);
}

/* A namespace that the class lies in. */
static int
leads_to(const struct rv_ae_namespace *space, const char *class_path)
{
    size_t len = strlen(space->path);
    return strncasecmp(space->path, class_path, len) == 0 && class_path[len] == '/';
}

static int
write_copy(struct copying *copying, const char *method, rv_err *err)
{
    const struct rv_ae_tree_class *from = rv_ae_tree_class(copying->found, copying->class_path);
    struct rv_ae_instance instance = *rv_ae_tree_instance(from, copying->instance);
    struct rv_arena *arena = copying->tree->arena;
    struct rv_ae_namespace *spaces =
        rv_arena_alloc(arena, (copying->found->namespace_count + 1) * sizeof(*spaces));
    struct rv_ae_tree_class class = { .def = from->def,
                                      .instances = &instance,
                                      .instance_count = 1 };
    struct rv_ae_tree_domain domain = {
        .def = { .name = copying->domain_name, .description = "", .enabled = 1 },
        .namespaces = spaces,
        .classes = &class,
        .class_count = 1
    };
    struct rv_ae_tree tree = { .arena = arena, .domains = &domain, .domain_count = 1 };
    struct rv_ae_method written = { .class = &class.def,
                                    .name = method,
                                    .language = "lua",
                                    .location = "inline",
                                    .scope = "instance" };
    if (!spaces)
        return rv_fail(err, RV_E_LIMIT, "the domain is too large");
    for (size_t i = 0; i < copying->found->namespace_count; i++)
        if (leads_to(&copying->found->namespaces[i], from->def.path))
            spaces[domain.namespace_count++] = copying->found->namespaces[i];
    if (method) {
        if (rv_ae_name_check(RV_AE_NAMED_METHOD, method, err) < 0 ||
            add_entry(&instance, &from->def, method, arena, err) < 0)
            return err->code;
        written.data = rv_arena_format(arena, method_text, from->def.path, instance.name);
        written.data_len = written.data ? strlen(written.data) : 0;
        class.methods = &written;
        class.method_count = 1;
    }
    if (rv_ae_tree_files(&tree, write_file, copying, err) < 0)
        return err->code;
    return method ? write_test(copying, &from->def, method, err) : 0;
}

static void
say(const struct copying *copying)
{
    if (copying->kept)
        cli_say("%d files were there and are as they were", copying->kept);
    if (copying->written)
        cli_say(
            "try it: reevectl automate test %s; put it into force: reevectl automate import %s%s",
            copying->folder, copying->folder, copying->is_there ? "" : " --enable");
    if (copying->is_there && !copying->is_enabled)
        cli_say("domain %s is disabled: reevectl automate enable %s", copying->domain_name,
                copying->domain_name);
}

int
cmd_automate_copy(struct cli *cli)
{
    struct copying copying = { .cli = cli };
    rv_err err = RV_ERR_INIT;
    int code = split_path(&copying, cli->words[0]);
    if (code == CLI_OK)
        code = name_domain(&copying, cli->words[1]);
    if (code == CLI_OK)
        code = cli_connect(cli);
    if (code == CLI_OK && (find_instance(&copying, &err) < 0 ||
                           write_copy(&copying, cli_value(cli, "method"), &err) < 0))
        code = cli_failed(&err);
    if (code == CLI_OK)
        say(&copying);
    rv_ae_tree_free(copying.tree);
    free(copying.domain_name);
    free(copying.class_path);
    free(copying.instance);
    free(copying.from);
    return code;
}
