/**
 * Probe sessions: a gradient judged by values that its owner evaluates, asked for in rounds. Open {@link
 * dev.plumbline.compute.probe.session.ProbeSession} first; {@link dev.plumbline.compute.probe.session.Line} is the
 * arithmetic.
 *
 * <p>The session is written as a conversation, top to bottom ({@code Examination}), and replayed from what has been told
 * each time a round is answered: the transcript is its whole state, so it survives whatever its transcript survives.
 */
@NullMarked
package dev.plumbline.compute.probe.session;

import org.jspecify.annotations.NullMarked;
