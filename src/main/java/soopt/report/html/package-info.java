/** Runs as one HTML file that needs nothing else: tables, figures, files. */
package soopt.report.html;
