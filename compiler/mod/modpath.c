/* modpath.c - paths of modules and packages: what may be one, and how the cache spells it. */
#include "mod/mod.h"

char *escape_module(const char *s) {
    Buf b = {0};
    for (; *s; s++) {
        bool capital = *s >= 'A' && *s <= 'Z';
        if (capital) buf_putc(&b, '!');
        buf_putc(&b, capital ? *s - 'A' + 'a' : *s);
    }
    return xstrdup(buf_str(&b));
}

static bool path_char(unsigned char c) {
    if (c >= 0x80) return true;
    return c > ' ' && c != 0x7f && !strchr("!\"#$%&'()*,:;<=>?[\\]^`{|}", c);
}

bool import_path_valid(const char *path) {
    if (!*path || *path == '/' || *path == '-') return false;
    const char *start = path;
    for (const char *p = path;; p++) {
        if (*p && *p != '/') {
            if (!path_char((unsigned char)*p)) return false;
            continue;
        }
        size_t n = (size_t)(p - start);
        if (!n || start[n - 1] == '.')
            return false; /* an empty element, one of dots, one that ends in a dot */
        if (!*p) return true;
        start = p + 1;
    }
}

bool path_below(const char *path, const char *prefix) {
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 && (path[n] == 0 || path[n] == '/');
}

const char *path_major(const char *path) {
    const char *end = path + strlen(path), *p = end;
    while (p > path && p[-1] >= '0' && p[-1] <= '9') p--;
    if (p == end || p - path < 2 || p[-1] != 'v') return "";
    const char *v = p - 2;
    bool gopkg = strncmp(path, "gopkg.in/", 9) == 0;
    if (gopkg ? *v != '.' : *v != '/') return "";
    if (!gopkg && (*p == '0' || strcmp(p, "1") == 0)) return "";
    return v;
}
