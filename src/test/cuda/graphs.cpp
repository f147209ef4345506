// libcuda.so.1: streams, events, and graphs captured from a stream.
#include "driver.h"

#include <chrono>

using namespace standin;

namespace {
using Clock = std::chrono::steady_clock;
struct Event {
    Clock::time_point time;
    Stream *stream = nullptr;
    unsigned long ticket = 0;  // work of the stream that comes before it, itself included
};
struct Graph {
    std::vector<Work> work;
};
Handles<Event> events;
Handles<Graph> graphs;
Stream *capturing;

int known(Event *e) { return events.holds(e) ? OK : refuse(INVALID_HANDLE, "an event that does not exist"); }
int known(Graph *g) { return graphs.holds(g) ? OK : refuse(INVALID_HANDLE, "a graph that does not exist"); }

void wait(Event *e) {
    if (e->stream && isStream(e->stream)) drain(e->stream, e->ticket);
}
}  // namespace

Stream *captured() { return capturing; }

extern "C" {
int cuStreamCreate(Stream **s, unsigned flags) {
    CHECK(state());
    if (flags != 1) return refuse(INVALID_VALUE, "a stream that waits for stream 0");
    *s = createStream(currentDevice);
    return OK;
}
int cuStreamDestroy_v2(Stream *s) {
    CHECK(checkStream(s, "cuStreamDestroy"));
    destroyStream(s);
    return OK;
}
int cuStreamSynchronize(Stream *s) {
    CHECK(synchronous());
    CHECK(checkStream(s, "cuStreamSynchronize"));
    count("synchronizations");
    drain(s);
    return after();
}
int cuStreamQuery(Stream *s) {
    CHECK(onStream(s, "cuStreamQuery"));
    return s->queue.empty() ? OK : NOT_READY;
}
int cuStreamWaitEvent(Stream *s, Event *e, unsigned) {
    CHECK(onStream(s, "cuStreamWaitEvent"));
    CHECK(known(e));
    if (s->capturing) return refuse(CAPTURE_UNSUPPORTED, "cuStreamWaitEvent in a capture: not covered here");
    if (e->stream != s) {
        Stream *other = e->stream;
        unsigned long ticket = e->ticket;
        enqueue(s, [=] {
            if (other && isStream(other)) drain(other, ticket);
        });
    }
    return OK;
}

int cuStreamBeginCapture_v2(Stream *s, int mode) {
    CHECK(synchronous());
    CHECK(checkStream(s, "cuStreamBeginCapture"));
    if (capturing) return refuse(INVALID_VALUE, "a capture inside a capture");
    s->capturing = true, s->invalidated = false, s->mode = mode;
    s->recorded.clear();
    capturing = s;
    return OK;
}
int cuStreamEndCapture(Stream *s, Graph **graph) {
    *graph = nullptr;
    if (!isStream(s) || !s->capturing) return refuse(INVALID_VALUE, "cuStreamEndCapture without a capture");
    s->capturing = false;
    capturing = nullptr;
    if (s->invalidated) return CAPTURE_INVALIDATED;
    *graph = graphs.add(new Graph{std::move(s->recorded)});
    return after();
}
int cuStreamIsCapturing(Stream *s, int *status) {
    CHECK(checkStream(s, "cuStreamIsCapturing"));
    *status = s->capturing ? s->invalidated ? 2 : 1 : 0;
    return OK;
}
int cuGraphInstantiateWithFlags(Graph **executable, Graph *graph, unsigned long long) {
    CHECK(state());
    CHECK(known(graph));
    *executable = graphs.add(new Graph(*graph));
    return OK;
}
int cuGraphDestroy(Graph *g) {
    CHECK(known(g));
    graphs.remove(g);
    delete g;
    return OK;
}
int cuGraphExecDestroy(Graph *g) { return cuGraphDestroy(g); }
int cuGraphLaunch(Graph *g, Stream *s) {
    CHECK(onStream(s, "cuGraphLaunch"));
    CHECK(known(g));
    count("graphs");
    for (auto &w : g->work) enqueue(s, w);
    return OK;
}

int cuEventCreate(Event **e, unsigned) {
    CHECK(state());
    *e = events.add(new Event);
    return OK;
}
int cuEventDestroy_v2(Event *e) {
    CHECK(known(e));
    wait(e);
    events.remove(e);
    delete e;
    return OK;
}
int cuEventRecord(Event *e, Stream *s) {
    CHECK(onStream(s, "cuEventRecord"));
    CHECK(known(e));
    enqueue(s, [=] {
        if (!events.holds(e)) return;
        e->time = Clock::now();
    });
    if (!s->capturing) e->stream = s, e->ticket = s->queued;
    return OK;
}
int cuEventQuery(Event *e) {
    CHECK(state());
    CHECK(known(e));
    return !e->stream || !isStream(e->stream) || e->stream->done >= e->ticket ? OK : NOT_READY;
}
int cuEventSynchronize(Event *e) {
    CHECK(synchronous());
    CHECK(known(e));
    count("synchronizations");
    wait(e);
    return after();
}
int cuEventElapsedTime(float *milliseconds, Event *a, Event *b) {
    CHECK(state());
    CHECK(known(a));
    CHECK(known(b));
    if (cuEventQuery(a) || cuEventQuery(b)) return NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(b->time - a->time).count();
    return OK;
}
}
