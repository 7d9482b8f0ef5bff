/* sizeclass.c - makes runtime/heap/sizeclass_table.h: `make sizeclasses`. `golem tool sizeclasses` prints the table.
 *
 * How the classes come about. Candidate sizes go up in steps that keep the distance between
 * neighbours at about an eighth of the size: 8 bytes at first, 16 from 32 on, size/8 from 128 on
 * (at each power of two), 256 from 2048 on. A class's span is the smallest number of pages whose
 * tail wastes at most an eighth. A candidate that fits no fewer objects into a span of the same
 * length than the class before it replaces that class. At last each class grows, in steps of 128,
 * as far as the number of objects in its span stays the same. These are the classes of Go, by which
 * the capacity of a slice that append has grown can be seen from a program.
 */
#include <stdio.h>

enum { PAGE = 8192, MAX_SMALL = 32768, MAX_CLASSES = 256, FINE_MAX = 1024, COARSE = 128 };

struct class {
    int size, pages;
};

static struct class classes[MAX_CLASSES];
static int nclasses;

static int span_pages(int size) {
    int bytes = PAGE;
    while (bytes % size > bytes / 8) bytes += PAGE;
    return bytes / PAGE;
}

static int step_at(int size, int step) {
    if ((size & (size - 1)) != 0) return step;
    if (size >= 2048) return 256;
    if (size >= 128) return size / 8;
    if (size >= 32) return 16;
    return step;
}

static void make_classes(void) {
    nclasses = 1; /* class 0: large objects */
    int step = 8;
    for (int size = 8; size <= MAX_SMALL; size += step) {
        step = step_at(size, step);
        int pages = span_pages(size);
        struct class *last = &classes[nclasses - 1];
        if (nclasses > 1 && pages == last->pages &&
            pages * PAGE / size == pages * PAGE / last->size) {
            last->size = size;
            continue;
        }
        classes[nclasses++] = (struct class){size, pages};
    }
    for (int i = 1; i < nclasses; i++) {
        int bytes = classes[i].pages * PAGE;
        int grown = bytes / (bytes / classes[i].size) / COARSE * COARSE;
        if (grown > classes[i].size) classes[i].size = grown;
    }
}

static int class_of(int size) {
    int c = 1;
    while (classes[c].size < size) c++;
    return c;
}

static void print_array(const char *decl, int n, int (*value)(int)) {
    printf("static const %s[%d] = {", decl, n);
    for (int i = 0; i < n; i++) printf("%s%d,", i % 16 ? " " : "\n    ", value(i));
    printf("\n};\n\n");
}

static int size_at(int i) {
    return classes[i].size;
}
static int pages_at(int i) {
    return classes[i].pages;
}
static int fine_at(int i) {
    return i == 0 ? 0 : class_of(i * 8);
}
static int coarse_at(int i) {
    return class_of(FINE_MAX + i * COARSE);
}

int main(void) {
    make_classes();
    printf("/* sizeclass_table.h - made by tools/sizeclass.c; edit that instead. */\n");
    printf("/* clang-format off */\n\n");
    printf("enum { GM_NUM_CLASSES = %d };\n\n", nclasses);
    print_array("uint16_t gm_class_size", nclasses, size_at);
    print_array("uint8_t gm_class_pages", nclasses, pages_at);
    printf("/* class of (size+7)/8 up to %d, of (size-%d+127)/128 above */\n", FINE_MAX, FINE_MAX);
    print_array("uint8_t gm_class_fine", FINE_MAX / 8 + 1, fine_at);
    print_array("uint8_t gm_class_coarse", (MAX_SMALL - FINE_MAX) / COARSE + 1, coarse_at);
    printf("/* clang-format on */\n");
    return 0;
}
