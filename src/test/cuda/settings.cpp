// Settings, counts and the fault of the process, by exported functions and by the environment.
#include "standin.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace standin {
namespace {
std::recursive_mutex mutex;
using Lock = std::lock_guard<std::recursive_mutex>;
std::map<std::string, long> settings, counts;
int code;
std::string faultText;
}  // namespace

long setting(const char *name, long otherwise) {
    Lock lock(mutex);
    auto known = settings.find(name);
    if (known != settings.end()) return known->second;
    const char *s = getenv((std::string("SOOPT_STANDIN_") + name).c_str());
    if (!s || !*s) return otherwise;
    return settings[name] = atol(s);
}

bool due(const char *name) {
    Lock lock(mutex);
    long left = setting(name, 0);
    if (left <= 0) return false;
    settings[name] = left - 1;
    return left == 1;
}

void count(const char *name, long by) {
    Lock lock(mutex);
    counts[name] += by;
}

std::string text(const char *format, ...) {
    char s[600];
    va_list list;
    va_start(list, format);
    vsnprintf(s, sizeof s, format, list);
    va_end(list);
    return s;
}

static void print(const std::string &message) {
    if (setting("QUIET", 0) == 0) fprintf(stderr, "stand-in: %s\n", message.c_str());
}

void fault(int c, const std::string &message) {
    Lock lock(mutex);
    print(message);
    if (!code) {
        code = c;
        faultText = message;
    }
}

int faultCode() { return code; }

int refuse(int c, const std::string &message) {
    Lock lock(mutex);
    print(message);
    faultText = message;
    return c;
}
}  // namespace standin

using namespace standin;

extern "C" {
void standin_set(const char *name, long value) {
    Lock lock(mutex);
    settings[name] = value;
}

/** Number of launches, copies, synchronizations, allocations, products, compilations, graphs; live: bytes in use. */
long standin_count(const char *name) {
    Lock lock(mutex);
    return std::string(name) == "live" ? (long)liveBytes() : counts[name];
}

/** The first fault or the last refusal; "" if there was none. */
const char *standin_fault() { return faultText.c_str(); }

/** A device as after its reset: no fault, no settings but the environment's, counts of zero. */
void standin_reset() {
    Lock lock(mutex);
    settings.clear();
    counts.clear();
    code = 0;
    faultText.clear();
}
}
