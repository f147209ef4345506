/** What the program knows of itself, as pages: keys of the experiment file, commands, files, exit codes. */
package soopt.cli.reference;
