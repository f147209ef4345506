/** The runs of a results folder beside each other: read, compared, tidied; never written by the runs themselves. */
package soopt.experiment.results;
