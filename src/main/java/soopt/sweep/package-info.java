/** Many runs of one experiment file: which they are, the plan that names them, and what they will take. */
package soopt.sweep;
