/**
 * Tensors and how they travel: shapes, datatypes, and strict pure-Java readers and writers of safetensors, npy, npz and
 * JSON. Open {@link dev.plumbline.tensor.Tensor} first. This room does no arithmetic and knows no model.
 */
@NullMarked
package dev.plumbline.tensor;

import org.jspecify.annotations.NullMarked;
