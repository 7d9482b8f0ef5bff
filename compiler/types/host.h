/* host.h - what types/ asks of the checker while one is at work.
 *
 * While a package is checked its types are not complete yet. A question about one of them then leads to work that is
 * the checker's: to resolve a method's signature, to complete an interface later, to report a cycle, to know the
 * language version of the file in hand. types/ knows no checker; it knows that every Checker begins with a TypeHost,
 * and does that work through it. Between packages there is none, and everything is complete.
 */
#ifndef TYPES_HOST_H
#define TYPES_HOST_H

#include "types/types.h"

typedef struct Checker Checker; /* begins with its TypeHost */

typedef struct TypeHost {
    const Package *pkg; /* that is being checked: messages leave its name out */
    bool types_settled; /* package-level types are all resolved: sizes may be kept */
    void (*resolve)(Checker *c, Obj *o, Type *def); /* o->type is set afterwards */
    void (*later)(Checker *c, void (*run)(Checker *, void *),
                  void *arg); /* when types are complete */
    void (*complete_later)(Checker *c, Type *iface);
    void (*report_cycle)(Checker *c, Obj **cycle, int n);
    void (*error)(Checker *c, Pos p, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    bool (*allow_version)(const Checker *c,
                          int minor); /* the file in hand may use what go1.minor brought */
    void (*version_error)(Checker *c, Pos at, int minor, const char *what);
    bool (*ambiguous_name)(Checker *c, const Package *pkg); /* another import has the same name */
} TypeHost;

/* The checker at work, or NULL between packages. Set by check.c. */
extern Checker *the_checker;

static inline const TypeHost *type_host(const Checker *c) {
    return (const TypeHost *)(const void *)c;
}

#endif
