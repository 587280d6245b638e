/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups: one file that restores to an equal database on either engine, and that is refused when
 * anything in it is not as it was written.
 */
#include "keeping_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "keeping/backup_file.h"
#include "model/model.h"
#include "store/feed.h"
#include "store/layout.h"
#include "store/schema.h"

struct place {
    char *dir, *path;
};

static struct place
place_new(void)
{
    struct place place = { .dir = rv_test_dir() };

    place.path = rv_format("%s/b.reeve", place.dir);
    return place;
}

static void
place_free(struct place *place)
{
    free(place->path);
    rv_test_dir_remove(place->dir);
}

static cJSON *
take(struct rv_store *store, const char *path, const char *key, int flags)
{
    const struct rv_backup_options options = { .path = path, .key = key, .flags = flags };
    cJSON *report = NULL;

    must(rv_keep_backup(&report, store, &options, NULL, err));
    return report;
}

static void
restore(struct rv_store *store, const char *path, int flags)
{
    const struct rv_restore_options options = { .path = path, .region = 1, .flags = flags };
    RV_AUTO_JSON cJSON *report = NULL;
    RV_AUTO_FREE char *key = NULL;

    must(rv_keep_restore(&report, &key, store, &options, NULL, err));
}

static void
must_not_restore(int class, struct rv_store *store, const char *path, int64_t region,
                 const char *words)
{
    const struct rv_restore_options options = { .path = path, .region = region };
    RV_AUTO_JSON cJSON *report = NULL;
    RV_AUTO_FREE char *key = NULL;
    rv_err err = RV_ERR_INIT;

    assert_int_equal(rv_keep_restore(&report, &key, store, &options, NULL, &err), class);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
}

static void
a_backup_restores_to_an_equal_database_on_either_engine(void **state)
{
    struct place place = place_new();
    struct keeping_db same, file;
    struct rv_cursor before, after;

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    keeping_open_same(&same);
    keeping_open_sqlite(&file);
    restore(same.store, place.path, 0);
    restore(file.store, place.path, 0);
    keeping_assert_equal(store_of(state), same.store);
    keeping_assert_equal(store_of(state), file.store);
    must(rv_cursor_now(&before, store_of(state), err));
    must(rv_cursor_now(&after, same.store, err));
    assert_true(before.epoch != after.epoch);
    assert_int_equal(before.number, after.number);
    keeping_close(&file);
    keeping_close(&same);
    place_free(&place);
}

static int
never(void *arg, const struct rv_change *change)
{
    (void)arg, (void)change;
    return 0;
}

static void
a_cursor_of_before_is_gone_after_restoring(void **state)
{
    struct place place = place_new();
    struct keeping_db same;
    struct rv_cursor cursor;

    keeping_fill(store_of(state));
    must(rv_cursor_now(&cursor, store_of(state), err));
    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    keeping_open_same(&same);
    restore(same.store, place.path, 0);
    must_fail(RV_E_GONE, rv_feed_read(same.store, &cursor, 1, never, NULL, err));
    keeping_close(&same);
    place_free(&place);
}

static void
a_backup_says_what_it_is_of_and_others_cannot_read_it(void **state)
{
    struct place place = place_new();
    struct stat about;
    RV_AUTO_JSON cJSON *shown = NULL;

    keeping_fill(store_of(state));
    RV_AUTO_JSON cJSON *report = take(store_of(state), place.path, NULL, 0);
    must(rv_keep_inspect(&shown, place.path, NULL, err));
    assert_int_equal(rv_json_int(shown, "region", 0), 1);
    assert_int_equal(rv_json_int(shown, "schema_version", 0), RV_SCHEMA_VERSION);
    assert_int_equal(rv_json_flag(shown, "key", 1), 0);
    assert_string_equal(rv_json_string(shown, "digest"), rv_json_string(report, "digest"));
    assert_int_equal(stat(place.path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(about.st_size, rv_json_int(shown, "bytes", 0));
    place_free(&place);
}

static void
the_key_is_in_it_only_when_asked_for(void **state)
{
    static const char key[] = "reeve-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    struct place place = place_new();
    struct keeping_db same;
    const struct rv_restore_options options = { .path = place.path, .region = -1 };
    RV_AUTO_JSON cJSON *report = NULL;
    RV_AUTO_FREE char *found = NULL;

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, key, 0));
    keeping_open_same(&same);
    must(rv_keep_restore(&report, &found, same.store, &options, NULL, err));
    assert_string_equal(found, key);
    keeping_close(&same);
    place_free(&place);
}

static void
a_text_that_is_no_key_goes_into_no_backup(void **state)
{
    static const char *const texts[] = { "", "hunter2\n", "reeve-key-1 AAEC\n",
                                         "{\"reeve-key-1\": 1}" };
    struct place place = place_new();
    cJSON *report = NULL;

    keeping_fill(store_of(state));
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        const struct rv_backup_options options = { .path = place.path, .key = texts[i] };
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_keep_backup(&report, store_of(state), &options, NULL, &err),
                         RV_E_INVALID);
        assert_non_null(strstr(err.text, "44 characters of base64"));
        assert_int_not_equal(access(place.path, F_OK), 0);
    }
    place_free(&place);
}

/* As an older release may have written it, or somebody who wants his text in a home. */
static void
spoil_key(const char *path)
{
    RV_AUTO_BUF
    rv_buf file = rv_buf_limited(64 << 20);

    must(rv_buf_read_file(&file, path, err));
    char *key = memmem(file.data, file.len, "reeve-key-1 ", 12);
    assert_non_null(key);
    size_t len = (unsigned char)key[-4];
    key[0] = 'R';
    uint64_t hash = rv_hash64(key, len, rv_hash64(key - 5, 5, 0));
    for (size_t i = 0; i < 8; i++)
        key[len + i] = (char)(hash >> (8 * i));
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, file.data, file.len), file.len);
}

static void
a_key_in_a_backup_that_is_none_is_refused_before_anything_is_touched(void **state)
{
    static const char key[] = "reeve-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    struct place place = place_new();
    struct keeping_db same;
    struct rv_restore_options options = { .path = place.path, .region = -1, .flags = RV_KEEP_KEY };
    RV_AUTO_JSON cJSON *report = NULL;
    RV_AUTO_FREE char *found = NULL;
    struct rv_keep_identity is;

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, key, 0));
    spoil_key(place.path);
    keeping_open_same(&same);
    must_fail(RV_E_INVALID, rv_keep_restore(&report, &found, same.store, &options, NULL, err));
    must(rv_keep_look(&is, same.store, err));
    assert_int_equal(is.tables, 0);
    options.flags = 0; /* who has the key elsewhere */
    must(rv_keep_restore(&report, &found, same.store, &options, NULL, err));
    keeping_close(&same);
    place_free(&place);
}

static void
a_backup_in_the_way_is_kept_unless_it_may_be_overwritten(void **state)
{
    struct place place = place_new();
    const struct rv_backup_options options = { .path = place.path };
    RV_AUTO_JSON cJSON *report = NULL;

    rv_test_write_file(place.dir, "b.reeve", "mine");
    must_fail(RV_E_CONFLICT, rv_keep_backup(&report, store_of(state), &options, NULL, err));
    cJSON_Delete(take(store_of(state), place.path, NULL, RV_KEEP_OVERWRITE));
    place_free(&place);
}

static char *
read_all(const char *path, size_t *len)
{
    rv_buf bytes = rv_buf_limited(64 << 20);

    must(rv_buf_read_file(&bytes, path, err));
    *len = bytes.len;
    return rv_buf_take_string(&bytes);
}

static void
write_bytes(const char *path, const char *bytes, size_t len)
{
    RV_AUTO_FILE FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
}

static void
a_backup_cut_off_anywhere_is_refused_with_the_place(void **state)
{
    struct place place = place_new();
    struct keeping_db same;
    size_t len = 0;

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    RV_AUTO_FREE char *bytes = read_all(place.path, &len);
    RV_AUTO_FREE char *cut = rv_format("%s/cut", place.dir);
    keeping_open_same(&same);
    for (size_t i = 0; i < 7; i++) {
        size_t left = i < 6 ? len / 6 * i + (i == 0 ? 100 : 0) : len - 1;
        write_bytes(cut, bytes, left);
        must_not_restore(RV_E_INVALID, same.store, cut, -1, "truncated at byte");
    }
    write_bytes(cut, bytes, 4);
    must_not_restore(RV_E_INVALID, same.store, cut, -1, "not a backup");
    /* Nothing was touched. */
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };
    must(rv_layout_read(&layout, same.store, err));
    assert_int_equal(layout.count, 0);
    keeping_close(&same);
    place_free(&place);
}

static void
a_backup_with_one_bit_turned_is_refused_with_the_place(void **state)
{
    struct place place = place_new();
    struct keeping_db same;
    size_t len = 0;

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    RV_AUTO_FREE char *bytes = read_all(place.path, &len);
    RV_AUTO_FREE char *bad = rv_format("%s/bad", place.dir);
    keeping_open_same(&same);
    for (size_t at = 12; at < len; at += len / 7) {
        bytes[at] ^= 4;
        write_bytes(bad, bytes, len);
        bytes[at] ^= 4;
        must_not_restore(RV_E_INVALID, same.store, bad, -1, " at byte ");
    }
    RV_AUTO_FREE char *longer = rv_alloc(len + 1);
    memcpy(longer, bytes, len);
    write_bytes(bad, longer, len + 1);
    must_not_restore(RV_E_INVALID, same.store, bad, -1, "damaged at byte");
    keeping_close(&same);
    place_free(&place);
}

static void
the_wrong_region_is_refused(void **state)
{
    struct place place = place_new();
    struct keeping_db same;

    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    keeping_open_same(&same);
    must_not_restore(RV_E_CONFLICT, same.store, place.path, 2, "of region 1");
    keeping_close(&same);
    place_free(&place);
}

static void
a_full_target_is_refused_unless_it_may_be_overwritten(void **state)
{
    struct place place = place_new();

    keeping_fill(store_of(state));
    cJSON_Delete(take(store_of(state), place.path, NULL, 0));
    must_exec(store_of(state), "UPDATE container_groups SET name = $1", rv_vtext("changed"));
    must_not_restore(RV_E_CONFLICT, store_of(state), place.path, 1, "not empty");
    restore(store_of(state), place.path, RV_KEEP_OVERWRITE);
    assert_column(store_of(state), "SELECT COUNT(*) FROM container_groups WHERE name = 'changed'",
                  "0");
    place_free(&place);
}

/* Made by hand: a backup whose head says what the argument says, with schema_info alone. */
static void
make_headed(const char *path, int format, int version)
{
    struct rv_backup_writer *writer = NULL;
    struct rv_layout_column columns[] = { { (char[]){ "name" }, REEVE_STRING, 1 },
                                          { (char[]){ "value" }, REEVE_INT, 0 } };
    struct rv_layout_table table = { (char[]){ "schema_info" }, columns, 2, 0 };
    const struct rv_layout layout = { .tables = &table, .count = 1 };
    RV_AUTO_JSON cJSON *head = cJSON_CreateObject();
    const struct rv_tally none = { 0 };
    const char *part = NULL;
    int64_t bytes = 0;

    cJSON_AddNumberToObject(head, "format", format);
    cJSON_AddNumberToObject(head, "schema_version", version);
    cJSON_AddNumberToObject(head, "region", 1);
    cJSON_AddItemToObject(head, "tables", rv_layout_to_json(&layout));
    must(rv_backup_create(&writer, path, RV_KEEP_OVERWRITE, err));
    must(rv_backup_head(writer, head, NULL, err));
    struct rv_flow_sink sink = rv_sink_of_backup(writer, &layout);
    must(sink.table(sink.arg, 0, err));
    must(sink.end(sink.arg, &none, err));
    must(rv_backup_end(writer, &part, &bytes, err));
    must(rv_backup_keep(writer, err));
    rv_backup_writer_free(writer);
}

/* As the release of that fixture would have written it. */
static void
back_up_version(struct rv_store *store, const char *path, int version)
{
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };
    struct rv_store_source rows = { .store = store, .layout = &layout };
    struct rv_backup_writer *writer = NULL;
    RV_AUTO_JSON cJSON *head = cJSON_CreateObject();
    struct rv_tally tallies[400];
    const char *part = NULL;
    int64_t bytes = 0;

    must(rv_layout_read(&layout, store, err));
    assert_true(layout.count < (int)RV_COUNT(tallies));
    cJSON_AddNumberToObject(head, "format", RV_BACKUP_FORMAT);
    cJSON_AddNumberToObject(head, "schema_version", version);
    cJSON_AddNumberToObject(head, "region", 1);
    cJSON_AddItemToObject(head, "tables", rv_layout_to_json(&layout));
    must(rv_backup_create(&writer, path, 0, err));
    must(rv_backup_head(writer, head, NULL, err));
    struct rv_flow_source source = rv_source_of_store(&rows);
    struct rv_flow_sink sink = rv_sink_of_backup(writer, &layout);
    must(rv_flow(&source, &sink, tallies, NULL, err));
    rv_store_source_end(&rows);
    must(rv_backup_end(writer, &part, &bytes, err));
    must(rv_backup_keep(writer, err));
    rv_backup_writer_free(writer);
}

static void
a_backup_of_an_older_release_is_brought_up_to_date(void **state)
{
    struct place place = place_new();
    struct keeping_db old, same;
    RV_AUTO_BUF rv_buf dump = rv_buf_limited(8u << 20);
    RV_AUTO_FREE char *path = rv_format("%s/tests/data/fixtures/v1.%s.sql", REEVE_SOURCE_DIR,
                                        rv_test_is_postgres() ? "postgres" : "sqlite");
    (void)state;

    keeping_open_same(&old);
    keeping_open_same(&same);
    must(rv_buf_read_file(&dump, path, err));
    rv_test_script(old.store, rv_buf_text(&dump));
    back_up_version(old.store, place.path, 1);
    restore(same.store, place.path, 0);
    assert_int_equal(
        rv_test_int(same.store, "SELECT value FROM schema_info WHERE name = 'version'"),
        RV_SCHEMA_VERSION);
    assert_column(same.store, "SELECT name FROM ext_management_systems", "fixture \xc3\xa4");
    assert_column(same.store, "SELECT COUNT(*) FROM container_groups", "3");
    must(rv_schema_open(same.store, err));
    keeping_close(&same);
    keeping_close(&old);
    place_free(&place);
}

static void
a_newer_schema_or_format_is_refused(void **state)
{
    struct place place = place_new();
    struct keeping_db same;
    (void)state;

    keeping_open_same(&same);
    make_headed(place.path, RV_BACKUP_FORMAT, RV_SCHEMA_VERSION + 1);
    must_not_restore(RV_E_CONFLICT, same.store, place.path, -1, "schema version");
    make_headed(place.path, RV_BACKUP_FORMAT + 1, RV_SCHEMA_VERSION);
    must_not_restore(RV_E_CONFLICT, same.store, place.path, -1, "format");
    keeping_close(&same);
    place_free(&place);
}

/* Files may grow to some KiB only: what a full disk does, without one. */
static void
a_backup_that_does_not_fit_leaves_nothing(void **state)
{
    struct place place = place_new();

    keeping_fill(store_of(state));
    rv_store_close(store_of(state));
    pid_t pid = fork();
    if (pid == 0) {
        const struct rv_backup_options options = { .path = place.path };
        struct rlimit limit = { 200000, 200000 };
        cJSON *report = NULL;
        rv_err err = RV_ERR_INIT;
        const struct sigaction ignore = { .sa_handler = SIG_IGN };
        struct rv_store *store = second_store(state);
        sigaction(SIGXFSZ, &ignore, NULL);
        setrlimit(RLIMIT_FSIZE, &limit);
        int rc = rv_keep_backup(&report, store, &options, NULL, &err);
        _exit(rc != 0 && strstr(err.text, "write '") && strstr(err.hint, "free space") ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    ((struct contract *)*state)->store = second_store(state);
    assert_int_equal(status, 0);
    assert_int_equal(access(place.path, F_OK), -1);
    RV_AUTO_FREE char *part = rv_format("%s.part", place.path);
    assert_int_equal(access(part, F_OK), -1);
    place_free(&place);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_backup_restores_to_an_equal_database_on_either_engine),
        schema_test(a_cursor_of_before_is_gone_after_restoring),
        schema_test(a_backup_says_what_it_is_of_and_others_cannot_read_it),
        schema_test(the_key_is_in_it_only_when_asked_for),
        schema_test(a_text_that_is_no_key_goes_into_no_backup),
        schema_test(a_key_in_a_backup_that_is_none_is_refused_before_anything_is_touched),
        schema_test(a_backup_in_the_way_is_kept_unless_it_may_be_overwritten),
        schema_test(a_backup_cut_off_anywhere_is_refused_with_the_place),
        schema_test(a_backup_with_one_bit_turned_is_refused_with_the_place),
        schema_test(the_wrong_region_is_refused),
        schema_test(a_full_target_is_refused_unless_it_may_be_overwritten),
        schema_test(a_backup_of_an_older_release_is_brought_up_to_date),
        schema_test(a_newer_schema_or_format_is_refused),
        schema_test(a_backup_that_does_not_fit_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
