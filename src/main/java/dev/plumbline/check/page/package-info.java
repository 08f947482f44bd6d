/**
 * A kept gradient check for people and for builds: a page of HTML, JUnit's XML, Markdown, and the short of it. Open {@link
 * dev.plumbline.check.page.CheckPageController} first.
 */
@NullMarked
package dev.plumbline.check.page;

import org.jspecify.annotations.NullMarked;
