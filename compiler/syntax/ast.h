/* ast.h - the syntax tree of a Go file, and the notes that later passes write onto it.
 *
 * One Node type for expressions, types, statements and declarations: a kind, a position, and a
 * union by kind. The parser fills the syntax; the checker fills `type`, `mode`, `cval`, `conv`,
 * Ident's obj and Selector's sel; escape analysis fills `esc` and `box_esc`; emission only reads.
 *
 * Positions follow Go's own compiler, whose messages name them: a binary expression stands at its
 * operator; an assignment at its operator; calls, indexing, selectors and slices at the start of
 * their operand expression [start_pos() gives the leftmost position of any expression];
 * a composite literal at its type (or brace); a function literal at `func`; statements at their
 * keyword. (See cmd/compile/internal/syntax: the parser sets each `pos` as that parser does.)
 *
 * Lists are NodeList. Absent parts are NULL.
 */
#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H

#include "base/base.h"

typedef struct Node Node;
typedef VEC(Node *) NodeList;

/* Defined in types/types.h. */
typedef struct Type Type;
typedef VEC(Type *) TypeList;
typedef struct Obj Obj;
typedef struct Const Const;
typedef struct Selection Selection;
typedef struct Func Func;
typedef struct Scope Scope;

typedef struct ReservedLine { /* a directive that only the library may have */
    Pos pos;
    const char *why; /* what to say elsewhere */
} ReservedLine;

typedef struct EmbedLine { /* //go:embed patterns */
    Pos pos;
    Str text;
} EmbedLine;
typedef VEC(EmbedLine) EmbedLines;

typedef enum Op { /* tokens that survive into the tree */
                  OP_NONE,
                  OP_OROR,
                  OP_ANDAND,
                  OP_EQ,
                  OP_NE,
                  OP_LT,
                  OP_LE,
                  OP_GT,
                  OP_GE,
                  OP_ADD,
                  OP_SUB,
                  OP_OR,
                  OP_XOR, /* binary and unary ^ */
                  OP_MUL,
                  OP_DIV,
                  OP_REM,
                  OP_AND, /* binary &; unary: address-of */
                  OP_ANDNOT,
                  OP_SHL,
                  OP_SHR,
                  OP_NOT,   /* unary ! */
                  OP_RECV,  /* unary <- */
                  OP_TILDE, /* unary ~ in constraints */
} Op;
const char *op_str(Op op);

typedef enum LitKind { LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING } LitKind;

typedef enum NodeKind {
    N_NONE,
    /* expressions */
    N_BADEXPR,
    N_IDENT,
    N_BASICLIT,
    N_COMPLIT,
    N_FUNCLIT,
    N_PAREN,
    N_SELECTOR,
    N_INDEX,
    N_SLICE,
    N_TYPEASSERT, /* x.(T); x.(type) has typ == NULL and occurs only in N_TYPESWITCH */
    N_CALL,       /* also conversions and calls of built-in functions: see `mode` of fun */
    N_STAR,       /* *x: dereference or pointer type */
    N_UNARY,      /* + - ^ ! & <- ~ */
    N_BINARY,
    N_KEYVALUE,
    /* types */
    N_ARRAYTYPE,
    N_SLICETYPE,
    N_STRUCTTYPE,
    N_FUNCTYPE,
    N_INTERFACETYPE,
    N_MAPTYPE,
    N_CHANTYPE,
    N_ELLIPSIS, /* ...T as last parameter; [...]T as length (elem NULL) */
    /* a field, parameter, method or embedded element */
    N_FIELD,
    /* statements */
    N_EMPTY,
    N_BLOCK,
    N_EXPRSTMT,
    N_SEND,
    N_INCDEC,
    N_ASSIGN,
    N_GO,
    N_DEFER,
    N_RETURN,
    N_BRANCH,
    N_IF,
    N_SWITCH,
    N_TYPESWITCH,
    N_CASE, /* of switch and type switch */
    N_SELECT,
    N_COMM, /* a clause of select */
    N_FOR,
    N_RANGE,
    N_LABELED,
    N_DECLSTMT,
    /* declarations */
    N_IMPORT,
    N_CONST,
    N_VAR,
    N_TYPE,
    N_FUNC,
} NodeKind;

typedef enum BranchKind { BR_BREAK, BR_CONTINUE, BR_GOTO, BR_FALLTHROUGH } BranchKind;
typedef enum ChanDir { CHAN_BOTH, CHAN_SEND, CHAN_RECV } ChanDir;

/* What an expression denotes; set by the checker. */
typedef enum Mode {
    MODE_INVALID,
    MODE_NOVALUE,  /* call without results */
    MODE_BUILTIN,  /* a built-in function's name */
    MODE_TYPE,     /* a type */
    MODE_CONST,    /* cval is set */
    MODE_VAR,      /* addressable */
    MODE_MAPINDEX, /* m[k]: assignable, not addressable; comma-ok allowed */
    MODE_VALUE,
    MODE_NIL,
    MODE_COMMAOK, /* value that allows comma-ok (receive, type assertion) */
    MODE_PKG,     /* a package name */
} Mode;

/* Where an allocation lives; set by escape analysis. ESC_UNKNOWN must be treated as ESC_HEAP. */
typedef enum Esc { ESC_UNKNOWN, ESC_NONE, ESC_HEAP } Esc;

struct Node {
    uint8_t kind; /* NodeKind */
    uint8_t
        op; /* Op of N_UNARY, N_BINARY, N_ASSIGN (OP_NONE for = and :=), N_INCDEC (OP_ADD/OP_SUB) */
    uint8_t mode; /* Mode of an expression */
    uint8_t esc; /* Esc of the thing that this node allocates: composite literal (slice/map, or &T{}
                    on the N_UNARY), N_FUNCLIT's closure, new/make/append/conversion calls, string
                    concatenation, method value, N_GO/N_DEFER record */
    uint8_t box_esc; /* Esc of the box made when this value is converted to an interface (`conv`, or
                        a conversion call) */
    uint8_t dots_esc; /* N_CALL: Esc of the slice made for variadic arguments */
    bool early,
        early_inside; /* lower/order.c: this expression's value is computed ahead of the rest of
                                 its statement; so is that of some part of it */
    bool borrowed;    /* lower/borrow.c: a conversion between string and bytes that makes no copy */
    bool commaok; /* N_INDEX, N_TYPEASSERT, N_UNARY(<-): used in the two-valued form; type is then
                     still that of the first value */
    Pos pos;
    Type *type;  /* type of an expression (final: never untyped except nil, and except constants of
                    discarded operands), or the denoted type for MODE_TYPE; a tuple for calls with
                    several results */
    Const *cval; /* constant value, or NULL */
    Type *conv;  /* not NULL: where this expression is used, its value is implicitly converted to
                    this type.  Set on the unparenthesised expression. Values without a node of
                    their own have none: results of a call that gives several, those of v, ok
                    forms, what a range clause assigns; nor has the tag of a switch that is compared
                    with an interface. There the types are to be compared. */
    union {
        struct {
            const char *name;
            Obj *obj; /* use or definition; NULL for _ and unresolved */
            TypeList
                *targs; /* checker: use of a generic function or method: its type arguments (see
                                "Generics" in types.h), else NULL */
        } ident;
        struct {
            uint8_t litkind; /* LitKind */
            Str text;        /* as written, quotes included */
            bool bad;        /* malformed, and reported: text may be anything */
        } lit;
        struct {
            Node *typ;      /* NULL: elided inside another literal */
            NodeList elems; /* expressions or N_KEYVALUE */
            Pos rbrace;
            bool ptr_elided; /* set by the checker: {..} elided for a *T element: &T{..} is meant,
                                type is *T */
        } complit;
        struct {
            Node *typ;  /* N_FUNCTYPE */
            Node *body; /* N_BLOCK */
            Func *func; /* checker */
        } funclit;
        struct {
            Node *x;
        } paren; /* N_PAREN, N_STAR, N_UNARY, N_EXPRSTMT, N_ELLIPSIS(elem) use .x through unary
                    below too */
        struct {
            Node *x;
        } unary; /* N_PAREN N_STAR N_UNARY N_EXPRSTMT N_ELLIPSIS N_INCDEC N_GO N_DEFER */
        struct {
            Node *x;
            Node *name;     /* N_IDENT */
            Selection *sel; /* checker; NULL for package-qualified names (then name->ident.obj) */
        } selector;
        struct {
            Node *x;
            NodeList index; /* one, or several type arguments */
        } index;
        struct {
            Node *x, *lo, *hi, *max;
            bool full; /* three-index form */
        } slice;
        struct {
            Node *x, *typ;
        } assert_;
        struct {
            Node *fun;
            NodeList args;
            bool dots;   /* f(xs...) */
            int builtin; /* checker: Builtin + 1 when fun is a built-in, else 0 (types.h) */
        } call;
        struct {
            Node *x, *y;
        } binary; /* N_BINARY; N_KEYVALUE (key x, value y); N_SEND (channel x, value y) */
        struct {
            Node *len; /* N_ELLIPSIS for [...] */
            Node *elem;
        } arraytype; /* N_ARRAYTYPE; N_SLICETYPE uses elem only */
        struct {
            NodeList
                fields; /* N_FIELD; a field list `a, b T` is one N_FIELD per name sharing typ */
        } structtype;
        struct {
            NodeList params, results; /* N_FIELD */
            NodeList tparams;         /* N_FIELD; type parameters */
        } functype;
        struct {
            NodeList elems; /* N_FIELD: methods (name, typ N_FUNCTYPE) or embedded (name NULL) */
        } interfacetype;
        struct {
            Node *key, *val;
        } maptype;
        struct {
            Node *elem;
            uint8_t dir; /* ChanDir */
        } chantype;
        struct {
            Node *name; /* N_IDENT or NULL (embedded field, unnamed parameter) */
            Node *typ;
            Node *tag; /* N_BASICLIT or NULL */
        } field;
        struct {
            struct Cover *cover; /* of a counter of coverage (cover.h): whose words, and which; else NULL */
            int word;
        } empty;
        struct {
            NodeList stmts;
            Pos rbrace;
            Scope *scope;      /* checker */
            uint32_t from, to; /* a declared function's body: the offsets of its braces, */
            int types;         /* how many types are declared in it */
            const struct LeftOut *left_out; /* a body that was passed over: no statements */
        } block;
        struct {
            NodeList lhs, rhs; /* op OP_NONE and define false: =; op set: x op= y */
            bool define;       /* := */
        } assign;
        struct {
            NodeList results;
        } ret;
        struct {
            uint8_t br;   /* BranchKind */
            Node *label;  /* N_IDENT or NULL */
            Node *target; /* checker: the N_FOR/N_RANGE/N_SWITCH/N_TYPESWITCH/N_SELECT left or
                             continued, or the N_LABELED of a goto; fallthrough: the next N_CASE */
        } branch;
        struct {
            Node *init, *cond;
            Node *then, *els; /* N_BLOCK; N_BLOCK or N_IF or NULL */
            Scope *scope;
        } if_;
        struct {
            Node *init, *tag; /* tag NULL: true */
            NodeList cases;   /* N_CASE */
            Pos rbrace;
            Scope *scope;
        } switch_;
        struct {
            Node *init;
            Node *bind;     /* N_IDENT of `x := y.(type)`, or NULL */
            Node *x;        /* y */
            NodeList cases; /* N_CASE */
            Pos rbrace;
            Scope *scope;
        } typeswitch;
        struct {
            NodeList exprs; /* expressions or types; empty with is_default */
            NodeList body;
            bool is_default;
            Obj *obj; /* checker: the variable that a type switch binds in this clause */
            Scope *scope;
            Pos colon;
        } case_;
        struct {
            NodeList cases; /* N_COMM */
            Pos rbrace;
        } select;
        struct {
            Node *comm; /* N_SEND, N_EXPRSTMT (receive), N_ASSIGN (receive), or NULL: default */
            NodeList body;
            Scope *scope;
            Pos colon;
        } comm;
        struct {
            Node *init, *cond, *post, *body;
            bool distinct; /* checker: each iteration has variables of its own (Go 1.22) */
            Scope *scope;
        } for_;
        struct {
            Node *key, *val; /* may be NULL */
            Node *extra;     /* a third variable, which the checker refuses; or NULL */
            bool define;
            bool distinct; /* as in for_ */
            Node *x, *body;
            Scope *scope;
        } range;
        struct {
            Node *label; /* N_IDENT */
            Node *stmt;
            bool used;
        } labeled;
        struct {
            NodeList decls; /* N_CONST N_VAR N_TYPE */
        } declstmt;
        struct {
            Node *name; /* N_IDENT (also _ and .), or NULL */
            Node *path; /* N_BASICLIT */
        } import;
        struct {
            NodeList names;    /* N_IDENT */
            Node *typ;         /* or NULL */
            NodeList values;   /* for N_CONST: this spec's or the repeated ones */
            int iota;          /* N_CONST */
            bool inherited;    /* N_CONST: typ and values repeat an earlier spec of the group */
            EmbedLines *embed; /* N_VAR: the go:embed directives before it, or NULL */
        } var;                 /* N_VAR, N_CONST */
        struct {
            Node *name;
            NodeList tparams; /* N_FIELD */
            bool alias;
            Node *typ;
            uint32_t pragmas; /* PRAGMA_* */
            const struct File *file;
            int local; /* in a function: its number among the file's of that kind; aliases have none */
        } typedecl;
        struct {
            Node *recv; /* N_FIELD or NULL */
            Node *name;
            Node *typ;        /* N_FUNCTYPE, type parameters included */
            Node *body;       /* N_BLOCK or NULL (implemented in C) */
            uint32_t pragmas; /* PRAGMA_* */
            Func *func;       /* checker */
        } func;
    };
};

enum { /* from //go: comments that stand directly before a function or type */
       PRAGMA_NOESCAPE = 1,
       PRAGMA_NOINLINE = 2,
       PRAGMA_NOSPLIT = 4,
       PRAGMA_UINTPTRESCAPES = 8,
       PRAGMA_NOTINHEAP = 16,
       PRAGMA_NOWRITEBARRIER = 32,
       PRAGMA_UINTPTRKEEPALIVE = 64,
       PRAGMA_NOCHECKPTR = 128,
};

typedef struct Linkname { /* //go:linkname local [target] */
    Pos pos;
    bool std;                   /* //go:linknamestd */
    const char *local, *target; /* target NULL if absent */
} Linkname;

typedef struct File {
    int file;       /* index for Pos */
    Node *pkgname;  /* N_IDENT; NULL without a package clause: then nothing else was parsed */
    NodeList decls; /* N_IMPORT first, then the others, in source order */
    VEC(Linkname) linknames;
    VEC(ReservedLine) reserved;
    Pos eof;
    Map *scope_imports; /* checker's file scope */
    int go_minor;       /* of a //go:build line that asks for go1.N, else -1 */
    bool library;       /* loader: of a package parts of which an overlay replaces, or may */
    bool has_asm;       /* loader: functions may lack a body, which is elsewhere */
    int local_types;    /* how many types are declared in functions ... */
    int types_before;   /* checker: ... and in files of the package before this one */
} File;

/* The body of a declared function that is to be passed over, because whoever asks for the tree needs no more than what
 * stands here. */
typedef struct LeftOut {
    uint32_t from, to, line, col; /* offsets of its braces; where the closing one stands */
    uint32_t types;               /* how many types are declared in it */
    uint32_t recovers;            /* Func.calls_recover_directly */
} LeftOut;
typedef VEC(LeftOut) LeftOutList;

/* Parses src (n bytes) as the file `name` (as it is to be printed). Errors go to errorf(); always
 * returns a tree, with N_BADEXPR and missing parts where the source was wrong. parse.c */
File *parse_file(const char *name, const char *src, size_t n);
/* The same without the bodies in the list, which are in source order. */
File *parse_outline(const char *name, const char *src, size_t n, const LeftOutList *left_out);

/* Gives every branch in a function's body its target; reports wrong branches and labels. Function
 * literals in it are bodies of their own. branches.c */
void check_branches(Node *body);

Node *unparen(Node *n);
Pos start_pos(const Node *n); /* leftmost position of an expression or type */
Pos end_pos(const Node *n);
/* The expression as Go's messages print it (cmd/compile/internal/syntax printer, short form:
 * function bodies and composite literal contents as "{…}"). print.c; in the arena. */
char *expr_str(const Node *n);
char *exprs_str(const NodeList *l); /* "a, b" */

/* Calls f for each child of n (not for n), in source order; labels and names included. walk.c */
typedef void (*WalkFn)(Node *n, void *ctx);
void walk_children(Node *n, WalkFn f, void *ctx);

/* The same with the places where the children hang, for passes that exchange them. */
typedef struct SlotVisitor {
    void (*one)(Node **slot, void *ctx); /* *slot is not NULL */
    void (*list)(NodeList *l, void *ctx);
    void *ctx;
} SlotVisitor;
void visit_slots(Node *n, const SlotVisitor *v);

#endif
