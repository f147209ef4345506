// libcuda.so.1: modules, functions and launches.
#include "driver.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <memory>

using namespace standin;

namespace {
constexpr unsigned DEFAULT_SHARED = 48 << 10, MOST_SHARED = 99 << 10;
struct Parameter {
    unsigned short size, alignment;
};
struct Function {
    Kernel kernel;
    std::vector<Parameter> parameters;
    unsigned shared = DEFAULT_SHARED;
};
struct Module {
    void *library;
    std::vector<std::unique_ptr<Function>> functions;
};
Handles<Module> modules;
Handles<Function> functions;

/** Where each argument lies in a C struct of all; returns the struct's size. */
size_t layOut(const Function &f, std::vector<size_t> &offsets) {
    size_t size = 0;
    for (const Parameter &p : f.parameters) {
        size = (size + p.alignment - 1) / p.alignment * p.alignment;
        offsets.push_back(size);
        size += p.size;
    }
    return size;
}

/** The arguments are copied now, as the driver does: the caller may reuse its memory at once. */
int take(const Function &f, void **parameters, void **extra, Launch &launch) {
    size_t size = layOut(f, launch.offsets);
    launch.arguments.assign(size / 8 + 2, 0);
    char *to = (char *)launch.arguments.data();
    if (!extra) {
        if (!f.parameters.empty() && !parameters) return refuse(INVALID_VALUE, "a launch without arguments");
        for (size_t i = 0; i < f.parameters.size(); i++)
            memcpy(to + launch.offsets[i], parameters[i], f.parameters[i].size);
        return OK;
    }
    const void *packed = nullptr;
    size_t given = 0;
    for (; *extra; extra += 2)
        if (*extra == (void *)1) packed = extra[1];
        else if (*extra == (void *)2) given = *(size_t *)extra[1];
        else return refuse(INVALID_VALUE, "an unknown word in the launch's 'extra'");
    if (parameters || !packed || given < size || given > ((size + 7) & ~(size_t)7)) {
        const char *name = f.kernel.name.c_str();
        return refuse(INVALID_VALUE, text("kernel %s takes %zu bytes of arguments, not %zu", name, size, given));
    }
    memcpy(to, packed, size);
    return OK;
}
}  // namespace

int relaunch(const void *function, const unsigned grid[3], const unsigned block[3], unsigned shared, void **parameters,
    void **extra, Work &work) {
    const Function *f = (const Function *)function;
    if (!functions.holds(f)) return refuse(INVALID_HANDLE, "a function that does not exist");
    const char *name = f->kernel.name.c_str();
    auto [gx, gy, gz] = std::array{grid[0], grid[1], grid[2]};
    auto [bx, by, bz] = std::array{block[0], block[1], block[2]};
    bool gridFits = gx && gy && gz && gx <= 0x7fffffff && gy <= 65535 && gz <= 65535;
    bool blockFits = bx && by && bz && bz <= 64 && (size_t)bx * by * bz <= 1024;
    if (!gridFits || !blockFits)
        return refuse(INVALID_VALUE,
            text("kernel %s: grid (%u,%u,%u), block (%u,%u,%u)", name, gx, gy, gz, bx, by, bz));
    if (shared + (f->kernel.sharedEnd - f->kernel.sharedBegin) > f->shared)
        return refuse(INVALID_VALUE, text("kernel %s: too much shared memory", name));
    Launch launch{f->kernel, {gx, gy, gz}, {bx, by, bz}, shared, {}, {}};
    CHECK(take(*f, parameters, extra, launch));
    work = [=] { run(launch); };
    return OK;
}

bool isFunction(const void *function) { return functions.holds((const Function *)function); }

extern "C" {
/** The "cubin" of the stand-in is the path of a shared library; a real one (ELF) or PTX is refused. */
int cuModuleLoadDataEx(Module **m, const void *image, unsigned, int *, void **) {
    CHECK(state());
    if (strncmp((const char *)image, "stand-in:", 9)) return refuse(INVALID_IMAGE, "code that is not for the stand-in");
    void *library = dlopen((const char *)image + 9, RTLD_NOW | RTLD_LOCAL);
    if (!library) return refuse(INVALID_IMAGE, dlerror());
    *m = modules.add(new Module{library, {}});
    return OK;
}
int cuModuleLoadData(Module **m, const void *image) { return cuModuleLoadDataEx(m, image, 0, nullptr, nullptr); }
int cuModuleUnload(Module *m) {
    if (!modules.remove(m)) return refuse(INVALID_HANDLE, "a module that does not exist");
    drainAll();
    for (auto &f : m->functions) functions.remove(f.get());
    dlclose(m->library);
    delete m;
    return OK;
}
int cuModuleGetFunction(Function **f, Module *m, const char *name) {
    CHECK(state());
    if (!modules.holds(m)) return refuse(INVALID_HANDLE, "a module that does not exist");
    auto symbol = [&](const std::string &s) { return dlsym(m->library, s.c_str()); };
    void *call = symbol(std::string("shim_call_") + name);
    if (!call) return refuse(NOT_FOUND, text("no kernel %s", name));
    auto made = std::make_unique<Function>();
    using Ends = void (*)(const char *[4]);
    const char *ends[4];
    ((Ends)symbol("shim_ends"))(ends);
    made->kernel = {name, (void (*)(void **))call, ends[0], ends[1], ends[2], ends[3]};
    using Parameters = const Parameter *(*)();
    const Parameter *p = ((Parameters)symbol(std::string("shim_parameters_") + name))();
    for (; p->size; p++) made->parameters.push_back(*p);
    *f = functions.add(made.get());
    m->functions.push_back(std::move(made));
    return OK;
}
int cuFuncSetAttribute(Function *f, int attribute, int value) {
    CHECK(state());
    if (!functions.holds(f)) return refuse(INVALID_HANDLE, "a function that does not exist");
    if (attribute != 8) return OK;
    if (value < 0 || value > (int)MOST_SHARED) return refuse(INVALID_VALUE, "more shared memory than a block has");
    f->shared = (unsigned)value;
    return OK;
}

int cuLaunchKernel(Function *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, Stream *s, void **parameters, void **extra) {
    CHECK(state());
    if (!functions.holds(f)) return refuse(INVALID_HANDLE, "a function that does not exist");
    CHECK(onStream(s, f->kernel.name.c_str()));
    unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
    Work work;
    CHECK(relaunch(f, grid, block, shared, parameters, extra, work));
    if (!s->capturing) count("launches");
    if (!s->capturing && due("LAUNCH_FAILURE")) work = [] { fault(LAUNCH_FAILED, "injected launch failure"); };
    enqueue(s, work, f);
    return OK;
}
}
