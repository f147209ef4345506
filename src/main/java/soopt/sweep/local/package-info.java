/** Runs of a plan in a pool of processes on this machine. */
package soopt.sweep.local;
