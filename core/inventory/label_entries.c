/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of categories that are named after the values of labels, made when they are not there.
 * Whoever can write a label can have one made: so a category has a ceiling of them, behind which
 * values get no tag and what was to be saved is saved all the same. Two values may make one name;
 * the second gets a digest behind it that nobody can aim at.
 *
 * Before the transaction an entry gets its ids. In it, where nobody else makes one, it is looked
 * for again, and named.
 */
#define RV_LOG_TOPIC RV_TOPIC_REFRESH
#include "inventory/label_entries.h"

#include <sodium.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"

enum { NAME_BYTES = 50, DIGEST_BYTES = 16, MOST_NAMES = 100 };

/* Of which entries are made. */
struct rv_label_category {
    int64_t tag_id, id;
    int64_t entries; /* with those of this batch */
    const char *name;
};

static const char *
description(const char *value)
{
    return value[0] ? value : "<empty value>";
}

/* Nobody finds two values that have the same. */
static void
digest_value(unsigned char out[DIGEST_BYTES], int64_t category, const char *value)
{
    const int64_t key[2] = { category };
    crypto_generichash(out, DIGEST_BYTES, (const unsigned char *)value, strlen(value),
                       (const unsigned char *)key, sizeof(key));
}

static struct rv_digest
key_of(int64_t category, const char *value)
{
    struct rv_digest key;
    unsigned char bytes[DIGEST_BYTES];
    digest_value(bytes, category, value);
    memcpy(&key, bytes, sizeof(key));
    return key;
}

/* Its row, NULL with err untouched when the tag is no category (a mapping to what is none gives
 * nothing), or with err set. */
static struct rv_label_category *
read_category(struct rv_label_entries *entries, int64_t tag_id, rv_err *err)
{
    struct rv_plan *plan = entries->plan;
    rv_value param = rv_vint(tag_id), out[3];
    int found = rv_store_one(plan->saver->store, out, 3,
                             "SELECT c.id, t.name, (SELECT COUNT(*) FROM classifications e"
                             " WHERE e.parent_id = c.id) FROM classifications c"
                             " JOIN tags t ON t.id = c.tag_id"
                             " WHERE c.tag_id = $1 AND c.parent_id IS NULL",
                             &param, 1, err);
    if (found <= 0)
        return NULL;
    struct rv_label_category *category = rv_plan_alloc(plan, sizeof(*category));
    *category = (struct rv_label_category){ .tag_id = tag_id,
                                            .id = out[0].v.i,
                                            .entries = out[2].v.i,
                                            .name = rv_arena_strdup(plan->arena, out[1].v.text) };
    entries->categories = rv_realloc(entries->categories, entries->category_count + 1,
                                     sizeof(struct rv_label_category *));
    entries->categories[entries->category_count++] = category;
    return category;
}

static struct rv_label_category *
category_of(struct rv_label_entries *entries, int64_t tag_id, rv_err *err)
{
    for (size_t i = 0; i < entries->category_count; i++)
        if (entries->categories[i]->tag_id == tag_id)
            return entries->categories[i];
    return read_category(entries, tag_id, err);
}

/* Said once until the next full refresh. */
static void
say_full(struct rv_saver *saver, const struct rv_label_category *category)
{
    if (cJSON_GetObjectItemCaseSensitive(saver->warnings, category->name))
        return;
    RV_AUTO_FREE char *text = rv_format("%lld entries were made of labels: values that are new get "
                                        "no tag (refresh.label_entries_max)",
                                        (long long)category->entries);
    rv_saver_warn(saver, category->name, text);
    rv_log(RV_WARNING,
           "a category has as many entries made of labels as it may; new values get none",
           RV_F("category", RV_S(category->name)), RV_F("entries", RV_I(category->entries)),
           RV_F("hint", RV_S("map a label of fewer values, or raise refresh.label_entries_max")));
}

/* An entry that is not there yet: its rows get ids now. The tag's, 0 when there can be none, or an
 * error. */
static int64_t
plan_entry(struct rv_label_entries *entries, int64_t category_tag_id, const char *value,
           rv_err *err)
{
    struct rv_plan *plan = entries->plan;
    struct rv_saver *saver = plan->saver;
    int64_t most = saver->config.label_entries_max;
    struct rv_label_category *category = category_of(entries, category_tag_id, err);
    if (category == NULL)
        return err->code;
    if (most > 0 && category->entries >= most) {
        say_full(saver, category);
        return 0;
    }
    struct rv_new_tag *tag = rv_plan_alloc(plan, sizeof(*tag));
    *tag = (struct rv_new_tag){ .parent_id = category->id,
                                .category = category->name,
                                .value = value,
                                .next = plan->new_tags };
    if (rv_store_new_id(saver->store, &tag->tag_id, err) < 0 ||
        rv_store_new_id(saver->store, &tag->classification_id, err) < 0)
        return err->code;
    plan->new_tags = tag;
    category->entries++;
    return tag->tag_id;
}

/* "Front End" becomes "front_end", as in a tag's path. */
static const char *
entry_name(struct rv_plan *plan, const char *value, const char *suffix)
{
    char *name =
        rv_arena_format(plan->arena, "%.*s%s", NAME_BYTES, value[0] ? value : "empty", suffix);
    rv_lower(name);
    for (char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == ':'))
            *c = '_';
    return name;
}

int64_t
rv_label_entry(struct rv_label_entries *entries, int64_t category_tag_id, const char *value,
               rv_err *err)
{
    struct rv_digest key = key_of(category_tag_id, value);
    int64_t tag_id = rv_map_get(&entries->known, key);
    if (tag_id >= 0)
        return tag_id;
    const rv_value params[] = { rv_vint(category_tag_id), rv_vtext(description(value)) };
    rv_value out;
    int found = rv_store_one(entries->plan->saver->store, &out, 1,
                             "SELECT e.tag_id FROM classifications e JOIN classifications c"
                             " ON e.parent_id = c.id WHERE c.tag_id = $1 AND e.description = $2",
                             params, 2, err);
    if (found < 0)
        return found;
    tag_id = found ? out.v.i : plan_entry(entries, category_tag_id, value, err);
    if (tag_id >= 0)
        rv_map_put(&entries->known, key, tag_id);
    return tag_id;
}

void
rv_label_entries_free(struct rv_label_entries *entries)
{
    free(entries->categories);
    rv_map_free(&entries->known);
}

/* A path that no tag has: 1, 0 when none was found, or an error. */
static int
name_entry(struct rv_plan *plan, struct rv_new_tag *tag, rv_err *err)
{
    char suffix[2 * DIGEST_BYTES + 16] = "", hex[2 * DIGEST_BYTES + 1];
    unsigned char digest[DIGEST_BYTES];
    int found = 1;
    digest_value(digest, 0, tag->value);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    for (int round = 0; found > 0 && round < MOST_NAMES; round++) {
        if (round == 1)
            snprintf(suffix, sizeof(suffix), "_%s", hex);
        else if (round > 1) /* people made tags of those names */
            snprintf(suffix, sizeof(suffix), "_%s_%d", hex, round);
        tag->name = rv_arena_format(plan->arena, "%s/%s", tag->category,
                                    entry_name(plan, tag->value, suffix));
        rv_value param = rv_vtext(tag->name), out;
        found = rv_store_one(plan->saver->store, &out, 1, "SELECT id FROM tags WHERE name = $1",
                             &param, 1, err);
    }
    return found < 0 ? found : !found;
}

static int
insert_entry(struct rv_plan *plan, const struct rv_new_tag *tag, rv_err *err)
{
    struct rv_saver *saver = plan->saver;
    const struct rv_field tag_fields[] = { { "id", rv_vint(tag->tag_id) },
                                           { "name", rv_vtext(tag->name) } };
    const struct rv_field fields[] = {
        { "id", rv_vint(tag->classification_id) },
        { "name", rv_vtext(strrchr(tag->name, '/') + 1) },
        { "description", rv_vtext(description(tag->value)) },
        { "parent_id", rv_vint(tag->parent_id) },
        { "tag_id", rv_vint(tag->tag_id) },
        { "read_only", rv_vint(1) },
        { "show", rv_vint(1) },
    };
    if (rv_record_insert(saver->store, saver->feed, rv_model_kind("tag"), tag_fields,
                         (int)RV_COUNT(tag_fields), NULL, err) < 0)
        return err->code;
    return rv_record_insert(saver->store, saver->feed, rv_model_kind("classification"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

/* The planned tag becomes another, which was made meanwhile, or none (0). */
static void
replace(struct rv_plan *plan, int64_t planned_id, int64_t tag_id)
{
    for (size_t i = 0; i < plan->label_count; i++)
        if (plan->labels[i].tagging_id == 0 && plan->labels[i].tag_id == planned_id)
            plan->labels[i].tag_id = tag_id;
}

/* Others may have made the same one since, or have deleted the category with its mapping. */
static int
write_entry(struct rv_plan *plan, struct rv_new_tag *tag, rv_err *err)
{
    const rv_value params[] = { rv_vint(tag->parent_id), rv_vtext(description(tag->value)) };
    rv_value out;
    int there = rv_store_one(plan->saver->store, &out, 1,
                             "SELECT (SELECT MIN(e.tag_id) FROM classifications e"
                             " WHERE e.parent_id = c.id AND e.description = $2)"
                             " FROM classifications c WHERE c.id = $1",
                             params, 2, err);
    if (there < 0)
        return there;
    if (there && out.type == RV_NULL) {
        int named = name_entry(plan, tag, err);
        if (named)
            return named < 0 ? named : insert_entry(plan, tag, err);
    }
    replace(plan, tag->tag_id, there && out.type == RV_INT ? out.v.i : 0);
    return 0;
}

int
rv_label_entries_write(struct rv_plan *plan, rv_err *err)
{
    if (plan->new_tags && rv_store_lock(plan->saver->store, "label mappings", err) < 0)
        return err->code;
    for (struct rv_new_tag *tag = plan->new_tags; tag; tag = tag->next)
        if (write_entry(plan, tag, err) < 0)
            return err->code;
    return 0;
}
