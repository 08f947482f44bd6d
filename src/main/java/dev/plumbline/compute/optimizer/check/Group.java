package dev.plumbline.compute.optimizer.check;

import java.util.List;
import java.util.Map;

/**
 * Parameters with hyper-parameters of their own, like one of PyTorch's {@code param_groups}.
 *
 * @param names of its parameters
 * @param hyperParameters those that differ from the optimizer's, by name
 */
public record Group(List<String> names, Map<String, ?> hyperParameters) {}
