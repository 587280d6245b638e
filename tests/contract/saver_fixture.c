/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the saver's suites.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include "model/model.h"

struct rv_saver *
saver_with(struct rv_store *store, const struct rv_saver_config *given)
{
    struct rv_saver_config config = *given;
    struct rv_saver *saver = NULL;

    config.store = store;
    config.ems_id = EMS;
    must(rv_saver_open(&saver, &config, err));
    return saver;
}

struct rv_saver *
saver_on(struct rv_store *store)
{
    return saver_with(store, &(struct rv_saver_config){ 0 });
}

struct rv_save_counts
counts_of(struct rv_saver *saver)
{
    struct rv_save_counts counts;

    rv_saver_counts(saver, &counts);
    return counts;
}

void
emit(struct rv_saver *saver, struct rv_test_object *object)
{
    must(rv_test_emit(rv_saver_sink(saver), object, err));
}

void
gone(struct rv_saver *saver, const char *kind, const char *ref)
{
    const struct rv_sink *sink = rv_saver_sink(saver);
    must(sink->gone(sink->arg, rv_model_kind(kind), ref, err));
}

void
complete(struct rv_saver *saver, const char *kind)
{
    const struct rv_sink *sink = rv_saver_sink(saver);
    must(sink->complete(sink->arg, rv_model_kind(kind), err));
}

void
begin_kind(struct rv_saver *saver, const char *kind)
{
    const struct rv_sink *sink = rv_saver_sink(saver);
    must(sink->begin(sink->arg, rv_model_kind(kind), err));
}

void
flush(struct rv_saver *saver)
{
    must(rv_saver_flush(saver, err));
}

struct rv_test_object *
node_object(const char *ref, const char *name)
{
    struct rv_test_object *node = rv_test_object("container_node", ref);
    rv_test_set(node, "name", name);
    return node;
}

struct rv_test_object *
image_object(const char *ref)
{
    struct rv_test_object *image = rv_test_object("container_image", ref);
    rv_test_set(image, "name", ref);
    return image;
}

static struct rv_test_object *
pod_on(const char *ref, const char *name, const char *phase, const char *node, const char *image)
{
    char text[128];
    struct rv_test_object *pod = rv_test_object("container_group", ref);
    rv_test_set(pod, "name", name);
    rv_test_set(pod, "namespace", "default");
    rv_test_set(pod, "phase", phase);
    rv_test_set(pod, "restart_count", "0");
    rv_test_set(pod, "host_network", "false");
    rv_test_set(pod, "started_on", "1760000000000");
    rv_test_link(pod, "container_node_id", "container_node", node);
    rv_test_label(pod, "app", name);
    struct rv_test_object *container = rv_test_child(pod, "container");
    snprintf(text, sizeof(text), "%s_main", ref);
    rv_test_set(container, "ems_ref", text);
    rv_test_set(container, "name", "main");
    rv_test_set(container, "limit_cpu_cores", "0.5");
    rv_test_link(container, "container_image_id", "container_image", image);
    struct rv_test_object *env = rv_test_child(container, "container_env_var");
    rv_test_set(env, "name", "LEVEL");
    rv_test_set(env, "value", phase);
    return pod;
}

struct rv_test_object *
pod_object(const char *ref, const char *name, const char *phase)
{
    return pod_on(ref, name, phase, "n1", "i1");
}

const char *const cluster_kinds[] = {
    "container_group", "container", "container_env_var", "container_node", "custom_attribute",
    "container_image", NULL
};

void
list_cluster(struct rv_saver *saver, const struct cluster *cluster)
{
    char ref[32], node[32], image[32];

    must(rv_saver_begin_all(saver, cluster_kinds, err));
    for (int i = 0; i < cluster->pods; i++) {
        snprintf(ref, sizeof(ref), "p%d", i);
        snprintf(node, sizeof(node), "n%d", i % cluster->nodes);
        snprintf(image, sizeof(image), "i%d", i % cluster->images);
        emit(saver,
             pod_on(ref, ref, i < cluster->changed ? cluster->phase : "Running", node, image));
    }
    complete(saver, "container_group");
    for (int i = 0; i < cluster->nodes; i++) {
        snprintf(node, sizeof(node), "n%d", i);
        emit(saver, node_object(node, node));
    }
    complete(saver, "container_node");
    for (int i = 0; i < cluster->images; i++) {
        snprintf(image, sizeof(image), "i%d", i);
        emit(saver, image_object(image));
    }
    must(rv_saver_end_all(saver, err));
}

static int
write_change(void *arg, const struct rv_change *change)
{
    rv_buf_addf(arg, "%s %s %s;", rv_op_name(change->op), change->kind->name,
                change->old_values ? change->old_values : "-");
    return 0;
}

char *
changes_since(struct rv_store *store, struct rv_cursor *cursor)
{
    rv_buf text = rv_buf_limited(16 << 20);
    must(rv_feed_read(store, cursor, 100000, write_change, &text, err));
    return rv_buf_take_string(&text);
}

int64_t
change_count(struct rv_store *store)
{
    return rv_test_int(store, "SELECT COUNT(*) FROM changes");
}

static void
write_value(rv_buf *text, const rv_value *value)
{
    switch (value->type) {
    case RV_INT:
        rv_buf_addf(text, "%lld|", (long long)value->v.i);
        return;
    case RV_DOUBLE:
        rv_buf_addf(text, "%.17g|", value->v.d);
        return;
    case RV_TEXT:
        rv_buf_addf(text, "%s|", value->v.text);
        return;
    default:
        rv_buf_add_string(text, "-|");
    }
}

char *
everything(struct rv_store *store)
{
    rv_buf text = rv_buf_limited(64 << 20);
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (kind->server)
            continue;
        RV_AUTO_FREE char *sql =
            rv_format("SELECT * FROM %s WHERE ems_id = $1 ORDER BY id", kind->table);
        RV_AUTO_ROWS struct rv_rows *rows = NULL;
        const rv_value *row;
        rv_value param = rv_vint(EMS);
        must(rv_store_query(store, &rows, sql, &param, 1, err));
        rv_err next_err = RV_ERR_INIT;
        while (rv_rows_next(rows, &row, &next_err) > 0) {
            rv_buf_addf(&text, "%s:", kind->name);
            for (int c = 0; c < kind->column_count; c++)
                write_value(&text, &row[c]);
            rv_buf_add_char(&text, '\n');
        }
    }
    return rv_buf_take_string(&text);
}
