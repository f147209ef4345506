// libcuda.so.1: devices, contexts and memory.
#include "driver.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace standin;

namespace {
bool initialized;
bool lost;
int contexts[16];
int devices() { return (int)setting("DEVICES", 1); }
}  // namespace

thread_local int currentDevice = -1;

int state() {
    if (due("LOST")) lost = true;
    if (setting("LOST", -1) < 0) lost = false;  // after standin_reset
    if (lost) return UNKNOWN;
    return !initialized ? NOT_INITIALIZED : currentDevice < 0 ? INVALID_CONTEXT : faultCode();
}

int after() { return lost ? UNKNOWN : faultCode(); }

/** Calls that wait for the device may not be made while a stream is captured. */
int synchronous() {
    CHECK(state());
    Stream *s = captured();
    if (!s || s->mode == 2) return OK;
    s->invalidated = true;
    return refuse(CAPTURE_UNSUPPORTED, "a call that waits for the device, while a stream is captured");
}

int onStream(const Stream *s, const char *call) {
    CHECK(state());
    CHECK(checkStream(s, call));
    return s->device == currentDevice ? OK : refuse(INVALID_CONTEXT, text("%s on a stream of another device", call));
}

extern "C" {
int cuInit(unsigned flags) {
    if (devices() == 0) return NO_DEVICE;
    initialized = true;
    return flags ? INVALID_VALUE : OK;
}
/** NVRTC 13 asks for this when a libcuda is loaded, and crashes where the symbol is missing. */
int cuGetExportTable(const void **table, const void *) {
    *table = nullptr;
    return NOT_FOUND;
}
int cuDriverGetVersion(int *v) {
    *v = (int)setting("DRIVER", 12080);
    return OK;
}
int cuDeviceGetCount(int *n) {
    *n = devices();
    return initialized ? OK : NOT_INITIALIZED;
}
int cuDeviceGet(int *device, int ordinal) {
    if (!initialized) return NOT_INITIALIZED;
    *device = ordinal;
    return ordinal >= 0 && ordinal < devices() ? OK : INVALID_DEVICE;
}
int cuDeviceGetName(char *name, int length, int) {
    snprintf(name, length, "stand-in");
    return OK;
}
int cuDeviceTotalMem_v2(size_t *bytes, int) {
    *bytes = (size_t)setting("MEMORY", 1L << 30);
    return OK;
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    if (device < 0 || device >= devices()) return INVALID_DEVICE;
    int capability = (int)setting("CAPABILITY", 90);
    switch (attribute) {
        case 1:  // threads of a block
        case 2: *value = 1024; return OK;
        case 8: *value = 48 << 10; return OK;  // shared memory of a block
        case 10: *value = 32; return OK;       // warp
        case 16: *value = 4; return OK;        // multiprocessors
        case 75: *value = capability / 10; return OK;
        case 76: *value = capability % 10; return OK;
        case 97: *value = 99 << 10; return OK;  // shared memory of a block, opt-in
        default: return refuse(INVALID_VALUE, text("attribute %d is not known here", attribute));
    }
}
int cuGetErrorName(int code, const char **name) {
    static const struct {
        int code;
        const char *name;
    } names[] = {{INVALID_VALUE, "INVALID_VALUE"}, {OUT_OF_MEMORY, "OUT_OF_MEMORY"},
        {NOT_INITIALIZED, "NOT_INITIALIZED"}, {NO_DEVICE, "NO_DEVICE"}, {INVALID_DEVICE, "INVALID_DEVICE"},
        {INVALID_IMAGE, "INVALID_IMAGE"}, {INVALID_CONTEXT, "INVALID_CONTEXT"}, {INVALID_HANDLE, "INVALID_HANDLE"},
        {NOT_FOUND, "NOT_FOUND"}, {NOT_READY, "NOT_READY"}, {ILLEGAL_ADDRESS, "ILLEGAL_ADDRESS"},
        {MISALIGNED_ADDRESS, "MISALIGNED_ADDRESS"}, {LAUNCH_FAILED, "LAUNCH_FAILED"},
        {CAPTURE_UNSUPPORTED, "STREAM_CAPTURE_UNSUPPORTED"}, {CAPTURE_INVALIDATED, "STREAM_CAPTURE_INVALIDATED"},
        {UNKNOWN, "UNKNOWN"}};
    static thread_local char words[64];
    *name = nullptr;
    for (auto &known : names)
        if (known.code == code) {
            snprintf(words, sizeof words, "CUDA_ERROR_%s", known.name);
            *name = words;
            return OK;
        }
    return INVALID_VALUE;
}
int cuGetErrorString(int code, const char **name) { return cuGetErrorName(code, name); }

int cuDevicePrimaryCtxRetain(void **context, int device) {
    if (!initialized) return NOT_INITIALIZED;
    if (device < 0 || device >= devices()) return INVALID_DEVICE;
    *context = contexts + device;
    return OK;
}
int cuDevicePrimaryCtxRelease_v2(int device) { return device < 0 || device >= devices() ? INVALID_DEVICE : OK; }
int cuCtxSetCurrent(void *context) {
    long device = context ? (int *)context - contexts : -1;
    if (device < -1 || device >= devices()) return refuse(INVALID_CONTEXT, "cuCtxSetCurrent: no context");
    currentDevice = (int)device;
    return OK;
}
int cuCtxSynchronize() {
    CHECK(synchronous());
    count("synchronizations");
    drainAll();
    return after();
}

int cuMemAlloc_v2(uint64_t *p, size_t bytes) {
    CHECK(synchronous());
    if (!bytes) return refuse(INVALID_VALUE, "cuMemAlloc of 0 bytes");
    Buffer *b = allocate(bytes);
    if (!b) return OUT_OF_MEMORY;
    *p = (uint64_t)b->base;
    return OK;
}
int cuMemFree_v2(uint64_t p) {
    CHECK(synchronous());
    drainAll();
    if (!p || release(p)) return after();
    return refuse(INVALID_VALUE, "cuMemFree: the address begins " + whereabouts(p));
}
int cuMemGetInfo_v2(size_t *available, size_t *total) {
    cuDeviceTotalMem_v2(total, 0);
    *available = (size_t)setting("FREE", (long)(*total - liveBytes()));
    return after();
}
int cuMemHostAlloc(void **p, size_t bytes, unsigned) {
    CHECK(synchronous());
    return (*p = allocateHost(bytes)) ? OK : OUT_OF_MEMORY;
}
int cuMemFreeHost(void *p) {
    CHECK(synchronous());
    drainAll();
    return releaseHost(p) ? after() : refuse(INVALID_VALUE, "cuMemFreeHost of no page-locked memory");
}
}

// ---- copies ----

static void upload(uint64_t to, const void *from, size_t n) {
    if (writable(to, n, "copy to device")) memcpy((void *)to, from, n);
}
static void download(void *to, uint64_t from, size_t n) {
    if (readable(from, n, "copy to host")) memcpy(to, (void *)from, n);
}
static void move(uint64_t to, uint64_t from, size_t n) {
    if (readable(from, n, "copy on device") && writable(to, n, "copy on device")) memmove((void *)to, (void *)from, n);
}
static int pinned(const void *p, size_t n) {
    return isHost(p, n) ? OK : refuse(INVALID_VALUE, "an asynchronous copy of memory that is not page-locked");
}

extern "C" {
// As on a device, the two that wait do not wait for streams of our own.
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t n) {
    CHECK(synchronous());
    count("copies");
    upload(to, from, n);
    return faultCode();
}
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t n) {
    CHECK(synchronous());
    count("copies");
    count("downloaded", n);
    download(to, from, n);
    return faultCode();
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t n, Stream *s) {
    CHECK(onStream(s, "cuMemcpyHtoDAsync"));
    CHECK(pinned(from, n));
    count("copies");
    enqueue(s, [=] {
        if (isHost(from, n)) upload(to, from, n);
        else fault(ILLEGAL_ADDRESS, "a copy of page-locked memory that was freed before");
    });
    return OK;
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t n, Stream *s) {
    CHECK(onStream(s, "cuMemcpyDtoHAsync"));
    CHECK(pinned(to, n));
    count("copies");
    count("downloaded", n);
    if (!s->capturing) {
        drain(s);  // the memory may be that of an earlier copy
        memset(to, 0xff, n);  // NaN, until somebody waits
    }
    enqueue(s, [=] {
        if (isHost(to, n)) download(to, from, n);
        else fault(ILLEGAL_ADDRESS, "a copy to page-locked memory that was freed before");
    });
    return OK;
}
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t n, Stream *s) {
    CHECK(onStream(s, "cuMemcpyDtoDAsync"));
    count("copies");
    enqueue(s, [=] { move(to, from, n); });
    return OK;
}
int cuMemsetD32Async(uint64_t to, unsigned value, size_t words, Stream *s) {
    CHECK(onStream(s, "cuMemsetD32Async"));
    if (to & 3) return refuse(INVALID_VALUE, "cuMemsetD32Async at an address that is no multiple of 4");
    enqueue(s, [=] {
        Buffer *b = range(to, 4 * words, "memset");
        if (!b) return;
        for (size_t i = 0; i < words; i++) memcpy((char *)to + 4 * i, &value, 4);
        // this pattern declares memory as unwritten again: a pool says so when it hands a block out
        memset(b->written + (to - (uint64_t)b->base), value != 0x7ff8dead, 4 * words);
    });
    return OK;
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t n, Stream *s) {
    CHECK(onStream(s, "cuMemsetD8Async"));
    enqueue(s, [=] {
        if (writable(to, n, "memset")) memset((void *)to, value, n);
    });
    return OK;
}
}
