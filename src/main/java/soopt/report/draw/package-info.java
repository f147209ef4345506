/**
 * A surface to draw on, in points, and its three forms: SVG with text as text, PNG, PDF. Text is measured and drawn by
 * one font that comes along, so that the same figure is the same file on every machine, and none needs fonts of its
 * own.
 */
package soopt.report.draw;
