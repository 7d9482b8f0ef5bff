# Golem: the compiler (./golem), the runtime library (build/libgolem.a, .so), tests and benchmarks.
#
#   make            builds both           make demo         a program compiled and run, with -m and the collector's trace
#   make test       every test that fits in 20 minutes; T=name: one suite, unit test or program of test/go
#   make conformance  Go's own test tree, all of it; the whole library and its tests
#   make bench      against Go 1.27       make install      PREFIX=/usr/local (make uninstall takes it away)
#   make compile_commands.json            for editors
#   make stress     stress modes, soak, sanitizers          make fuzz         the compiler's front, FUZZ_TIME seconds each
#   make test-long  as test, with all of Go's tests and stress modes
#   make asan       the runtime's tests under the address sanitizer       make tsan       the thread sanitizer
#   make debug      the runtime's tests with its assertions
#
# What is missing is installed with apt by the targets that need it (tools/install-deps; DEPS=no turns that off).

PREFIX  ?= /usr/local
VERSION := $(shell sed -n 's/^.define GM_VERSION "\(.*\)"/\1/p' include/golem/version.h)
SONAME  := libgolem.so.$(firstword $(subst ., ,$(VERSION)))
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
B       := build
comma   := ,
OPT     ?= -O2
# SAN=address (with undefined behaviour) or SAN=thread: into build/address, build/thread. gcc only for the latter.
ifneq ($(SAN),)
B       := build/$(SAN)
OPT     := -O1
EXTRA   := -fno-omit-frame-pointer $(if $(filter thread,$(SAN)),-fsanitize=thread -Wno-tsan \
           --param tsan-instrument-func-entry-exit=0,-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined)
endif
# DEBUG=yes: with the assertions of the runtime, into build/debug.
ifneq ($(DEBUG),)
B       := build/debug
OPT     := -O1
EXTRA   := -DGM_DEBUG
endif
WARN    := -Wall -Wextra -Werror
DEPFLAGS = -MMD -MP
DEPFLAGS_T = $(DEPFLAGS) -MT $@ -MF $@.d
CFLAGS_C := -std=gnu11 $(OPT) -g $(WARN) $(EXTRA) -Icompiler -Icmd/golem
# gcc for x86 counts parameters on the stack in a function's check for room only if it does not push them.
OUTGOING := $(shell echo | $(CC) -maccumulate-outgoing-args -E - >/dev/null 2>&1 && echo -maccumulate-outgoing-args)
CFLAGS_R := -std=gnu11 $(OPT) -g $(WARN) $(EXTRA) -fno-strict-aliasing -fwrapv -fno-delete-null-pointer-checks \
            -fsplit-stack $(OUTGOING) -DGM_SPLIT_STACK -ftls-model=initial-exec -fPIC -fvisibility=hidden -Iinclude -Iruntime
LIBS_C  := -lmpfr -lgmp -lz -lm -lpthread

COMPILER := $(wildcard compiler/*/*.c)
COMMAND  := $(wildcard cmd/golem/*.c)
RUNTIME  := $(wildcard runtime/*/*.c runtime/*/*.S)
COMPILER_O := $(COMPILER:%.c=$B/%.o)
COMMAND_O  := $(COMMAND:%.c=$B/%.o)
RUNTIME_O  := $(addsuffix .o,$(addprefix $B/,$(basename $(RUNTIME))))
UNIT_C   := $(patsubst %.c,$B/%,$(wildcard test/unit/compiler/*_test.c))
UNIT_R   := $(patsubst %.c,$B/%,$(wildcard test/unit/runtime/*_test.c))

.PHONY: all deps lib unit unit-runtime demo test test-long asan tsan debug conformance stress fuzz fuzz-diff bench install uninstall format clean
all: golem lib $B/tools/sizeclass
lib: $B/libgolem.a $B/libgolem.so

golem: $(COMPILER_O) $(COMMAND_O)
	@echo "  LD $@"; $(CC) $(OPT) $(EXTRA) -o $@ $^ $(LIBS_C)
$B/libgolem.a: $(RUNTIME_O)
	@echo "  AR $@"; rm -f $@ && ar rcs $@ $^
# The file that programs are linked with, the one that they ask for, and the one that both are.
$B/libgolem.so: $(RUNTIME_O) runtime/libgolem.map
	@echo "  LD $@"; $(CC) -shared -Wl,-z,now -Wl,-z,nodelete -Wl,-soname,$(SONAME) -Wl,--version-script=runtime/libgolem.map \
	  -o $B/libgolem.so.$(VERSION) $(filter %.o,$^) -lm -lpthread
	@ln -sf libgolem.so.$(VERSION) $B/$(SONAME) && ln -sf libgolem.so.$(VERSION) $@

.PHONY: $B/all-objects
$B/all-objects: $(COMPILER_O) $(COMMAND_O) $(RUNTIME_O)

$B/compiler/%.o: compiler/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CFLAGS_C) $(DEPFLAGS) -c -o $@ $<
$B/cmd/%.o: cmd/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CFLAGS_C) $(DEPFLAGS) -c -o $@ $<
$B/runtime/%.o: runtime/%.c
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CFLAGS_R) $(DEPFLAGS) -c -o $@ $<
$B/runtime/%.o: runtime/%.S
	@mkdir -p $(@D)
	@echo "  CC $<"; $(CC) $(CFLAGS_R) $(DEPFLAGS) -c -o $@ $<

$B/test/unit/compiler/%: test/unit/compiler/%.c $(COMPILER_O)
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(CFLAGS_C) $(DEPFLAGS_T) -o $@ $(filter %.c %.o,$^) -lcmocka $(LIBS_C)
# Of the command, one file.
$B/test/unit/compiler/dominators_test: $B/cmd/golem/dominators.o
# Tests of the lower floors bring a double of the scheduler: for them these floors are built without stack checks.
DOUBLES  := $(patsubst test/unit/runtime/%.c,$B/test/unit/runtime/%,$(shell grep -ls world_double.h test/unit/runtime/*_test.c))
CFLAGS_F := $(filter-out -fsplit-stack -DGM_SPLIT_STACK,$(CFLAGS_R))
FLOORS_O := $(addsuffix .o,$(addprefix $B/floors/,$(basename $(wildcard runtime/os/*.c runtime/heap/*.c runtime/gc/*.[cS]) \
            runtime/observe/trace.c runtime/observe/stats.c runtime/front/capi.c)))
$B/floors/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $< (floors)"; $(CC) $(CFLAGS_F) $(DEPFLAGS) -c -o $@ $<
$B/floors/%.o: %.S
	@mkdir -p $(@D)
	@echo "  CC $< (floors)"; $(CC) $(CFLAGS_F) $(DEPFLAGS) -c -o $@ $<
$B/libfloors.a: $(FLOORS_O)
	@rm -f $@ && ar rcs $@ $^
$(DOUBLES): $B/test/unit/runtime/%: test/unit/runtime/%.c $B/libfloors.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(CFLAGS_F) $(DEPFLAGS_T) -o $@ $(filter %.c %.a,$^) -lcmocka -lm -lpthread
$B/test/unit/runtime/%: test/unit/runtime/%.c $B/libgolem.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(CFLAGS_R) $(DEPFLAGS_T) -o $@ $(filter %.c %.a,$^) -lcmocka -lm -lpthread
$B/checkgo: test/types/checkgo.c $(COMPILER_O)
	$(CC) $(CFLAGS_C) -o $@ $^ $(LIBS_C)
unit: $(UNIT_C) $(UNIT_R)
# What the heap's size classes are made by; a test compares. After a change of the rules: make sizeclasses.
$B/tools/%: tools/%.c
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) -std=gnu11 $(OPT) -g $(WARN) -o $@ $<
.PHONY: sizeclasses
sizeclasses: $B/tools/sizeclass
	$< >runtime/heap/sizeclass_table.h
unit-runtime: $(UNIT_R)

deps:
	@tools/install-deps $(DEPS)
demo: deps
	@$(MAKE) --no-print-directory -s all
	@examples/demo.sh
test: deps
	@$(MAKE) --no-print-directory all unit
	@test/run.py $(T)
test-long: deps
	@$(MAKE) --no-print-directory all unit
	@test/run.py --long
asan tsan debug: deps
	@test/sanitize.sh $(patsubst asan,address,$(patsubst tsan,thread,$@))
conformance: deps
	@$(MAKE) --no-print-directory all
	@test/conformance.py
	@test/std.py build
	@test/std.py test
# Every mode over the Go tests; then the programs of test/stress, STRESS_TIME seconds each, everything at once SOAK seconds.
STRESS_TIME ?= 10
SOAK ?= 120
stress: deps
	@$(MAKE) --no-print-directory all
	@test/stress.sh; modes=$$?; SOAK=$(SOAK) test/stress/run.sh -s $(STRESS_TIME) && exit $$modes
bench: deps
	@tools/install-deps $(if $(filter no,$(DEPS)),no,bench)
	@$(MAKE) --no-print-directory all
	@bench/run.py $(BENCH)

# Coverage-guided fuzzing of the compiler's front, FUZZ_TIME seconds for each entry. What is found is written to $B/fuzz.
FUZZ_TIME ?= 300
FUZZ_CC   := clang -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Icompiler
$B/fuzz/parse: test/fuzz/parse_fuzz.c $(wildcard compiler/base/*.[ch] compiler/syntax/*.[ch])
	@mkdir -p $(@D)
	@echo "  LD $@"; $(FUZZ_CC) -o $@ $(filter %.c,$^) $(LIBS_C)
$B/fuzz/check: test/fuzz/check_fuzz.c $(wildcard compiler/base/*.[ch] compiler/syntax/*.[ch] compiler/types/*.[ch] compiler/check/*.[ch])
	@mkdir -p $(@D)
	@echo "  LD $@"; $(FUZZ_CC) -o $@ $(filter %.c,$^) $(LIBS_C)
fuzz: deps
	@$(MAKE) --no-print-directory $B/fuzz/parse $B/fuzz/check
	@test/fuzz/run.sh $B/fuzz $(FUZZ_TIME)

# Random programs compiled by Golem and by Go (GO=, or go on the path; without it, by Golem in other ways): SEEDS=COUNT or FIRST-LAST.
SEEDS ?= 1000
fuzz-diff: deps
	@$(MAKE) --no-print-directory -s all
	@test/fuzz/diff.py --seeds $(SEEDS)

DEST = $(DESTDIR)$(PREFIX)
install: all
	install -d $(DEST)/bin $(DEST)/include/golem $(DEST)/lib/pkgconfig $(DEST)/share/golem $(DEST)/share/man/man1 $(DEST)/share/man/man3
	install -m 755 golem $(DEST)/bin/
	install -m 644 include/golem.h $(DEST)/include/
	install -m 644 include/golem/*.h include/golem/*.hpp $(DEST)/include/golem/
	install -m 644 $B/libgolem.a $(DEST)/lib/
	install -m 755 $B/libgolem.so.$(VERSION) $(DEST)/lib/
	ln -sf libgolem.so.$(VERSION) $(DEST)/lib/$(SONAME)
	ln -sf libgolem.so.$(VERSION) $(DEST)/lib/libgolem.so
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' golem.pc.in >$(DEST)/lib/pkgconfig/golem.pc
	cp -R lib $(DEST)/share/golem/
	install -d $(DEST)/share/gdb/auto-load$(PREFIX)/lib
	install -m 644 lib/golem-gdb.py $(DEST)/share/gdb/auto-load$(PREFIX)/lib/libgolem.so.$(VERSION)-gdb.py
	sed 's|@VERSION@|$(VERSION)|' docs/golem.1 >$(DEST)/share/man/man1/golem.1
	sed 's|@VERSION@|$(VERSION)|' docs/golem.h.3 >$(DEST)/share/man/man3/golem.h.3
# What install puts there, and nothing else; directories that others use stay.
uninstall:
	rm -f $(DEST)/bin/golem $(DEST)/include/golem.h $(DEST)/lib/libgolem.a $(DEST)/lib/libgolem.so $(DEST)/lib/$(SONAME) \
	  $(DEST)/lib/libgolem.so.$(VERSION) $(DEST)/lib/pkgconfig/golem.pc $(DEST)/share/man/man1/golem.1 $(DEST)/share/man/man3/golem.h.3
	rm -f $(DEST)/share/gdb/auto-load$(PREFIX)/lib/libgolem.so.$(VERSION)-gdb.py
	rm -rf $(DEST)/include/golem $(DEST)/share/golem

# For editors and clangd: how each file is compiled.
compile_commands.json:
	@tools/compile-commands >$@
.PHONY: compile_commands.json

format:
	clang-format -i $$(git ls-files '*.c' '*.h')
clean:
	rm -rf $B golem

-include $(COMPILER_O:.o=.d) $(COMMAND_O:.o=.d) $(RUNTIME_O:.o=.d) $(FLOORS_O:.o=.d) $(UNIT_C:%=%.d) $(UNIT_R:%=%.d)
