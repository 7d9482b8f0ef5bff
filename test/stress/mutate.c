/* mutate.c - the graph mutators of graph.h, for as long as is wanted.
 *
 *     mutate [-b] [-t threads] [-s seed] [-m MiB of heap] seconds
 *
 * -b: without write barriers (the world stands while it is marked). Status 0 if every object that
 * was met was intact, and what became unreachable was collected. */
#include <unistd.h>

#include "graph.h"

int main(int argc, char **argv) {
    int threads = 3, opt;
    unsigned flags = 0;
    uint64_t seed = 1;
    while ((opt = getopt(argc, argv, "bt:s:m:")) != -1) {
        switch (opt) {
        case 'b': flags = GM_NO_BARRIERS; break;
        case 't': threads = atoi(optarg); break;
        case 's': seed = strtoull(optarg, NULL, 10); break;
        case 'm': graph.most = strtoull(optarg, NULL, 10) << 20; break;
        default: return 2;
        }
    }
    if (threads < 1 || threads > 64) return 2;
    if (!gm_init(flags)) return 1;
    graph_begin();
    graph_run(optind < argc ? atof(argv[optind]) : 5, threads, seed);
    uint64_t left = graph_settle();
    graph_print(stdout);
    bool collected = left < graph.made / 20 + 1000 && graph_weak_left() < WEAKS / 4 &&
                     graph.finalized * 10 >= graph.finalizers * 9 &&
                     graph.cleaned * 10 >= graph.cleanups * 9;
    if (!collected) fprintf(stderr, "graph: too much was not collected\n");
    if (graph.damaged) fprintf(stderr, "graph: %llu damaged\n", (unsigned long long)graph.damaged);
    gm_shutdown();
    return graph.damaged || !collected;
}
