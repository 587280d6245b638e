/* SPDX-License-Identifier: Apache-2.0
 *
 * Our string functions beside liblua's: the same text is run by both over the same random patterns
 * and subjects, and must say the same. Where ours refuses a pattern that liblua did not come to the
 * end of, that is right, too.
 */
#include "script_test.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum { ROUNDS = 5, ROUNDS_DEEP = 30, PAIRS = 1000, LONGEST_TEXT = 400000 };

/* say(TEXT) collects; pairs is a list of subject, pattern, replacement. */
static const char work[] =
    "local function show(...)\n"
    "  local out = {}\n"
    "  for i = 1, select('#', ...) do out[i] = tostring((select(i, ...))) end\n"
    "  return table.concat(out, ',')\n"
    "end\n"
    "local function try(f, ...)\n"
    "  local got = table.pack(pcall(f, ...))\n"
    "  if not got[1] then return 'ERROR' end\n"
    "  return show(table.unpack(got, 2, got.n))\n"
    "end\n"
    "local function all(s, p)\n"
    "  local out = {}\n"
    "  for a, b in s:gmatch(p) do out[#out + 1] = show(a, b) end\n"
    "  return table.concat(out, ';')\n"
    "end\n"
    "for i = 1, #pairs_ , 3 do\n"
    "  local s, p, r = pairs_[i], pairs_[i + 1], pairs_[i + 2]\n"
    "  local n = i % 7\n"
    "  say(try(string.find, s, p, n - 3) .. '|' .. try(string.match, s, p) .. '|' ..\n"
    "      try(all, s, p) .. '|' .. try(string.gsub, s, p, r, n) .. '|' ..\n"
    "      try(string.gsub, s, p, { a = 'A', b = false }) .. '|' ..\n"
    "      try(string.gsub, s, p, function(x) return x ~= 'a' and x end) .. '|' ..\n"
    "      try(string.find, s, p, 1, true))\n"
    "end\n";

static uint64_t seed = 0x1234567;

static unsigned
choose(unsigned count)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % count;
}

static void
add_random(rv_buf *out, const char *const *parts, unsigned count, unsigned most)
{
    for (unsigned left = choose(most + 1); left > 0; left--)
        rv_buf_add_string(out, parts[choose(count)]);
}

static void
add_quoted(rv_buf *out, const char *text)
{
    rv_buf_add_char(out, '"');
    for (; *text; text++)
        rv_buf_addf(out, "\\%03d", (unsigned char)*text);
    rv_buf_add_string(out, "\",");
}

/* The text that both run: the pairs, then the work. */
static char *
make_text(void)
{
    static const char *const letters[] = {
        "a", "b", "A", "1", " ", "(", ")", ".", "%", "-", "[x]"
    };
    static const char *const pieces[] = {
        "a",    "b",    "A",     "1",    ".",     "%a",     "%A",   "%d",    "%s",    "%w",
        "%p",   "%x",   "%.",    "%%",   "%(",    "[ab]",   "[^a]", "[a-b]", "[%a1]", "[]x]",
        "[^]]", "[a-]", "[%]]",  "*",    "+",     "-",      "?",    "(",     ")",     "()",
        "%1",   "%2",   "%b()",  "%bab", "%f[a]", "%f[%w]", "^",    "$",     "[",     "%",
        "(a*)", "(.-)", "(%a+)", "a-",   ".*",    "[^%s]+",
    };
    static const char *const replacements[] = { "x", "%0", "%1", "%%", "%2", "<%0>", "%", "%a" };
    rv_buf out = rv_buf_limited(LONGEST_TEXT);
    rv_buf_add_string(&out, "local pairs_ = {");
    for (int i = 0; i < PAIRS; i++) {
        RV_AUTO_BUF rv_buf subject = rv_buf_limited(256), pattern = rv_buf_limited(256),
                           replacement = rv_buf_limited(256);
        add_random(&subject, letters, RV_COUNT(letters), 12);
        add_random(&pattern, pieces, RV_COUNT(pieces), 6);
        add_random(&replacement, replacements, RV_COUNT(replacements), 3);
        add_quoted(&out, rv_buf_text(&subject));
        add_quoted(&out, rv_buf_text(&pattern));
        add_quoted(&out, rv_buf_text(&replacement));
    }
    rv_buf_add_string(&out, "}\n");
    return rv_buf_take_string(&out);
}

static int
say(lua_State *L)
{
    rv_buf_add_string(lua_touserdata(L, lua_upvalueindex(1)), luaL_checkstring(L, 1));
    rv_buf_add_char(lua_touserdata(L, lua_upvalueindex(1)), '\n');
    return 0;
}

static void
run_by_liblua(rv_buf *out, const char *text)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_pushlightuserdata(L, out);
    lua_pushcclosure(L, say, 1);
    lua_setglobal(L, "say");
    if (luaL_dostring(L, text))
        fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
}

/* Without the answers to patterns that ours calls malformed. */
static int
differ(const char *ours, const char *theirs, size_t *compared)
{
    while (*ours && *theirs) {
        size_t a = strcspn(ours, "|\n"), b = strcspn(theirs, "|\n");
        int refused = a == 5 && strncmp(ours, "ERROR", 5) == 0;
        if (!refused && (a != b || memcmp(ours, theirs, a) != 0)) {
            print_message("ours '%.*s', liblua's '%.*s'\n", (int)a, ours, (int)b, theirs);
            return 1;
        }
        *compared += !refused;
        ours += a + 1;
        theirs += b + 1;
    }
    return *ours != *theirs;
}

static void
our_patterns_find_what_those_of_liblua_find(void **state)
{
    struct bench *b = *state;
    size_t compared = 0;
    int rounds = getenv("REEVE_TEST_DEEP") ? ROUNDS_DEEP : ROUNDS;
    b->limits.instructions = INT64_MAX;
    for (int round = 0; round < rounds; round++) {
        RV_AUTO_FREE char *given = make_text();
        RV_AUTO_FREE char *text = rv_format("%s%s", given, work);
        RV_AUTO_FREE char *ours = rv_format(
            "local lines = {}\nlocal function say(t) lines[#lines + 1] = base64.encode(t) end\n%s"
            "evm.root.out = base64.decode(base64.encode(''))\n"
            "for i, line in ipairs(lines) do lines[i] = base64.decode(line) end\n"
            "evm.root.out = table.concat(lines, '\\n') .. '\\n'\n",
            text);
        RV_AUTO_BUF rv_buf wanted = rv_buf_limited(16 << 20);
        run_by_liblua(&wanted, text);
        bench_ok(b, ours);
        const char *got = bench_get(b, "out");
        if (differ(got, rv_buf_text(&wanted), &compared))
            fail_msg("round %d", round);
    }
    print_message("%zu answers compared\n", compared);
    assert_true(compared > (size_t)rounds * PAIRS * 7 / 2);
}

static void
what_is_malformed_is_said_before_anything_is_looked_for(void **state)
{
    static const struct {
        const char *pattern, *said;
    } cases[] = {
        { "%", "ends with '%'" },
        { "[a", "missing ']'" },
        { "(a", "unfinished capture" },
        { "a)", "invalid pattern capture" },
        { "%1", "invalid capture index %1" },
        { "%b(", "missing arguments to '%b'" },
        { "%fa", "missing '[' after '%f'" },
        { "(a%1)", "invalid capture index %1" },
    };
    struct bench *b = *state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *text = rv_format("return (''):match('%s')", cases[i].pattern);
        assert_int_equal(bench_run(b, text), RV_E_INVALID);
        assert_has(b->err.text, cases[i].said);
    }
}

static void
tables_are_sorted_joined_and_moved_as_lua_does(void **state)
{
    bench_ok(
        *state,
        "local t = {}\n"
        "for i = 1, 1000 do t[i] = math.random(1, 500) end\n"
        "table.sort(t)\n"
        "for i = 2, #t do assert(t[i - 1] <= t[i]) end\n"
        "table.sort(t, function(a, b) return a > b end)\n"
        "for i = 2, #t do assert(t[i - 1] >= t[i]) end\n"
        "t = { 'b', 'a', 'c' } table.sort(t) assert(table.concat(t, '-') == 'a-b-c')\n"
        "table.insert(t, 'd') table.insert(t, 1, '0') assert(table.concat(t) == '0abcd')\n"
        "assert(table.remove(t) == 'd' and table.remove(t, 1) == '0' and #t == 3)\n"
        "assert(table.remove({}) == nil and table.remove({}, 0) == nil)\n"
        "assert(not pcall(table.insert, t, 6, 'x') and not pcall(table.remove, t, 7))\n"
        "assert(table.concat(table.move(t, 1, 3, 2)) == 'aabc')\n"
        "assert(table.concat(table.move({ 1, 2, 3 }, 2, 3, 1)) == '233')\n"
        "assert(table.concat(table.move({ 1, 2 }, 1, 2, 3, { 0, 0 })) == '0012')\n"
        "assert(select('#', table.unpack({ 1, nil, 3 }, 1, 3)) == 3)\n"
        "assert(table.pack(1, nil).n == 2 and table.concat({}, 'x') == '')\n"
        "assert(not pcall(table.sort, { 1, 'x' }) and not pcall(table.concat, { {} }))\n"
        "assert(('ab'):rep(3, ',') == 'ab,ab,ab' and ('x'):rep(0) == '' and ('10' + 1) == 11)\n"
        "assert(math.type(3) == 'integer' and math.random() < 1 and utf8.char(228) == 'ä')\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_patterns_find_what_those_of_liblua_find),
        cmocka_unit_test(what_is_malformed_is_said_before_anything_is_looked_for),
        cmocka_unit_test(tables_are_sorted_joined_and_moved_as_lua_does),
    };
    return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
