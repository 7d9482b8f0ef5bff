/* cover.c - where coverage counts: the basic blocks of Go's cover tool, as counters in the tree.
 *
 * A list of statements is cut behind each statement that affects the flow of control (or holds a function literal, whose
 * body has counters of its own). Every piece gets a counter ahead of its first statement: an N_EMPTY that names a word of
 * the package's counters, so that no later pass needs to know of it. A piece whose lines are interrupted, by comments or
 * blank lines, has a counter for each run of lines. What a counter covers is said in lines and columns of the file as it
 * lies on the disk; profiles are compared with Go's byte for byte, so the limits of pieces are Go's to the column: the
 * brace of the block that follows, the line behind the last one with code, and so on.
 *
 * The tree does not know where statements end, and what lies between them. The file is scanned once more for that:
 * tokens, each with its place, in which a statement's first is found by search. All places here are offsets in the file.
 */
#include "syntax/cover.h"
#include "syntax/scan.h"

typedef struct Token {
    uint32_t start, end;
    uint8_t tok;
    bool implied; /* a semicolon that is not written */
} Token;

typedef struct Covering {
    Cover *cover;
    CoverFunc *func; /* NULL outside functions */
    Str src;
    const char *shown;
    int file;
    VEC(Token) tokens;
    VEC(uint32_t) lines; /* the offset at which each line starts */
    Map seen;            /* places of units, as text */
} Covering;

typedef struct Range {
    uint32_t start, end;
    int stmts;
} Range;
typedef VEC(Range) Ranges;

/* A statement of a list that is being cut. */
typedef struct Item {
    Node *stmt;
    uint32_t start, end;
} Item;
typedef VEC(Item) Items;

/* --- places --- */

static void no_directive(Scanner *s, uint32_t line, uint32_t col, Str text) {
    (void)s, (void)line, (void)col, (void)text;
}

static void read_tokens(Covering *c) {
    push(&c->lines, 0);
    for (size_t i = 0; i < c->src.n; i++)
        if (c->src.p[i] == '\n') push(&c->lines, (uint32_t)i + 1);
    Scanner s = {0};
    scan_init(&s, c->file, c->src.p, c->src.n, no_directive);
    for (scan_next(&s); s.tok != T_EOF; scan_next(&s)) {
        bool implied = s.tok == T_SEMI && strcmp(s.text, "semicolon") != 0;
        push(&c->tokens, ((Token){(uint32_t)(s.start - c->src.p),
                                  (uint32_t)(s.p - s.chw - c->src.p), (uint8_t)s.tok, implied}));
    }
}

static uint32_t offset(const Covering *c, Pos p) {
    return c->lines.v[p.line - 1] + p.col - 1;
}

/* The line, from 0, in which an offset lies. */
static int line_at(const Covering *c, uint32_t at) {
    int lo = 0, hi = c->lines.n;
    while (hi - lo > 1) {
        int mid = (lo + hi) / 2;
        if (c->lines.v[mid] <= at)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* The first token that starts at an offset or behind it. */
static int token_at(const Covering *c, uint32_t at) {
    int lo = 0, hi = c->tokens.n;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (c->tokens.v[mid].start < at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static uint32_t stmt_start(const Covering *c, const Node *s) {
    return offset(c, s->kind == N_LABELED ? s->labeled.label->pos : start_pos(s));
}

/* The end of the statement that is followed, behind a semicolon perhaps, by what starts at `next`. */
static uint32_t stmt_end(const Covering *c, const Node *s, uint32_t start, uint32_t next) {
    if (s->kind == N_EMPTY) return c->src.p[start] == ';' ? start + 1 : start;
    int t = token_at(c, next) - 1;
    if (t > 0 && c->tokens.v[t].tok == T_SEMI && c->tokens.v[t].start > start) t--;
    return t >= 0 ? c->tokens.v[t].end : start;
}

/* --- units --- */

/* The counter of a piece of the source, as a statement. */
static Node *new_counter(Covering *c, Range r, Pos pos) {
    int from = line_at(c, r.start), to = line_at(c, r.end);
    CoverUnit u = {(uint32_t)from + 1, r.start - c->lines.v[from] + 1, (uint32_t)to + 1,
                   r.end - c->lines.v[to] + 1, (uint32_t)r.stmts};
    for (;; u.end_col++) { /* no two units are the same */
        const char *key = intern(xprintf("%u.%u,%u.%u", u.line, u.col, u.end_line, u.end_col));
        if (map_get(&c->seen, key)) continue;
        map_put(&c->seen, key, c);
        break;
    }
    Node *n = new_(Node);
    n->kind = N_EMPTY;
    n->pos = pos;
    n->empty.cover = c->cover;
    n->empty.word = c->cover->words + COVER_HEAD + c->func->units.n;
    push(&c->func->units, u);
    return n;
}

static bool is_code(const Token *t) {
    return t->tok != T_LBRACE && t->tok != T_RBRACE && !t->implied;
}

/* The parts of start..end that hold code, each a run of lines; without code: an empty one at start. */
static Ranges code_ranges(const Covering *c, uint32_t start, uint32_t end) {
    Ranges out = {0};
    uint32_t from = start;
    int last = -1; /* the last line with code */
    for (int i = token_at(c, start); i < c->tokens.n && c->tokens.v[i].start < end; i++) {
        const Token *t = &c->tokens.v[i];
        if (!is_code(t)) continue;
        int line = line_at(c, t->start), end_line = line_at(c, t->end);
        if (last < 0) {
            from = t->start;
        } else if (line > last + 1) {
            push(&out, ((Range){from, c->lines.v[last + 1], 0}));
            from = t->start;
        }
        if (end_line > last) last = end_line;
    }
    if (last < 0) {
        push(&out, ((Range){start, start, 0}));
        return out;
    }
    bool more = last + 1 < c->lines.n && c->lines.v[last + 1] < end; /* lines without code follow */
    push(&out, ((Range){from, more ? c->lines.v[last + 1] : end, 0}));
    return out;
}

/* How many of the statements start ahead of an offset. */
static int starting_before(const Item *items, int n, uint32_t at) {
    int k = 0;
    while (k < n && items[k].start < at) k++;
    return k;
}

/* The code ranges with the number of statements in each; none starts inside a statement. */
static Ranges ranges_of_stmts(const Covering *c, uint32_t start, uint32_t end, const Item *items,
                              int n) {
    Ranges all = code_ranges(c, start, end), out = {0};
    for (int i = 0; i < all.n; i++) {
        Range r = all.v[i];
        int before = starting_before(items, n, r.start);
        r.stmts = starting_before(items, n, r.end) - before;
        if (out.n && before > 0 && r.start < items[before - 1].end) {
            out.v[out.n - 1].end = r.end;
            out.v[out.n - 1].stmts += r.stmts;
        } else {
            push(&out, r);
        }
    }
    return out;
}

/* --- where pieces end --- */

typedef struct Search {
    Node *literal;
} Search;

/* A constant that repeats what an earlier one of its group says: the tree has that twice, the source once. */
static bool is_repeated(const Node *n) {
    return n->kind == N_CONST && n->var.inherited;
}

static void find_literal(Node *n, void *ctx) {
    Search *s = ctx;
    if (s->literal || is_repeated(n)) return;
    if (n->kind == N_FUNCLIT)
        s->literal = n;
    else
        walk_children(n, find_literal, s);
}

/* The first function literal in n, which may be NULL. */
static const Node *literal_in(Node *n) {
    Search s = {0};
    if (n) find_literal(n, &s);
    return s.literal;
}

static bool is_control(const Node *s) {
    return s->kind == N_FOR || s->kind == N_RANGE || s->kind == N_SWITCH ||
           s->kind == N_TYPESWITCH || s->kind == N_SELECT;
}

/* The brace behind the header of a switch or select, whose clauses start at `first` (or it ends at `end`). */
static uint32_t clauses_brace(const Covering *c, const NodeList *cases, Pos end) {
    int t = token_at(c, offset(c, cases->n ? cases->v[0]->pos : end)) - 1;
    while (t > 0 && c->tokens.v[t].tok != T_LBRACE) t--;
    return c->tokens.v[t].start;
}

/* The offset at which the piece ends that s is the last statement of. */
static uint32_t boundary(const Covering *c, const Item *item) {
    Node *s = item->stmt;
    while (s->kind == N_LABELED) s = s->labeled.stmt;
    Node *parts[3] = {0};
    uint32_t brace = 0;
    switch (s->kind) {
    case N_BLOCK: return offset(c, s->pos);
    case N_IF:
        parts[0] = s->if_.init, parts[1] = s->if_.cond;
        brace = offset(c, s->if_.then->pos);
        break;
    case N_FOR:
        parts[0] = s->for_.init, parts[1] = s->for_.cond, parts[2] = s->for_.post;
        brace = offset(c, s->for_.body->pos);
        break;
    case N_RANGE:
        parts[0] = s->range.x;
        brace = offset(c, s->range.body->pos);
        break;
    case N_SWITCH:
        parts[0] = s->switch_.init, parts[1] = s->switch_.tag;
        brace = clauses_brace(c, &s->switch_.cases, s->switch_.rbrace);
        break;
    case N_TYPESWITCH:
        parts[0] = s->typeswitch.init;
        brace = clauses_brace(c, &s->typeswitch.cases, s->typeswitch.rbrace);
        break;
    case N_SELECT: return clauses_brace(c, &s->select.cases, s->select.rbrace);
    default: parts[0] = s; brace = item->end;
    }
    for (int i = 0; i < 3; i++) {
        const Node *l = literal_in(parts[i]);
        if (l) return offset(c, l->funclit.body->pos);
    }
    return brace;
}

static bool ends_piece(const Node *s) {
    if (s->kind == N_BLOCK || s->kind == N_BRANCH || s->kind == N_IF || s->kind == N_LABELED ||
        is_control(s))
        return true;
    if (s->kind == N_EXPRSTMT && s->unary.x->kind == N_CALL) {
        const Node *call = s->unary.x;
        if (call->call.fun->kind == N_IDENT && call->call.args.n == 1 &&
            strcmp(call->call.fun->ident.name, "panic") == 0)
            return true;
    }
    return literal_in((Node *)s) != NULL;
}

/* --- lists of statements --- */

/* A label that jumps may lead to starts a piece: it is separated from its statement. */
static bool split_label(const Covering *c, Items *items, int i) {
    Item *label = &items->v[i];
    Node *inner = label->stmt->labeled.stmt;
    if (is_control(inner)) return false;
    Item rest = {inner, stmt_start(c, inner), label->end};
    if (inner->kind == N_EMPTY) rest.end = stmt_end(c, inner, rest.start, rest.end);
    Node *nothing = new_(Node);
    nothing->kind = N_EMPTY;
    nothing->pos = inner->pos;
    label->stmt->labeled.stmt = nothing;
    push(items, rest);
    memmove(&items->v[i + 2], &items->v[i + 1], (size_t)(items->n - i - 2) * sizeof *items->v);
    items->v[i + 1] = rest;
    return true;
}

/* Appends the statements of a piece, with the counters that stand ahead of them. */
static void put_piece(Covering *c, NodeList *out, const Item *items, int n, const Ranges *ranges,
                      Pos pos) {
    int k = 0;
    for (int i = 0; i < ranges->n; i++) {
        while (i && k < n && items[k].start < ranges->v[i].start) push(out, items[k++].stmt);
        push(out, new_counter(c, ranges->v[i], i && k < n ? items[k].stmt->pos : pos));
    }
    while (k < n) push(out, items[k++].stmt);
}

/* Counters for a list of statements that begins behind `start` (at `inside`) and ends at `end`; whole: what follows the
 * last statement, up to the end, belongs to it. */
static void cover_items(Covering *c, NodeList *list, Items items, uint32_t start, uint32_t inside,
                        uint32_t end, bool whole, Pos pos) {
    NodeList out = {0};
    if (!items.n) {
        Range r = code_ranges(c, inside, end).v[0];
        push(&out, new_counter(c, r, pos));
    }
    for (int from = 0; from < items.n;) {
        uint32_t piece_end = end;
        int last = from;
        while (last < items.n) {
            Item *item = &items.v[last++];
            piece_end = boundary(c, item);
            if (!ends_piece(item->stmt)) continue;
            if (item->stmt->kind == N_LABELED && split_label(c, &items, last - 1))
                piece_end = items.v[last - 1].start;
            whole = false;
            break;
        }
        if (whole) piece_end = end;
        Ranges ranges = {0};
        if (start != piece_end)
            ranges = ranges_of_stmts(c, start, piece_end, &items.v[from], last - from);
        put_piece(c, &out, &items.v[from], last - from, &ranges, pos);
        from = last;
        if (from == items.n) break;
        start = items.v[from].start;
        pos = items.v[from].stmt->pos;
    }
    *list = out;
}

/* The statements of a list with their places; `close`: where what follows the list starts. */
static Items items_of(const Covering *c, const NodeList *list, uint32_t close) {
    Items items = {0};
    for (int i = 0; i < list->n; i++)
        push(&items, ((Item){list->v[i], stmt_start(c, list->v[i]), 0}));
    for (int i = 0; i < items.n; i++) {
        uint32_t next = i + 1 < items.n ? items.v[i + 1].start : close;
        items.v[i].end = stmt_end(c, items.v[i].stmt, items.v[i].start, next);
    }
    return items;
}

/* --- the walk --- */

static void visit(Node *n, void *ctx);

static void cover_block(Covering *c, Node *b, uint32_t start) {
    uint32_t close = offset(c, b->block.rbrace);
    Items items = items_of(c, &b->block.stmts, close);
    cover_items(c, &b->block.stmts, items, start, start + 1, close + 1, true, b->pos);
    for (int i = 0; i < b->block.stmts.n; i++) visit(b->block.stmts.v[i], c);
}

static void cover_clauses(Covering *c, NodeList *cases, Pos rbrace) {
    for (int i = 0; i < cases->n; i++) {
        Node *k = cases->v[i];
        bool comm = k->kind == N_COMM;
        NodeList *body = comm ? &k->comm.body : &k->case_.body;
        uint32_t start = offset(c, comm ? k->comm.colon : k->case_.colon) + 1;
        uint32_t close = offset(c, i + 1 < cases->n ? cases->v[i + 1]->pos : rbrace);
        Items items = items_of(c, body, close);
        uint32_t end = items.n ? items.v[items.n - 1].end : start;
        cover_items(c, body, items, start, start, end, false, k->pos);
        if (comm && k->comm.comm) visit(k->comm.comm, c);
        for (int e = 0; !comm && e < k->case_.exprs.n; e++) visit(k->case_.exprs.v[e], c);
        for (int s = 0; s < body->n; s++) visit(body->v[s], c);
    }
}

/* `else if` becomes a block, where a counter can stand. */
static void cover_if(Covering *c, Node *n) {
    if (n->if_.init) visit(n->if_.init, c);
    visit(n->if_.cond, c);
    visit(n->if_.then, c);
    Node *els = n->if_.els;
    if (!els) return;
    int t = token_at(c, offset(c, n->if_.then->block.rbrace)) + 1; /* else */
    uint32_t start = c->tokens.v[t].end;
    if (els->kind == N_BLOCK) {
        cover_block(c, els, start);
        return;
    }
    Node *block = new_(Node);
    block->kind = N_BLOCK;
    block->pos = els->pos;
    block->block.rbrace = end_pos(els);
    uint32_t end = offset(c, block->block.rbrace) + 1;
    Items items = {0};
    push(&items, ((Item){els, offset(c, els->pos), end}));
    cover_items(c, &block->block.stmts, items, start, start + 1, end + 1, true, els->pos);
    n->if_.els = block;
    visit(els, c);
}

static void cover_body(Covering *c, Node *body, const char *name, bool literal) {
    CoverFunc *f = new_(CoverFunc);
    *f = (CoverFunc){.name = name, .file = c->shown, .literal = literal};
    c->func = f;
    visit(body, c);
    push(&c->cover->funcs, f);
    c->cover->words += COVER_HEAD + f->units.n;
    c->func = NULL;
}

/* A method's name has its receiver's before it, unless that has type parameters. */
static const char *func_name(const Node *n) {
    const char *name = n->func.name->ident.name;
    const Node *t = n->func.recv ? n->func.recv->field.typ : NULL;
    bool star = t && t->kind == N_STAR;
    if (star) t = t->unary.x;
    if (!t || t->kind != N_IDENT) return name;
    return xprintf("%s%s.%s", star ? "*" : "", t->ident.name, name);
}

static void visit(Node *n, void *ctx) {
    Covering *c = ctx;
    switch (n->kind) {
    case N_FUNC:
        if (n->func.body && strcmp(n->func.name->ident.name, "_") != 0)
            cover_body(c, n->func.body, func_name(n), false);
        return;
    case N_FUNCLIT:
        if (c->func)
            visit(n->funclit.body, c);
        else
            cover_body(c, n->funclit.body, xprintf("func.L%u.C%u", n->pos.line, n->pos.col), true);
        return;
    case N_BLOCK: cover_block(c, n, offset(c, n->pos)); return;
    case N_IF: cover_if(c, n); return;
    case N_SWITCH:
        if (n->switch_.init) visit(n->switch_.init, c);
        if (n->switch_.tag) visit(n->switch_.tag, c);
        cover_clauses(c, &n->switch_.cases, n->switch_.rbrace);
        return;
    case N_TYPESWITCH:
        if (n->typeswitch.init) visit(n->typeswitch.init, c);
        visit(n->typeswitch.x, c);
        cover_clauses(c, &n->typeswitch.cases, n->typeswitch.rbrace);
        return;
    case N_SELECT: cover_clauses(c, &n->select.cases, n->select.rbrace); return;
    default:
        if (!is_repeated(n)) walk_children(n, visit, c);
    }
}

void cover_file(Cover *cover, File *f, Str src, const char *shown) {
    Covering c = {.cover = cover, .src = src, .shown = shown, .file = f->file};
    read_tokens(&c);
    for (int i = 0; i < f->decls.n; i++) visit(f->decls.v[i], &c);
}
