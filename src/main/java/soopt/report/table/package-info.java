/** Tables for people and papers, with the digits that mean something. */
package soopt.report.table;
