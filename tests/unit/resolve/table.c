/* SPDX-License-Identifier: Apache-2.0
 *
 * A small datastore in memory.
 */
#include "table.h"

#include "../base/check.h"
#include <fnmatch.h>
#include <stdlib.h>
#include "base/mem.h"
#include "base/text.h"

enum { MANY = 64 };

struct class_row {
    struct rv_ae_class class;
    struct rv_ae_field fields[MANY];
    struct rv_ae_instance instances[MANY];
    size_t instance_count;
    struct rv_ae_method methods[MANY];
    size_t method_count;
};

struct table {
    char *text;
    struct rv_arena *arena;
    struct rv_ae_source source;
    struct rv_ae_domain domains[8];
    const struct rv_ae_domain *enabled[8];
    size_t domain_count, enabled_count;
    struct class_row *classes[MANY];
    size_t class_count;
    struct rv_ae_field *field; /* what a line further in belongs to */
    struct rv_ae_entry *entry;
    struct rv_ae_method *method;
};

static struct class_row *
last_class(struct table *table)
{
    assert_true(table->class_count > 0);
    return table->classes[table->class_count - 1];
}

static char *
trimmed(char *text)
{
    text += strspn(text, " ");
    size_t len = strlen(text);
    while (len && text[len - 1] == ' ')
        text[--len] = '\0';
    return text;
}

static char *
next_word(char **at)
{
    *at += strspn(*at, " ");
    return **at ? strsep(at, " ") : NULL;
}

static void
add_domain(struct table *table, char *rest)
{
    struct rv_ae_domain *domain = &table->domains[table->domain_count++];
    int64_t priority;
    rv_err err = RV_ERR_INIT;
    domain->name = next_word(&rest);
    assert_int_equal(rv_parse_int(&priority, next_word(&rest), &err), 0);
    domain->priority = (int32_t)priority;
    domain->enabled = rest == NULL || strcmp(trimmed(rest), "off") != 0;
}

static void
add_class(struct table *table, char *rest)
{
    struct class_row *row = rv_arena_alloc(table->arena, sizeof(*row));
    table->classes[table->class_count++] = row;
    char *inherits = strstr(rest, "< ");
    if (inherits) {
        *inherits = '\0';
        row->class.inherits = trimmed(inherits + 2);
    }
    row->class.path = trimmed(rest);
    const char *slash = strrchr(row->class.path, '/');
    row->class.name = slash ? slash + 1 : row->class.path;
    row->class.domain = &table->domains[table->domain_count - 1];
    row->class.fields = row->fields;
}

/* "NAME AETYPE DATATYPE raw once #message = default"; aetype -1: an input, which has none. */
static void
read_field(struct rv_ae_field *field, char *rest, int aetype)
{
    char *equals = strstr(rest, " = ");
    if (equals) {
        *equals = '\0';
        field->default_value = trimmed(equals + 3);
    }
    field->name = next_word(&rest);
    field->flags = RV_AE_SUBSTITUTE;
    field->aetype = aetype >= 0 ? rv_ae_aetype(next_word(&rest)) : 0;
    assert_true(field->aetype >= 0);
    for (char *word; rest && (word = next_word(&rest)) != NULL;) {
        if (strcmp(word, "raw") == 0)
            field->flags &= ~RV_AE_SUBSTITUTE;
        else if (strcmp(word, "once") == 0)
            field->flags |= RV_AE_ONCE;
        else if (*word == '#')
            field->message = word + 1;
        else if (strcmp(word, "coalescing") == 0)
            field->datatype = RV_AE_DATA_NULL_COALESCING;
        else if ((field->datatype = rv_ae_datatype(word)) == RV_AE_DATA_OBJECT)
            field->object_class = word;
    }
}

static void
add_field(struct table *table, char *rest)
{
    struct class_row *row = last_class(table);
    table->field = &row->fields[row->class.field_count++];
    table->entry = NULL;
    read_field(table->field, rest, 0);
    table->field->priority = (int32_t)row->class.field_count;
}

static void
add_method(struct table *table, char *rest)
{
    struct class_row *row = last_class(table);
    struct rv_ae_method *method = &row->methods[row->method_count++];
    char *colon = strchr(rest, ':');
    if (colon) {
        *colon = '\0';
        method->data = trimmed(colon + 1);
        method->data_len = strlen(method->data);
    }
    method->class = &row->class;
    method->name = next_word(&rest);
    method->location = rest && *trimmed(rest) ? trimmed(rest) : "inline";
    method->language = "lua";
    method->inputs = rv_arena_alloc(table->arena, MANY * sizeof(*method->inputs));
    table->method = method;
}

static void
add_input(struct table *table, char *rest)
{
    struct rv_ae_field *inputs = rv_arena_alloc(table->arena, MANY * sizeof(*inputs));
    struct rv_ae_method *method = table->method;
    memcpy(inputs, method->inputs, method->input_count * sizeof(*inputs));
    read_field(&inputs[method->input_count++], rest, -1);
    method->inputs = inputs;
}

static void
add_instance(struct table *table, char *rest)
{
    struct class_row *row = last_class(table);
    struct rv_ae_instance *instance = &row->instances[row->instance_count++];
    instance->name = trimmed(rest);
    instance->class = &row->class;
    instance->entries = rv_arena_alloc(table->arena, MANY * sizeof(*instance->entries));
}

static void
add_entry(struct table *table, char *name, char *value)
{
    struct class_row *row = last_class(table);
    struct rv_ae_instance *instance = &row->instances[row->instance_count - 1];
    struct rv_ae_entry *entries = rv_arena_alloc(table->arena, MANY * sizeof(*entries));
    memcpy(entries, instance->entries, instance->entry_count * sizeof(*entries));
    table->entry = &entries[instance->entry_count++];
    table->entry->name = trimmed(name);
    table->entry->value = trimmed(value);
    instance->entries = entries;
}

/* "on_entry: ..." of the field or value above. */
static int
add_saying(struct table *table, char *line)
{
    struct rv_ae_field *field = table->field;
    struct rv_ae_entry *entry = table->entry;
    static const struct {
        const char *word;
        size_t of_field, of_entry;
    } sayings[] = {
#define SAYING(name)                                                                               \
    { #name ":", offsetof(struct rv_ae_field, name), offsetof(struct rv_ae_entry, name) }
        SAYING(collect),  SAYING(on_entry),    SAYING(on_exit),
        SAYING(on_error), SAYING(max_retries), SAYING(max_time),
#undef SAYING
    };
    for (size_t i = 0; i < RV_COUNT(sayings); i++) {
        size_t len = strlen(sayings[i].word);
        if (strncmp(line, sayings[i].word, len) != 0)
            continue;
        char *owner =
            entry ? (char *)entry + sayings[i].of_entry : (char *)field + sayings[i].of_field;
        *(const char **)owner = trimmed(line + len);
        return 1;
    }
    return 0;
}

static void
read_line(struct table *table, char *line)
{
    static const struct {
        const char *word;
        void (*add)(struct table *, char *);
    } words[] = {
        { "domain ", add_domain }, { "class ", add_class }, { "field ", add_field },
        { "method ", add_method }, { "input ", add_input }, { "instance ", add_instance },
    };
    line = trimmed(line);
    if (*line == '\0')
        return;
    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (strncmp(line, words[i].word, strlen(words[i].word)) == 0) {
            words[i].add(table, line + strlen(words[i].word));
            return;
        }
    if ((table->field || table->entry) && add_saying(table, line))
        return;
    char *equals = strstr(line, " = ");
    if (equals == NULL)
        fail_msg("'%s' is not understood", line);
    *equals = '\0';
    add_entry(table, line, equals + 3);
}

static int
by_priority(const void *a, const void *b)
{
    const struct rv_ae_domain *const *left = a, *const *right = b;
    return (*right)->priority - (*left)->priority;
}

static int
list_domains(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err)
{
    struct table *table = arg;
    (void)err;
    table->enabled_count = 0;
    for (size_t i = 0; i < table->domain_count; i++)
        if (table->domains[i].enabled)
            table->enabled[table->enabled_count++] = &table->domains[i];
    qsort(table->enabled, table->enabled_count, sizeof(table->enabled[0]), by_priority);
    *out = table->enabled;
    *count = table->enabled_count;
    return 0;
}

static int
find_class(void *arg, const struct rv_ae_domain *domain, const char *path,
           const struct rv_ae_class **out, rv_err *err)
{
    struct table *table = arg;
    for (size_t i = 0; i < table->class_count; i++) {
        *out = &table->classes[i]->class;
        if ((*out)->domain == domain && rv_strcaseeq((*out)->path, path))
            return 0;
    }
    return rv_fail(err, RV_E_NOT_FOUND, "no class '%s'", path);
}

static int
find_instance(void *arg, const struct rv_ae_class *class, const char *name,
              const struct rv_ae_instance **out, rv_err *err)
{
    const struct class_row *row = (const struct class_row *)class;
    (void)arg;
    for (size_t i = 0; i < row->instance_count; i++)
        if (rv_strcaseeq(row->instances[i].name, name)) {
            *out = &row->instances[i];
            return 0;
        }
    return rv_fail(err, RV_E_NOT_FOUND, "no instance '%s'", name);
}

static int
match(void *arg, const struct rv_ae_class *class, const char *pattern, int most,
      int (*fn)(void *, const struct rv_ae_instance *, rv_err *), void *fn_arg, rv_err *err)
{
    const struct class_row *row = (const struct class_row *)class;
    int count = 0;
    (void)arg;
    for (size_t i = 0; i < row->instance_count; i++) {
        if (fnmatch(pattern, row->instances[i].name, FNM_CASEFOLD) != 0)
            continue;
        if (++count > most)
            return rv_fail(err, RV_E_LIMIT, "more than %d match", most);
        if (fn(fn_arg, &row->instances[i], err))
            return err->code;
    }
    return 0;
}

static int
find_method(void *arg, const struct rv_ae_class *class, const char *name,
            const struct rv_ae_method **out, rv_err *err)
{
    const struct class_row *row = (const struct class_row *)class;
    (void)arg;
    for (size_t i = 0; i < row->method_count; i++)
        if (rv_strcaseeq(row->methods[i].name, name)) {
            *out = &row->methods[i];
            return 0;
        }
    return rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", name);
}

struct table *
table_new(const char *text)
{
    struct table *table = rv_alloc(sizeof(*table));
    table->text = rv_strdup(text);
    table->arena = rv_arena_new(0);
    table->source = (struct rv_ae_source){ .arg = table,
                                           .generation = 1,
                                           .domains = list_domains,
                                           .find_class = find_class,
                                           .find_instance = find_instance,
                                           .match = match,
                                           .find_method = find_method };
    for (char *next = table->text; next;)
        read_line(table, strsep(&next, "\n"));
    return table;
}

void
table_free(struct table *table)
{
    rv_arena_free(table->arena);
    free(table->text);
    free(table);
}

void
table_enable(struct table *table, const char *domain, int enabled)
{
    for (size_t i = 0; i < table->domain_count; i++)
        if (strcmp(table->domains[i].name, domain) == 0)
            table->domains[i].enabled = enabled;
}

const struct rv_ae_source *
table_source(struct table *table)
{
    return &table->source;
}
