/* listing.h - the C compiler's assembly as people who know Go read it (-S). */
#ifndef FRAMES_LISTING_H
#define FRAMES_LISTING_H

#include "base/base.h"

/* Appends the functions of the text, which is gcc's (with -g1 -dA) or clang's for x86-64 in AT&T syntax: a line
 * "NAME STEXT" for each, then its instructions with the line of the Go source that each is for. shown: a file's name as
 * it is to be printed. */
void print_listing(Str assembly, const char *(*shown)(const char *path), Buf *out);

#endif
