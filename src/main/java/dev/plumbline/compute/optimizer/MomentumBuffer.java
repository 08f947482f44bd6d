package dev.plumbline.compute.optimizer;

/**
 * What momentum gathers: gradients, with the learning rate applied on the way out (PyTorch, Optax's sgd), or updates, with
 * the learning rate already in them (Keras, ND4J, Optax's rmsprop).
 */
public enum MomentumBuffer {
    GRADIENTS,
    UPDATES
}
