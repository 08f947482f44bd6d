"""A network with its backward pass in NumPy, as in a hundred tutorials."""

import numpy as np
import plumbline

random = np.random.default_rng(3)
x, labels = random.standard_normal((32, 10)), random.integers(0, 4, 32)
parameters = {
    "w1": random.standard_normal((10, 16)) / 3,
    "b1": np.zeros(16),
    "w2": random.standard_normal((16, 4)) / 4,
    "b2": np.zeros(4),
}


def forward(p):
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    scores = hidden @ p["w2"] + p["b2"]
    shifted = scores - scores.max(1, keepdims=True)
    return hidden, shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def loss(p):
    return -forward(p)[1][np.arange(32), labels].mean()


def backward(p, forgetful=False):
    hidden, log_probabilities = forward(p)
    d_scores = np.exp(log_probabilities)
    d_scores[np.arange(32), labels] -= 1
    d_scores /= 32
    d_hidden = d_scores @ p["w2"].T
    if not forgetful:  # else the derivative of tanh is left out
        d_hidden = d_hidden * (1 - hidden**2)
    return {"w1": x.T @ d_hidden, "b1": d_hidden.sum(0), "w2": hidden.T @ d_scores, "b2": d_scores.sum(0)}


print(plumbline.check_function(loss, (parameters,), backward))
print(plumbline.check_function(loss, (parameters,), lambda p: backward(p, forgetful=True)))
