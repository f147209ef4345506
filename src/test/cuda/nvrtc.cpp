// libnvrtc.so.12: compiles with g++ and shim.h, which lies beside this library, to a shared library whose path is the
// "cubin". What was compiled once is kept in the folder 'kernels' beside it.
#include "standin.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <unistd.h>

using standin::setting;
using standin::text;

namespace {
enum { INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6, DONE = 0 };
const int ARCHITECTURES[] = {75, 80, 86, 89, 90, 100, 120};

struct Program {
    std::string source, name, log, image;
};
standin::Handles<Program> programs;

std::string folder() {
    Dl_info info;
    dladdr((void *)&folder, &info);
    std::string s = info.dli_fname;
    return s.substr(0, s.rfind('/'));
}

std::string quote(const std::string &s) { return "'" + std::regex_replace(s, std::regex("'"), "'\\''") + "'"; }

/** Runs a command; returns its exit status and adds its output to the log. */
int shell(const std::string &command, std::string &log) {
    FILE *p = popen((command + " 2>&1").c_str(), "r");
    if (!p) return -1;
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, p)) > 0;) log.append(buffer, n);
    return pclose(p);
}

std::string compiler() { return getenv("CXX") ? getenv("CXX") : "g++"; }

/** FNV-1a of a text, twice from different offsets. */
std::string hash(const std::string &s) {
    uint64_t a = 0xcbf29ce484222325, b = 0x84222325cbf29ce4;
    for (unsigned char c : s) a = (a ^ c) * 0x100000001b3, b = (b ^ c) * 0x100000001b3 + 1;
    return text("%016lx%016lx", a, b);
}

/** NVRTC's options as g++'s; false if one is unknown. */
bool translate(const std::string &o, std::string &flags, std::string &capability) {
    static const std::regex architecture("(?:--gpu-architecture|-arch)=(sm|compute)_(\\d+)a?");
    static const std::regex ignored("-?-use_fast_math|-?-fmad=\\w+|-lineinfo|--generate-line-info|-?-default-device");
    std::smatch m;
    if (std::regex_match(o, m, architecture)) {
        capability = m[2];
        auto end = std::end(ARCHITECTURES);
        return std::find(std::begin(ARCHITECTURES), end, std::stoi(capability)) != end;
    }
    if (o.rfind("-D", 0) == 0 || o.rfind("-std=", 0) == 0) flags += " " + quote(o);
    else if (o.rfind("--std=", 0) == 0) flags += " " + quote(o.substr(1));
    else return std::regex_match(o, ignored);
    return true;
}

/** Dynamic shared memory, and after the source a way to call each kernel; comments and macros are gone before. */
std::string rewritten(const std::string &source) {
    static const std::regex dynamic(
        "extern\\s+__shared__\\s+(?:__align__\\(\\d+\\)\\s*)?([\\w ]+?)\\s+(\\w+)\\s*\\[\\s*\\]\\s*;");
    static const std::regex declaration(
        "extern\\s+\"C\"\\s+__global__\\s+(?:void\\s+__launch_bounds__\\s*\\([^)]*\\)|"
        "__launch_bounds__\\s*\\([^)]*\\)\\s*void|void)\\s+(\\w+)\\s*\\(");
    std::string text = std::regex_replace(source, dynamic, "SHIM_DYNAMIC_SHARED($1, $2);");
    std::ostringstream out;
    out << text << "\n#line 1 \"stand-in\"\n";
    for (std::sregex_iterator i(text.begin(), text.end(), declaration), end; i != end; ++i)
        out << "SHIM_KERNEL(" << (*i)[1] << ")\n";
    out << R"(__attribute__((section("shim_shared"), used)) static float shim_none[4];
#define SHIM_HIDDEN __attribute__((visibility("hidden")))
extern "C" {
extern const char __start_shim_shared[] SHIM_HIDDEN, __stop_shim_shared[] SHIM_HIDDEN;
extern const char __ehdr_start[] SHIM_HIDDEN, _end[] SHIM_HIDDEN;
void shim_ends(const char *e[4]) {
    e[0] = __start_shim_shared; e[1] = __stop_shim_shared; e[2] = __ehdr_start; e[3] = _end;
}
}
)";
    return out.str();
}

/** The source with its macros expanded, without shim.h so that kernels made by macros are seen; false with a log. */
bool preprocess(Program &p, const std::string &file, const std::string &flags, std::string &expanded) {
    static const std::regex include("(^|\n)[ \t]*#[ \t]*include");
    static const std::regex unknown("\\b(u?int(8|16|32|64)_t|INFINITY|NAN|(FLT|DBL)_\\w+|M_PI|std::\\w+)\\b");
    if (std::regex_search(p.source, include)) {
        p.log = "NVRTC has no standard headers: the source includes a file\n";
        return false;
    }
    std::ofstream(file) << "#line 1 \"" << p.name << "\"\n" << p.source;
    std::string command = compiler() + " -E -x c++ -undef -nostdinc -D__cplusplus=201703L" + flags + " " + quote(file);
    if (shell(command, expanded)) {
        p.log = expanded;
        return false;
    }
    std::smatch word;
    if (std::regex_search(expanded, word, unknown)) p.log = "NVRTC does not know " + word.str() + " without a header\n";
    return p.log.empty();
}

int compile(Program &p, const std::string &flags, const std::string &capability, const std::string &image) {
    std::string base = folder() + "/kernels/making-XXXXXX";
    if (!mkdtemp(&base[0])) return COMPILATION;
    std::string name = std::regex_replace(p.name, std::regex("[^A-Za-z0-9_.]"), "_"), expanded;
    std::string kernel = base + "/" + name, object = base + "/kernel.o", made = base + "/kernel.so";
    std::string predefined = " -D__CUDACC__ -D__CUDACC_RTC__ -D__CUDA_ARCH__=" + capability + "0" + flags;
    int result = COMPILATION;
    if (preprocess(p, base + "/source", predefined, expanded)) {
        std::ofstream(kernel) << rewritten(expanded);
        bool checked = !setting("UNCHECKED", 0);
        std::string command = compiler() + " -c -O2 -std=c++17 -fPIC -w -ffp-contract=off -fno-exceptions"
            + " -fno-strict-aliasing -fno-tree-vectorize"
            + (checked ? " -g1 -fsanitize=thread,alignment,bounds --param tsan-instrument-func-entry-exit=0" : "")
            + flags + " -include " + quote(folder() + "/shim.h") + " -x c++ " + quote(kernel) + " -o " + quote(object);
        std::string link = compiler() + " -shared -Wl,-rpath," + quote(folder()) + " -o " + quote(made) + " "
            + quote(object) + " " + quote(folder() + "/libstandin.so");
        if (!shell(command, p.log) && !shell(link, p.log) && !rename(made.c_str(), image.c_str())) result = DONE;
    }
    std::error_code ignored;
    std::filesystem::remove_all(base, ignored);
    return result;
}
}  // namespace

extern "C" {
int nvrtcVersion(int *major, int *minor) {
    *major = 12;
    *minor = 8;
    return DONE;
}
int nvrtcGetNumSupportedArchs(int *n) {
    *n = sizeof ARCHITECTURES / sizeof *ARCHITECTURES;
    return DONE;
}
int nvrtcGetSupportedArchs(int *list) {
    memcpy(list, ARCHITECTURES, sizeof ARCHITECTURES);
    return DONE;
}
const char *nvrtcGetErrorString(int code) { return code ? "NVRTC_ERROR (stand-in)" : "NVRTC_SUCCESS"; }
int nvrtcCreateProgram(Program **p, const char *source, const char *name, int headers, const char *const *,
    const char *const *) {
    if (!source || headers) return INVALID_INPUT;
    *p = programs.add(new Program{source, name ? name : "default_program", "", ""});
    return DONE;
}
int nvrtcDestroyProgram(Program **p) {
    if (!programs.remove(*p)) return INVALID_PROGRAM;
    delete *p;
    *p = nullptr;
    return DONE;
}

int nvrtcCompileProgram(Program *p, int n, const char *const *options) {
    if (!programs.holds(p)) return INVALID_PROGRAM;
    std::string flags, capability = "75";
    for (int i = 0; i < n; i++)
        if (!translate(options[i], flags, capability)) {
            p->log = std::string("nvrtc: error: invalid value or unrecognized option ") + options[i] + "\n";
            return INVALID_OPTION;
        }
    standin::count("compilations");
    if (standin::due("COMPILE_FAILURE")) {
        p->log = "injected failure of NVRTC\n";
        return COMPILATION;
    }
    bool checked = !setting("UNCHECKED", 0);
    std::string key = hash(p->name + "\n" + flags + "\n" + capability + (checked ? " checked\n" : "\n") + p->source);
    std::string image = folder() + "/kernels/" + key + ".so";
    std::error_code ignored;
    std::filesystem::create_directories(folder() + "/kernels", ignored);
    if (access(image.c_str(), R_OK))
        if (int code = compile(*p, flags, capability, image)) return code;
    p->image = "stand-in:" + image;
    return DONE;
}
int nvrtcGetProgramLogSize(Program *p, size_t *n) {
    *n = p->log.size() + 1;
    return DONE;
}
int nvrtcGetProgramLog(Program *p, char *log) {
    memcpy(log, p->log.c_str(), p->log.size() + 1);
    return DONE;
}
int nvrtcGetCUBINSize(Program *p, size_t *n) {
    *n = p->image.size() + 1;
    return p->image.empty() ? INVALID_PROGRAM : DONE;
}
int nvrtcGetCUBIN(Program *p, char *image) {
    memcpy(image, p->image.c_str(), p->image.size() + 1);
    return DONE;
}
int nvrtcGetPTXSize(Program *p, size_t *n) { return nvrtcGetCUBINSize(p, n); }
int nvrtcGetPTX(Program *p, char *image) { return nvrtcGetCUBIN(p, image); }
}
