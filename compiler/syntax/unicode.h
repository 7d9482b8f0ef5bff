/* unicode.h - characters: their categories (Unicode 13.0, as Go 1.19) and UTF-8. */
#ifndef SYNTAX_UNICODE_H
#define SYNTAX_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNI_MAX 0x10ffffu
#define UNI_BAD 0xfffdu /* stands for bytes that are not UTF-8 */

bool uni_is_letter(uint32_t c); /* category L; not the underscore */
bool uni_is_digit(uint32_t c);  /* category Nd */
bool uni_is_upper(uint32_t c);  /* category Lu: an exported name begins with one */
bool uni_is_print(uint32_t c);  /* letters, marks, numbers, punctuation, symbols, ASCII space */

/* The first character of s[0..n) and its length; UNI_BAD and 1 if it is not UTF-8, UNI_BAD and 0 if
 * n is 0. */
int utf8_decode(const char *s, size_t n, uint32_t *c);
/* Writes c (UNI_BAD in place of surrogates and what is out of range); returns 1 to 4. */
int utf8_encode(char *to, uint32_t c);

#endif
