/** A sweep on a SLURM cluster: one array job whose tasks do the runs of a plan. */
package soopt.sweep.slurm;
