/**
 * Foreign models become {@link dev.plumbline.compute.program.Program}s here: one package a format, each plain Java, each
 * judging every shape, attribute and index before a value exists. Open {@link dev.plumbline.reader.Model} first, then
 * {@link dev.plumbline.reader.ObjectiveReader}. What a request says of a loss and of an optimizer is read here too,
 * {@link dev.plumbline.reader.LossSource} and {@link dev.plumbline.reader.OptimizerSource}.
 */
@NullMarked
package dev.plumbline.reader;

import org.jspecify.annotations.NullMarked;
