/**
 * Tensors and how they travel: shapes, datatypes, and strict pure-Java readers and writers of safetensors, npy, npz and
 * JSON. Open {@link dev.plumbline.tensor.Tensor} first, then {@link dev.plumbline.tensor.TensorFiles} for files and
 * {@link dev.plumbline.tensor.TensorJson} for JSON. This room does no arithmetic and knows no model.
 *
 * <p>Every reader makes all its checks before it takes memory for a tensor, and answers wrong bytes with a
 * {@link dev.plumbline.problem.Problem} and nothing else. The JSON parts stand on Jackson; nothing here knows Spring.
 */
@NullMarked
package dev.plumbline.tensor;

import org.jspecify.annotations.NullMarked;
