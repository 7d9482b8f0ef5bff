#!/usr/bin/env python3
"""Every test, suite by suite, closed by the line "N passed, N failed".

  order        floors and rooms use only what is below them (test/order.py)
  unit         the cmocka programs under build/test/unit
  go           test/go/*.go: compiled, run, output and status compared with the .out file
  dead         test/dead/*.go: what a program no longer needs is freed; the same, optimised, and under some of GODEBUG's modes
  cli          the command's messages and exit codes, bad input (test/cli.py)
  memory       what the memory system says of itself, and programs that count (test/memory.py)
  examples     examples/c/*.c against the library, linked as .a and as .so; examples/c/*.cpp and test/cpp as C++11 and later
  plugin       plugins that use the library and are unloaded
  readme       the README's first programs
  install      make install into an empty place, and both halves used from there
  clang        everything compiles without a warning under clang
  model        the protocols of collector and scheduler under Spin (test/model)
  debug        the runtime's unit tests with its assertions (test/sanitize.sh)
  asan         the runtime's unit tests under the address and undefined-behaviour sanitizers (test/sanitize.sh)
  tsan         with --long: the same under the thread sanitizer
  stress       with --long: test/stress, under every mode and the sanitizers
  typesdata    the checker against Go's own test data (test/typesdata.py), where Go 1.27's source is installed
  std          tests of Go's library that the library brings (test/std.py): a few packages; with --long all of it is built, and
               what is known to pass must pass
  conformance  Go's own test tree (test/conformance.py): what is known to pass must pass

usage: run.py [--long] [suite | unit test | program of test/go]...
"""
import concurrent.futures, glob, os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GOLEM = os.path.join(ROOT, "golem")
LONG = "--long" in sys.argv
JOBS = os.cpu_count() or 2


def sh(argv, timeout=600, **kw):
    """Status and output of a command; 124 after the time-out."""
    kw.setdefault("cwd", ROOT)
    try:
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=timeout, **kw)
        return p.returncode, p.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        return 124, "timed out after %d s" % timeout


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, ok, name, why=""):
        if ok:
            self.passed += 1
            return
        self.failed += 1
        print("FAIL %s\n%s" % (name, "\n".join("    " + l for l in why.strip().split("\n")[-25:])), flush=True)


def unit(t):
    programs = sorted(p for p in glob.glob(os.path.join(ROOT, "build/test/unit/*/*_test")) if os.access(p, os.X_OK))
    for p in programs:
        if not os.path.exists(p.replace("/build/test/", "/test/") + ".c"):
            continue  # left over from a test that is gone
        status, out = sh([p], timeout=300)
        ran = re.findall(r"\[\s*OK\s*\]", out)
        t.passed += len(ran)
        if status or not ran:
            t.add(False, os.path.basename(p), "status %s\n%s" % (status, out))


def go_program(src, mode=None):
    text = open(src, errors="replace").read()
    want = open(src[:-3] + ".out", errors="replace").read()
    m = re.match(r"// exit (\d+)", text)
    env = dict(os.environ, GOLEMCACHE=os.path.join(ROOT, "build/cache"))
    if "/test/dead/" in src:
        env.pop("GOLEMCFLAGS", None)  # without optimisation the C compiler does not say what is dead
    if mode:
        env["GODEBUG"] = mode
    status, out = sh([GOLEM, "run", src], timeout=300, env=env)
    ok = out == want and status == (int(m[1]) if m else 0)
    name = os.path.relpath(src, ROOT) + (" under " + mode if mode else "")
    return ok, name, "status %s\n%s" % (status, out)


def go(t):
    sources = glob.glob(os.path.join(ROOT, "test/go/*.go")) + glob.glob(os.path.join(ROOT, "examples/go/*.go"))
    sources = [s for s in sorted(sources) if os.path.exists(s[:-3] + ".out")]
    if re.search("stackstress|preemptstress", os.environ.get("GODEBUG", "")):
        # It counts exactly; words left over on stacks in many small pieces, or saved at many checks, may hide a
        # goroutine that leaked.
        sources = [s for s in sources if not s.endswith("/lib_leaks.go")]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for r in pool.map(go_program, sources):
            t.add(*r)


# Programs that know where they stand or what they hold, under settings that must not change it. `make stress` has the rest.
MODES = ["stackstress=1", "preemptstress=7,gcstress=500", "gcstress=50,clobberfree=1"]
IN_MODES = ["callers", "panics", "sched", "stack_all", "stack_arguments", "stacks", "stackroots"]


def modes(t):
    for mode in MODES:
        for name in IN_MODES:
            t.add(*go_program(os.path.join(ROOT, "test/go", name + ".go"), mode))


def dead(t):
    for src in sorted(glob.glob(os.path.join(ROOT, "test/dead/*.go"))):
        # Not under preemptstress: what is saved at many checks, argument or not, counts whole.
        for mode in [None, *[m for m in MODES if "preempt" not in m]]:
            t.add(*go_program(src, mode))


def counted(t, name, argv, timeout):
    status, out = sh(argv, timeout=timeout)
    m = re.search(r"(\d+) passed, (\d+) failed", out.strip().split("\n")[-1])
    if not m:
        return t.add(False, name, out)
    t.passed += int(m[1])
    t.failed += int(m[2])
    if status or int(m[2]):
        print(out, flush=True)


def cli(t):
    counted(t, "cli", [sys.executable, "test/cli.py"], 900)


def memory(t):
    counted(t, "memory", [sys.executable, "test/memory.py", *["--long"] * LONG], 900 if not LONG else 10800)


def examples(t):
    for src in sorted(glob.glob(os.path.join(ROOT, "examples/c/*.c"))):
        want = src[:-2] + ".out"
        for kind in ("a", "so"):
            with tempfile.TemporaryDirectory() as tmp:
                prog = os.path.join(tmp, "prog")
                lib = ["build/libgolem.a"] if kind == "a" else ["-Lbuild", "-lgolem", "-Wl,-rpath," + os.path.join(ROOT, "build")]
                status, out = sh(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-Iinclude", "-o", prog, src,
                                  *lib, "-lm", "-lpthread"])
                if status == 0:
                    status, out = sh([prog], timeout=120)
                ok = status == 0 and (not os.path.exists(want) or out == open(want).read())
                t.add(ok, "%s with libgolem.%s" % (os.path.relpath(src, ROOT), kind), "status %s\n%s" % (status, out))
    for mod in sorted(glob.glob(os.path.join(ROOT, "examples/go/*/go.mod"))):  # a module: its program and its tests
        folder = os.path.dirname(mod)
        status, out = sh(["./golem", "run", "-C", folder, "."], timeout=600)
        ok = status == 0 and out == open(folder + ".out").read()
        t.add(ok, os.path.relpath(folder, ROOT), "status %s\n%s" % (status, out))
        status, out = sh(["./golem", "test", "-C", folder, "./..."], timeout=600)
        ok = status == 0 and out.count("\nok ") + out.startswith("ok ") == len(glob.glob(folder + "/*/*_test.go"))
        t.add(ok, os.path.relpath(folder, ROOT) + ": golem test", "status %s\n%s" % (status, out))


    for src in sorted(glob.glob(os.path.join(ROOT, "examples/c/*.cpp")) + glob.glob(os.path.join(ROOT, "test/cpp/*.cpp"))):
        for cxx in filter(shutil.which, ("g++", "clang++")):
            for std in ("c++11", "c++17"):
                with tempfile.TemporaryDirectory() as tmp:
                    prog = os.path.join(tmp, "prog")
                    status, out = sh([cxx, "-std=" + std, "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Iinclude", "-o", prog,
                                      src, "build/libgolem.a", "-lm", "-lpthread"])
                    if status == 0:
                        status, out = sh([prog], timeout=120)
                    ok = status == 0 and out == open(src[:-4] + ".out").read()
                    t.add(ok, "%s by %s as %s" % (os.path.relpath(src, ROOT), cxx, std), "status %s\n%s" % (status, out))


def install(t):
    with tempfile.TemporaryDirectory() as tmp:
        status, out = sh(["make", "-s", "install", "PREFIX=" + os.path.join(tmp, "p")])
        t.add(status == 0, "make install", out)
        go_file = os.path.join(tmp, "x.go")
        open(go_file, "w").write('package main\n\nfunc main() { println("installed") }\n')
        status, out = sh([os.path.join(tmp, "p/bin/golem"), "run", go_file], cwd=tmp)
        t.add((status, out) == (0, "installed\n"), "golem run from its installed place", out)
        src = sorted(glob.glob(os.path.join(ROOT, "examples/c/*.c")))
        if not src:
            return
        env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(tmp, "p/lib/pkgconfig"), LD_LIBRARY_PATH=os.path.join(tmp, "p/lib"))
        status, out = sh(["sh", "-c", "gcc -O1 -o %s/prog %s $(pkg-config --cflags --libs golem) && %s/prog" % (tmp, src[0], tmp)],
                         env=env)
        t.add(status == 0, "a C program through golem.pc", out)
        t.add(os.path.exists(os.path.join(tmp, "p/share/man/man1/golem.1")), "the man page is installed")
        shown = subprocess.run(["nm", "-D", "--defined-only", os.path.join(tmp, "p/lib/libgolem.so")], capture_output=True, text=True).stdout
        listed = re.findall(r"^    (\w+);$", open(os.path.join(ROOT, "runtime/libgolem.map")).read(), re.M)
        text = "".join(open(h).read() for h in glob.glob(os.path.join(tmp, "p/include/golem/*.h")))
        exports = sorted(l.split()[2].split("@")[0] for l in shown.splitlines() if l.split()[1] != "A")
        t.add(exports == sorted(listed) and all(n in text for n in exports), "libgolem.so shows its API and nothing else",
              "\n".join(set(exports) ^ set(listed)))
        version = re.search(r'GM_VERSION "(.*)"', text)[1]
        test_c = os.path.join(tmp, "v.c")
        open(test_c, "w").write('#include <golem.h>\n#include <string.h>\nint main(void) { return strcmp(gm_version(), GM_VERSION); }\n')
        status, out = sh(["sh", "-c", "gcc -o %s/v %s $(pkg-config --cflags --libs golem) && %s/v && readelf -d %s/p/lib/libgolem.so"
                          % (tmp, test_c, tmp, tmp)], env=env)
        t.add(status == 0 and "libgolem.so." + version.split(".")[0] in out, "version and soname", out)
        sh(["make", "-s", "uninstall", "PREFIX=" + os.path.join(tmp, "p")])
        left = [os.path.join(d, f) for d, _, fs in os.walk(os.path.join(tmp, "p")) for f in fs]
        t.add(not left, "make uninstall leaves no file", "\n".join(left))


PLUGIN = r"""
#include <golem.h>
#include <pthread.h>
typedef struct node { struct node *next; long value; } node;
GM_DEFINE_TYPE(node_type, node, next);
static node *list;
static void *churn(void *arg) {
    gm_attach_thread();
    for (int i = 0; i < 1000000; i++) gm_new(&node_type);
    gm_detach_thread();
    return arg;
}
long use(void) {
    list = 0; /* it may still be in memory from the last time */
    if (!gm_init(0)) return -1;
    gm_register_roots(&list, &gm_pointer_type, 1);
    for (int i = 0; i < 100000; i++) {
        node *n = gm_new(&node_type);
        n->next = list;
        gm_store(&list, n);
    }
    pthread_t t;
    pthread_create(&t, 0, churn, 0);
    gm_block_enter();
    pthread_join(t, 0);
    gm_block_leave();
    gm_gc();
    long n = 0;
    for (node *at = list; at; at = at->next) n++;
    gm_unregister_roots(&list);
    gm_shutdown();
    return n;
}
"""
PLUGIN_HOST = r"""
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static void *user(void *path) {
    for (int i = 0; i < 3; i++) {
        void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!h) return puts(dlerror()), (void *)0;
        printf("%ld\n", ((long (*)(void))dlsym(h, "use"))());
        dlclose(h);
        usleep(100000);
        raise(SIGURG);
    }
    return 0;
}
int main(int n, char **v) {
    pthread_t t;
    pthread_create(&t, 0, user, v[n - 1]);
    pthread_join(t, 0);
    puts("end");
}
"""


def plugin(t):
    """A program that does not link the library loads and unloads plugins that do, as .a and as .so."""
    lib = os.path.join(ROOT, "build")
    with tempfile.TemporaryDirectory() as tmp:
        for name, text in (("plugin", PLUGIN), ("host", PLUGIN_HOST)):
            open(os.path.join(tmp, name + ".c"), "w").write(text)
        for how in (os.path.join(lib, "libgolem.a"), "-L%s -lgolem -Wl,-rpath,%s" % (lib, lib)):
            status, out = sh(["sh", "-c", "cd %s && gcc -o host host.c -ldl -lpthread && gcc -shared -fPIC -o plugin.so -I%s/include plugin.c %s"
                              " -lpthread -lm && ./host ./plugin.so" % (tmp, ROOT, how)])
            t.add((status, out) == (0, "100000\n" * 3 + "end\n"), "a plugin with " + how.split("/")[-1], out)


def readme(t):
    """The two first programs of the README do what their comments say."""
    text = open(os.path.join(ROOT, "README.md")).read()
    with tempfile.TemporaryDirectory() as tmp:
        for lang in ("go", "c"):
            m = re.search(r"```%s\n(.*?)```" % lang, text, re.S)
            src = os.path.join(tmp, "first." + lang)
            open(src, "w").write(m[1])
        status, out = sh([GOLEM, "run", os.path.join(tmp, "first.go")])
        t.add((status, out) == (0, "9\n"), "README: the first Go program", out)
        prog = os.path.join(tmp, "first")
        status, out = sh(["sh", "-c", "gcc -Wall -Wextra -Werror -Iinclude -o %s %s/first.c build/libgolem.a -lpthread -lm && %s"
                          % (prog, tmp, prog)])
        t.add((status, out) == (0, "999999\n"), "README: the first C program", out)


def clang(t):
    status, out = sh(["make", "-s", "-j%d" % JOBS, "DEPS=no", "CC=clang", "OPT=-O1", "B=build/clang", "build/clang/libgolem.a",
                      "build/clang/all-objects"], timeout=1200)
    t.add(status == 0, "no warning under clang", out)


def model(t):
    for script in sorted(glob.glob(os.path.join(ROOT, "test/model/*.sh"))):
        status, out = sh([script], timeout=600)
        t.add(status == 0, os.path.relpath(script, ROOT), out)


def order(t):
    counted(t, "order", [sys.executable, "test/order.py", "--self-test"], 300)


def debug(t):
    counted(t, "debug", ["test/sanitize.sh", "debug"], 1800)


def asan(t):
    counted(t, "asan", ["test/sanitize.sh", "address"], 1800)


def tsan(t):
    if LONG:
        counted(t, "tsan", ["test/sanitize.sh", "thread"], 3600)


def stress(t):
    if LONG:
        counted(t, "stress", ["test/stress/run.sh", "-s", "10"], timeout=10800)


def conformance(t):
    counted_conformance(t, ["--fast"] if not LONG else [])
    if LONG:
        for env in ("GODEBUG=gcstress=50", "GODEBUG=gccheckmark=1", "GODEBUG=clobberfree=1", "GOGC=1"):
            counted_conformance(t, ["--fast", "--env", env])


def counted_conformance(t, args):
    status, out = sh([sys.executable, "test/conformance.py", *args], timeout=7200)
    m = re.search(r"conformance: (\d+) passed, (\d+) failed, (\d+) skipped; (\d+) on the list fail", out)
    if not m:
        return t.add(False, "conformance", out)
    t.passed += int(m[1])
    t.failed += int(m[4])
    print(out.strip(), flush=True)


def typesdata(t):
    status, out = sh([sys.executable, "test/typesdata.py"], timeout=3600)
    m = re.search(r"types data: (\d+) of (\d+) files pass", out)
    if m or "is not installed" not in out:
        t.add(status == 0, "typesdata", out)
    print(out.strip(), flush=True)


def std(t):
    few = ["container/*", "errors", "sort", "strconv", "unicode/utf8"]
    runs = [["build"], ["--fast", "test"]] if LONG else [["--fast", "test", *few]]
    for args in runs:
        status, out = sh([sys.executable, "test/std.py", *args], timeout=4 * 3600)
        if "is not installed" not in out:
            t.add(status == 0, "std " + args[0], out)
        print(out.strip().split("\n")[-1], flush=True)


SUITES = [order, unit, go, modes, dead, cli, memory, readme, examples, plugin, install, clang, model, debug, asan, tsan, stress, typesdata, std, conformance]


def single(t, name):
    """One cmocka program, or one program of test/go."""
    for p in glob.glob(os.path.join(ROOT, "build/test/unit/*", name)) + \
            glob.glob(os.path.join(ROOT, "build/test/unit/*", name + "_test")):
        status, out = sh([p], timeout=300)
        print(out)
        return t.add(status == 0, name, "status %s" % status)
    source = os.path.join(ROOT, "test/go", name + ".go")
    if not os.path.exists(source):
        return t.add(False, name, "neither a suite nor a test of test/unit or test/go")
    t.add(*go_program(source, os.environ.get("GODEBUG")))


def main():
    chosen = [a for a in sys.argv[1:] if not a.startswith("-")]
    total = Tally()
    for name in chosen:
        if name not in [suite.__name__ for suite in SUITES]:
            single(total, name)
    for suite in SUITES:
        if chosen and suite.__name__ not in chosen:
            continue
        t = Tally()
        suite(t)
        print("%s: %d passed, %d failed" % (suite.__name__, t.passed, t.failed), flush=True)
        total.passed += t.passed
        total.failed += t.failed
    print("%d passed, %d failed" % (total.passed, total.failed))
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
