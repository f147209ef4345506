/** The right of one process to write one run folder, also where several hosts share the disk. */
package soopt.experiment.claim;
