/**
 * What pictures, tables and comparisons are made of, read out of run folders: also of runs that go on, were killed or
 * are of an older version. What a folder lacks is absent, never an exception; nothing is written.
 */
package soopt.report.read;
