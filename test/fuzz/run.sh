#!/bin/sh
# run.sh DIR SECONDS: runs the fuzzers that `make fuzz` has built in DIR, each for so long, beginning with what
# earlier runs found worth keeping (DIR/corpus.*), Go's tests and the project's own. Exit 1 if one finds a fault.
set -u
dir=$1 seconds=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
seeds="$root/test/go"
goroot=$("$root/tools/get-goroot" 2>/dev/null)
for d in "$goroot/test" "$goroot/test/fixedbugs"; do
  [ -d "$d" ] && seeds="$seeds $d"
done
status=0
for f in parse check; do
  mkdir -p "$dir/corpus.$f"
  # The checker keeps big numbers until the process ends: no leaks of it are reported.
  leaks=1; [ "$f" = check ] && leaks=0
  ASAN_OPTIONS=detect_leaks=$leaks "$dir/$f" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=4096 -detect_leaks=$leaks -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="$dir/$f-" "$dir/corpus.$f" $seeds || { status=1; echo "fuzz: $f: see $dir/$f-*"; }
done
exit $status
