"""An activation of one's own in PyTorch, with a backward pass by hand."""

import plumbline
import torch


class Swish(torch.autograd.Function):
    """x s(b x), with a slope b that is learned."""

    @staticmethod
    def forward(ctx, x, b):
        ctx.save_for_backward(x, b)
        return x * torch.sigmoid(b * x)

    @staticmethod
    def backward(ctx, g):
        x, b = ctx.saved_tensors
        s = torch.sigmoid(b * x)
        return g * (s + b * x * s * (1 - s)), (g * x**2 * s * (1 - s)).sum()


class Forgetful(Swish):
    """The same, but the second term of the product rule is missing."""

    @staticmethod
    def backward(ctx, g):
        x, b = ctx.saved_tensors
        return g * torch.sigmoid(b * x), Swish.backward(ctx, g)[1]


torch.manual_seed(0)
x = torch.randn(4, 8, requires_grad=True)  # float32 will do
b = torch.tensor(1.5, requires_grad=True)

print(plumbline.gradcheck(Swish.apply, (x, b)))  # True, or GradcheckError with the report
print(plumbline.check_function(Forgetful.apply, (x, b), names=["x", "b"]))
