/** Groups of runs against each other: what their seeds carry, and what they do not. */
package soopt.report.compare;
