// What kernels.cu does not use: vector loads, atomics, votes, exclusive shuffles, a grid and a block of two dimensions.
extern "C" __global__ void features(const float *x, int n, float *out, double *total, int *count) {
    __shared__ float tile[8][33];
    int t = threadIdx.y * blockDim.x + threadIdx.x, b = blockIdx.y * gridDim.x + blockIdx.x;
    float4 v = *(const float4 *)(x + 4 * (b * 256 + t));
    tile[threadIdx.y][threadIdx.x] = v.x + v.y + v.z + v.w;
    __syncthreads();
    float s = tile[threadIdx.y][31 - threadIdx.x];
    atomicAdd(total, (double)s);
    atomicAdd(out, 1.0f);
    unsigned ballot = __ballot_sync(0xffffffffu, s > 0);
    if (threadIdx.x == 0) atomicAdd(count, __popc(ballot));
    int any = __syncthreads_or(s > 1000.0f);
    float up = __shfl_up_sync(0xffffffffu, s, 1), low = __shfl_sync(0xffffffffu, s, 0);
    float other = __shfl_xor_sync(0xffffffffu, s, 16, 32), sum = up + low + other;
    if (any || sum != sum || n != 2048) __trap();
}
