package soopt.experiment.file;

import soopt.spec.Doc;

/** Where the arithmetic runs. */
public enum Device {
    @Doc("a GPU if one can be used, else the CPU")
    AUTO,
    @Doc("the processor")
    CPU,
    @Doc("an NVIDIA GPU")
    CUDA
}
