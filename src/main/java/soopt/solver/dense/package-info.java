/** Systems with symmetric matrices on the host that may fail to be positive definite. */
package soopt.solver.dense;
