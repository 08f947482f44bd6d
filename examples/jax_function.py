"""A function of JAX with a custom_vjp; float32 as JAX likes it, the values in float64."""

import jax
import jax.numpy as jnp
import plumbline


@jax.custom_vjp
def soft_clip(x, limit):
    return limit * jnp.tanh(x / limit)


def forward(x, limit):
    return soft_clip(x, limit), (x, limit)


def backward(saved, g):
    x, limit = saved
    t = jnp.tanh(x / limit)
    return g * (1 - t**2), (g * (t - x / limit * (1 - t**2))).sum()


def forgetful(saved, g):
    x, limit = saved
    return g * (1 - jnp.tanh(x / limit) ** 2), (g * jnp.tanh(x / limit)).sum()


x = jax.random.normal(jax.random.PRNGKey(0), (5, 3))
limit = jnp.float32(0.7)
soft_clip.defvjp(forward, backward)
print(plumbline.check_function(lambda x, limit: soft_clip(x, limit), (x, limit)))
soft_clip.defvjp(forward, forgetful)
print(plumbline.check_function(lambda x, limit: soft_clip(x, limit), (x, limit)))
