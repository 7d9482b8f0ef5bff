/* why.h - golem why: what allocates most, and why (why.c, reasons.c, whypage.c). */
#ifndef GOLEM_WHY_H
#define GOLEM_WHY_H

#include "profile.h"

/* From one location to the next, as escape analysis tells it: "expr (why) at place". */
typedef struct Step {
    const char *expr, *why, *file;
    int line, col;
} Step;

/* Something that escape analysis has put on the heap. */
typedef struct Reason {
    const char *file, *what; /* "new(T)", "v" */
    int line, col;           /* where -m says it: where it is written, or was inlined to */
    int from_line;           /* where it is written, and its file */
    const char *from_file;
    bool moved;   /* a variable */
    int64_t size; /* bytes; -1: not known before it runs */
    VEC(Step) steps;
    const char *onward; /* NULL, or what goes on to where no step tells: a goroutine */
} Reason;

typedef struct Reasons {
    VEC(Reason) list;
    Map files; /* of the packages that were asked for; an interned name: itself */
} Reasons;

/* Has escape analysis tell of these packages or files. False after a message. */
bool reasons_ask(Reasons *r, const ArgList *patterns);
/* "stored in sink (x.go:12)"; "" if nothing is known. */
char *reason_because(const Reason *r);
/* What would let it stay on the stack. */
const char *reason_remedy(const Reason *r);
/* All steps, in one line. */
char *reason_flow(const Reason *r);

/* A place that allocates. */
typedef struct Site {
    const char *file, *function;
    int line, col;            /* col 0: which of several on the line is not known */
    const Reason *reason;     /* NULL: none of escape analysis' making */
    VEC(const Reason *) more; /* others on that line that it may be as well */
    const char
        *inside; /* NULL, or what was called there and allocates: "fmt.Sprintf (print.go:232)" */
    int64_t value, count;
} Site;

typedef struct WhyReport {
    const char *profile, *kind, *unit; /* "alloc_space", "bytes" */
    int64_t total;
    VEC(Site) sites; /* the largest first */
} WhyReport;

char *why_said(const Site *s); /* the reason, in one line */
char *why_cure(const Site *s); /* what would remove it; "" if nothing is known */
double why_share(const WhyReport *w, const Site *s); /* percent */
/* The page with the sources beside the sites. False: it could not be written. */
bool why_page(const WhyReport *w, const char *path);

int cmd_why(int argc, char **argv);

#endif
