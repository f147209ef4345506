/** Charts of curves and of matrices, and the sheet that they stand on: scales, ticks, legends, one place for sizes. */
package soopt.report.chart;
