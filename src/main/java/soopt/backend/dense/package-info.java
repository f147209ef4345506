/** Symmetric matrices in float64 on the host: Cholesky factors and eigenvectors, of large ones by OpenBLAS. */
package soopt.backend.dense;
