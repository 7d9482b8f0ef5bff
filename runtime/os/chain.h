/* chain.h - chains of records that lie far apart, which a stop of the world goes through.
 *
 * Such a chain grows at its head and never shrinks, so it is gone through without a lock. To go from record to record is to
 * wait for memory at each; so each knows the one, too, that comes AHEAD places later, and whoever is at a record asks for
 * that one's memory. With a thousand threads this is most of what a stop takes.
 */
#ifndef GM_OS_CHAIN_H
#define GM_OS_CHAIN_H

enum { GM_CHAIN_AHEAD = 8 };

/* Under the lock of those who add; next and ahead are the names of the record's fields. */
#define GM_CHAIN_ADD(head, record, next, ahead)                                                    \
    do {                                                                                           \
        __typeof__(head) later = ((record)->next = (head));                                        \
        for (int i = 1; i < GM_CHAIN_AHEAD && later; i++) later = later->next;                     \
        (record)->ahead = later;                                                                   \
        __atomic_store_n(&(head), (record), __ATOMIC_RELEASE);                                     \
    } while (0)

/* Asks for the memory of a field, with its neighbours in the same line, of the record that comes ahead. */
#define GM_CHAIN_FETCH(record, ahead, field)                                                       \
    do {                                                                                           \
        if ((record)->ahead) __builtin_prefetch(&(record)->ahead->field);                          \
    } while (0)

#endif
