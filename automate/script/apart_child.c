/* SPDX-License-Identifier: Apache-2.0
 *
 * The child's side of a run apart: a host each of whose functions asks the parent. It has the
 * parent's memory, but touches nothing that is shared: no database, no log, no supervisor.
 */
#include "script/apart_internal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/frame.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/wait.h"

struct child {
    int fd;
    rv_frame_reader reader;
    struct rv_script_host host;
    cJSON *described;       /* texts of describe live in it until the next one */
    struct rv_arena *arena; /* names of kinds, modules: until the end of the process */
};

static cJSON *
question(const char *word)
{
    cJSON *frame = cJSON_CreateObject();
    cJSON_AddStringToObject(frame, "do", word);
    return frame;
}

/* As text: a double does not hold every id. */
static void
add_whole(cJSON *frame, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, number);
    cJSON_AddStringToObject(frame, name, text);
}

static int
read_answer(struct child *c, cJSON **out, rv_err *err)
{
    int got;
    while ((got = rv_frame_next(&c->reader, out, err)) == 0)
        if (rv_frame_fill(&c->reader, c->fd, err) < 0)
            _exit(1); /* the parent is gone */
    return got < 0 ? got : 0;
}

/* Takes the question; *answer (may be NULL) is the caller's. */
static int
ask(struct child *c, cJSON *frame, struct rv_ae_value *out, cJSON **answer, rv_err *err)
{
    RV_AUTO_JSON cJSON *asked = frame, *got = NULL;
    if (err->code)
        return err->code;
    if (rv_frame_send(c->fd, asked, err) || read_answer(c, &got, err) || rv_apart_error(got, err))
        return err->code;
    if (out && rv_apart_value(got, out, err))
        return err->code;
    if (answer) {
        *answer = got;
        got = NULL;
    }
    return 0;
}

static int
find(void *arg, int64_t from, const char *path, int64_t *out, rv_err *err)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    cJSON *frame = question("find");
    add_whole(frame, "self", from);
    cJSON_AddStringToObject(frame, "name", path);
    *out = 0;
    if (ask(arg, frame, NULL, &answer, err))
        return err->code;
    *out = rv_json_int(answer, "number", 0);
    return 0;
}

static int
describe(void *arg, int64_t object, struct rv_script_object *out, rv_err *err)
{
    struct child *c = arg;
    cJSON *frame = question("describe"), *answer = NULL;
    add_whole(frame, "self", object);
    if (ask(c, frame, NULL, &answer, err))
        return err->code;
    cJSON_Delete(c->described);
    c->described = answer;
    *out = (struct rv_script_object){ .number = rv_json_int(answer, "number", 0),
                                      .parent = rv_json_int(answer, "parent", 0),
                                      .path = rv_json_string(answer, "path"),
                                      .domain = rv_json_string(answer, "domain"),
                                      .namespace_path = rv_json_string(answer, "namespace"),
                                      .class_name = rv_json_string(answer, "class"),
                                      .instance_name = rv_json_string(answer, "instance"),
                                      .message = rv_json_string(answer, "message"),
                                      .field_name = rv_json_string(answer, "field"),
                                      .field_type = rv_json_string(answer, "type") };
    return 0;
}

/* Of an object, with a name or without. */
static int
ask_object(void *arg, const char *word, int64_t object, const char *name, struct rv_ae_value *out,
           rv_err *err)
{
    cJSON *frame = question(word);
    add_whole(frame, "self", object);
    if (name)
        cJSON_AddStringToObject(frame, "name", name);
    return ask(arg, frame, out, NULL, err);
}

static int
children(void *arg, int64_t object, struct rv_ae_value *out, rv_err *err)
{
    return ask_object(arg, "children", object, NULL, out, err);
}

static int
get(void *arg, int64_t object, const char *name, struct rv_ae_value *out, rv_err *err)
{
    return ask_object(arg, "get", object, name, out, err);
}

static int
attributes(void *arg, int64_t object, struct rv_ae_value *out, rv_err *err)
{
    return ask_object(arg, "attributes", object, NULL, out, err);
}

/* What is clear from now on is masked by the parent, which writes the lines. */
static int
decrypt(void *arg, int64_t object, const char *name, struct rv_ae_value *out, rv_err *err)
{
    return ask_object(arg, "decrypt", object, name, out, err);
}

static int
set(void *arg, int64_t object, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    cJSON *frame = question("set");
    add_whole(frame, "self", object);
    cJSON_AddStringToObject(frame, "name", name);
    rv_apart_add_value(frame, value, err);
    return ask(arg, frame, NULL, NULL, err);
}

static int
call(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
     struct rv_ae_value *out, rv_err *err)
{
    cJSON *frame = question("call");
    add_whole(frame, "self", self);
    cJSON_AddStringToObject(frame, "name", name);
    rv_apart_add_value(frame, args, err);
    return ask(arg, frame, out, NULL, err);
}

static int
model(void *arg, const char *name, const char **kind, rv_err *err)
{
    struct child *c = arg;
    RV_AUTO_JSON cJSON *answer = NULL;
    cJSON *frame = question("model");
    cJSON_AddStringToObject(frame, "name", name);
    if (ask(c, frame, NULL, &answer, err))
        return err->code;
    *kind = rv_arena_strdup(c->arena, rv_json_string(answer, "kind"));
    return *kind ? 0 : rv_fail(err, RV_E_LIMIT, "too many kinds");
}

static int
rows(void *arg, const char *kind, const char *verb, const struct rv_ae_value *query,
     struct rv_ae_value *out, rv_err *err)
{
    cJSON *frame = question("rows");
    cJSON_AddStringToObject(frame, "kind", kind);
    cJSON_AddStringToObject(frame, "verb", verb);
    rv_apart_add_value(frame, query, err);
    return ask(arg, frame, out, NULL, err);
}

static int
column(void *arg, const char *kind, int64_t id, const char *name, struct rv_ae_value *out,
       rv_err *err)
{
    cJSON *frame = question("column");
    cJSON_AddStringToObject(frame, "kind", kind);
    add_whole(frame, "id", id);
    cJSON_AddStringToObject(frame, "name", name);
    return ask(arg, frame, out, NULL, err);
}

static int
act(void *arg, const char *kind, int64_t id, const char *verb, const struct rv_ae_value *args,
    struct rv_ae_value *out, rv_err *err)
{
    cJSON *frame = question("act");
    cJSON_AddStringToObject(frame, "kind", kind);
    add_whole(frame, "id", id);
    cJSON_AddStringToObject(frame, "verb", verb);
    rv_apart_add_value(frame, args, err);
    return ask(arg, frame, out, NULL, err);
}

static int
names(void *arg, const char *kind, const char *what, struct rv_ae_value *out, rv_err *err)
{
    cJSON *frame = question("names");
    cJSON_AddStringToObject(frame, "kind", kind);
    cJSON_AddStringToObject(frame, "name", what);
    return ask(arg, frame, out, NULL, err);
}

static int
library(void *arg, int64_t self, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    struct child *c = arg;
    RV_AUTO_JSON cJSON *answer = NULL;
    cJSON *frame = question("library");
    add_whole(frame, "self", self);
    cJSON_AddStringToObject(frame, "name", path);
    if (ask(c, frame, NULL, &answer, err))
        return err->code;
    struct rv_ae_domain *domain = rv_arena_alloc(c->arena, sizeof(*domain));
    struct rv_ae_class *class = rv_arena_alloc(c->arena, sizeof(*class));
    struct rv_ae_method *method = rv_arena_alloc(c->arena, sizeof(*method));
    char *data = rv_arena_strdup(c->arena, rv_json_string(answer, "data"));
    if (!domain || !class || !method || !data)
        return rv_fail(err, RV_E_LIMIT, "modules of one method are too large together");
    domain->name = rv_arena_strdup(c->arena, rv_json_string(answer, "domain"));
    *class =
        (struct rv_ae_class){ .domain = domain,
                              .path = rv_arena_strdup(c->arena, rv_json_string(answer, "class")) };
    *method =
        (struct rv_ae_method){ .class = class,
                               .name = rv_arena_strdup(c->arena, rv_json_string(answer, "method")),
                               .data = data,
                               .data_len = strlen(data) };
    *out = method;
    return 0;
}

static void
write_line(void *arg, const char *level, const char *text)
{
    struct child *c = arg;
    RV_AUTO_JSON cJSON *frame = question("log");
    rv_err ignored = RV_ERR_INIT;
    cJSON_AddStringToObject(frame, "name", level);
    cJSON_AddStringToObject(frame, "text", text);
    rv_frame_send(c->fd, frame, &ignored);
}

/* What the parent has set up for its own process is not for this one. */
static void
become_child(int64_t time_ms)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT };
    const struct sigaction plain = { .sa_handler = SIG_DFL };
    rlim_t seconds = (rlim_t)(time_ms / 1000 + 3);
    const struct rlimit cpu = { .rlim_cur = seconds, .rlim_max = seconds + 1 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < RV_COUNT(numbers); i++)
        sigaction(numbers[i], &plain, NULL);
    setrlimit(RLIMIT_CPU, &cpu);
    rv_wait_install(NULL);
    rv_script_on_runaway(NULL);
}

void
rv_apart_child(struct rv_script *script, const struct rv_script_run *run, int fd)
{
    struct child c = { .fd = fd, .reader = rv_frame_reader_new(), .arena = rv_arena_new(64 << 20) };
    struct rv_script_run own = *run;
    struct rv_script_result result;
    rv_err err = RV_ERR_INIT, ignored = RV_ERR_INIT;
    c.host = (struct rv_script_host){ .arg = &c,
                                      .find = find,
                                      .describe = describe,
                                      .children = children,
                                      .get = get,
                                      .set = set,
                                      .attributes = attributes,
                                      .decrypt = decrypt,
                                      .call = call,
                                      .model = model,
                                      .rows = rows,
                                      .column = column,
                                      .act = act,
                                      .names = names,
                                      .library = library,
                                      .log = write_line };
    own.host = &c.host;
    become_child(run->limits.time_ms ? run->limits.time_ms : 30000);
    int code = rv_script_run(script, &own, &result, &err);
    cJSON *frame = question("end");
    rv_apart_add_error(frame, code, &err);
    cJSON_AddNumberToObject(frame, "exit", result.exit_code);
    cJSON_AddNumberToObject(frame, "instructions", (double)result.instructions);
    cJSON_AddNumberToObject(frame, "memory", (double)result.memory_peak);
    cJSON_AddStringToObject(frame, "place", result.place);
    rv_frame_send(fd, frame, &ignored);
    _exit(0); /* nothing of the parent's is closed or freed here */
}
