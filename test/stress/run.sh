#!/bin/sh
# Stress for minutes: the graph mutators, in C and in Go, under every mode that changes when things
# happen; in C under the sanitizers; and everything at once (soak.c, soak.go) for SOAK seconds. Ends with the line "N passed, N failed".
#
#   [SOAK=120] run.sh [-s] [SECONDS for each, 10]      -s: with the sanitizers, which build the library anew
#
# Thread sanitizer: what it is not shown, and why, stands in tsan.supp beside this file.
cd "$(dirname "$0")/../.." || exit 1
sanitize=
[ "$1" = -s ] && sanitize=yes && shift
seconds=${1:-10}
soak=${SOAK:-120}
out=build/stress
mkdir -p $out
cc=${CC:-gcc}
passed=0 failed=0

check() { # name, command...
    name=$1
    shift
    if timeout $((seconds * 10 + soak * 3 + 120)) "$@" >$out/log 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name: status $?"
        tail -25 $out/log | sed 's/^/    /'
    fi
}

modes() { # name, program with arguments...
    name=$1
    shift
    for mode in "GOGC=100" "GOGC=1" "GOGC=10" "GOGC=50 gccheckmark=1" "GOGC=100 gcstress=10" "GOGC=30 gcstoptheworld=1" \
        "GOGC=100 GOMEMLIMIT=8MiB" "GOGC=off GOMEMLIMIT=40MiB" "GOGC=100 madvdontneed=0"; do
        godebug=clobberfree=1 set_env=
        for word in $mode; do
            case $word in
            GO*) set_env="$set_env $word" ;;
            *) godebug=$godebug,$word ;;
            esac
        done
        check "$name, $mode" env $set_env GODEBUG=$godebug "$@"
    done
}

build() { # output, source, library, flags...
    to=$1 from=$2 lib=$3
    shift 3
    $cc -std=gnu11 -O1 -g -Wall -Wextra "$@" -Iinclude -Itest/stress -o "$to" "test/stress/$from.c" "$lib" -lm -lpthread
}

make -s DEPS=no all || exit 1
build $out/mutate mutate build/libgolem.a || exit 1
build $out/soak soak build/libgolem.a || exit 1
modes "mutate.c" $out/mutate -s "$(date +%s)" "$seconds"
check "mutate.c without barriers" env GODEBUG=clobberfree=1 GOGC=20 $out/mutate -b "$seconds"
check "mutate.c, 12 threads, 300 MB" env GODEBUG=clobberfree=1 $out/mutate -t 12 -m 300 "$seconds"
GOLEMCACHE=build/cache ./golem build -o $out/mutate-go test/stress/mutate.go || exit 1
modes "mutate.go" $out/mutate-go "$seconds"
check "mutate.go, GOMAXPROCS=1" env GOMAXPROCS=1 GODEBUG=clobberfree=1 $out/mutate-go "$seconds"
check "mutate.go, stacks that grow at every call" env GODEBUG=clobberfree=1,stackstress=1 $out/mutate-go "$seconds"
$cc -std=gnu11 -O2 -g -Wall -Wextra -Iinclude -o $out/large test/stress/large.c build/libgolem.a -lm -lpthread || exit 1
check "large.c" $out/large
GOLEMCACHE=build/cache ./golem build -o $out/soak-go test/stress/soak.go || exit 1
check "soak.c" env GODEBUG=clobberfree=1 $out/soak "$soak"
check "soak.go" env GODEBUG=clobberfree=1 $out/soak-go "$soak"
for mode in gccheckmark=1 gcstress=100 gcstoptheworld=1 stackstress=1 schedseed=7; do
    check "soak.c, $mode" env GODEBUG=clobberfree=1,$mode $out/soak "$seconds"
    check "soak.go, $mode" env GODEBUG=clobberfree=1,$mode $out/soak-go "$seconds"
done
check "soak.go, GOMAXPROCS=1" env GOMAXPROCS=1 $out/soak-go "$seconds"

if [ "$sanitize" ]; then
    flags="-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined"
    make -s DEPS=no SAN=address build/address/libgolem.a || exit 1
    build $out/mutate-asan mutate build/address/libgolem.a $flags || exit 1
    build $out/soak-asan soak build/address/libgolem.a $flags || exit 1
    modes "mutate.c under the address sanitizer" $out/mutate-asan "$seconds"
    check "soak.c under the address sanitizer" $out/soak-asan "$seconds"
    flags="-fsanitize=thread -fno-omit-frame-pointer"
    make -s DEPS=no SAN=thread build/thread/libgolem.a || exit 1
    build $out/mutate-tsan mutate build/thread/libgolem.a $flags || exit 1
    build $out/soak-tsan soak build/thread/libgolem.a $flags || exit 1
    export TSAN_OPTIONS="suppressions=test/stress/tsan.supp history_size=7 halt_on_error=1"
    check "mutate.c under the thread sanitizer" $out/mutate-tsan "$seconds"
    check "soak.c under the thread sanitizer" $out/soak-tsan "$seconds"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
