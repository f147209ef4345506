/**
 * One run of an experiment: the file as a record, the only training loop, checkpoints. The files it writes are the
 * business of {@link soopt.experiment.folder}.
 */
package soopt.experiment;
