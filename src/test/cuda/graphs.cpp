// libcuda.so.1: streams, events, and graphs captured from a stream.
#include "driver.h"

#include <algorithm>
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
    Nodes nodes;
    bool executable = false;
    std::vector<Node *> origins;  // of an executable: the nodes that its own were made from
};
/** CUDA_KERNEL_NODE_PARAMS, the first version. */
struct KernelNode {
    void *function;
    unsigned grid[3], block[3], shared;
    void **parameters, **extra;
};
Handles<Event> events;
Handles<Graph> graphs;
Handles<Node> nodes;  // of graphs that were instantiated and are still there
thread_local Stream *capturing;  // mode 1: other threads may wait and allocate meanwhile

int known(Event *e) { return events.holds(e) ? OK : refuse(INVALID_HANDLE, "an event that does not exist"); }
int known(Graph *g) { return graphs.holds(g) ? OK : refuse(INVALID_HANDLE, "a graph that does not exist"); }
int known(Graph *g, bool executable) {
    CHECK(known(g));
    const char *wrong = executable ? "a graph that was not instantiated" : "a graph that was instantiated";
    return g->executable == executable ? OK : refuse(INVALID_HANDLE, wrong);
}

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
    if (capturing == s) capturing = nullptr;
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
    count("waits");
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
    if (due("CAPTURE_FAILURE")) return refuse(CAPTURE_UNSUPPORTED, "a capture that a test refuses");
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
    *graph = graphs.add(new Graph{std::move(s->recorded), false, {}});
    return after();
}
int cuStreamIsCapturing(Stream *s, int *status) {
    CHECK(checkStream(s, "cuStreamIsCapturing"));
    *status = s->capturing ? s->invalidated ? 2 : 1 : 0;
    return OK;
}
int cuGraphInstantiateWithFlags(Graph **executable, Graph *graph, unsigned long long) {
    CHECK(synchronous());
    CHECK(known(graph, false));
    if (due("INSTANTIATE_FAILURE")) return OUT_OF_MEMORY;
    Graph made{{}, true, {}};
    for (auto &node : graph->nodes) {
        made.nodes.push_back(std::make_shared<Node>(*node));
        made.origins.push_back(nodes.add(node.get()));
    }
    *executable = graphs.add(new Graph(made));
    count("captures");
    return OK;
}
static int destroy(Graph *g, bool executable) {
    CHECK(known(g, executable));
    for (auto &node : g->nodes) nodes.remove(node.get());
    graphs.remove(g);
    delete g;
    return OK;
}
int cuGraphDestroy(Graph *g) { return destroy(g, false); }
int cuGraphExecDestroy(Graph *g) { return destroy(g, true); }
int cuGraphLaunch(Graph *g, Stream *s) {
    CHECK(onStream(s, "cuGraphLaunch"));
    CHECK(known(g, true));
    if (s->capturing) return refuse(CAPTURE_UNSUPPORTED, "cuGraphLaunch in a capture: not covered here");
    for (auto &node : g->nodes)
        if (node->function && !isFunction(node->function))
            return refuse(INVALID_HANDLE, "a graph with a kernel whose module was unloaded");
    count("graphs");
    for (auto &node : g->nodes) {
        if (node->function) count("replayed");
        bool fails = node->function && due("LAUNCH_FAILURE");
        if (fails) enqueue(s, [] { fault(LAUNCH_FAILED, "injected launch failure"); });
        else enqueue(s, node->work);
    }
    return OK;
}

int cuStreamGetCaptureInfo_v2(Stream *s, int *status, unsigned long *id, Graph **graph, Node *const **nodes, size_t *n) {
    CHECK(checkStream(s, "cuStreamGetCaptureInfo"));
    if (setting("NO_NODES", 0)) return NOT_FOUND;
    static thread_local Node *last;
    *status = s->capturing ? s->invalidated ? 2 : 1 : 0;
    *id = 1, *graph = nullptr;
    bool any = *status == 1 && !s->recorded.empty();
    last = any ? s->recorded.back().get() : nullptr;
    *nodes = &last, *n = any;
    return OK;
}
int cuGraphExecKernelNodeSetParams(Graph *g, Node *node, const KernelNode *parameters) {
    CHECK(state());
    CHECK(known(g, true));
    if (!nodes.holds(node)) return refuse(INVALID_VALUE, "a node of a graph that was destroyed");
    auto at = std::find(g->origins.begin(), g->origins.end(), node) - g->origins.begin();
    if (at == (long)g->origins.size()) return refuse(INVALID_VALUE, "a node of another graph");
    Node &own = *g->nodes[at];
    if (!own.function || own.function != parameters->function)
        return refuse(INVALID_VALUE, "a node of a graph gets another kernel");
    if (due("UPDATE_FAILURE")) return refuse(INVALID_VALUE, "an update that a test refuses");
    count("updates");
    return relaunch(parameters->function, parameters->grid, parameters->block, parameters->shared,
        parameters->parameters, parameters->extra, own.work);
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
