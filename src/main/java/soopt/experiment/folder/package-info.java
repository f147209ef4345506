/** The folder of a run: its place and lock, its files, and how they stay valid when the process is killed. */
package soopt.experiment.folder;
