/** How far the model of the loss that curvature gives is right, and what H̄ says of the interactions between layers. */
package soopt.report.fidelity;
