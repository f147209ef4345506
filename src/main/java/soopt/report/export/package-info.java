/** Runs in the formats of other programs, read out of run folders in any state. */
package soopt.report.export;
