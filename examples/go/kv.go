// A key-value store with type parameters: an ordered map as a balanced (AVL) tree, with snapshots
// that cost nothing because nodes never change, transactions on top of it, and indexes that are
// kept up to date. It runs a small script of commands against a store of strings and one of typed
// records.
package main

import (
	"errors"
	"fmt"
	"strings"
)

// An ordered key.
type Ordered interface {
	~int | ~int64 | ~float64 | ~string
}

// Tree is an immutable ordered map; its zero value is empty.
type Tree[K Ordered, V any] struct {
	root *node[K, V]
	n    int
}

type node[K Ordered, V any] struct {
	key         K
	val         V
	left, right *node[K, V]
	height      int
}

func (n *node[K, V]) h() int {
	if n == nil {
		return 0
	}
	return n.height
}

func join[K Ordered, V any](key K, val V, l, r *node[K, V]) *node[K, V] {
	return &node[K, V]{key, val, l, r, 1 + max(l.h(), r.h())}
}

// balance joins two trees whose heights differ by two at most.
func balance[K Ordered, V any](key K, val V, l, r *node[K, V]) *node[K, V] {
	switch {
	case l.h() > r.h()+1:
		if l.left.h() >= l.right.h() {
			return join(l.key, l.val, l.left, join(key, val, l.right, r))
		}
		m := l.right
		return join(m.key, m.val, join(l.key, l.val, l.left, m.left), join(key, val, m.right, r))
	case r.h() > l.h()+1:
		if r.right.h() >= r.left.h() {
			return join(r.key, r.val, join(key, val, l, r.left), r.right)
		}
		m := r.left
		return join(m.key, m.val, join(key, val, l, m.left), join(r.key, r.val, m.right, r.right))
	}
	return join(key, val, l, r)
}

func (n *node[K, V]) with(key K, val V) *node[K, V] {
	switch {
	case n == nil:
		return join[K, V](key, val, nil, nil)
	case key < n.key:
		return balance(n.key, n.val, n.left.with(key, val), n.right)
	case key > n.key:
		return balance(n.key, n.val, n.left, n.right.with(key, val))
	}
	return join(key, val, n.left, n.right)
}

func (n *node[K, V]) without(key K) *node[K, V] {
	switch {
	case n == nil:
		return nil
	case key < n.key:
		return balance(n.key, n.val, n.left.without(key), n.right)
	case key > n.key:
		return balance(n.key, n.val, n.left, n.right.without(key))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	}
	next := n.right
	for next.left != nil {
		next = next.left
	}
	return balance(next.key, next.val, n.left, n.right.without(next.key))
}

func (n *node[K, V]) walk(from K, all bool, yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	if all || n.key >= from {
		if !n.left.walk(from, all, yield) || !yield(n.key, n.val) {
			return false
		}
	}
	return n.right.walk(from, all, yield)
}

// Get finds a key.
func (t Tree[K, V]) Get(key K) (val V, ok bool) {
	for n := t.root; n != nil; {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.val, true
		}
	}
	return
}

// Put gives the tree with one more or another entry.
func (t Tree[K, V]) Put(key K, val V) Tree[K, V] {
	if _, ok := t.Get(key); !ok {
		t.n++
	}
	return Tree[K, V]{t.root.with(key, val), t.n}
}

// Delete gives the tree without an entry.
func (t Tree[K, V]) Delete(key K) Tree[K, V] {
	if _, ok := t.Get(key); !ok {
		return t
	}
	return Tree[K, V]{t.root.without(key), t.n - 1}
}

// All ranges over the entries in order.
func (t Tree[K, V]) All(yield func(K, V) bool) {
	var zero K
	t.root.walk(zero, true, yield)
}

// From ranges over the entries from a key on.
func (t Tree[K, V]) From(key K) func(func(K, V) bool) {
	return func(yield func(K, V) bool) { t.root.walk(key, false, yield) }
}

// Store is a sequence of versions of a tree, with indexes.
type Store[K Ordered, V any] struct {
	versions []Tree[K, V]
	watchers []func(key K, old, now *V)
}

var errConflict = errors.New("conflict: somebody else was faster")

// Now is the newest version.
func (s *Store[K, V]) Now() Tree[K, V] {
	if len(s.versions) == 0 {
		return Tree[K, V]{}
	}
	return s.versions[len(s.versions)-1]
}

// Tx is a transaction: what it reads and writes is seen at once or not at all.
type Tx[K Ordered, V any] struct {
	store  *Store[K, V]
	base   int
	tree   Tree[K, V]
	writes []change[K, V]
}

type change[K Ordered, V any] struct {
	key      K
	old, now *V
}

func (s *Store[K, V]) Begin() *Tx[K, V] {
	return &Tx[K, V]{store: s, base: len(s.versions), tree: s.Now()}
}

func (tx *Tx[K, V]) Get(key K) (V, bool) { return tx.tree.Get(key) }

func (tx *Tx[K, V]) Set(key K, val V) {
	tx.writes = append(tx.writes, change[K, V]{key, tx.current(key), new(val)})
	tx.tree = tx.tree.Put(key, val)
}

func (tx *Tx[K, V]) Del(key K) {
	if old := tx.current(key); old != nil {
		tx.writes = append(tx.writes, change[K, V]{key: key, old: old})
		tx.tree = tx.tree.Delete(key)
	}
}

func (tx *Tx[K, V]) current(key K) *V {
	if v, ok := tx.tree.Get(key); ok {
		return &v
	}
	return nil
}

func (tx *Tx[K, V]) Commit() error {
	s := tx.store
	if len(s.versions) != tx.base {
		return errConflict
	}
	s.versions = append(s.versions, tx.tree)
	for _, w := range tx.writes {
		for _, f := range s.watchers {
			f(w.key, w.old, w.now)
		}
	}
	return nil
}

// Update runs f in transactions until one is committed.
func (s *Store[K, V]) Update(f func(tx *Tx[K, V]) error) error {
	for {
		tx := s.Begin()
		if err := f(tx); err != nil {
			return err
		}
		if err := tx.Commit(); !errors.Is(err, errConflict) {
			return err
		}
	}
}

// Index finds the keys of a store by something that is computed from the value.
type Index[I comparable, K Ordered] struct {
	entries map[I]Tree[K, struct{}]
}

func NewIndex[I comparable, K Ordered, V any](s *Store[K, V], by func(V) I) *Index[I, K] {
	ix := &Index[I, K]{make(map[I]Tree[K, struct{}])}
	s.watchers = append(s.watchers, func(key K, old, now *V) {
		if old != nil {
			i := by(*old)
			ix.entries[i] = ix.entries[i].Delete(key)
		}
		if now != nil {
			i := by(*now)
			ix.entries[i] = ix.entries[i].Put(key, struct{}{})
		}
	})
	return ix
}

func (ix *Index[I, K]) Keys(i I) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range ix.entries[i].All {
			if !yield(k) {
				return
			}
		}
	}
}

// Fold reduces a sequence.
func Fold[K, V, A any](seq func(func(K, V) bool), a A, f func(A, K, V) A) A {
	for k, v := range seq {
		a = f(a, k, v)
	}
	return a
}

func run(s *Store[string, string], line string) string {
	f := strings.Fields(line)
	var out strings.Builder
	err := s.Update(func(tx *Tx[string, string]) error {
		switch {
		case f[0] == "set" && len(f) == 3:
			tx.Set(f[1], f[2])
		case f[0] == "del" && len(f) == 2:
			tx.Del(f[1])
		case f[0] == "get" && len(f) == 2:
			v, ok := tx.Get(f[1])
			fmt.Fprintf(&out, "%q %v", v, ok)
		case f[0] == "list":
			for k, v := range tx.tree.From(f[1]) {
				if k >= f[2] {
					break
				}
				fmt.Fprintf(&out, "%s=%s ", k, v)
			}
		default:
			return fmt.Errorf("cannot %q", line)
		}
		return nil
	})
	if err != nil {
		return "error: " + err.Error()
	}
	return out.String()
}

type Person struct {
	Name, City string
	Age        int
}

func main() {
	var s Store[string, string]
	for _, line := range []string{
		"set pear green", "set apple red", "set plum blue", "set fig purple", "get plum",
		"del fig", "get fig", "set apple yellow", "list a pl", "fly away",
	} {
		fmt.Printf("%-18s %s\n", line, run(&s, line))
	}
	fmt.Println(len(s.versions), "versions; the second had")
	for k, v := range s.versions[1].All {
		fmt.Println("   ", k, v)
	}

	var people Store[int, Person]
	byCity := NewIndex(&people, func(p Person) string { return p.City })
	byAge := NewIndex(&people, func(p Person) int { return p.Age / 10 * 10 })
	people.Update(func(tx *Tx[int, Person]) error {
		for i, p := range []Person{{"Ada", "London", 36}, {"Max", "Berlin", 51}, {"Eva", "London", 33}, {"Tom", "Berlin", 58}} {
			tx.Set(i+1, p)
		}
		return nil
	})
	people.Update(func(tx *Tx[int, Person]) error {
		p, _ := tx.Get(2)
		p.City = "London"
		tx.Set(2, p)
		tx.Del(3)
		return nil
	})
	for id := range byCity.Keys("London") {
		p, _ := people.Now().Get(id)
		fmt.Println("London:", id, p)
	}
	for id := range byAge.Keys(50) {
		fmt.Println("fifty and more:", id)
	}
	one, two := people.Begin(), people.Begin()
	one.Set(9, Person{Name: "One"})
	two.Set(9, Person{Name: "Two"})
	fmt.Println(one.Commit(), two.Commit())

	var numbers Tree[int64, float64]
	for i := range int64(1000) {
		numbers = numbers.Put(i*7919%1000, 1/float64(i+1))
	}
	for i := range int64(990) {
		numbers = numbers.Delete(i)
	}
	sum := Fold(numbers.All, 0.0, func(a float64, _ int64, v float64) float64 { return a + v })
	fmt.Printf("%d left, height %d, sum %.6f, %T\n", numbers.n, numbers.root.h(), sum, numbers)
}
