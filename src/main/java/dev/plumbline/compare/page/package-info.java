/**
 * A kept comparison for people and for builds: a page of HTML, JUnit's XML, Markdown, and the short of it. Open {@link
 * dev.plumbline.compare.page.ComparisonDocument} first.
 */
@NullMarked
package dev.plumbline.compare.page;

import org.jspecify.annotations.NullMarked;
