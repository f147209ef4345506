/** How right the models of the loss are that updates come from, measured in the course of a run. */
package soopt.experiment.fidelity;
