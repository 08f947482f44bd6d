/**
 * Pictures of numbers, as SVG that needs no script, with the numbers behind each as a table. Open {@link
 * dev.plumbline.report.figure.LineChart} first. Colours are classes, which the page's style sheet gives.
 */
@NullMarked
package dev.plumbline.report.figure;

import org.jspecify.annotations.NullMarked;
