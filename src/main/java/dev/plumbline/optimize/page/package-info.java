/**
 * A training run that has ended, for people and for builds: a page of HTML, JUnit's XML, Markdown. Open {@link
 * dev.plumbline.optimize.page.TrainingRunDocument} first.
 */
@NullMarked
package dev.plumbline.optimize.page;

import org.jspecify.annotations.NullMarked;
