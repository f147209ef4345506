package soopt.report.figure;

import java.util.List;

/**
 * A table for the terminal.
 *
 * @param heading a line above it; may be empty
 * @param rows as long as the header
 */
public record TextTable(String heading, List<String> header, List<List<String>> rows) {}
