"""pytest -p plumbline test_gradients.py: a check that is not PASS fails the test, and prints the report."""

import torch


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(5, 16), torch.nn.GELU(), torch.nn.Linear(16, 3))


def test_the_network_trains_on_the_right_gradient(plumbline_check):
    plumbline_check(network(), torch.nn.CrossEntropyLoss(), torch.randn(8, 5), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1]))


def test_every_entry_of_the_exported_network(plumbline_check):
    plumbline_check.export(network(), torch.randn(8, 5), torch.randn(8, 3), "mse")


def test_a_function(plumbline_check):
    plumbline_check.function(lambda x: torch.logsumexp(x, -1), torch.randn(4, 6, requires_grad=True))
