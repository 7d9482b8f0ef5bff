/* print.h - what else prints values: panics. */
#ifndef GM_LANG_PRINT_H
#define GM_LANG_PRINT_H

#include "lang/lang.h"

/* The shortest decimal that reads back as v, at most 24 bytes; single: v is a float32. floattext.c */
void gm_text_float(gm_text *t, double v, bool single);
/* A panic's value as Go prints it, after its methods have been asked. */
void gm_print_panic_value(gm_eface v);

#endif
