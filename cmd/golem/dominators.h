/* dominators.h - who holds whom in a graph (dominators.c). */
#ifndef GOLEM_DOMINATORS_H
#define GOLEM_DOMINATORS_H

#include <stdint.h>

enum { NO_NODE = 0xffffffff };

/* n nodes; node 0 is where everything begins. Node v leads to to[from[v]] .. to[from[v + 1] - 1]. */
typedef struct FlowGraph {
    uint32_t n;
    const uint64_t *from;
    const uint32_t *to;
} FlowGraph;

/* order[0 .. result): the nodes that can be reached, each behind its dominator; idom[v]: its immediate dominator, NO_NODE for node 0 and for what
 * cannot be reached. Both have room for n. */
uint32_t dominators(const FlowGraph *g, uint32_t *order, uint32_t *idom);
/* kept[v]: the sum of the sizes of v and of all that only it leads to. */
void retained_sizes(uint32_t count, const uint32_t *order, const uint32_t *idom,
                    const uint64_t *size, uint64_t *kept);

#endif
