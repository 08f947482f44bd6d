/**
 * Probe sessions over HTTP: any function, in any language; its owner evaluates, Plumbline judges. {@code ProbeService} is
 * the order of work; open it first. The conversation itself is {@link dev.plumbline.compute.probe.session}; what is kept of
 * one, in {@code ProbeStore}, is its opening and what was told, so it goes on after a restart.
 */
@NullMarked
package dev.plumbline.blackbox;

import org.jspecify.annotations.NullMarked;
