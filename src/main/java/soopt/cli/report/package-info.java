/** What came out of runs: pictures, pages, comparisons. */
package soopt.cli.report;
