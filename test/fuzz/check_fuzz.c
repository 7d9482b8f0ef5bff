/* check_fuzz.c - libFuzzer's entry to parser and checker: any bytes, taken for a file of a package
 * that can import unsafe and nothing else, must end in a checked package or in error messages,
 * without a crash, a leak of the arena's or an endless loop.
 *
 * `make fuzz` builds it with clang's -fsanitize=fuzzer,address,undefined and the files of
 * compiler/base, compiler/syntax, compiler/types and compiler/check.
 */
#include "check/package.h"

#include "input.h"

static Package *no_imports(void *ctx, Pos pos, const char *path) {
    (void)ctx;
    errorf(pos, "could not import %s", path);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    File *f = fuzz_parse(data, size);
    /* The command does not check what did not parse; what parsed must have a name. */
    if (error_count() == 0) {
        Package *p = check_package("fuzz", &f, 1, &(CheckOptions){.importer = no_imports});
        if (!p) abort();
    }
    diag_flush(fuzz_null(), true);
    base_reset();
    universe_reset();
    return 0;
}
