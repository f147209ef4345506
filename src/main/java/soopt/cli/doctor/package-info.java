/** What the program needs of this machine, looked at a part at a time. */
package soopt.cli.doctor;
