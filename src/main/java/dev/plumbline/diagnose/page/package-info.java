/**
 * A kept diagnosis for people and for builds: a page of HTML, JUnit's XML, Markdown, and the short of it. Open {@link
 * dev.plumbline.diagnose.page.DiagnosisDocument} first.
 */
@NullMarked
package dev.plumbline.diagnose.page;

import org.jspecify.annotations.NullMarked;
