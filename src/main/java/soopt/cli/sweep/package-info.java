/** The commands of sweeps. */
package soopt.cli.sweep;
