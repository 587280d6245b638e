/* SPDX-License-Identifier: Apache-2.0
 *
 * Which globals a text uses, read from what the compiler made of it: its own dump, in the format of
 * Lua 5.4. A dump that looks otherwise gives no remarks.
 */
#include "script/lua/look.h"

#include <lauxlib.h>
#include <string.h>
#include "base/mem.h"
#include "script/lua/sandbox.h"

enum {
    LOAD_CONSTANT = 3, /* R[A] = constant Bx */
    GET_UP = 9,        /* R[A] = upvalue[B] */
    GET_TABLE = 12,    /* R[A] = R[B][R[C]] */
    GET_TABLE_UP = 11, /* R[A] = upvalue[B][constant C] */
    SET_TABLE_UP = 15, /* upvalue[A][constant B] = RK(C) */
    HEADER_BYTES = 32, /* behind it: a function */
    DEEPEST = 200,
    ABSOLUTE_LINE = -128,
};

struct name {
    const char *text;
    size_t len;
};

struct dump {
    const unsigned char *at, *end;
    int broken;
    lua_State *L;
    int environment; /* index of the table of globals */
    rv_script_remark fn;
    void *arg;
};

struct function {
    int line;
    const unsigned char *code, *lines;
    size_t code_count, line_count;
    struct name *constants, *upvalues;
    size_t constant_count, upvalue_count;
};

static const unsigned char *
take(struct dump *d, size_t len)
{
    if (d->broken || len > (size_t)(d->end - d->at)) {
        d->broken = 1;
        return NULL;
    }
    d->at += len;
    return d->at - len;
}

static int
take_byte(struct dump *d)
{
    const unsigned char *byte = take(d, 1);
    return byte ? *byte : 0;
}

/* Seven bits a byte, the highest first; the last one is marked. */
static size_t
take_size(struct dump *d)
{
    size_t size = 0;
    for (int byte = 0; !(byte & 0x80) && !d->broken;) {
        byte = take_byte(d);
        size = size << 7 | (size_t)(byte & 0x7f);
    }
    return size;
}

/* How many of a thing follow, each of at least one byte. */
static size_t
take_count(struct dump *d)
{
    size_t count = take_size(d);
    if (count > (size_t)(d->end - d->at))
        d->broken = 1;
    return d->broken ? 0 : count;
}

static struct name
take_name(struct dump *d)
{
    size_t size = take_size(d);
    if (size == 0)
        return (struct name){ "", 0 };
    const char *text = (const char *)take(d, size - 1);
    return (struct name){ text, text ? size - 1 : 0 };
}

static void
take_constants(struct dump *d, struct function *f)
{
    f->constant_count = take_count(d);
    f->constants = rv_alloc((f->constant_count + 1) * sizeof(*f->constants));
    for (size_t i = 0; i < f->constant_count && !d->broken; i++) {
        int type = take_byte(d);
        if ((type & 15) == LUA_TSTRING)
            f->constants[i] = take_name(d);
        else if ((type & 15) == LUA_TNUMBER)
            take(d, 8);
    }
}

static int
line_of(const struct function *f, const int *absolute, size_t absolute_count, size_t pc)
{
    int line = f->line;
    size_t next = 0;
    for (size_t i = 0; i <= pc && i < f->line_count; i++) {
        int step = (signed char)f->lines[i];
        if (step != ABSOLUTE_LINE)
            line += step;
        else if (next < absolute_count)
            line = absolute[next++];
    }
    return line;
}

static void
remark(struct dump *d, int line, struct name name, int set)
{
    RV_AUTO_FREE char *global = rv_strndup(name.text, name.len), *text = NULL;
    if (rv_lua_is_global(d->L, d->environment, global))
        return;
    lua_pushvalue(d->L, d->environment);
    rv_lua_push_nearest(d->L, global);
    const char *nearest = lua_tostring(d->L, -1);
    if (set)
        text = rv_format("'%s' is not declared: write 'local %s' where it is first set", global,
                         global);
    else if (nearest)
        text = rv_format("'%s' is not declared; did you mean '%s'?", global, nearest);
    else
        text = rv_format("'%s' is not declared", global);
    d->fn(d->arg, line, global, text);
    lua_pop(d->L, 2);
}

static int
is_environment(const struct function *f, size_t upvalue)
{
    return upvalue < f->upvalue_count && f->upvalues[upvalue].len == 4 &&
           memcmp(f->upvalues[upvalue].text, "_ENV", 4) == 0;
}

struct instruction {
    size_t operation, a, b, c, bx;
};

static struct instruction
instruction_at(const struct function *f, size_t pc)
{
    uint32_t code;
    memcpy(&code, f->code + pc * 4, 4);
    return (struct instruction){ .operation = code & 0x7f,
                                 .a = code >> 7 & 0xff,
                                 .b = code >> 16 & 0xff,
                                 .c = code >> 24,
                                 .bx = code >> 15 };
}

/* The constant that names the global of this instruction; -1: it is about none. A constant beyond
 * the 256th is loaded by itself, two instructions ahead. */
static int64_t
global_at(const struct function *f, size_t pc)
{
    struct instruction i = instruction_at(f, pc);
    if (i.operation == SET_TABLE_UP)
        return is_environment(f, i.a) ? (int64_t)i.b : -1;
    if (i.operation == GET_TABLE_UP)
        return is_environment(f, i.b) ? (int64_t)i.c : -1;
    if (i.operation != GET_TABLE || pc < 2)
        return -1;
    struct instruction table = instruction_at(f, pc - 2), key = instruction_at(f, pc - 1);
    if (table.operation != GET_UP || table.a != i.b || !is_environment(f, table.b) ||
        key.operation != LOAD_CONSTANT || key.a != i.c)
        return -1;
    return (int64_t)key.bx;
}

static void
look_at_code(struct dump *d, const struct function *f, const int *absolute, size_t absolute_count)
{
    for (size_t pc = 0; pc < f->code_count; pc++) {
        int64_t constant = global_at(f, pc);
        if (constant >= 0 && (size_t)constant < f->constant_count && f->constants[constant].text)
            remark(d, line_of(f, absolute, absolute_count, pc), f->constants[constant],
                   instruction_at(f, pc).operation == SET_TABLE_UP);
    }
}

/* Lines and names; then all is known that the code speaks of. */
static void
take_debug(struct dump *d, struct function *f)
{
    f->line_count = take_count(d);
    f->lines = take(d, f->line_count);
    size_t absolute_count = take_count(d);
    RV_AUTO_FREE int *absolute = rv_alloc((absolute_count + 1) * sizeof(*absolute));
    for (size_t i = 0; i < absolute_count && !d->broken; i++) {
        take_size(d);
        absolute[i] = (int)take_size(d);
    }
    for (size_t locals = take_count(d); locals > 0 && !d->broken; locals--) {
        take_name(d);
        take_size(d);
        take_size(d);
    }
    f->upvalue_count = take_count(d);
    f->upvalues = rv_alloc((f->upvalue_count + 1) * sizeof(*f->upvalues));
    for (size_t i = 0; i < f->upvalue_count && !d->broken; i++)
        f->upvalues[i] = take_name(d);
    if (!d->broken && f->lines && f->code)
        look_at_code(d, f, absolute, absolute_count);
}

static void
take_function(struct dump *d, int depth)
{
    struct function f = { 0 };
    take_name(d); /* its source */
    f.line = (int)take_size(d);
    take_size(d);
    take(d, 3); /* parameters, varargs, stack */
    f.code_count = take_count(d);
    f.code = take(d, f.code_count * 4);
    take_constants(d, &f);
    take(d, take_count(d) * 3); /* upvalues */
    for (size_t inner = take_count(d); inner > 0 && !d->broken && depth < DEEPEST; inner--)
        take_function(d, depth + 1);
    if (!d->broken)
        take_debug(d, &f);
    free(f.constants);
    free(f.upvalues);
}

static int
write_dump(lua_State *L, const void *bytes, size_t len, void *buf)
{
    (void)L;
    rv_buf_add(buf, bytes, len);
    return 0;
}

struct request {
    const char *name, *text;
    size_t len;
    rv_script_remark fn;
    void *arg;
    rv_buf dump;
};

/* Stack: the environment, the request. */
static int
look(lua_State *L)
{
    struct request *r = lua_touserdata(L, 2);
    const char *source = lua_pushfstring(L, "@%s", r->name);
    if (rv_lua_compile(L, r->text, r->len, source))
        return luaL_error(L, "%s", lua_tostring(L, -1));
    lua_dump(L, write_dump, &r->dump, 0);
    if (r->dump.failed || r->dump.len < HEADER_BYTES)
        return 0;
    struct dump d = { .at = (const unsigned char *)r->dump.data + HEADER_BYTES,
                      .end = (const unsigned char *)r->dump.data + r->dump.len,
                      .L = L,
                      .environment = 1,
                      .fn = r->fn,
                      .arg = r->arg };
    take_function(&d, 0);
    return 0;
}

int
rv_lua_globals(struct rv_lua *lua, const char *name, const char *text, size_t len,
               rv_script_remark fn, void *arg, rv_err *err)
{
    struct request r = { .name = name,
                         .text = text,
                         .len = len,
                         .fn = fn,
                         .arg = arg,
                         .dump = rv_buf_limited(16 << 20) };
    int code = rv_lua_aside(lua, look, &r, err);
    rv_buf_free(&r.dump);
    return code;
}
