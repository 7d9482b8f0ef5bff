// versions.cpp - an ordered map that keeps all its versions, in C++.
//
// Shows: golem/golem.hpp. Each insertion makes a new version that shares all but a path with the one before (a treap: a
// search tree by key, a heap by priority), so nobody could say by hand when a node is free. Two threads read old
// versions while a third makes new ones; what no version leads to any more, the collector takes.
//
// Fields of objects are golem::ptr, roots golem::root; local variables are plain pointers, which need nothing.
#include <golem/golem.hpp>

#include <cstdio>
#include <thread>

struct node {
    golem::ptr<const node> left, right;
    long key, value;
    unsigned long priority;

    node(long k, long v, unsigned long p, const node *l, const node *r)
        : left(l), right(r), key(k), value(v), priority(p) {}
};
GOLEM_TYPE(node, left, right)

static const node *with_left(const node *t, const node *l) {
    return golem::make<node>(t->key, t->value, t->priority, l, t->right.get());
}

static const node *with_right(const node *t, const node *r) {
    return golem::make<node>(t->key, t->value, t->priority, t->left.get(), r);
}

static unsigned long mixed(unsigned long x) {
    x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15u;
    return x ^ (x >> 29);
}

static const node *insert(const node *t, long key, long value) {
    if (!t)
        return golem::make<node>(key, value, mixed(static_cast<unsigned long>(key)), nullptr,
                                 nullptr);
    if (key == t->key)
        return golem::make<node>(key, value, t->priority, t->left.get(), t->right.get());
    if (key < t->key) {
        const node *l = insert(t->left, key, value);
        if (l->priority <= t->priority) return with_left(t, l);
        return with_right(l, with_left(t, l->right));
    }
    const node *r = insert(t->right, key, value);
    if (r->priority <= t->priority) return with_right(t, r);
    return with_left(r, with_right(t, r->left));
}

static long count(const node *t) {
    return t ? count(t->left) + 1 + count(t->right) : 0;
}

// The sum of the values, if the keys are in order; else -1.
static long sum(const node *t, long &last) {
    if (!t) return 0;
    long left = sum(t->left, last);
    if (left < 0 || t->key <= last) return -1;
    last = t->key;
    long right = sum(t->right, last);
    return right < 0 ? -1 : left + t->value + right;
}

enum { KEYS = 2000, VERSIONS = 100000, EVERY = 10000 };
static golem::root<const node> latest;
static bool done;

// A version never changes: whatever a reader has got hold of stays in order.
static void read_versions(long *bad) {
    golem::thread attached;
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        long last = -1;
        if (sum(latest, last) < 0) ++*bad;
        gm_safepoint();
    }
}

int main() {
    golem::library library;
    long bad[2] = {0, 0};
    std::thread first(read_versions, &bad[0]), second(read_versions, &bad[1]);

    golem::root<const node> kept[VERSIONS / EVERY];
    for (long i = 0; i < VERSIONS; i++) {
        latest = insert(latest, static_cast<long>(mixed(static_cast<unsigned long>(i)) % KEYS), i);
        if (i % EVERY == 0) kept[i / EVERY] = latest;
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    {
        golem::blocking waiting; // the others may stop for a collection meanwhile
        first.join();
        second.join();
    }

    for (const golem::root<const node> &version : kept) {
        long last = -1, total = sum(version, last);
        std::printf("%ld keys, sum %ld\n", count(version), total);
    }
    std::printf("versions out of order: %ld\n", bad[0] + bad[1]);
    gm_gc();
    gm_mem_stats st;
    gm_read_mem_stats(&st);
    std::printf("garbage collected: %s\n",
                st.frees > 500000 ? "more than half a million nodes" : "little");
    std::printf("live at the end: %s\n",
                st.heap_objects < 60000 ? "ten versions and the last" : "too much");
}
