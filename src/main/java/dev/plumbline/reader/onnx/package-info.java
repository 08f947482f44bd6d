/**
 * ONNX files. A file is parsed into plain records ({@link dev.plumbline.reader.onnx.OnnxModel#read}), judged as a graph,
 * and, once the shapes of the data are known, translated node by node. Open {@link dev.plumbline.reader.onnx.OnnxModel}
 * first, then {@link dev.plumbline.reader.onnx.Binding}, then one family of operators such as {@code Activations}.
 */
@NullMarked
package dev.plumbline.reader.onnx;

import org.jspecify.annotations.NullMarked;
