/** Commands over folders of results. */
package soopt.cli.results;
