/** The figures that a user asks for by kind: what is read becomes a sheet, a table of the same numbers, and text. */
package soopt.report.figure;
