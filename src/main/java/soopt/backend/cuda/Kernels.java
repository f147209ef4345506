package soopt.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import soopt.backend.Precision;
import soopt.backend.cuda.driver.Device;
import soopt.backend.cuda.driver.KernelCompiler;

/** Our kernels on one GPU in one precision: a theme is compiled, or found in the cache, when it is first used. */
final class Kernels {
    /** A file of kernels beside this class. */
    enum Theme {
        VECTORS,
        SUMS,
        LOSSES,
        ACTIVATIONS,
        IMAGES,
        FACTORS;

        /** Options of the compiler; activations without FMA, so that every form of them gives the same bits. */
        List<String> options(Precision precision) {
            List<String> options = new ArrayList<>(List.of("--std=c++17"));
            options.addAll(
                    precision.isSingle()
                            ? List.of("-DREAL=float", "-DFLOAT32=1")
                            : List.of("-DREAL=double", "-DFLOAT32=0"));
            options.add(this == ACTIVATIONS ? "--fmad=false" : "--fmad=true");
            return options;
        }

        String fileName() {
            return name().toLowerCase(Locale.ROOT) + ".cu";
        }

        /** The source, after what all themes begin with. */
        String source() {
            return resource("common.cu") + "#line 1 \"" + fileName() + "\"\n" + resource(fileName());
        }

        private static String resource(String name) {
            try (InputStream in = Optional.ofNullable(Kernels.class.getResourceAsStream(name))
                    .orElseThrow(() -> new IllegalStateException("the program lacks its file " + name))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + name, e);
            }
        }
    }

    private final Device device;
    private final Precision precision;
    private final KernelCompiler compiler;
    private final KernelCache cache = KernelCache.ofUser();
    private final Map<Theme, Device.Code> modules = new EnumMap<>(Theme.class);
    private final Launch launch;

    Kernels(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        this.compiler = KernelCompiler.load(device.gpu().driverVersion());
        this.launch = new Launch(device, precision);
    }

    /** A kernel of a theme, looked up when it is first launched. */
    final class Kernel {
        private final Theme theme;
        private final String name;
        private long function;

        private Kernel(Theme theme, String name) {
            this.theme = theme;
            this.name = name;
        }

        /** A launch whose arguments are put next; one at a time. */
        Launch start() {
            if (function == 0) {
                function = modules.computeIfAbsent(theme, Kernels.this::load).function(name);
            }
            return launch.start(function);
        }
    }

    Kernel kernel(Theme theme, String name) {
        return new Kernel(theme, name);
    }

    private Device.Code load(Theme theme) {
        String target = compiler.target(device.gpu());
        String source = theme.source();
        List<String> options = theme.options(precision);
        String name = KernelCache.name(source, options, target, compiler.version());
        Optional<Device.Code> kept = cache.find(name).flatMap(device::tryLoad);
        return kept.orElseGet(() -> {
            byte[] image = compiler.compile(theme.fileName(), source, target, options);
            cache.keep(name, image);
            return device.load(image);
        });
    }

    void close() {
        modules.values().forEach(Device.Code::unload);
        modules.clear();
    }
}
