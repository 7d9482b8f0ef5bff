/* template.c - the part of text/template's language that people type behind golem list -f.
 *
 * {{.A.B}}, {{"text"}}, {{if x}} {{else}} {{end}}, {{range x}} {{else}} {{end}}, {{with x}}, {{not x}}, {{len x}}, {{join x "sep"}},
 * {{eq x y}}, {{ne x y}}, {{and x y}}, {{or x y}}, {{$}}, parentheses, {{- and -}}, comments.
 */
#include "value.h"

#include <ctype.h>

typedef struct Run {
    Buf *out;
    const char *p; /* in the template */
    const Value *top;
    const char *error;
    int depth;
} Run;

static Value nothing = {.kind = VALUE_TEXT, .text = "<no value>"};

static const Value *fail(Run *r, const char *what) {
    if (!r->error) r->error = what;
    return &nothing;
}

static void blanks(Run *r) {
    while (isspace((unsigned char)*r->p)) r->p++;
}

static bool at_end(Run *r) {
    blanks(r);
    return !*r->p || *r->p == ')' || strncmp(r->p, "}}", 2) == 0 || strncmp(r->p, "-}}", 3) == 0;
}

static const Value *pipeline(Run *r, const Value *dot);

static const Value *fields(Run *r, const Value *v) {
    while (*r->p == '.') {
        const char *s = ++r->p;
        while (isalnum((unsigned char)*r->p) || *r->p == '_') r->p++;
        if (r->p == s) return v;
        if (value_empty(v)) {
            v = NULL; /* a field of what is not there */
            continue;
        }
        const char *name = intern_n(s, (size_t)(r->p - s));
        const Value *f = value_field(v, name);
        bool known = false;
        for (int i = 0; i < v->fields.n; i++) known |= strcmp(v->fields.v[i].name, name) == 0;
        if (!known) return fail(r, xprintf("can't evaluate field %s", name));
        v = f;
    }
    return v ? v : value_text("");
}

static const Value *string(Run *r) {
    char q = *r->p++;
    Buf b = {0};
    for (; *r->p && *r->p != q; r->p++) {
        if (q == '"' && *r->p == '\\' && r->p[1]) {
            r->p++;
            buf_putc(&b, *r->p == 'n' ? '\n' : *r->p == 't' ? '\t' : *r->p);
        } else {
            buf_putc(&b, *r->p);
        }
    }
    if (!*r->p) return fail(r, "unterminated quoted string");
    r->p++;
    return value_text(xstrdup(buf_str(&b)));
}

static const Value *operand(Run *r, const Value *dot) {
    blanks(r);
    if (*r->p == '"' || *r->p == '`') return string(r);
    if (*r->p == '$') {
        r->p++;
        return fields(r, r->top);
    }
    if (*r->p == '.') {
        if (!isalpha((unsigned char)r->p[1])) {
            r->p++;
            return dot;
        }
        return fields(r, dot);
    }
    if (*r->p == '(' && ++r->depth < 100) {
        r->p++;
        const Value *v = pipeline(r, dot);
        if (*r->p++ != ')') return fail(r, "unclosed left paren");
        return fields(r, v);
    }
    const char *s = r->p;
    while (isalnum((unsigned char)*r->p)) r->p++;
    const char *w = intern_n(s, (size_t)(r->p - s));
    if (strcmp(w, "true") == 0 || strcmp(w, "false") == 0) return value_bool(*w == 't');
    if (*w && isdigit((unsigned char)*w)) return value_text(w);
    return fail(r, xprintf("unexpected \"%s\" in operand", *w ? w : "end of action"));
}

static const char *text_of(const Value *v) {
    Buf b = {0};
    switch (v->kind) {
    case VALUE_TEXT: return v->text;
    case VALUE_BOOL: return v->truth ? "true" : "false";
    case VALUE_LIST:
        buf_putc(&b, '[');
        for (int i = 0; i < v->items.n; i++)
            buf_printf(&b, "%s%s", i ? " " : "", text_of(v->items.v[i]));
        buf_putc(&b, ']');
        return buf_str(&b);
    case VALUE_RECORD: {
        const Value *s = value_field(v, "String");
        return s ? s->text : "{...}";
    }
    }
    return "";
}

static const Value *join(Run *r, const Value *list, const char *separator) {
    if (list->kind != VALUE_LIST) return fail(r, "join wants a list");
    Buf b = {0};
    for (int i = 0; i < list->items.n; i++)
        buf_printf(&b, "%s%s", i ? separator : "", text_of(list->items.v[i]));
    return value_text(xstrdup(buf_str(&b)));
}

static const Value *length(const Value *v) {
    return value_text(xprintf("%d", v->kind == VALUE_LIST ? v->items.n : (int)strlen(text_of(v))));
}

/* A function and its arguments. */
static const Value *call(Run *r, const char *name, const Value *dot) {
    const Value *args[8] = {0};
    int n = 0;
    while (!at_end(r) && !r->error && n < 8) args[n++] = operand(r, dot);
    if (r->error) return &nothing;
    const Value *a = n > 0 ? args[0] : &nothing, *b = n > 1 ? args[1] : &nothing;
    if (strcmp(name, "join") == 0 && n == 2) return join(r, a, text_of(b));
    if (strcmp(name, "len") == 0 && n == 1) return length(a);
    if (strcmp(name, "not") == 0 && n == 1) return value_bool(value_empty(a));
    if (strcmp(name, "eq") == 0 && n >= 2) return value_bool(strcmp(text_of(a), text_of(b)) == 0);
    if (strcmp(name, "ne") == 0 && n == 2) return value_bool(strcmp(text_of(a), text_of(b)) != 0);
    if ((strcmp(name, "and") == 0 || strcmp(name, "or") == 0) && n) {
        bool stop_at = *name == 'o';
        for (int i = 0; i < n; i++)
            if (!value_empty(args[i]) == stop_at) return args[i];
        return args[n - 1];
    }
    if ((strcmp(name, "print") == 0 || strcmp(name, "println") == 0) && n)
        return value_text(xprintf("%s%s", text_of(a), name[5] ? "\n" : ""));
    return fail(r, xprintf("function \"%s\" not defined, or with other arguments", name));
}

static const Value *pipeline(Run *r, const Value *dot) {
    blanks(r);
    if (isalpha((unsigned char)*r->p) && strncmp(r->p, "true", 4) != 0 &&
        strncmp(r->p, "false", 5) != 0) {
        const char *s = r->p;
        while (isalnum((unsigned char)*r->p)) r->p++;
        return call(r, intern_n(s, (size_t)(r->p - s)), dot);
    }
    const Value *v = operand(r, dot);
    if (!at_end(r)) return fail(r, "unexpected text in an action");
    return v;
}

/* --- actions --- */

typedef enum Stop { STOP_TEXT, STOP_ELSE, STOP_END } Stop;

static bool keyword(Run *r, const char *w) {
    size_t n = strlen(w);
    if (strncmp(r->p, w, n) != 0 || isalnum((unsigned char)r->p[n])) return false;
    r->p += n;
    return true;
}

static void close_action(Run *r) {
    blanks(r);
    if (strncmp(r->p, "-}}", 3) == 0) {
        r->p += 3;
        blanks(r);
    } else if (strncmp(r->p, "}}", 2) == 0) {
        r->p += 2;
    } else {
        fail(r, "unclosed action");
    }
}

static Stop block(Run *r, const Value *dot, bool on);

/* What stands between an action and its end, with an else between them. */
static void branches(Run *r, const Value *yes, const Value *no, bool on, bool truth) {
    if (++r->depth > 100) {
        fail(r, "too deep");
        return;
    }
    Stop s = block(r, yes, on && truth);
    if (s == STOP_ELSE) {
        blanks(r);
        if (keyword(r, "if")) {
            const Value *v = pipeline(r, no);
            close_action(r);
            branches(r, no, no, on && !truth, !value_empty(v));
            return;
        }
        close_action(r);
        s = block(r, no, on && !truth);
    }
    if (s == STOP_END)
        close_action(r);
    else
        fail(r, "unexpected EOF");
    r->depth--;
}

static void range(Run *r, const Value *dot, bool on) {
    const Value *v = pipeline(r, dot);
    close_action(r);
    const char *body = r->p;
    if (!on || v->kind != VALUE_LIST || !v->items.n) {
        branches(r, dot, dot, on, false);
        return;
    }
    for (int i = 0; i < v->items.n && !r->error; i++) {
        r->p = body;
        branches(r, v->items.v[i], dot, true, true);
    }
}

static Stop action(Run *r, const Value *dot, bool on) {
    blanks(r);
    if (strncmp(r->p, "/*", 2) == 0) {
        const char *end = strstr(r->p, "*/");
        r->p = end ? end + 2 : r->p + strlen(r->p);
        close_action(r);
        return STOP_TEXT;
    }
    if (keyword(r, "end")) return STOP_END;
    if (keyword(r, "else")) return STOP_ELSE;
    if (keyword(r, "range")) {
        range(r, dot, on);
    } else if (keyword(r, "if")) {
        const Value *v = pipeline(r, dot);
        close_action(r);
        branches(r, dot, dot, on, !value_empty(v));
    } else if (keyword(r, "with")) {
        const Value *v = pipeline(r, dot);
        close_action(r);
        branches(r, v, dot, on, !value_empty(v));
    } else {
        const Value *v = pipeline(r, dot);
        close_action(r);
        if (on && !r->error) buf_puts(r->out, text_of(v));
    }
    return STOP_TEXT;
}

/* Goes on to the next else or end, or to the end of the template; prints only if `on`. */
static Stop block(Run *r, const Value *dot, bool on) {
    while (*r->p && !r->error) {
        const char *open = strstr(r->p, "{{");
        size_t n = open ? (size_t)(open - r->p) : strlen(r->p);
        bool trim = open && strncmp(open, "{{- ", 4) == 0;
        size_t shown = n;
        while (trim && shown && isspace((unsigned char)r->p[shown - 1])) shown--;
        if (on) buf_put(r->out, r->p, shown);
        r->p += n;
        if (!open) break;
        r->p += trim ? 3 : 2;
        Stop s = action(r, dot, on);
        if (s != STOP_TEXT) return s;
    }
    return STOP_TEXT;
}

const char *template_run(Buf *out, const char *text, const Value *v) {
    Run r = {.out = out, .p = text, .top = v};
    if (block(&r, v, true) != STOP_TEXT) fail(&r, "unexpected {{end}} or {{else}}");
    return r.error;
}
