/* golem.hpp - golem.h for C++ (11 and later): pointers whose assignment is the write barrier.
 *
 *     #include <golem/golem.hpp>
 *
 *     struct node {
 *         golem::ptr<node> next;
 *         long value;
 *     };
 *     GOLEM_TYPE(node, next)                       // node, whose pointer field is next
 *     static golem::root<node> list;               // a root
 *
 *     int main() {
 *         golem::library library;
 *         for (long i = 0; i < 1000000; i++) {
 *             node *n = golem::make<node>();
 *             n->value = i;
 *             n->next = list;                      // each store goes through the barrier
 *             list = i % 1000 ? n : nullptr;
 *         }
 *     }
 *
 * Objects of the heap hold golem::ptr, local variables plain pointers: stacks are searched. Everything golem.h says holds: where
 * threads stop, what the collector sees (not what std containers allocate), what a finalizer may do. No destructor runs when an object
 * is found dead: golem::make takes only types without one; for others golem::make_finalized has it run by a finalizer. Exceptions
 * may pass through the program's own frames, not through the library's: callbacks throw none.
 */
#ifndef GOLEM_GOLEM_HPP
#define GOLEM_GOLEM_HPP

#include <golem.h>

#include <new>
#include <type_traits>
#include <utility>

namespace golem {

/* The descriptor of T: GOLEM_TYPE and its kin define it. */
template <class T> struct type_of;

/* GOLEM_TYPE(name, field, ...), GOLEM_PLAIN_TYPE(name), GOLEM_FLEX_TYPE(name, tail, element, field, ...): as GM_DEFINE_TYPE and
 * so on, at global scope, for a struct with a name of one word. ISO C++ has no arrays without a length: write the tail as an
 * array of one element. */
#define GOLEM_TYPE(T, ...)                                                                         \
    GM_DEFINE_TYPE(golem_type_of_##T, T, __VA_ARGS__);                                             \
    GOLEM_IS_DESCRIBED_BY(T, golem_type_of_##T)
#define GOLEM_PLAIN_TYPE(T)                                                                        \
    GM_DEFINE_PLAIN_TYPE(golem_type_of_##T, T);                                                    \
    GOLEM_IS_DESCRIBED_BY(T, golem_type_of_##T)
#define GOLEM_FLEX_TYPE(T, tail, elem, ...)                                                        \
    GM_DEFINE_FLEX_TYPE(golem_type_of_##T, T, tail, elem, __VA_ARGS__);                            \
    GOLEM_IS_DESCRIBED_BY(T, golem_type_of_##T)
/* A descriptor that exists already. */
#define GOLEM_IS_DESCRIBED_BY(T, descriptor)                                                       \
    namespace golem {                                                                              \
    template <> struct type_of<T> {                                                                \
        static const gm_type *get() { return &(descriptor); }                                      \
    };                                                                                             \
    }

/* A pointer to an object, in an object or in registered memory. Its making is a plain store, as into fresh memory; later
 * stores go through the barrier. [attached] */
template <class T> class ptr {
    T *p_;

  public:
    ptr() : p_(nullptr) {}
    ptr(T *p) : p_(p) {}
    ptr(const ptr &o) : p_(o.get()) {}
    ptr &operator=(T *p) {
        gm_store(&p_, p);
        return *this;
    }
    ptr &operator=(const ptr &o) { return *this = o.get(); }
    T *get() const { return gm_load(&p_); }
    operator T *() const { return get(); }
    T *operator->() const { return get(); }
    /* As gm_cas and gm_exchange. */
    bool cas(T *&expected, T *p) { return gm_cas(&p_, &expected, p); }
    T *exchange(T *p) { return gm_exchange(&p_, p); }
};

/* A word that holds a pointer in the form that decode understands (golem/describe.h). */
template <gm_decode_fn *decode> class word {
    uint64_t bits_;

  public:
    word() : bits_(0) {}
    word(uint64_t bits) : bits_(bits) {}
    word(const word &o) : bits_(o.bits()) {}
    word &operator=(uint64_t bits) {
        gm_store_value(&bits_, bits, decode);
        return *this;
    }
    word &operator=(const word &o) { return *this = o.bits(); }
    uint64_t bits() const { return gm_load(&bits_); }
    void *pointer() const { return decode(bits()); }
};

/* A pointer outside the heap that keeps its object, from its making to its end: a global, a static, a member of what std containers
 * hold. Each is registered by itself. */
template <class T> class root : public ptr<T> {
  public:
    explicit root(T *p = nullptr) : ptr<T>(p) { gm_register_roots(this, &gm_pointer_type, 1); }
    root(const root &o) : root(o.get()) {}
    ~root() { gm_unregister_roots(this); }
    root &operator=(T *p) {
        ptr<T>::operator=(p);
        return *this;
    }
    root &operator=(const root &o) { return *this = o.get(); }
};

/* --- making objects. [attached] --- */

template <class T, class... Args> T *make_unchecked(Args &&...args) {
    static_assert(sizeof(ptr<T>) == sizeof(T *), "a slot is a word");
    return new (gm_new(type_of<T>::get())) T(std::forward<Args>(args)...);
}

template <class T, class... Args> T *make(Args &&...args) {
    static_assert(std::is_trivially_destructible<T>::value,
                  "nobody runs this destructor: golem::make_finalized");
    return make_unchecked<T>(std::forward<Args>(args)...);
}

template <class T> void run_destructor(void *obj, void *) {
    static_cast<T *>(obj)->~T();
}

/* Its destructor is called on a thread of the library, after it was found unreachable; at the end of the process none is. */
template <class T, class... Args> T *make_finalized(Args &&...args) {
    T *obj = make_unchecked<T>(std::forward<Args>(args)...);
    gm_set_finalizer(obj, run_destructor<T>, nullptr);
    return obj;
}

/* n objects side by side, all zero: for types of which that is a value. */
template <class T> T *make_array(size_t n) {
    static_assert(std::is_trivially_destructible<T>::value, "nobody runs this destructor");
    return static_cast<T *>(gm_newarray(type_of<T>::get(), static_cast<intptr_t>(n)));
}

/* A struct with a tail of n elements, all zero. */
template <class T> T *make_flex(size_t n) {
    return static_cast<T *>(gm_new_flex(type_of<T>::get(), n));
}

/* --- what must be undone --- */

class no_copy {
  public:
    no_copy(const no_copy &) = delete;
    no_copy &operator=(const no_copy &) = delete;

  protected:
    no_copy() {}
};

/* gm_init and gm_shutdown. Throws std::bad_alloc if the system gives no memory. */
class library : no_copy {
  public:
    explicit library(unsigned flags = 0) {
        if (!gm_init(flags)) throw std::bad_alloc();
    }
    ~library() { gm_shutdown(); }
};

/* The calling thread is attached. */
class thread : no_copy {
  public:
    thread() {
        if (!gm_attach_thread()) throw std::bad_alloc();
    }
    ~thread() { gm_detach_thread(); }
};

/* A blocking region; one in which no collection begins. */
class blocking : no_copy {
  public:
    blocking() { gm_block_enter(); }
    ~blocking() { gm_block_leave(); }
};
class no_cycle : no_copy {
  public:
    no_cycle() { gm_no_cycle_enter(); }
    ~no_cycle() { gm_no_cycle_leave(); }
};

} // namespace golem

#endif
