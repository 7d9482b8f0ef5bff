/* version.h - which Golem this is: the one place that says so. Part of golem.h. */
#ifndef GOLEM_VERSION_H
#define GOLEM_VERSION_H

/* Of the headers. A change of the first number breaks programs that were linked before. */
#define GM_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif
/* Of the library that runs: GM_VERSION when it was built. */
__attribute__((visibility("default"))) const char *gm_version(void);
#ifdef __cplusplus
}
#endif
#endif
