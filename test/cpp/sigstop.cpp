// sigstop.cpp - golem/golem.hpp where threads are stopped by signal: loops without safepoints, joins outside regions, and
// lists that go round between two slots while the main thread collects.
#include <golem/golem.hpp>

#include <cstdio>
#include <cstdlib>
#include <thread>

struct node {
    golem::ptr<node> next;
    long value;
    node(long v, node *n) : next(n), value(v) {}
};
GOLEM_TYPE(node, next)

enum { LENGTH = 100, ROUNDS = 20 };
static golem::root<node> slots[2];
static bool stop;

static node *make_list() {
    node *list = nullptr;
    for (long i = 0; i < LENGTH; i++) list = golem::make<node>(i, list);
    return list;
}

static bool whole(const node *n) {
    long want = LENGTH;
    for (; n; n = n->next)
        if (n->value != --want) return false;
    return want == 0;
}

static void turn_round(bool *ok) {
    golem::thread self;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        node *mine = slots[0].exchange(nullptr), *seen = nullptr;
        for (int i = 0; i < 1000; i++)
            if (!whole(mine)) *ok = false;
        slots[0] = slots[1].exchange(mine);
        slots[0].cas(seen, make_list());
    }
}

int main() {
    ::setenv("GODEBUG", "clobberfree=1", 1);
    golem::library lib(GM_STOP_BY_SIGNAL);
    slots[0] = make_list();
    slots[1] = make_list();
    bool ok = true;
    std::thread t(turn_round, &ok);
    for (int i = 0; i < ROUNDS; i++) gm_gc();
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    t.join();
    std::printf("%s\n", ok && whole(slots[0]) && whole(slots[1]) ? "whole" : "damaged");
}
