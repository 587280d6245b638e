/* SPDX-License-Identifier: Apache-2.0
 *
 * reeve-dictionary: prints docs/dictionary.md, the reference of all built-in kinds. A program
 * for the build; a test holds its output equal to the committed page.
 */
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "model/model.h"

static const char *const introduction =
    "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
    "# Dictionary\n"
    "\n"
    "Every kind of row that Reeve keeps. This page is made from the tables in `core/model/` by\n"
    "`reeve-dictionary`; do not edit it.\n"
    "\n"
    "A *collection* is the name in the API (`/api/COLLECTION`); *other names* are what `reevectl`\n"
    "takes besides the kind's name, table and collection. The *key* tells rows of one provider\n"
    "apart, or for a child, rows of one owner. An *archived* kind keeps the row of what is gone,\n"
    "with `deleted_on` set; other kinds delete it.\n"
    "\n"
    "Types: `string`, `integer`, `double`, `flag` (true or false), `time` (UTC; ISO 8601 in the\n"
    "API, milliseconds since 1970 in the store), `json`, and references, which hold the id of\n"
    "another row. A polymorphic reference is two columns: `NAME_type` holds the kind, `NAME_id`\n"
    "the id.\n"
    "\n"
    "Marks: *required*; *index*, fast to filter by; *volatile*, a change of this column alone is\n"
    "not written; *secret*, encrypted or a digest, never shown; *internal*, not in the API; "
    "*core*,\n"
    "kept by Reeve itself: a provider cannot set it.\n"
    "\n"
    "Every kind has `id`. Kinds that providers fill also have the columns below; they are not\n"
    "repeated further down.\n"
    "\n";

static const struct {
    int flag;
    const char *name;
} marks[] = {
    { REEVE_COL_REQUIRED, "required" }, { REEVE_COL_INDEX, "index" },
    { REEVE_COL_VOLATILE, "volatile" }, { REEVE_COL_SECRET, "secret" },
    { REEVE_COL_INTERNAL, "internal" }, { REEVE_COL_CORE, "core" },
};

static void
print_marks(int flags)
{
    const char *between = "";

    for (size_t i = 0; i < RV_COUNT(marks); i++) {
        if (!(flags & marks[i].flag))
            continue;
        printf("%s%s", between, marks[i].name);
        between = ", ";
    }
}

static void
print_type(const struct rv_kind *kind, const struct rv_column *column)
{
    const char *list = NULL;

    if (column->type != REEVE_REF) {
        printf("%s", rv_type_name(column->type));
        return;
    }
    if (column->target) {
        printf("reference to `%s`", column->target);
        return;
    }
    list = kind->columns[column->type_column].target;
    if (!list)
        printf("reference to any kind");
    for (const char *before = "reference to "; list && *list; before = ", ") {
        int len = (int)strcspn(list, " ");
        printf("%s`%.*s`", before, len, list);
        list += len + (int)strspn(list + len, " ");
    }
}

static void
print_column(const struct rv_kind *kind, const struct rv_column *column)
{
    printf("| `%s` | ", column->name);
    print_type(kind, column);
    printf(" | ");
    print_marks(column->flags);
    printf(" | %s |\n", column->help);
}

static void
print_column_head(void)
{
    puts("| column | type | marks | what it is |\n| --- | --- | --- | --- |");
}

/* What every provider kind has, from one that has all of it. */
static void
print_common_columns(void)
{
    const struct rv_kind *kind = rv_model_kind("container_group");

    print_column_head();
    for (int i = 0; i < kind->column_count - 1; i++) {
        print_column(kind, &kind->columns[i]);
        if (rv_streq(kind->columns[i].name, "deleted_on"))
            break;
    }
    puts("\n`content_hash` is not on children, `deleted_on` on archived kinds only.\n");
}

static void
print_overview(void)
{
    puts("## Kinds\n\n| kind | for people | collection | table | other names |\n"
         "| --- | --- | --- | --- | --- |");
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        const char *between = "";
        printf("| [`%s`](#%s) | %s | `%s` | `%s` | ", kind->name, kind->name, kind->def->title,
               kind->api_name, kind->table);
        for (const char *const *a = kind->def->aliases; a && *a; a++, between = ", ")
            printf("%s`%s`", between, *a);
        puts(" |");
    }
    puts("");
}

static void
print_names(const char *title, const struct rv_kind *kind, const int *columns, int count)
{
    if (count == 0)
        return;
    printf("- %s: ", title);
    for (int i = 0; i < count; i++)
        printf("%s`%s`", i ? ", " : "", kind->columns[columns[i]].name);
    puts("");
}

static void
print_rules(const struct rv_kind *kind)
{
    printf("- collection `%s`, table `%s`", kind->api_name, kind->table);
    if (kind->def->class_name)
        printf(", ManageIQ's class `%s`", kind->def->class_name);
    puts("");
    if (kind->child)
        printf("- child: emitted with its owner (`%s`)%s\n", kind->columns[kind->owner_column].name,
               kind->key_count ? "" : ", at most one each");
    if (kind->server)
        puts("- of the server itself");
    else
        printf("- when it is gone: %s\n", kind->archived ? "archived" : "deleted");
    print_names("key", kind, kind->key, kind->key_count);
    print_names("also found by", kind, kind->name_key, kind->name_key_count);
    if (kind->def->kept_by)
        printf("- stays while an active row has it in `%s`\n", kind->def->kept_by);
}

static void
print_sub_collections(const struct rv_kind *kind)
{
    int relation_count, join_count;
    const struct rv_relation *relations = rv_kind_relations(kind, &relation_count);
    const struct rv_join *joins = rv_kind_joins(kind, &join_count);
    const char *between = "\nSub-collections: ";

    for (int i = 0; i < relation_count; i++, between = ", ")
        printf("%s`%s`", between, relations[i].name);
    for (int i = 0; i < join_count; i++, between = ", ")
        printf("%s`%s` (by `%s`)", between, joins[i].name, joins[i].via->table);
    puts(relation_count + join_count ? ".\n" : "");
}

static void
print_kind(const struct rv_kind *kind)
{
    int declared = kind->column_count;

    for (const struct reeve_column *c = kind->def->columns; c->name; c++)
        declared--;
    printf("## %s\n\n%s: %s.\n\n", kind->name, kind->def->title, kind->def->help);
    print_rules(kind);
    puts("");
    if (kind->column_count > declared) {
        print_column_head();
        for (int i = declared; i < kind->column_count; i++)
            print_column(kind, &kind->columns[i]);
    }
    print_sub_collections(kind);
}

int
main(void)
{
    rv_err err = RV_ERR_INIT;

    if (rv_model_init(&err)) {
        fprintf(stderr, "reeve-dictionary: %s\n", err.text);
        return 1;
    }
    fputs(introduction, stdout);
    print_common_columns();
    print_overview();
    for (int i = 0; i < rv_model_count(); i++)
        print_kind(rv_model_at(i));
    rv_model_reset();
    return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
