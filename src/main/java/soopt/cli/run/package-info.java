/** Commands that train, and what they share. */
package soopt.cli.run;
