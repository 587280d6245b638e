/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of receivers.
 */
#include "hook/receiver.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"
#include "hook/body.h"
#include "model/model.h"
#include "store/record.h"

enum { RATE_MOST = 1000000 };

static const struct rv_kind *
receiver_kind(void)
{
    return rv_model_kind("event_receiver");
}

int
rv_receiver_find(struct rv_receiver *out, struct rv_store *store, const char *name, rv_err *err)
{
    rv_value row[7], param = rv_vtext(name);
    int found = rv_store_one(store, row, 7,
                             "SELECT id, ems_id, enabled, format, rate, name, token_digest"
                             " FROM event_receivers WHERE name = $1",
                             &param, 1, err);
    if (found <= 0)
        return found;
    *out = (struct rv_receiver){ .id = row[0].v.i,
                                 .ems_id = row[1].type == RV_INT ? row[1].v.i : 0,
                                 .enabled = row[2].type == RV_INT && row[2].v.i,
                                 .rate = row[4].type == RV_INT ? row[4].v.i : 0 };
    int format = row[3].type == RV_TEXT ? rv_hook_format(row[3].v.text) : RV_HOOK_AUTO;
    out->format = format < 0 ? RV_HOOK_AUTO : format;
    snprintf(out->name, sizeof(out->name), "%s", row[5].v.text);
    if (row[6].type == RV_TEXT)
        snprintf(out->digest, sizeof(out->digest), "%s", row[6].v.text);
    return 1;
}

static int
check_name(const char *name, rv_err *err)
{
    size_t len = name ? strlen(name) : 0;
    if (len == 0 || len > RV_RECEIVER_NAME_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != len)
        return rv_fail(err, RV_E_INVALID,
                       "'%.80s' cannot be the name of a receiver: 1 to %d of a-z, 0-9, '-' and '_'",
                       name ? name : "", RV_RECEIVER_NAME_MAX);
    return 0;
}

static int
check_provider(struct rv_store *store, int64_t ems_id, rv_err *err)
{
    rv_value out, param = rv_vint(ems_id);
    int found = ems_id > 0 ? rv_store_one(store, &out, 1,
                                          "SELECT id FROM ext_management_systems WHERE id = $1",
                                          &param, 1, err)
                           : 1;
    return found ? (found < 0 ? found : 0)
                 : rv_fail(err, RV_E_NOT_FOUND, "there is no provider %lld", (long long)ems_id);
}

static int
check(struct rv_store *store, const struct rv_receiver_spec *spec, rv_err *err)
{
    if (spec->format && rv_hook_format(spec->format) < 0)
        return rv_fail(err, RV_E_INVALID,
                       "format '%.40s' is not known: auto, cloudevents or alertmanager",
                       spec->format);
    if (spec->rate > RATE_MOST || spec->rate < -1)
        return rv_fail(err, RV_E_INVALID, "a rate is 0 to %d requests a minute", RATE_MOST);
    if (spec->description && strlen(spec->description) > 1000)
        return rv_fail(err, RV_E_LIMIT, "a description has at most 1000 bytes");
    return check_provider(store, spec->ems_id, err);
}

struct change {
    const struct rv_receiver_spec *spec;
    int64_t id;
    const char *digest; /* NULL: as it is */
};

/* Those that were said. */
static int
fields_of(const struct change *change, struct rv_field *out)
{
    const struct rv_receiver_spec *spec = change->spec;
    int count = 0;
    if (spec && spec->description)
        out[count++] = (struct rv_field){ "description", rv_vtext(spec->description) };
    if (spec && spec->format)
        out[count++] = (struct rv_field){ "format", rv_vtext(spec->format) };
    if (spec && spec->ems_id >= 0)
        out[count++] =
            (struct rv_field){ "ems_id", spec->ems_id ? rv_vint(spec->ems_id) : RV_VNULL };
    if (spec && spec->rate >= 0)
        out[count++] = (struct rv_field){ "rate", spec->rate ? rv_vint(spec->rate) : RV_VNULL };
    if (spec && spec->enabled >= 0)
        out[count++] = (struct rv_field){ "enabled", rv_vint(spec->enabled != 0) };
    if (change->digest)
        out[count++] = (struct rv_field){ "token_digest", rv_vtext(change->digest) };
    return count;
}

enum { FIELDS = 8 };

static int
insert(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct rv_field fields[FIELDS];
    struct rv_receiver there;
    int count = fields_of(change, fields);
    int found = rv_store_lock(store, "event receivers", err) < 0
                    ? err->code
                    : rv_receiver_find(&there, store, change->spec->name, err);
    if (found)
        return found < 0 ? found
                         : rv_fail(err, RV_E_CONFLICT, "there is a receiver '%s' already",
                                   change->spec->name);
    fields[count++] = (struct rv_field){ "name", rv_vtext(change->spec->name) };
    return rv_record_insert(store, feed, receiver_kind(), fields, count, &change->id, err);
}

static int
update(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct rv_field fields[FIELDS];
    int count = fields_of(change, fields);
    return rv_record_update(store, feed, receiver_kind(), change->id, fields, count, err);
}

static void
make_secret(char *secret, char digest[65])
{
    rv_random_hex(secret, RV_RECEIVER_SECRET_BYTES);
    rv_sha256_hex(digest, secret, strlen(secret));
}

int
rv_receiver_create(struct rv_store *store, const struct rv_receiver_spec *spec, char *secret,
                   int64_t *id, rv_err *err)
{
    char digest[65];
    struct rv_receiver_spec whole = *spec;
    struct change change = { .spec = &whole, .digest = digest };
    if (!whole.format)
        whole.format = rv_hook_format_name(RV_HOOK_AUTO);
    if (whole.enabled < 0)
        whole.enabled = 1;
    make_secret(secret, digest);
    if (check_name(spec->name, err) < 0 || check(store, spec, err) < 0 ||
        rv_store_reserve_ids(store, 1, err) < 0 ||
        rv_record_transaction(store, insert, &change, err) < 0)
        return err->code;
    *id = change.id;
    return 0;
}

int
rv_receiver_edit(struct rv_store *store, int64_t id, const struct rv_receiver_spec *spec,
                 rv_err *err)
{
    struct change change = { .spec = spec, .id = id };
    if (check(store, spec, err) < 0)
        return err->code;
    return rv_record_transaction(store, update, &change, err);
}

int
rv_receiver_new_secret(struct rv_store *store, int64_t id, char *secret, rv_err *err)
{
    char digest[65];
    struct change change = { .id = id, .digest = digest };
    make_secret(secret, digest);
    return rv_record_transaction(store, update, &change, err);
}

int
rv_receiver_refused(struct rv_store *store, int64_t id, int64_t count, rv_err *err)
{
    const rv_value params[] = { rv_vint(id), rv_vint(count) };
    return rv_store_exec(store, NULL,
                         "UPDATE event_receivers SET refused = COALESCE(refused, 0) + $2"
                         " WHERE id = $1",
                         params, (int)RV_COUNT(params), err);
}

/* Its lane goes too, unless events wait in it: then it stays for the handler. */
static int
delete_row(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct change *change = arg;
    rv_value param = rv_vint(change->id);
    if (rv_store_exec(store, NULL,
                      "DELETE FROM event_lanes WHERE receiver_id = $1 AND handled >= written",
                      &param, 1, err) < 0)
        return err->code;
    return rv_record_delete(store, feed, receiver_kind(), change->id, err);
}

int
rv_receiver_delete(struct rv_store *store, int64_t id, rv_err *err)
{
    struct change change = { .id = id };
    return rv_record_transaction(store, delete_row, &change, err);
}
