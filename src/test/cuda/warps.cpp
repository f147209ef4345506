// What the threads of a block do together: barriers, votes and shuffles, as shim.h calls them.
#include "blocks.h"

using namespace standin;

extern "C" {
unsigned shim_index(int which) {
    if (which >= 3) return places[which];
    unsigned x = places[6], y = places[7];
    return which == 0 ? current % x : which == 1 ? current / x % y : current / x / y;
}
int shim_lane() { return current & 31; }
void *shim_dynamic_shared() { return dynamicBase; }
void shim_trap(int line) {
    codeOfAccess = nullptr;
    stop(text("__trap() at line %d", line));
}

/** operation: 0 count, 1 and, 2 or. The last of the block's threads to come frees all. */
int shim_barrier_reduce(int line, int operation, int value) {
    Thread &me = threads[current];
    me.state = BARRIER, me.line = line, me.value = value;
    int sum = 0;
    for (unsigned t = 0; t < threadCount; t++) {
        if (threads[t].state != BARRIER || threads[t].line != line) {
            yield();
            return me.value;
        }
        sum += threads[t].value != 0;
    }
    int result = operation == 0 ? sum : operation == 1 ? sum == (int)threadCount : sum > 0;
    for (unsigned t = 0; t < threadCount; t++) threads[t].state = READY, threads[t].value = result;
    epoch++;
    return result;
}
void shim_barrier(int line) { shim_barrier_reduce(line, 0, 0); }

/** Rendezvous of the lanes in the mask; the last of them gives each its value. source: a lane, or -1 for a vote. */
unsigned long long shim_exchange(int line, unsigned mask, unsigned long long value, int source) {
    Thread &me = threads[current];
    unsigned base = current & ~31u;
    codeOfAccess = nullptr;
    if (!(mask >> (current & 31) & 1)) stop(text("line %d: the mask %08x does not name the calling lane", line, mask));
    if (source >= 0 && !(mask >> source & 1))
        stop(text("line %d: lane %d is read but not in the mask %08x", line, source, mask));
    me.state = WARP, me.line = line, me.mask = mask, me.given = value, me.source = source;
    unsigned ballot = 0;
    for (int l = 0; l < 32; l++) {
        if (!(mask >> l & 1)) continue;
        unsigned t = base + l;
        if (t >= threadCount) stop(text("line %d: the mask %08x names lane %d, beyond the block", line, mask, l));
        if (threads[t].state != WARP || threads[t].mask != mask || threads[t].line != line) {
            yield();
            return me.result;
        }
        ballot |= (threads[t].given != 0) << l;
    }
    for (int l = 0; l < 32; l++) {
        if (!(mask >> l & 1)) continue;
        Thread &t = threads[base + l];
        t.result = t.source < 0 ? ballot : threads[base + t.source].given;
        t.state = READY;
    }
    warpEpoch[current / 32]++;
    return me.result;
}
unsigned shim_ballot(int line, unsigned mask, int predicate) {
    return (unsigned)shim_exchange(line, mask, predicate != 0, -1);
}
}
