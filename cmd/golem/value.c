/* value.c - values of golem list, and their JSON. */
#include "value.h"

static Value *new_value(ValueKind kind) {
    Value *v = new_(Value);
    v->kind = kind;
    return v;
}

Value *value_text(const char *s) {
    Value *v = new_value(VALUE_TEXT);
    v->text = s ? s : "";
    return v;
}

Value *value_bool(bool b) {
    Value *v = new_value(VALUE_BOOL);
    v->truth = b;
    return v;
}

Value *value_list(void) {
    return new_value(VALUE_LIST);
}

Value *value_record(void) {
    return new_value(VALUE_RECORD);
}

void value_add(Value *record, const char *name, Value *v) {
    push(&record->fields, ((Field){name, v}));
}

Value *value_field(const Value *record, const char *name) {
    for (int i = 0; record->kind == VALUE_RECORD && i < record->fields.n; i++)
        if (strcmp(record->fields.v[i].name, name) == 0) return record->fields.v[i].value;
    return NULL;
}

bool value_empty(const Value *v) {
    if (!v) return true;
    switch (v->kind) {
    case VALUE_TEXT: return !*v->text;
    case VALUE_BOOL: return !v->truth;
    case VALUE_LIST: return !v->items.n;
    case VALUE_RECORD: return !v->fields.n;
    }
    return true;
}

static void json_string(Buf *b, const char *s) {
    buf_putc(b, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c == '\n')
            buf_puts(b, "\\n");
        else if (c == '\t')
            buf_puts(b, "\\t");
        else if (c < ' ' || c == '<' || c == '>' || c == '&')
            buf_printf(b, "\\u%04x", c);
        else
            buf_putc(b, c);
    }
    buf_putc(b, '"');
}

static void newline(Buf *b, int indent) {
    buf_putc(b, '\n');
    for (int i = 0; i < indent; i++) buf_putc(b, '\t');
}

void value_json(Buf *b, const Value *v, int indent) {
    bool first = true;
    switch (v->kind) {
    case VALUE_TEXT: json_string(b, v->text); return;
    case VALUE_BOOL: buf_puts(b, v->truth ? "true" : "false"); return;
    case VALUE_LIST:
        buf_putc(b, '[');
        for (int i = 0; i < v->items.n; i++) {
            if (i) buf_putc(b, ',');
            newline(b, indent + 1);
            value_json(b, v->items.v[i], indent + 1);
        }
        newline(b, indent);
        buf_putc(b, ']');
        return;
    case VALUE_RECORD:
        buf_putc(b, '{');
        for (int i = 0; i < v->fields.n; i++) {
            if (value_empty(v->fields.v[i].value)) continue;
            if (!first) buf_putc(b, ',');
            first = false;
            newline(b, indent + 1);
            json_string(b, v->fields.v[i].name);
            buf_puts(b, ": ");
            value_json(b, v->fields.v[i].value, indent + 1);
        }
        newline(b, indent);
        buf_putc(b, '}');
        return;
    }
}
