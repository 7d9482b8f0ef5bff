/* flags.c - flags as Go's command takes them: -name, --name, -name=value, -name value.
 *
 * Each command has tables of flags; those of building are common to all that build. $GOFLAGS is read first, and may
 * name flags that a command does not have.
 */
#include "golem.h"

#include <stdlib.h>

int misuse(const char *fmt, const char *arg) {
    fprintf(stderr, "golem: ");
    fprintf(stderr, fmt, arg);
    fprintf(stderr, "\nRun 'golem help' for usage.\n");
    return 2;
}

bool is_go_file(const char *s) {
    size_t n = strlen(s);
    return n > 3 && strcmp(s + n - 3, ".go") == 0;
}

static const Flag *find_flag(const Flag *const *tables, const char *name, size_t n) {
    for (; *tables; tables++)
        for (const Flag *f = *tables; f->name; f++)
            if (strlen(f->name) == n && memcmp(f->name, name, n) == 0) return f;
    return NULL;
}

bool known_flag(const Flag *const *tables, const char *arg) {
    const char *name = arg + 1 + (arg[1] == '-');
    return find_flag(tables, name, strcspn(name, "=")) != NULL;
}

static bool takes_value(const Flag *f) {
    return f->kind == FLAG_INT || f->kind == FLAG_STRING || f->takes_value;
}

static bool parse_bool(const char *s, bool *out) {
    *out =
        strcmp(s, "true") == 0 || strcmp(s, "1") == 0 || strcmp(s, "t") == 0 || strcmp(s, "T") == 0;
    return *out || strcmp(s, "false") == 0 || strcmp(s, "0") == 0 || strcmp(s, "f") == 0 ||
           strcmp(s, "F") == 0;
}

/* value NULL: none was given. */
static bool set_flag(const Flag *f, const char *value, void *ctx) {
    char *end;
    bool on = true;
    switch (f->kind) {
    case FLAG_BOOL:
        if (value && !parse_bool(value, &on)) break;
        *(bool *)f->target = on;
        return true;
    case FLAG_COUNT: *(int *)f->target = value ? atoi(value) : *(int *)f->target + 1; return true;
    case FLAG_INT:
        *(int *)f->target = (int)strtol(value, &end, 0);
        if (*end || end == value) break;
        return true;
    case FLAG_STRING: *(const char **)f->target = value; return true;
    case FLAG_CALL: return f->call(ctx, f->name, value);
    case FLAG_IGNORE: return true;
    case FLAG_REFUSE:
        if (value && parse_bool(value, &on) && !on) return true;
        fprintf(stderr, "golem: -%s: %s\n", f->name, f->why);
        return false;
    }
    fprintf(stderr, "golem: invalid value \"%s\" for flag -%s\n", value, f->name);
    return false;
}

int parse_flags(int argc, char **argv, int i, const Flag *const *tables, void *ctx) {
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        const char *name = argv[i] + 1;
        if (*name == '-') name++;
        if (!*name) return i + 1; /* -- */
        size_t n = strcspn(name, "=");
        const char *value = name[n] ? name + n + 1 : NULL;
        const Flag *f = find_flag(tables, name, n);
        if (!f) return misuse("unknown flag %s", argv[i]), -1;
        if (takes_value(f) && !value) {
            if (++i == argc) return misuse("flag needs an argument: -%s", f->name), -1;
            value = argv[i];
        }
        if (!set_flag(f, value, ctx)) return -1;
    }
    return i;
}

bool parse_goflags(const Flag *const *tables, void *ctx) {
    const char *env = getenv("GOFLAGS");
    for (char *w = strtok(xstrdup(env ? env : ""), " \t\n"); w; w = strtok(NULL, " \t\n")) {
        const char *name = w + (*w == '-') + (strncmp(w, "--", 2) == 0);
        size_t n = strcspn(name, "=");
        const Flag *f = find_flag(tables, name, n);
        if (f && !set_flag(f, name[n] ? name + n + 1 : takes_value(f) ? "" : NULL, ctx))
            return false;
    }
    return true;
}

/* --- the flags of building --- */

/* The words of -gcflags and -ldflags; quotes hold a word together. */
static ArgList split_words(const char *s) {
    ArgList words = {0};
    while (*s) {
        while (*s == ' ' || *s == '\t' || *s == '\n') s++;
        if (!*s) break;
        Buf b = {0};
        for (char quote = 0; *s && (quote || !strchr(" \t\n", *s)); s++) {
            if (quote ? *s == quote : *s == '\'' || *s == '"')
                quote = quote ? 0 : *s;
            else
                buf_putc(&b, *s);
        }
        push(&words, xstrdup(buf_str(&b)));
    }
    return words;
}

/* "pattern=flags": which packages they are for; the flags that count here are asked for of all that are named. */
static const char *behind_pattern(const char *value) {
    const char *eq = strchr(value, '=');
    return *value != '-' && *value != ' ' && eq ? eq + 1 : value;
}

bool lang_flag(void *ctx, const char *name, const char *v) {
    int n = 0, len = 0;
    if (sscanf(v, "go1.%d%n", &n, &len) != 1 || v[len] || n < 0) {
        fprintf(stderr,
                "golem: invalid value \"%s\" for -%s: should be something like \"go1.12\"\n", v,
                name);
        return false;
    }
    if (n > GO_RELEASE) {
        fprintf(stderr, "golem: invalid value \"%s\" for -%s: max known version is \"go1.%d\"\n", v,
                name, GO_RELEASE);
        return false;
    }
    ((BuildOptions *)ctx)->lang = n;
    return true;
}

static bool gcflags(void *ctx, const char *name, const char *value) {
    BuildOptions *opt = ctx;
    ArgList words = split_words(behind_pattern(value));
    opt->gcflags_all |= strncmp(value, "all=", 4) == 0;
    for (int i = 0; i < words.n; i++) {
        const char *w = words.v[i] + (strncmp(words.v[i], "--", 2) == 0);
        if (strncmp(w, "-d=inlbudget=", 13) == 0)
            opt->inline_budget = atoi(w + 13);
        else if (strcmp(w, "-m") == 0)
            opt->m++;
        else if (strncmp(w, "-m=", 3) == 0)
            opt->m = atoi(w + 3);
        else if (strcmp(w, "-l") == 0)
            opt->l = true;
        else if (strcmp(w, "-S") == 0)
            opt->S = true;
        else if (strcmp(w, "-e") == 0)
            opt->all_errors = true;
        else if (strncmp(w, "-lang=", 6) == 0) {
            if (!lang_flag(opt, "lang", w + 6)) return false;
        } else if (strcmp(w, "-N") != 0 && strcmp(w, "-B") != 0 && strncmp(w, "-d", 2) != 0 &&
                   strcmp(w, "-dwarf=false") != 0) {
            fprintf(stderr, "golem: -%s: unknown flag %s (known are -m, -l, -S, -e, -lang)\n", name,
                    w);
            return false;
        }
    }
    return true;
}

static bool link_setting(BuildOptions *opt, const char *s) {
    const char *eq = strchr(s, '='), *dot = NULL;
    for (const char *p = s; eq && p < eq; p++)
        if (*p == '.') dot = p;
    if (!dot) {
        fprintf(stderr, "golem: -X flag requires argument of the form importpath.name=value\n");
        return false;
    }
    push(&opt->settings, ((StringSetting){intern_n(s, (size_t)(dot - s)),
                                          intern_n(dot + 1, (size_t)(eq - dot - 1)), eq + 1}));
    return true;
}

static bool ldflags(void *ctx, const char *name, const char *value) {
    BuildOptions *opt = ctx;
    opt->ldflags = value;
    ArgList words = split_words(behind_pattern(value));
    for (int i = 0; i < words.n; i++) {
        const char *w = words.v[i] + (strncmp(words.v[i], "--", 2) == 0);
        if (strcmp(w, "-s") == 0) {
            opt->strip = true;
        } else if (strcmp(w, "-w") == 0) {
            opt->no_debug = true;
        } else if (strcmp(w, "-X") == 0 || strncmp(w, "-X=", 3) == 0) {
            const char *s = w[2] ? w + 3 : i + 1 < words.n ? words.v[++i] : "";
            if (!link_setting(opt, s)) return false;
        } else if (strcmp(w, "-extldflags") == 0 || strcmp(w, "-linkmode") == 0 ||
                   strcmp(w, "-buildid") == 0) {
            if (i + 1 < words.n && strstr(words.v[i + 1], "-static")) opt->static_ = true;
            i++;
        } else if (strncmp(w, "-extldflags=", 12) == 0) {
            opt->static_ |= strstr(w, "-static") != NULL;
        } else if (strncmp(w, "-linkmode=", 10) != 0 && strncmp(w, "-buildid=", 9) != 0 &&
                   strncmp(w, "-compressdwarf=", 15) != 0) {
            fprintf(stderr, "golem: -%s: unknown flag %s (known are -X, -s, -w)\n", name, w);
            return false;
        }
    }
    return true;
}

static bool mm(void *ctx, const char *name, const char *value) {
    (void)name, (void)value;
    ((BuildOptions *)ctx)->m = 2;
    return true;
}

static bool buildmode(void *ctx, const char *name, const char *value) {
    (void)ctx;
    if (strcmp(value, "exe") == 0 || strcmp(value, "default") == 0) return true;
    fprintf(stderr, "golem: -%s=%s is not supported: Golem builds programs (exe)\n", name, value);
    return false;
}

static bool mod_mode(void *ctx, const char *name, const char *value) {
    (void)name;
    if (strcmp(value, "mod") && strcmp(value, "readonly") && strcmp(value, "vendor")) {
        fprintf(stderr, "golem: invalid value \"%s\" for -mod: it may be mod, readonly or vendor\n",
                value);
        return false;
    }
    ((BuildOptions *)ctx)->mod = value;
    return true;
}

const Flag *build_flags(BuildOptions *opt) {
    static const char no_tool[] =
        "not supported by Golem; test/sanitize.sh and GODEBUG have its own checks";
    static const char only_test[] = "of the commands only golem test counts statements yet";
    const Flag flags[] = {
        {"o", FLAG_STRING, .target = &opt->out},
        {"m", FLAG_COUNT, .target = &opt->m},
        {"mm", FLAG_CALL, .call = mm},
        {"l", FLAG_BOOL, .target = &opt->l},
        {"x", FLAG_BOOL, .target = &opt->x},
        {"n", FLAG_BOOL, .target = &opt->n},
        {"v", FLAG_BOOL, .target = &opt->v},
        {"a", FLAG_BOOL, .target = &opt->a},
        {"e", FLAG_BOOL, .target = &opt->all_errors},
        {"p", FLAG_INT, .target = &opt->p},
        {"work", FLAG_BOOL, .target = &opt->work},
        {"trimpath", FLAG_BOOL, .target = &opt->trimpath},
        {"static", FLAG_BOOL, .target = &opt->static_},
        {"tags", FLAG_STRING, .target = &opt->tags},
        {"mod", FLAG_CALL, .takes_value = true, .call = mod_mode},
        {"modfile", FLAG_STRING, .target = &opt->modfile},
        {"C", FLAG_STRING, .target = &opt->chdir},
        {"gcflags", FLAG_CALL, .takes_value = true, .call = gcflags},
        {"ldflags", FLAG_CALL, .takes_value = true, .call = ldflags},
        {"buildmode", FLAG_CALL, .takes_value = true, .call = buildmode},
        {"asmflags", FLAG_IGNORE, .takes_value = true},
        {"buildvcs", FLAG_IGNORE, .takes_value = false},
        {"pgo", FLAG_IGNORE, .takes_value = true},
        {"installsuffix", FLAG_IGNORE, .takes_value = true},
        {"modcacherw", FLAG_IGNORE, .takes_value = false},
        {"compiler", FLAG_IGNORE, .takes_value = true},
        {"cover", FLAG_REFUSE, .why = only_test},
        {"covermode", FLAG_REFUSE, .takes_value = true, .why = only_test},
        {"coverpkg", FLAG_REFUSE, .takes_value = true, .why = only_test},
        {"race", FLAG_REFUSE, .why = "the race detector is not supported by Golem; use Go's"},
        {"msan", FLAG_REFUSE, .why = no_tool},
        {"asan", FLAG_REFUSE, .why = no_tool},
        {"overlay", FLAG_REFUSE, .takes_value = true, .why = "not supported by Golem"},
        {"toolexec", FLAG_REFUSE, .takes_value = true, .why = "not supported by Golem"},
        {0}};
    Flag *copy = alloc(sizeof flags);
    memcpy(copy, flags, sizeof flags);
    return copy;
}
