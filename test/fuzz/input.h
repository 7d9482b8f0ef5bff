/* input.h - what the fuzzer's entries share: its bytes, taken for a file. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdlib.h>

#include "syntax/ast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where error messages go. */
static inline FILE *fuzz_null(void) {
    static FILE *null;
    if (!null) null = fopen("/dev/null", "w");
    if (!null) abort();
    return null;
}

/* From a copy of exactly that size, so that reading past its end is found out, and which is gone
 * afterwards, because the tree must not point into it. */
static inline File *fuzz_parse(const uint8_t *data, size_t size) {
    char *src = malloc(size ? size : 1);
    if (!src) abort();
    memcpy(src, data, size);
    File *f = parse_file("fuzz.go", src, size);
    free(src);
    return f;
}

#endif
