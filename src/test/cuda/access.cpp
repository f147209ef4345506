// Every load and store of a kernel: g++ -fsanitize=thread calls __tsan_readN and its kin, which are defined here.
#include "blocks.h"

#include <algorithm>
#include <cstring>

namespace standin {
namespace {
enum Kind { READ, WRITE, ATOMIC };
const char *const WORDS[] = {"read", "write", "atomic"};

/** The last write and the last read of a byte of shared memory; epochs count barriers of the block and of the warp. */
struct Shadow {
    uint32_t writeEpoch, writeWarp, readEpoch, readWarp;
    int16_t writer, reader;
};

std::vector<Shadow> shadow;  // static, then dynamic shared memory
Buffer *lastBuffer;

/** Whether another thread's access at these epochs is not ordered with one now. */
bool races(int other, uint32_t at, uint32_t atOfWarp) {
    int warp = current / 32;
    bool ordered = other / 32 == warp && atOfWarp != warpEpoch[warp];
    return other >= 0 && other != (int)current && at == epoch && !ordered;
}

void checkShared(size_t at, size_t n, Kind kind) {
    for (size_t i = at; i < at + n; i++) {
        Shadow &s = shadow[i];
        if (kind == READ && s.writer < 0) stop(text("read of shared memory never written, byte %zu", i));
        if (races(s.writer, s.writeEpoch, s.writeWarp))
            stop(text("race on shared memory, byte %zu: %s after a write by thread %d without a barrier", i,
                WORDS[kind], s.writer));
        if (kind == WRITE && races(s.reader, s.readEpoch, s.readWarp))
            stop(text("race on shared memory, byte %zu: write after a read by thread %d without a barrier", i,
                s.reader));
        if (kind == WRITE) s.writer = current, s.writeEpoch = epoch, s.writeWarp = warpEpoch[current / 32];
        else s.reader = current, s.readEpoch = epoch, s.readWarp = warpEpoch[current / 32];
    }
}

void checkBuffer(const Buffer &b, size_t at, size_t n, Kind kind) {
    if (at + n > b.size) {
        std::string message = text("%s of %zu bytes at %zu of a buffer of %zu", WORDS[kind], n, at, b.size);
        stop(message, ILLEGAL_ADDRESS);
    }
    if (kind != WRITE)
        for (size_t i = at; i < at + n; i++)
            if (!b.written[i]) stop(text("%s at byte %zu, never written, of a buffer of %zu", WORDS[kind], i, b.size));
    if (kind != READ) memset(b.written + at, 1, n);
}

void access(const void *p, size_t n, Kind kind, const void *code) {
    if (!inside) return;
    codeOfAccess = code;
    uintptr_t a = (uintptr_t)p;
    if (a - (uintptr_t)arena < (THREADS + 1) * STACK) return;
    if (a - (uintptr_t)kernel->sharedBegin < sharedSize) {
        if (kind != ATOMIC) checkShared(a - (uintptr_t)kernel->sharedBegin, n, kind);
        return;
    }
    if (a - (uintptr_t)dynamicBase < dynamicSize) {
        size_t at = a - (uintptr_t)dynamicBase;
        if (at + n > dynamicSize) stop(text("%s past dynamic shared memory", WORDS[kind]));
        if (kind != ATOMIC) checkShared(sharedSize + at, n, kind);
        return;
    }
    if (!lastBuffer || a - (uintptr_t)lastBuffer->base >= lastBuffer->size) lastBuffer = find(a);
    if (lastBuffer) {
        checkBuffer(*lastBuffer, a - (uintptr_t)lastBuffer->base, n, kind);
        return;
    }
    if (a - (uintptr_t)kernel->imageBegin < (size_t)(kernel->imageEnd - kernel->imageBegin)) return;  // constants
    stop(text("%s of %zu bytes out of bounds, ", WORDS[kind], n) + whereabouts(a), ILLEGAL_ADDRESS);
}
}  // namespace

void poisonShared() {
    lastBuffer = nullptr;
    for (size_t i = 0; i + 4 <= sharedSize; i += 4) memcpy((char *)kernel->sharedBegin + i, &POISON, 4);
    for (size_t i = 0; i + 4 <= dynamicSize; i += 4) memcpy(dynamicBase + i, &POISON, 4);
    shadow.assign(sharedSize + dynamicSize, Shadow{0, 0, 0, 0, -1, -1});
}
}  // namespace standin

using namespace standin;
#define HERE __builtin_return_address(0)

extern "C" {
float shim_atomic_add_float(float *p, float v) {
    access(p, 4, ATOMIC, HERE);
    float old = *p;
    *p = old + v;
    return old;
}
double shim_atomic_add_double(double *p, double v) {
    access(p, 8, ATOMIC, HERE);
    double old = *p;
    *p = old + v;
    return old;
}
/** operation: 0 add, 1 max, 2 exchange, 3 compare and swap. */
int shim_atomic_int(int *p, int v, int compare, int operation) {
    access(p, 4, ATOMIC, HERE);
    int old = *p;
    *p = operation == 0 ? old + v : operation == 1 ? std::max(old, v) : operation == 2 || old == compare ? v : old;
    return old;
}

#define CALLBACK(name, n, kind) \
    void __tsan_##name##n(void *p) { access(p, n, kind, HERE); }
#define SIZES(n) \
    CALLBACK(read, n, READ) CALLBACK(write, n, WRITE) CALLBACK(volatile_read, n, READ) \
    CALLBACK(volatile_write, n, WRITE) CALLBACK(unaligned_read, n, READ) CALLBACK(unaligned_write, n, WRITE)
SIZES(1)
SIZES(2)
SIZES(4)
SIZES(8)
SIZES(16)
void __tsan_read_range(void *p, size_t n) { access(p, n, READ, HERE); }
void __tsan_write_range(void *p, size_t n) { access(p, n, WRITE, HERE); }
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_init() {}

// -fsanitize=alignment,bounds: misaligned vector accesses, and indices beyond a static array
struct Location {
    const char *file;
    uint32_t line, column;
};
void __ubsan_handle_type_mismatch_v1(Location *l, uintptr_t p) {
    codeOfAccess = nullptr;
    unsigned long end = p & 255;
    if (inside) stop(text("misaligned address ending in %#lx at line %u", end, l->line), MISALIGNED_ADDRESS);
}
void __ubsan_handle_out_of_bounds(Location *l, uintptr_t index) {
    codeOfAccess = nullptr;
    if (inside) stop(text("index %ld beyond its array at line %u", (long)index, l->line));
}
}
