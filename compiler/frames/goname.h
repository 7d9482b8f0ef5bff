/* goname.h - what a symbol of the object file is called in Go. */
#ifndef FRAMES_GONAME_H
#define FRAMES_GONAME_H

/* main$4T$m is main.(*T).m (emit/names.c says how names are made); the library's functions are called by what Go calls
 * theirs that do the same: gm_grow is runtime.growslice. A symbol of neither kind is given back as it is. */
const char *go_name(const char *symbol);

#endif
