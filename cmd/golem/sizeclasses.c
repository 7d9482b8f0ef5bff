/* sizeclasses.c - golem tool sizeclasses: the size classes of the runtime's heap, as a table.
 *
 * What is printed is the generated table that the runtime itself is compiled with (tools/sizeclass.c tells the rules by
 * which it comes about), with the figures that follow from it. Tail waste is what is left of a span behind its last
 * object; the most is wasted by objects one byte larger than the class before: their rounding and the tail, as a share of
 * the span. */
#include "golem.h"

#include "../../runtime/heap/sizeclass_table.h"

enum { PAGE_BYTES = 8192 };

/* The alignment that all objects of a span have. */
static int least_align(int size) {
    int a = size & -size;
    return a < PAGE_BYTES ? a : PAGE_BYTES;
}

int print_size_classes(void) {
    printf("class  bytes/obj  bytes/span  objects  tail waste  max waste  min align\n");
    for (int c = 1; c < GM_NUM_CLASSES; c++) {
        int size = gm_class_size[c], span = gm_class_pages[c] * PAGE_BYTES, n = span / size;
        int tail = span - n * size;
        double most = (double)(n * (size - gm_class_size[c - 1] - 1) + tail) / span;
        printf("%5d %10d %11d %8d %11d %9.2f%% %10d\n", c, size, span, n, tail, 100 * most,
               least_align(size));
    }
    return 0;
}
