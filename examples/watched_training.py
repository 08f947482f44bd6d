"""A training loop under a monitor. The learning rate is far too large, and the monitor says so."""

import plumbline
import torch

torch.manual_seed(4)
model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.9)
x = torch.randn(64, 8)
y = x[:, :1] ** 2

with plumbline.monitor(model, optimizer, name="watched training", every=5) as monitor:
    for step in range(300):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        monitor.log(loss=loss)
        optimizer.step()

report = monitor.report()
if report is None:
    print("no service: the training went on all the same")
else:
    print(report["verdict"], report["summary"])
    for finding in report["findings"]:
        print(" ", finding.get("rule"), finding.get("tensor") or "", finding.get("detail") or finding.get("cause") or "")
