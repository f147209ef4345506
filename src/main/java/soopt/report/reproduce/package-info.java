/** The experiments of the paper: what to run, at which scale, what to draw, and what its claims say of the runs. */
package soopt.report.reproduce;
