/**
 * The folder matrices/ of a run: H̄ and its relatives at every recorded moment, in files that grow and do not become
 * more.
 */
package soopt.experiment.matrices;
