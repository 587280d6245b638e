/* SPDX-License-Identifier: Apache-2.0
 *
 * A tree is looked at class by class. Whether something is called goes by words: a method counts as
 * called when its name stands in any value or text at all, so that one which is called is never
 * said to be unused.
 */
#include "tree/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/text.h"
#include "tree/names.h"

enum { TREES_MAX = 16, WORD_MAX = RV_AE_NAME_MAX };

struct words {
    struct rv_digest *list;
    size_t count, size;
};

struct checking {
    const struct rv_ae_tree *trees[TREES_MAX];
    size_t count;
    const struct rv_ae_notes *notes;
    const struct rv_ae_tree_class *class;
    struct words words; /* that are used anywhere */
};

static void __attribute__((format(printf, 4, 5)))
tell(const struct checking *c, enum rv_ae_note_level level, const struct rv_ae_place *at,
     const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    c->notes->note(c->notes->arg, level, at->file ? at->file : "", at->line, text);
}

static int
is_word_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '_';
}

static struct rv_digest
word_digest(const char *text, size_t len)
{
    char folded[WORD_MAX + 1];
    size_t used = len < WORD_MAX ? len : WORD_MAX;

    memcpy(folded, text, used);
    folded[used] = '\0';
    rv_lower(folded);
    return rv_digest_of(folded, used);
}

static void
add_words(struct words *words, const char *text)
{
    while (text && *text) {
        size_t len = 0;
        while (is_word_char(text[len]))
            len++;
        if (len) {
            if (words->count == words->size) {
                words->size = words->size ? words->size * 2 : 1024;
                words->list = rv_realloc(words->list, words->size, sizeof(*words->list));
            }
            words->list[words->count++] = word_digest(text, len);
        }
        text += len + (len == 0);
    }
}

static int
by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct rv_digest));
}

/* A name with dots or dashes is several words: used when each of them is. */
static int
is_used(const struct words *words, const char *name)
{
    while (*name) {
        size_t len = 0;
        while (is_word_char(name[len]))
            len++;
        if (len) {
            struct rv_digest digest = word_digest(name, len);
            if (words->count == 0 ||
                !bsearch(&digest, words->list, words->count, sizeof(*words->list), by_digest))
                return 0;
        }
        name += len + (len == 0);
    }
    return 1;
}

static void
add_field_words(struct words *words, const struct rv_ae_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_words(words, fields[i].default_value);
        add_words(words, fields[i].on_entry);
        add_words(words, fields[i].on_exit);
        add_words(words, fields[i].on_error);
    }
}

static void
add_class_words(struct words *words, const struct rv_ae_tree_class *class)
{
    add_field_words(words, class->def.fields, class->def.field_count);
    for (size_t i = 0; i < class->instance_count; i++)
        for (size_t j = 0; j < class->instances[i].entry_count; j++) {
            const struct rv_ae_entry *entry = &class->instances[i].entries[j];
            add_words(words, entry->value);
            add_words(words, entry->on_entry);
            add_words(words, entry->on_exit);
            add_words(words, entry->on_error);
        }
    for (size_t i = 0; i < class->method_count; i++) {
        add_words(words, class->methods[i].data);
        for (size_t j = 0; j < class->methods[i].embedded_count; j++)
            add_words(words, class->methods[i].embedded[j]);
    }
}

static void
add_all_words(struct checking *c)
{
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->trees[i]->domain_count; j++)
            for (size_t k = 0; k < c->trees[i]->domains[j].class_count; k++)
                add_class_words(&c->words, &c->trees[i]->domains[j].classes[k]);
    if (c->words.count)
        qsort(c->words.list, c->words.count, sizeof(*c->words.list), by_digest);
}

/* Calls fn for each class of this path, in whichever domain; a path may begin with one. Ends at the
 * first that is not 0. */
static int
each_class(const struct checking *c, const char *path,
           int (*fn)(const struct rv_ae_tree_class *class, const char *name), const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->trees[i]->domain_count; j++) {
            const struct rv_ae_tree_domain *domain = &c->trees[i]->domains[j];
            size_t len = strlen(domain->def.name);
            int named = strncasecmp(path, domain->def.name, len) == 0 && path[len] == '/';
            const struct rv_ae_tree_class *class = rv_ae_tree_class(domain, path);
            if (class == NULL && named)
                class = rv_ae_tree_class(domain, path + len + 1);
            int found = class ? fn(class, name) : 0;
            if (found)
                return found;
        }
    return 0;
}

static int
has_method(const struct rv_ae_tree_class *class, const char *name)
{
    return rv_ae_tree_method(class, name) != NULL;
}

static int
has_instance(const struct rv_ae_tree_class *class, const char *name)
{
    if (strpbrk(name, "*?"))
        return 1;
    return rv_ae_tree_instance(class, name) || rv_ae_tree_instance(class, ".missing");
}

static int
is_there(const struct rv_ae_tree_class *class, const char *name)
{
    (void)class, (void)name;
    return 1;
}

/* "/Ns/Class/name" in its class and name; 0 when it has no two parts. path is changed. */
static int
split(char *path, char **class, char **name)
{
    char *slash;

    path += strspn(path, "/");
    path[strcspn(path, "?#")] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL)
        return 0;
    *slash = '\0';
    *class = path;
    *name = slash + 1;
    return 1;
}

/* What is known when it runs only, or is none: substitution, comments, other schemes. */
static int
is_open(const char *text)
{
    const char *colon = strchr(text, ':'), *slash = strchr(text, '/');

    return *text == '\0' || *text == '#' || strstr(text, "${") ||
           (colon && (slash == NULL || colon < slash));
}

static void
check_path(const struct checking *c, const struct rv_ae_place *at, const char *what,
           const char *text)
{
    RV_AUTO_FREE char *path = rv_strdup(text);
    char *class, *name;

    if (*text != '/' || is_open(text) || !split(path, &class, &name))
        return;
    /* The path may be that of a class, whose .default is meant then. */
    if (each_class(c, class, has_instance, *name ? name : ".default"))
        return;
    if (!each_class(c, class, is_there, "")) {
        RV_AUTO_FREE char *whole = rv_format("%s/%s", class, name);
        if (!each_class(c, whole, has_instance, ".default"))
            tell(c, RV_AE_NOTE_WARNING, at, "%s '%s': no domain here has a class '%s'", what, text,
                 class);
        return;
    }
    tell(c, RV_AE_NOTE_WARNING, at, "%s '%s': class '%s' has no instance '%s', and no .missing",
         what, text, class, *name ? name : ".default");
}

/* A method of this class in any domain, or one that a path names. */
static void
check_method(const struct checking *c, const struct rv_ae_place *at, const char *what,
             const char *given, size_t len)
{
    RV_AUTO_FREE char *text = rv_strndup(given, len);
    char *class, *name;

    text[strcspn(text, "(?# ")] = '\0';
    if (*text == '\0' || strstr(given, "${") || rv_ae_builtin(text))
        return;
    if (strchr(text, '/') == NULL) {
        if (!each_class(c, c->class->def.path, has_method, text))
            tell(c, RV_AE_NOTE_ERROR, at, "%s: class %s has no method '%s'", what,
                 c->class->def.path, text);
        return;
    }
    RV_AUTO_FREE char *whole = rv_strdup(text);
    if (split(text, &class, &name) && !each_class(c, class, has_method, name))
        tell(c, RV_AE_NOTE_WARNING, at, "%s: no domain here has a method '%s'", what, whole);
}

/* "update(status => 'x'); other" */
static void
check_methods(const struct checking *c, const struct rv_ae_place *at, const char *what,
              const char *text)
{
    if (text == NULL || is_open(text))
        return;
    for (; *text; text += strspn(text, "; ")) {
        size_t len = strcspn(text, ";");
        check_method(c, at, what, text, len);
        text += len;
    }
}

static void
check_value(const struct checking *c, const struct rv_ae_place *at, const struct rv_ae_field *field,
            const char *value)
{
    if (value == NULL || *value == '\0' || *value == '#')
        return;
    if (field->aetype == RV_AE_METHOD)
        check_method(c, at, field->name, value, strlen(value));
    else if (field->aetype == RV_AE_STATE && strncasecmp(value, "METHOD::", 8) == 0)
        check_method(c, at, field->name, value + 8, strlen(value + 8));
    else if (field->aetype == RV_AE_STATE || field->aetype == RV_AE_RELATIONSHIP)
        check_path(c, at, field->name, value);
}

static void
tell_unknown_field(const struct checking *c, const struct rv_ae_entry *entry)
{
    const struct rv_ae_class *class = &c->class->def;
    const char **names = rv_alloc((class->field_count + 1) * sizeof(*names));

    for (size_t i = 0; i < class->field_count; i++)
        names[i] = class->fields[i].name;
    const char *nearest = rv_nearest(entry->name, names);
    tell(c, RV_AE_NOTE_ERROR, &entry->at, "class %s has no field '%.80s'%s%s%s", class->path,
         entry->name, nearest ? ": do you mean '" : "", nearest ? nearest : "",
         nearest ? "'?" : "");
    free(names);
}

static void
check_instance(const struct checking *c, const struct rv_ae_instance *instance)
{
    for (size_t i = 0; i < instance->entry_count; i++) {
        const struct rv_ae_entry *entry = &instance->entries[i];
        const struct rv_ae_field *field = rv_ae_class_field(&c->class->def, entry->name);
        if (field == NULL) {
            tell_unknown_field(c, entry);
            continue;
        }
        check_value(c, &entry->at, field, entry->value);
        check_methods(c, &entry->at, "on_entry", entry->on_entry);
        check_methods(c, &entry->at, "on_exit", entry->on_exit);
        check_methods(c, &entry->at, "on_error", entry->on_error);
    }
}

static int
says(const struct rv_ae_instance *instance, const char *field)
{
    for (size_t i = 0; i < instance->entry_count; i++) {
        const struct rv_ae_entry *entry = &instance->entries[i];
        if (rv_strcaseeq(entry->name, field) &&
            ((entry->value && *entry->value) || entry->on_entry || entry->on_exit))
            return 1;
    }
    return 0;
}

/* Nothing happens at a state that neither the class nor an instance of it gives anything to do. */
static void
check_state(const struct checking *c, const struct rv_ae_field *field)
{
    int does = (field->default_value && *field->default_value && *field->default_value != '#') ||
               field->on_entry || field->on_exit;

    for (size_t i = 0; i < c->class->instance_count && !does; i++)
        does = says(&c->class->instances[i], field->name);
    if (!does && c->class->instance_count)
        tell(c, RV_AE_NOTE_WARNING, &field->at,
             "state '%s' does nothing: neither the class nor an instance gives it a value",
             field->name);
}

static void
check_fields(const struct checking *c)
{
    const struct rv_ae_class *class = &c->class->def;

    for (size_t i = 0; i < class->field_count; i++) {
        const struct rv_ae_field *field = &class->fields[i];
        check_value(c, &field->at, field, field->default_value);
        check_methods(c, &field->at, "on_entry", field->on_entry);
        check_methods(c, &field->at, "on_exit", field->on_exit);
        check_methods(c, &field->at, "on_error", field->on_error);
        if (field->aetype == RV_AE_STATE)
            check_state(c, field);
    }
}

/* ae_next_state = "name" in a text: a state of the machine it belongs to. Methods of classes that
 * are none may serve any machine. */
static void
check_next_states(const struct checking *c, const struct rv_ae_method *method)
{
    static const char word[] = "ae_next_state";
    int line = 1;

    if (method->data == NULL || !rv_ae_is_machine(&c->class->def))
        return;
    for (const char *at = method->data; *at; at++) {
        line += *at == '\n';
        if (strncmp(at, word, strlen(word)) != 0)
            continue;
        const char *name = at + strlen(word);
        name += strspn(name, "\"'] \t");
        if (*name != '=' || name[1] == '=')
            continue;
        name += 1 + strspn(name + 1, " \t");
        if (*name != '"' && *name != '\'')
            continue;
        RV_AUTO_FREE char *state = rv_strndup(name + 1, strcspn(name + 1, "\"'\n"));
        const struct rv_ae_field *field = rv_ae_class_field(&c->class->def, state);
        if (*state && (field == NULL || field->aetype != RV_AE_STATE))
            tell(c, RV_AE_NOTE_WARNING, &method->at,
                 "line %d of its text names a state '%.80s' that class %s has not", line, state,
                 c->class->def.path);
    }
}

static void
check_method_itself(const struct checking *c, const struct rv_ae_method *method)
{
    int is_inline = method->location == NULL || rv_strcaseeq(method->location, "inline");

    if (is_inline && method->data == NULL)
        tell(c, RV_AE_NOTE_ERROR, &method->at, "method '%s' has no text: %s.%s is missing",
             method->name, method->name,
             rv_ae_language_suffix(method->language) ? rv_ae_language_suffix(method->language)
                                                     : "lua");
    if (!is_used(&c->words, method->name))
        tell(c, RV_AE_NOTE_WARNING, &method->at, "nothing calls method '%s'", method->name);
    for (size_t i = 0; i < method->embedded_count; i++)
        check_method(c, &method->at, "embedded_methods", method->embedded[i],
                     strlen(method->embedded[i]));
    check_next_states(c, method);
}

void
rv_ae_tree_check(const struct rv_ae_tree *tree, const struct rv_ae_tree *const *others,
                 size_t count, const struct rv_ae_notes *notes)
{
    struct checking c = { .trees = { tree }, .count = 1, .notes = notes };

    for (size_t i = 0; i < count && c.count < TREES_MAX; i++)
        c.trees[c.count++] = others[i];
    add_all_words(&c);
    for (size_t i = 0; i < tree->domain_count; i++)
        for (size_t j = 0; j < tree->domains[i].class_count; j++) {
            c.class = &tree->domains[i].classes[j];
            check_fields(&c);
            for (size_t k = 0; k < c.class->instance_count; k++)
                check_instance(&c, &c.class->instances[k]);
            for (size_t k = 0; k < c.class->method_count; k++)
                check_method_itself(&c, &c.class->methods[k]);
        }
    free(c.words.list);
}
