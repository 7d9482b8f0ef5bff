/* gochan.c - channels as Go has them: what chan/ reports, here panics. */
#include "lang/lang.h"

#include "chan/chan.h"

GM_ENTRY gm_chan *gm_go_chan_make(const gm_chantype *t, gm_int size) {
    gm_chan *c = gm_chan_make(t->elem, size);
    if (GM_UNLIKELY(!c)) gm_panic_plain_error(GM_STR("makechan: size out of range"));
    return c;
}

void gm_panic_send_closed(void) {
    gm_panic_plain_error(GM_STR("send on closed channel"));
}

void gm_go_chan_close(gm_chan *c) {
    if (!c) gm_panic_plain_error(GM_STR("close of nil channel"));
    if (!gm_chan_close(c)) gm_panic_plain_error(GM_STR("close of closed channel"));
}

GM_ENTRY gm_int gm_go_select(gm_scase *cases, gm_int nsends, gm_int nrecvs, bool block,
                             bool *received) {
    bool ok;
    int i = gm_chan_select(cases, (int)nsends, (int)nrecvs, block, &ok);
    if (received) *received = i >= nsends && ok;
    if (GM_UNLIKELY(i >= 0 && i < nsends && !ok)) gm_panic_send_closed();
    return i;
}
