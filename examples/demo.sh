#!/bin/sh
# demo.sh: a Go program compiled and run, what escape analysis says of it, the collector's trace, the same library from C.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\n\033[1m$ %s\033[0m\n' "$1"; }

say "./golem run examples/go/words.go"
./golem run examples/go/words.go

say "./golem build -m -o build/words examples/go/words.go     # what lives on the heap, and why not"
./golem build -m -o build/words examples/go/words.go

say "ls -l build/words"
ls -l build/words | awk '{print $5 " bytes"}'

say "GODEBUG=gctrace=1 ./golem run bench/go/binarytrees.go     # the collector at work (last lines)"
GODEBUG=gctrace=1 ./golem run bench/go/binarytrees.go 2>&1 | tail -n 8

say "./golem tool sizeclasses     # the sizes that the heap deals in (first lines)"
./golem tool sizeclasses | head -n 6

for c in examples/c/*.c; do
  [ -e "$c" ] || continue
  name=$(basename "$c" .c)
  say "cc -Iinclude $c build/libgolem.a && ./$name"
  ${CC:-gcc} -O2 -Iinclude -o "build/$name" "$c" build/libgolem.a -lm -lpthread
  "./build/$name" | tail -n 5
done
