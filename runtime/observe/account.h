/* account.h - where the memory is: when GODEBUG asks for the account. See account.c, and golem/account.h. */
#ifndef GM_OBSERVE_ACCOUNT_H
#define GM_OBSERVE_ACCOUNT_H

/* Once, when the program begins to run: GODEBUG=heapmapsignal. */
void gm_account_begin(void);
/* When it ends, on an attached thread: GODEBUG=heapmap. The second call does nothing. */
void gm_account_at_exit(void);

#endif
