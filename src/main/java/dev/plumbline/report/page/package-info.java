/**
 * What a report looks like outside of JSON: a page for people, Markdown for a pull request, JUnit's XML for a build. Open {@link
 * dev.plumbline.report.page.Document} first.
 *
 * <p>The pages are written by plain Java and not by a template engine: there is one layout, foreign text gets in through one
 * place that escapes it, the compiler knows every name, and the build needs no step of its own.
 */
@NullMarked
package dev.plumbline.report.page;

import org.jspecify.annotations.NullMarked;
