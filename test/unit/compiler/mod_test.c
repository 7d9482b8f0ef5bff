/* mod_test.c - versions, paths of modules, go.mod files. */
#include "mod/mod.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void order_of_versions(void **state) {
    (void)state;
    static const char *const rising[] = {"",
                                         "v0.0.0-1",
                                         "v0.0.0",
                                         "v1.0.0-alpha",
                                         "v1.0.0-alpha.1",
                                         "v1.0.0-alpha.beta",
                                         "v1.0.0-beta.2",
                                         "v1.0.0-beta.11",
                                         "v1.0.0-rc.1",
                                         "v1.0.0",
                                         "v1.2.0",
                                         "v1.10.0",
                                         "v1.10.0-0.20200101000000-abcdefabcdef",
                                         NULL};
    for (int i = 0; rising[i + 2]; i++) {
        assert_int_equal(semver_cmp(rising[i], rising[i + 1]), -1);
        assert_int_equal(semver_cmp(rising[i + 1], rising[i]), 1);
    }
    assert_int_equal(semver_cmp("v1.10.0-0.20200101000000-abcdefabcdef", "v1.10.0"), -1);
    assert_int_equal(semver_cmp("v1.0.0+build", "v1.0.0"), 0);
    assert_int_equal(semver_cmp("v1", "v1.0.0"), 0);
    assert_int_equal(semver_cmp("v99999999999999999999.0.0", "v9.0.0"), 1);
}

static void valid_versions(void **state) {
    (void)state;
    static const char *const good[] = {
        "v1.2.3", "v0.0.0", "v1", "v1.2", "v1.2.3-pre", "v1.2.3-0.x", "v2.0.0+incompatible", NULL};
    static const char *const bad[] = {"",          "1.2.3",    "v",      "v01.2.3",     "v1.2.3-",
                                      "v1.2.3-01", "v1.2.3.4", "v1.2.x", "v1.2.3-a..b", NULL};
    for (int i = 0; good[i]; i++) assert_true(semver_valid(good[i]));
    for (int i = 0; bad[i]; i++) assert_false(semver_valid(bad[i]));
}

static void versions_of_go(void **state) {
    (void)state;
    static const char *const rising[] = {"1.9",    "1.20rc1", "1.20",    "1.20.1",
                                         "1.21",   "1.21rc1", "1.21rc2", "1.21.0",
                                         "1.21.1", "1.100",   NULL};
    for (int i = 0; rising[i + 1]; i++)
        assert_int_equal(goversion_cmp(rising[i], rising[i + 1]), -1);
    assert_int_equal(goversion_minor("1.21.3"), 21);
    assert_false(goversion_valid("1.x"));
    assert_false(goversion_valid("go1.2"));
}

static void paths(void **state) {
    (void)state;
    assert_string_equal(escape_module("github.com/BurntSushi/toml"),
                        "github.com/!burnt!sushi/toml");
    assert_true(path_below("a/b", "a") && path_below("a", "a"));
    assert_false(path_below("ab", "a"));
    assert_string_equal(path_major("ex.com/a/v2"), "/v2");
    assert_string_equal(path_major("ex.com/a"), "");
    assert_string_equal(path_major("ex.com/a/v1"), "");
    assert_string_equal(path_major("gopkg.in/yaml.v3"), ".v3");
    assert_true(import_path_valid("ex.com/a-b/c_d~e"));
    assert_false(import_path_valid("a//b") || import_path_valid("/a") ||
                 import_path_valid("a/../b") || import_path_valid("a b") || import_path_valid(""));
}

static ModFile parse(const char *text) {
    ModFile f;
    modfile_parse(&f, "/x/go.mod", (Str){text, strlen(text)}, false, true);
    return f;
}

static void directives(void **state) {
    (void)state;
    ModFile f = parse("// head\nmodule \"ex.com/m\" // name\n\ngo 1.21.3\ntoolchain go1.22.0\n\n"
                      "require ex.com/a v1.0.0 // indirect\nrequire (\n\tex.com/b/v2 "
                      "v2.1.0\n\tex.com/c v3.0.0+incompatible // indirect; why\n)\n"
                      "replace (\n\tex.com/a => ../a\n\tex.com/a v1.0.0 => ex.com/z v1.2.3\n)\n"
                      "exclude ex.com/b/v2 v2.2.0\nretract [v1.0.0, v1.1.0] // bad\nretract "
                      "v1.5.0\ntool ex.com/t/cmd\nignore ./static\n"
                      "godebug panicnil=1\n");
    assert_string_equal(buf_str(&f.errors), "");
    assert_string_equal(f.module, "ex.com/m");
    assert_string_equal(f.dir, "/x");
    assert_int_equal(modfile_language(&f), 21);
    assert_int_equal(f.require.n, 3);
    assert_true(f.require.v[0].indirect && !f.require.v[1].indirect && f.require.v[2].indirect);
    assert_string_equal(f.require.v[1].version, "v2.1.0");
    assert_int_equal(f.replace.n, 2);
    assert_null(f.replace.v[0].version);
    assert_null(f.replace.v[0].new_version);
    assert_string_equal(f.replace.v[1].new_version, "v1.2.3");
    assert_int_equal(f.exclude.n + f.tool.n + f.ignore.n + f.godebug.n, 4);
}

static void faults(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"module a.b\nnope x\n", "/x/go.mod:2: unknown directive: nope\n"},
        {"module a.b\nrequire ex.com/a v2.0.0\n",
         "/x/go.mod:2: require ex.com/a: version \"v2.0.0\" invalid: should be v0 or v1, not v2\n"},
        {"require (\n", "/x/go.mod:1: unterminated block for require\n"},
        {"module `a\n", "/x/go.mod:1: unexpected newline in string\n"},
        {"go 1.2.3.4\n", "/x/go.mod:1: invalid go version '1.2.3.4': must match format 1.23.0\n"},
        {"/* c */\n", "/x/go.mod:1: mod files must use // comments (not /* */ comments)\n"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ModFile f = parse(bad[i][0]);
        assert_string_equal(buf_str(&f.errors), bad[i][1]);
    }
}

static void any_bytes(void **state) {
    (void)state;
    srand(1);
    for (int i = 0; i < 2000; i++) {
        char text[64];
        static const char some[] = "module require replace => v1.2.3 ex.com/a (\n)\"`//,[]\t\r\0\\";
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = rand() % 8 ? some[(size_t)rand() % sizeof some] : (char)rand();
        ModFile f;
        modfile_parse(&f, "go.mod", (Str){text, sizeof text}, rand() % 2, rand() % 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_versions), cmocka_unit_test(valid_versions),
        cmocka_unit_test(versions_of_go),    cmocka_unit_test(paths),
        cmocka_unit_test(directives),        cmocka_unit_test(faults),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
