/**
 * What the requests and answers of several rooms share: files that come, events that go, and the key by which a repeated
 * request is known ({@link dev.plumbline.report.IdempotencyKey}). Open {@link dev.plumbline.report.EventStream} first.
 */
@NullMarked
package dev.plumbline.report;

import org.jspecify.annotations.NullMarked;
