// pointers.cpp - what golem/golem.hpp has: assignment, exchange, roots in containers, decoded words, arrays, tails, destructors.
#include <golem/golem.hpp>

#include <cstdio>
#include <cstdlib>
#include <vector>

struct node {
    golem::ptr<node> next;
    long value;
    explicit node(long v = 0, node *n = nullptr) : next(n), value(v) {}
};
GOLEM_TYPE(node, next)

static inline void *unshifted(uint64_t w) {
    return reinterpret_cast<void *>(w >> 3);
}
typedef golem::word<unshifted> shifted;
struct pair_of_words {
    shifted first, second;
};
GM_DEFINE_VALUE_TYPE(pair_type, pair_of_words, unshifted, first, second);
GOLEM_IS_DESCRIBED_BY(pair_of_words, pair_type)

struct row {
    golem::ptr<node> head;
    golem::ptr<node> cells[1]; // and more
};
GOLEM_FLEX_TYPE(row, cells, gm_pointer_type, head)

static int closed;
struct file {
    long handle, unused;
    explicit file(long h) : handle(h), unused(0) {}
    ~file() { __atomic_fetch_add(&closed, static_cast<int>(handle), __ATOMIC_RELAXED); }
};
GOLEM_PLAIN_TYPE(file)

static void check(bool ok, const char *what) {
    if (ok) return;
    std::printf("wrong: %s\n", what);
    std::exit(1);
}

static void collect() {
    gm_gc();
    for (long i = 0; i < 20000; i++) golem::make<node>(-1);
}

static uint64_t shift(node *n) {
    return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(n)) << 3;
}

static golem::root<node> list;
static golem::root<pair_of_words> words;
static golem::root<row> rows;

static __attribute__((noinline)) void open_files() {
    for (int i = 0; i < 100; i++) golem::make_finalized<file>(1);
}

int main() {
    golem::library library;
    for (long i = 0; i < 300000; i++) list = golem::make<node>(i, i % 1000 ? list.get() : nullptr);
    collect();
    long n = 299999;
    for (node *at = list; at; at = at->next, n--) check(at->value == n, "a list");
    check(n == 298999, "its length");

    node *a = golem::make<node>(1), *b = golem::make<node>(2), *want = a;
    list = a;
    check(!list.cas(b, a) && b == a, "an exchange that is refused");
    b = golem::make<node>(2);
    check(list.cas(want, b) && list->value == 2, "an exchange");
    check(list.exchange(a) == b && list == a, "another");

    std::vector<golem::root<node>> held;
    for (long i = 0; i < 1000; i++) held.push_back(golem::root<node>(golem::make<node>(i)));
    collect();
    for (long i = 0; i < 1000; i++)
        check(held[static_cast<size_t>(i)]->value == i, "roots in a vector");
    held.erase(held.begin());
    collect();
    check(held[0]->value == 1, "roots that were moved");

    words = golem::make_array<pair_of_words>(1000);
    for (long i = 0; i < 1000; i++) {
        words.get()[i].first = shift(golem::make<node>(i));
        words.get()[i].second = words.get()[i].first;
    }
    collect();
    for (long i = 0; i < 1000; i++)
        check(static_cast<node *>(words.get()[i].second.pointer())->value == i, "words");

    rows = golem::make_flex<row>(100);
    for (long i = 0; i < 100; i++) rows->cells[i] = golem::make<node>(i);
    collect();
    for (long i = 0; i < 100; i++) check(rows->cells[i]->value == i, "a tail");

    open_files();
    for (int i = 0; i < 100 && __atomic_load_n(&closed, __ATOMIC_RELAXED) < 50; i++) {
        collect();
        gm_sleep(1000000);
    }
    check(__atomic_load_n(&closed, __ATOMIC_RELAXED) >= 50, "destructors");
    {
        golem::no_cycle region;
        golem::blocking waiting;
    }
    std::printf("ok\n");
}
