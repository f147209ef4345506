package soopt.backend.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongToIntFunction;
import soopt.backend.cuda.library.CudaException;
import soopt.backend.cuda.library.CudaLibraries;

/** CUDA C++ to code of a GPU by NVRTC, loaded once for the process. */
public final class KernelCompiler {
    private static final class Loaded {
        private static Optional<KernelCompiler> compiler = Optional.empty();
    }

    private final int major;
    private final int minor;
    private final int[] architectures;

    private KernelCompiler(int major, int minor, int[] architectures) {
        this.major = major;
        this.minor = minor;
        this.architectures = architectures;
    }

    /** @throws CudaException if there is no NVRTC that serves the driver */
    public static KernelCompiler load(int driverVersion) {
        synchronized (Loaded.class) {
            if (Loaded.compiler.isEmpty()) {
                CudaLibraries.Found found = CudaLibraries.nvrtc(driverVersion);
                Loaded.compiler = Optional.of(load(found.path()
                        .orElseThrow(
                                () -> new CudaException(found.problem().orElseThrow(), CudaException.NO_LIBRARY))));
            }
            return Loaded.compiler.get();
        }
    }

    private static KernelCompiler load(Path path) {
        NativeLibrary library = CudaLibraries.bind(path, NvrtcApi.class);
        try (Memory out = new Memory(2L * Integer.BYTES)) {
            long address = Pointer.nativeValue(out);
            check("nvrtcVersion", NvrtcApi.nvrtcVersion(address, address + Integer.BYTES));
            int major = out.getInt(0);
            int minor = out.getInt(Integer.BYTES);
            // Wheels give NVRTC no path to its builtins, which it opens by name: loaded before, they are found.
            CudaLibraries.loadBeside(library.getFile().toPath(), "libnvrtc-builtins.so." + major + "." + minor);
            check("nvrtcGetNumSupportedArchs", NvrtcApi.nvrtcGetNumSupportedArchs(address));
            int count = out.getInt(0);
            try (Memory list = new Memory((long) count * Integer.BYTES)) {
                check("nvrtcGetSupportedArchs", NvrtcApi.nvrtcGetSupportedArchs(Pointer.nativeValue(list)));
                return new KernelCompiler(major, minor, list.getIntArray(0, count));
            }
        }
    }

    /** As "12.8". */
    public String version() {
        return major + "." + minor;
    }

    /**
     * What to compile for: machine code of the GPU's own capability ("sm_90"), or PTX of the largest below it that this
     * NVRTC knows ("compute_90").
     *
     * @throws CudaException if it knows none
     */
    public String target(Gpu gpu) {
        int own = gpu.architecture();
        if (Arrays.stream(architectures).anyMatch(known -> known == own)) {
            return "sm_" + own;
        }
        OptionalInt below =
                Arrays.stream(architectures).filter(known -> known < own).max();
        if (below.isEmpty()) {
            throw new CudaException(
                    "NVRTC " + version() + " no longer compiles for compute capability " + gpu.capability()
                            + ": have an older CUDA beside it",
                    CudaException.NO_LIBRARY);
        }
        return "compute_" + below.getAsInt();
    }

    /**
     * Compiles one source: machine code for "sm_90", PTX that the driver compiles for "compute_90".
     *
     * @param name name of the source, for messages
     * @param target as {@link #target} gives it
     * @param options more options of NVRTC
     * @throws CudaException with the compiler's words if it refuses
     */
    public byte[] compile(String name, String source, String target, List<String> options) {
        List<String> all = new ArrayList<>(options);
        all.add("--gpu-architecture=" + target);
        try (Memory out = new Memory(Long.BYTES)) {
            long address = Pointer.nativeValue(out);
            check("nvrtcCreateProgram", NvrtcApi.nvrtcCreateProgram(address, source, name, 0, 0, 0));
            long program = out.getLong(0);
            try {
                compile(program, name, all);
                return target.startsWith("sm_")
                        ? bytes(
                                size -> NvrtcApi.nvrtcGetCUBINSize(program, size),
                                image -> NvrtcApi.nvrtcGetCUBIN(program, image))
                        : bytes(
                                size -> NvrtcApi.nvrtcGetPTXSize(program, size),
                                image -> NvrtcApi.nvrtcGetPTX(program, image));
            } finally {
                out.setLong(0, program);
                NvrtcApi.nvrtcDestroyProgram(address);
            }
        }
    }

    private static void compile(long program, String name, List<String> options) {
        List<Memory> texts = new ArrayList<>();
        try (Memory list = new Memory((long) Long.BYTES * options.size())) {
            for (int i = 0; i < options.size(); i++) {
                byte[] text = options.get(i).getBytes(StandardCharsets.UTF_8);
                Memory copy = new Memory(text.length + 1L);
                copy.write(0, text, 0, text.length);
                copy.setByte(text.length, (byte) 0);
                texts.add(copy);
                list.setPointer((long) Long.BYTES * i, copy);
            }
            int code = NvrtcApi.nvrtcCompileProgram(program, options.size(), Pointer.nativeValue(list));
            if (code != 0) {
                throw new CudaException(
                        "NVRTC does not compile " + name + " (error " + code + "): "
                                + log(program).strip(),
                        code);
            }
        } finally {
            texts.forEach(Memory::close);
        }
    }

    private static String log(long program) {
        byte[] text = bytes(
                size -> NvrtcApi.nvrtcGetProgramLogSize(program, size),
                log -> NvrtcApi.nvrtcGetProgramLog(program, log));
        return new String(text, StandardCharsets.UTF_8).replace("\0", "");
    }

    private static byte[] bytes(LongToIntFunction size, LongToIntFunction content) {
        try (Memory out = new Memory(Long.BYTES)) {
            check("NVRTC, asked for a size,", size.applyAsInt(Pointer.nativeValue(out)));
            int length = Math.toIntExact(out.getLong(0));
            try (Memory bytes = new Memory(Math.max(1, length))) {
                check("NVRTC, asked for code,", content.applyAsInt(Pointer.nativeValue(bytes)));
                return bytes.getByteArray(0, length);
            }
        }
    }

    private static void check(String call, int code) {
        if (code != 0) {
            throw new CudaException("error " + code + " from " + call, code);
        }
    }
}
