/**
 * Parameters and an optimizer's state that are kept here, step by step, each step applied at most once. Open {@code
 * SessionService} first; what is committed, and when, is in {@code SessionStore}.
 */
@NullMarked
package dev.plumbline.optimize.session;

import org.jspecify.annotations.NullMarked;
