/* pkg_synctest.c - what package internal/synctest asks of the runtime.
 *
 * There are no bubbles yet: no goroutine is in one, and who asks for one is told so.
 */
#include "lang/lang.h"

bool internal$0synctest$IsInBubble(void) {
    return false;
}

void internal$0synctest$Run(const gm_func *f) {
    (void)f;
    gm_panic_plain_error(GM_STR("testing/synctest: bubbles are not supported yet"));
}

void internal$0synctest$Wait(void) {
    gm_panic_plain_error(GM_STR("goroutine is not in a bubble"));
}

/* The bubble that the goroutine is in. */
gm_eface internal$0synctest$acquire(void) {
    return (gm_eface){NULL, NULL};
}
void internal$0synctest$release(gm_eface bubble) {
    (void)bubble;
}
void internal$0synctest$inBubble(gm_eface bubble, const gm_func *f) {
    (void)bubble, (void)f;
    gm_panic_plain_error(GM_STR("testing/synctest: bubbles are not supported yet"));
}

/* Objects belong to no bubble. */
gm_int internal$0synctest$associate(void *p) {
    (void)p;
    return 0;
}
void internal$0synctest$disassociate(void *p) {
    (void)p;
}
bool internal$0synctest$isAssociated(void *p) {
    (void)p;
    return false;
}
