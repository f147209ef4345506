/** TensorBoard's event files: protocol buffers in records with checksums, and pictures within them. */
package soopt.report.export.tensorboard;
