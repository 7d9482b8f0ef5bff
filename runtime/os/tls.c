/* tls.c - the thread-local block of tls.h. */
#include "os/tls.h"

__thread gm_tls gm_tls_block __attribute__((tls_model("initial-exec")));
