/* value.h - values as golem list shows them: as JSON, or through a template of text/template's language.
 *
 * A record keeps its fields in order; empty ones are there for templates and left out of JSON, as in Go.
 */
#ifndef CMD_VALUE_H
#define CMD_VALUE_H

#include "base/base.h"

typedef enum ValueKind { VALUE_TEXT, VALUE_BOOL, VALUE_LIST, VALUE_RECORD } ValueKind;

typedef struct Value Value;
typedef struct Field {
    const char *name;
    Value *value; /* NULL in a record that may be missing: no value */
} Field;
struct Value {
    ValueKind kind;
    const char *text;
    bool truth;
    VEC(Value *) items;
    VEC(Field) fields;
};

Value *value_text(const char *s);
Value *value_bool(bool b);
Value *value_list(void);
Value *value_record(void);
void value_add(Value *record, const char *name, Value *v);
Value *value_field(const Value *record, const char *name); /* NULL: no such field */
bool value_empty(const Value *v);
void value_json(Buf *out, const Value *v, int indent);

/* Appends what the template makes of v; an error's text, or NULL. template.c */
const char *template_run(Buf *out, const char *text, const Value *v);

#endif
