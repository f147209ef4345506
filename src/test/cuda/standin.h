// What the stand-ins of libcuda, libnvrtc and libcublas share; libstandin.so makes it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace standin {
enum Code {
    OK = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILED = 719,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    UNKNOWN = 999
};

// ---- settings and counts (settings.cpp) ----

/** A number of a test: what standin_set gave, else the environment's SOOPT_STANDIN_<name>, else 'otherwise'. */
long setting(const char *name, long otherwise);
/** Whether the n-th call since the setting was made is this one; the setting is the number of calls left. */
bool due(const char *name);
/** Adds to a count that a test can read. */
void count(const char *name, long by = 1);

/** printf to a string. */
std::string text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Records the first fault and prints it; from then on every call returns its code, as after a device's fault. */
void fault(int code, const std::string &message);
int faultCode();
/** Prints why a call is refused, and returns its code; nothing is remembered. */
int refuse(int code, const std::string &message);

// ---- memory (memory.cpp) ----

/** A device buffer: host memory with red zones, and one byte of shadow for each (0: never written). */
struct Buffer {
    char *base;
    size_t size;
    uint8_t *written;
};

/** nullptr when memory is short, or as OOM says. */
Buffer *allocate(size_t size);
bool release(uint64_t pointer);
size_t liveBytes();
/** The buffer in which an address lies, or nullptr. */
Buffer *find(uintptr_t address);
/** Where an address that is in no buffer lies, in words. */
std::string whereabouts(uintptr_t address);
/** The buffer that holds [pointer, pointer + size), or nullptr after fault(…). */
Buffer *range(uint64_t pointer, size_t size, const char *what);
/** range(…) whose bytes have all been written. */
bool readable(uint64_t pointer, size_t size, const char *what);
/** range(…), whose bytes count as written from now on. */
bool writable(uint64_t pointer, size_t size, const char *what);

/** Page-locked memory of the host. */
void *allocateHost(size_t size);
bool releaseHost(void *pointer);
bool isHost(const void *pointer, size_t size);

// ---- streams (streams.cpp) ----

using Work = std::function<void()>;

/** Work that a graph does at each launch. */
struct Node {
    Work work;
    const void *function;  // of a kernel, else nullptr
};
using Nodes = std::vector<std::shared_ptr<Node>>;

/** Work in the order given; done only when somebody waits for it, or recorded while a graph is captured. */
struct Stream {
    int device = 0;
    bool capturing = false, invalidated = false;
    int mode = 0;
    Nodes recorded;
    std::deque<Work> queue;
    unsigned long queued = 0, done = 0;
};

Stream *createStream(int device);
bool isStream(const Stream *stream);
void destroyStream(Stream *stream);
void enqueue(Stream *stream, Work work, const void *function = nullptr);
/** Does what is queued, until 'done' has reached a number. */
void drain(Stream *stream, unsigned long until = ~0ul);
void drainAll();
/** OK if work may be given to the stream; else says what is wrong with it. */
int checkStream(const Stream *stream, const char *call);

/** The handles of a kind that were given out and not taken back. */
template <class T> class Handles {
public:
    T *add(T *made) {
        std::lock_guard<std::mutex> lock(mutex);
        live.insert(made);
        return made;
    }
    bool holds(const T *handle) {
        std::lock_guard<std::mutex> lock(mutex);
        return live.count(const_cast<T *>(handle));
    }
    bool remove(T *handle) {
        std::lock_guard<std::mutex> lock(mutex);
        return live.erase(handle);
    }

private:
    std::mutex mutex;
    std::set<T *> live;
};

// ---- kernels (blocks.cpp) ----

struct Kernel {
    std::string name;
    void (*call)(void **);
    const char *sharedBegin, *sharedEnd, *imageBegin, *imageEnd;
};

/** A launch with its arguments as they were at the call. */
struct Launch {
    Kernel kernel;
    unsigned grid[3], block[3];
    size_t dynamicShared;
    std::vector<uint64_t> arguments;
    std::vector<size_t> offsets;
};

/** Runs all blocks; a fault ends it. */
void run(const Launch &launch);
}  // namespace standin
