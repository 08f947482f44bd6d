/**
 * What the answers of several rooms share. Open {@link dev.plumbline.report.EventStream} first.
 */
@NullMarked
package dev.plumbline.report;

import org.jspecify.annotations.NullMarked;
