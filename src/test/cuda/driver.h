// What the parts of libcuda.so.1 share.
#pragma once
#include "standin.h"

#define CHECK(call) \
    if (int code_ = (call)) return code_

/** OK if the driver is started, a context is current on this thread, and no fault came before. */
int state();
/** What a call that has done its work returns. */
int after();
/** state(), for calls that wait for the device. */
int synchronous();
/** state(), for work on a stream. */
int onStream(const standin::Stream *stream, const char *call);
/** Whether a kernel's module is loaded. */
bool isFunction(const void *function);
/** The work of a launch with other arguments, for a node of a graph. */
int relaunch(const void *function, const unsigned grid[3], const unsigned block[3], unsigned shared, void **parameters,
    void **extra, standin::Work &work);
/** The stream that this thread captures, or nullptr; one at a time. */
standin::Stream *captured();

extern thread_local int currentDevice;
