// Memory of the device: host memory between red zones, with a shadow of what was written. Freed memory is kept a while.
#include "standin.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

namespace standin {
namespace {
constexpr size_t RED = 256, KEPT = 64u << 20;
constexpr uint32_t POISON = 0x7ff8dead;  // a quiet NaN, in float32 and (twice) in float64

std::recursive_mutex mutex;  // the driver API may be called from any thread
using Lock = std::lock_guard<std::recursive_mutex>;
std::map<uintptr_t, Buffer> buffers, freed;
std::deque<uintptr_t> order;  // of those freed
size_t live, kept;
std::map<uintptr_t, size_t> host;

Buffer *in(std::map<uintptr_t, Buffer> &map, uintptr_t a) {
    auto i = map.upper_bound(a);
    if (i == map.begin()) return nullptr;
    Buffer &b = (--i)->second;
    return a - (uintptr_t)b.base < b.size ? &b : nullptr;
}

size_t padded(size_t size) { return (size + 255) & ~(size_t)255; }

void poison(char *p, size_t n) {
    std::fill_n((uint32_t *)p, n / 4, POISON);
}

bool intact(const Buffer &b) {
    const char *expected = (const char *)&POISON;
    for (size_t i = 0; i < RED; i++)
        if (b.base[(long)i - (long)RED] != expected[i & 3]) return false;
    for (size_t i = b.size; i < padded(b.size) + RED; i++)
        if (b.base[i] != expected[i & 3]) return false;
    return true;
}

void forget(uintptr_t a) {
    Buffer b = freed[a];
    kept -= b.size;
    free(b.base - RED);
    free(b.written);
    freed.erase(a);
}
}  // namespace

Buffer *allocate(size_t size) {
    Lock lock(mutex);
    count("allocations");
    if (due("OOM") || live + size > (size_t)setting("MEMORY", 1L << 30)) return nullptr;
    char *m = (char *)aligned_alloc(256, padded(size) + 2 * RED);
    if (!m) return nullptr;
    poison(m, padded(size) + 2 * RED);
    live += size;
    Buffer b{m + RED, size, (uint8_t *)malloc(size)};
    memset(b.written, setting("UNCHECKED", 0) != 0, size);
    return &(buffers[(uintptr_t)b.base] = b);
}

bool release(uint64_t pointer) {
    Lock lock(mutex);
    auto i = buffers.find(pointer);
    if (i == buffers.end()) return false;
    Buffer b = i->second;
    if (!intact(b)) fault(ILLEGAL_ADDRESS, text("a buffer of %zu bytes was written past its ends", b.size));
    live -= b.size;
    buffers.erase(i);
    freed[pointer] = b;
    kept += b.size;
    order.push_back(pointer);
    for (; kept > KEPT; order.pop_front()) forget(order.front());
    return true;
}

size_t liveBytes() { return live; }

Buffer *find(uintptr_t address) {
    Lock lock(mutex);
    return in(buffers, address);
}

std::string whereabouts(uintptr_t a) {
    Lock lock(mutex);
    if (Buffer *b = in(freed, a)) return text("in a freed buffer of %zu bytes", b->size);
    auto i = buffers.upper_bound(a);
    if (i != buffers.begin()) {
        Buffer &b = (--i)->second;
        size_t past = a - (uintptr_t)b.base - b.size;
        if (past < 1 << 20) return text("%zu bytes past a buffer of %zu", past, b.size);
    }
    return "far from any buffer";
}

Buffer *range(uint64_t pointer, size_t size, const char *what) {
    Lock lock(mutex);
    Buffer *b = in(buffers, pointer);
    if (b && pointer - (uintptr_t)b->base + size <= b->size) return b;
    size_t before = b ? b->size - (pointer - (uintptr_t)b->base) : 0;
    std::string where = b ? text("%zu before the end of a buffer of %zu", before, b->size) : whereabouts(pointer);
    fault(ILLEGAL_ADDRESS, text("%s: %zu bytes begin %s", what, size, where.c_str()));
    return nullptr;
}

bool readable(uint64_t pointer, size_t size, const char *what) {
    Buffer *b = range(pointer, size, what);
    if (!b) return false;
    const void *hole = memchr(b->written + (pointer - (uintptr_t)b->base), 0, size);
    if (!hole) return true;
    size_t at = (uint8_t *)hole - b->written;
    fault(ILLEGAL_ADDRESS, text("%s reads byte %zu, never written, of a buffer of %zu", what, at, b->size));
    return false;
}

bool writable(uint64_t pointer, size_t size, const char *what) {
    Buffer *b = range(pointer, size, what);
    if (b) memset(b->written + (pointer - (uintptr_t)b->base), 1, size);
    return b;
}

void *allocateHost(size_t size) {
    Lock lock(mutex);
    char *p = (char *)aligned_alloc(4096, (size + 4095) & ~(size_t)4095);
    if (p) {
        poison(p, size);
        host[(uintptr_t)p] = size;
    }
    return p;
}

bool releaseHost(void *pointer) {
    Lock lock(mutex);
    if (!host.erase((uintptr_t)pointer)) return false;
    free(pointer);
    return true;
}

bool isHost(const void *pointer, size_t size) {
    Lock lock(mutex);
    auto i = host.upper_bound((uintptr_t)pointer);
    if (i == host.begin()) return false;
    --i;
    return (uintptr_t)pointer - i->first + size <= i->second;
}
}  // namespace standin
