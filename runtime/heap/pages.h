/* pages.h - which pages of the reserved range are free.
 *
 * One bit a page: 1 is free (committed, unused). Above the bits, a binary tree over chunks of 512
 * pages (4 MiB); each node knows for its stretch the length of the free run at its start, of the
 * longest one inside, and of the one at its end. Neighbouring free runs are one run by
 * construction: nothing is coalesced. The lowest run of n pages is found by walking down the tree
 * once. A second bit a page says that its memory was given back to the system.
 *
 * For the scavenger, each chunk remembers the longest run in it of free pages that are backed by memory. What changes a
 * chunk forgets it, and who looks for the longest of all counts again where it was forgotten: taking and giving pages
 * pay a store for it.
 *
 * A node that was never written is all zero, "nothing free", so the arrays need no initialisation
 * and are touched only as far as the heap has grown.
 *
 * Nothing here locks; the page heap's lock is held.
 */
#ifndef GM_HEAP_PAGES_H
#define GM_HEAP_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GM_CHUNK_PAGES = 512, GM_CHUNK_WORDS = GM_CHUNK_PAGES / 64 };

typedef struct gm_page_sum {
    uint32_t start, max, end;
} gm_page_sum;

typedef struct gm_pages {
    size_t nchunks;     /* a power of two */
    uint64_t *free;     /* GM_CHUNK_WORDS a chunk */
    uint64_t *released; /* likewise; of pages in use the bit means nothing */
    gm_page_sum *tree;  /* 2*nchunks; root at 1, leaves from nchunks */
    uint16_t *backed; /* of a chunk: its longest free run backed by memory, and 1; 0: not counted */
    size_t top;       /* pages at or above were never free */
    size_t nfree, nreleased;
} gm_pages;

/* Bytes of memory for npages, and its setting up; mem is zero. */
size_t gm_pages_table_size(size_t npages);
void gm_pages_setup(gm_pages *p, void *mem, size_t npages);
/* Declares pages free: fresh ones from the system (released true), or returned ones. */
void gm_pages_give(gm_pages *p, size_t page, size_t n, bool released);
/* The lowest free run of n pages, taken. False: there is none. *released: pages of it whose memory
 * had been given back, which read as zero; all of them, if equal to n. */
bool gm_pages_take(gm_pages *p, size_t n, size_t *page, size_t *released);
/* Takes the n pages from `page` on, if all are free and none is backed by memory. */
bool gm_pages_take_fresh(gm_pages *p, size_t page, size_t n);
/* Takes free pages that are still backed by memory, searching down from page `below`: a run of at
 * most max pages. False: there are none. For the scavenger, which gives them again as released. */
bool gm_pages_take_backed(gm_pages *p, size_t below, size_t max, size_t *page, size_t *n);
/* Takes pages from the upper end of the longest run, within a chunk, of free pages backed by memory: at most max of
 * them. False: there are none. For the scavenger likewise. */
bool gm_pages_take_longest(gm_pages *p, size_t max, size_t *page, size_t *n);
/* Of the n pages from `page` on: how many are free, and how many of these have no memory. */
void gm_pages_count(const gm_pages *p, size_t page, size_t n, size_t *free, size_t *released);
/* Length of the free run that ends at the top, where the heap grows (by whole chunks). */
size_t gm_pages_tail(const gm_pages *p);

#endif
