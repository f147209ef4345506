// Streams. Work is done as late as a device may do it: when somebody waits. So it shows when memory of the host is
// changed, or read, before its copy was waited for.
#include "standin.h"

namespace standin {
namespace {
constexpr size_t LONGEST = 100000;
Handles<Stream> streams;
std::recursive_mutex mutex;
using Lock = std::lock_guard<std::recursive_mutex>;
std::set<Stream *> all;
}  // namespace

Stream *createStream(int device) {
    Lock lock(mutex);
    Stream *made = streams.add(new Stream);
    made->device = device;
    all.insert(made);
    return made;
}

bool isStream(const Stream *stream) { return streams.holds(stream); }

void destroyStream(Stream *stream) {
    Lock lock(mutex);
    drain(stream);
    streams.remove(stream);
    all.erase(stream);
    delete stream;
}

void enqueue(Stream *stream, Work work, const void *function) {
    Lock lock(mutex);
    if (stream->capturing) {
        stream->recorded.push_back(std::make_shared<Node>(Node{std::move(work), function}));
        return;
    }
    stream->queue.push_back(std::move(work));
    stream->queued++;
    if (setting("AT_ONCE", 0) || stream->queue.size() > LONGEST) drain(stream);
}

void drain(Stream *stream, unsigned long until) {
    Lock lock(mutex);
    while (!stream->queue.empty() && stream->done < until) {
        Work work = std::move(stream->queue.front());
        stream->queue.pop_front();
        if (!faultCode()) work();
        stream->done++;
    }
}

void drainAll() {
    Lock lock(mutex);
    for (Stream *stream : all) drain(stream);
}

int checkStream(const Stream *stream, const char *call) {
    if (!stream)
        return refuse(INVALID_HANDLE, text("%s on stream 0, which streams of our own do not wait for", call));
    if (!isStream(stream)) return refuse(INVALID_HANDLE, text("%s on a stream that does not exist", call));
    return OK;
}
}  // namespace standin
