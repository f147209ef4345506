// How a kernel runs: one block at a time, its threads as fibers on the calling thread, in an order that SEED shuffles.
#include "blocks.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>

namespace standin {
Thread threads[THREADS];
unsigned threadCount, current, places[12];
uint32_t epoch, warpEpoch[THREADS / 32];
const Kernel *kernel;
char *arena, *dynamicBase;
size_t dynamicSize, sharedSize;
bool inside;
const void *codeOfAccess;

namespace {
struct Fiber {
    ucontext_t context;
    jmp_buf place;
    bool started;
};

std::recursive_mutex mutex;
Fiber fibers[THREADS];
int freeFibers[THREADS], freeCount;
unsigned order[THREADS], next;
jmp_buf scheduler;
void **argumentList;
std::mt19937 generator;

/** " at FILE:LINE" of the code at this address, as addr2line finds it in a module compiled with -g1. */
std::string place(const void *code) {
    Dl_info info;
    if (!code || !dladdr(code, &info)) return "";
    unsigned long offset = (char *)code - (char *)info.dli_fbase - 1;
    FILE *p = popen(text("addr2line -s -e '%s' %#lx", info.dli_fname, offset).c_str(), "r");
    char line[200] = "";
    bool read = p && fgets(line, sizeof line, p);
    if (p) pclose(p);
    line[strcspn(line, "\n ")] = 0;
    return read ? text(" at %s", line) : "";
}

std::string block() {
    return text("kernel %s, block (%u,%u,%u)", kernel->name.c_str(), places[3], places[4], places[5]);
}

void carry(int f) {
    for (;;) {  // a thread that never waits leaves its fiber to the next one
        while (next < threadCount) {
            current = order[next++];
            threads[current].fiber = f;
            threads[current].state = READY;
            kernel->call(argumentList);
            threads[current].state = DONE;
        }
        freeFibers[freeCount++] = f;
        if (!_setjmp(fibers[f].place)) _longjmp(scheduler, 1);
    }
}

/** Continues at fiber f until it yields; false after a fault. */
bool enter(int f) {
    int r = _setjmp(scheduler);
    if (r) return r == 1;
    if (fibers[f].started) _longjmp(fibers[f].place, 1);
    fibers[f].started = true;
    getcontext(&fibers[f].context);
    fibers[f].context.uc_stack.ss_sp = arena + (f + 1) * STACK;
    fibers[f].context.uc_stack.ss_size = STACK;
    makecontext(&fibers[f].context, (void (*)())carry, 1, f);
    setcontext(&fibers[f].context);
    abort();
}

/** Runs of threads that wait at the same line, for the message. */
std::string waiting() {
    std::string s;
    for (unsigned t = 0, from = 0; t <= threadCount && s.size() < 300; t++) {
        const Thread &a = threads[from];
        bool same = t < threadCount && threads[t].state == a.state && (a.state == DONE || threads[t].line == a.line);
        if (same) continue;
        const char *kind = a.state == WARP ? "warp" : "barrier";
        s += a.state == DONE ? text(" threads %u-%u ended;", from, t - 1)
                             : text(" threads %u-%u wait at line %d (%s);", from, t - 1, a.line, kind);
        from = t;
    }
    return s;
}

/** Runs the threads that can run; false after a fault. */
bool advance(bool &moved) {
    while (next < threadCount) {
        if (!enter(freeFibers[--freeCount])) return false;
        moved = true;
    }
    for (unsigned i = 0; i < threadCount; i++) {
        unsigned t = order[i];
        if (threads[t].state != READY) continue;
        current = t;
        if (!enter(threads[t].fiber)) return false;
        moved = true;
    }
    return true;
}

bool runBlock() {
    next = 0;
    epoch++;
    for (unsigned w = 0; w < THREADS / 32; w++) warpEpoch[w]++;
    for (unsigned t = 0; t < threadCount; t++) threads[t].state = NEW;
    poisonShared();
    for (;;) {
        bool moved = false;
        if (!advance(moved)) return false;
        if (moved) continue;
        auto ended = [](const Thread &t) { return t.state == DONE; };
        if (std::all_of(threads, threads + threadCount, ended)) return true;
        fault(LAUNCH_FAILED, block() + ": not all threads reach the same barrier:" + waiting());
        return false;
    }
}

/** Copies the arguments to the arena and forgets the fibers of a launch that ended in a fault. */
void prepare(const Launch &launch, bool clean) {
    size_t n = launch.offsets.size();
    argumentList = (void **)arena;
    memcpy(arena + 8 * n, launch.arguments.data(), 8 * launch.arguments.size());
    for (size_t i = 0; i < n; i++) argumentList[i] = arena + 8 * n + launch.offsets[i];
    threadCount = launch.block[0] * launch.block[1] * launch.block[2];
    sharedSize = launch.kernel.sharedEnd - launch.kernel.sharedBegin;
    dynamicSize = launch.dynamicShared;
    for (int i = 0; i < 3; i++) places[6 + i] = launch.block[i], places[9 + i] = launch.grid[i];
    freeCount = 0;
    for (int f = THREADS; f-- > 0;) freeFibers[freeCount++] = f;
    if (clean) return;
    for (Fiber &f : fibers) f.started = false;
}
}  // namespace

void stop(const std::string &message, int result) {
    unsigned t = current;
    inside = false;
    unsigned x = places[6], y = places[7];
    std::string where = text(", thread (%u,%u,%u): ", t % x, t / x % y, t / x / y);
    fault(result, block() + where + message + place(codeOfAccess));
    _longjmp(scheduler, 2);
}

void yield() {
    int f = threads[current].fiber;
    unsigned self = current;
    if (!_setjmp(fibers[f].place)) _longjmp(scheduler, 1);
    current = self;
}

void run(const Launch &launch) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    static bool clean = false;
    static std::vector<double> dynamic;
    long seed = setting("SEED", 1);
    if (!arena) {
        size_t bytes = (THREADS + 1) * STACK;
        arena = (char *)mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        generator.seed((unsigned)seed);
    }
    kernel = &launch.kernel;
    prepare(launch, clean);
    dynamic.assign(dynamicSize / 8 + 4, 0);
    dynamicBase = (char *)(((uintptr_t)dynamic.data() + 15) & ~(uintptr_t)15);
    clean = false;
    std::vector<unsigned> blocks((size_t)launch.grid[0] * launch.grid[1] * launch.grid[2]);
    for (unsigned i = 0; i < blocks.size(); i++) blocks[i] = i;
    for (unsigned t = 0; t < threadCount; t++) order[t] = t;
    if (seed) std::shuffle(blocks.begin(), blocks.end(), generator);
    inside = true;
    for (unsigned b : blocks) {
        if (seed) std::shuffle(order, order + threadCount, generator);
        unsigned x = launch.grid[0], y = launch.grid[1];
        places[3] = b % x, places[4] = b / x % y, places[5] = b / x / y;
        if (!runBlock()) {
            inside = false;
            return;
        }
    }
    inside = false;
    clean = true;
}
}  // namespace standin
