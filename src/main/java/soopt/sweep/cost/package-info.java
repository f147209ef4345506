/** What the runs of a sweep will take, before they run. */
package soopt.sweep.cost;
