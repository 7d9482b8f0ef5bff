/* print.h - what else prints through print.c's buffer: panics and traces. */
#ifndef GM_LANG_PRINT_H
#define GM_LANG_PRINT_H

#include "lang/lang.h"

void gm_print_c(const char *s);
void gm_print_hex(uint64_t u);
/* The shortest decimal that reads back as v, at most 24 bytes; single: v is a float32. floattext.c */
void gm_text_float(gm_text *t, double v, bool single);
/* Takes the lock for the last words of a dying process, from whoever holds it if need be. */
void gm_print_seize(void);
/* A panic's value as Go prints it, after its methods have been asked. */
void gm_print_panic_value(gm_eface v);

#endif
