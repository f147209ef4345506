// The block that runs: what blocks.cpp (threads, barriers), access.cpp (loads and stores) and warps share.
#pragma once
#include "standin.h"

namespace standin {
constexpr size_t STACK = 1 << 16;
constexpr unsigned THREADS = 1024;
constexpr uint32_t POISON = 0x7ff8dead;

enum State : uint8_t { NEW, READY, BARRIER, WARP, DONE };

struct Thread {
    State state;
    int line, fiber, source, value;
    unsigned mask;
    unsigned long long given, result;
};

extern Thread threads[THREADS];
/** Threads of the block, and the one that runs. */
extern unsigned threadCount, current;
/** Number of barriers that the block, and a warp, have passed: what races are told by. */
extern uint32_t epoch, warpEpoch[THREADS / 32];
/** As shim_index; threadIdx is computed. */
extern unsigned places[12];
extern const Kernel *kernel;
/** The arguments, then the stacks of the fibers: where access() asks nothing. */
extern char *arena;
extern char *dynamicBase;
extern size_t dynamicSize, sharedSize;
/** Whether a kernel runs on this stack. */
extern bool inside;
/** Address in the kernel of the access that is looked at. */
extern const void *codeOfAccess;

/** Ends the launch with a fault at the running thread. */
[[noreturn]] void stop(const std::string &message, int result = LAUNCH_FAILED);
/** Lets other threads of the block run. */
void yield();
/** Before the first thread of a block: its shared memory is unwritten. */
void poisonShared();
}  // namespace standin
