/* profile.h - a profile as runtime/pprof writes it (profile.c). */
#ifndef GOLEM_PROFILE_H
#define GOLEM_PROFILE_H

#include "golem.h"

/* A line of source at an address; several where calls were inlined, the innermost first. */
typedef struct ProfileLine {
    const char *function, *file;
    int64_t line;
} ProfileLine;

typedef struct ProfileLocation {
    uint64_t id;
    VEC(ProfileLine) lines;
} ProfileLocation;

typedef struct ProfileSample {
    VEC(const ProfileLocation *) stack; /* innermost first */
    VEC(int64_t) values;                /* one for each kind */
    int64_t bytes;                      /* the label of that name: of one object; 0: none */
} ProfileSample;

typedef struct Profile {
    VEC(const char *) kinds; /* "alloc_space", ... */
    VEC(ProfileSample) samples;
} Profile;

/* Reads the file. NULL, or what is wrong with it. */
const char *profile_read(const char *path, Profile *p);
/* inflate.c: unpacks a file of gzip's. */
bool gunzip(Str in, Str *text);

#endif
