/**
 * What the requests and answers of several rooms share: files that come, events that go. Open {@link dev.plumbline.report.EventStream} first.
 */
@NullMarked
package dev.plumbline.report;

import org.jspecify.annotations.NullMarked;
