package dev.plumbline.tensor;

import java.util.Map;

/**
 * What a safetensors file holds.
 *
 * @param tensors by name, in the order of their bytes in the file
 * @param metadata free text by free keys, the file's {@code __metadata__}; empty where there is none
 */
public record SafetensorsFile(Map<String, Tensor> tensors, Map<String, String> metadata) {}
