"""The Gaussian kernel and the bordered system of kernel regression with a bias, in float64.

    K(z_i, z_j) = exp(-|(z_i - z_j) / w|^2 / (2 s^2)),      Y(z) = sum_i alpha_i K(z, z_i) + b,

    [[K + lambda N, 1], [1', 0]] [alpha; b] = [y; 0],

N diagonal: the relative variances of the targets' errors, ones where all are equally good.

Torch tensors throughout, so that gradients reach whatever made the latent points.
"""

from __future__ import annotations

import torch
from torch import Tensor


def gaussian_kernel(a: Tensor, b: Tensor, bandwidth: float | Tensor) -> Tensor:
    """K (n, m) between points a (n, d) and b (m, d); `bandwidth` is s, or s w of shape (d,) for one per dimension."""
    a, b = a / bandwidth, b / bandwidth
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None, :] - 2 * a @ b.T
    return torch.exp(-0.5 * squared.clamp(min=0.0))


def solve_bordered(
    kernel: Tensor, y: Tensor, ridge: float | Tensor, noise: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """alpha (n, k) and b (k,) of the bordered system for K (n, n), targets y (n, k) and relative variances (n,).

    By block elimination with one Cholesky factorisation: M = K + lambda N, b = 1'M^-1 y / 1'M^-1 1,
    alpha = M^-1 (y - b).
    """
    n = kernel.shape[0]
    variance = torch.ones(n, dtype=kernel.dtype, device=kernel.device) if noise is None else noise
    factor = torch.linalg.cholesky(kernel + torch.diag(ridge * variance))
    ones = torch.ones(n, 1, dtype=kernel.dtype, device=kernel.device)
    solved = torch.cholesky_solve(torch.cat([ones, y], dim=1), factor)
    weights = solved[:, :1]
    bias = (solved[:, 1:].sum(0) / weights.sum()).reshape(-1)
    return solved[:, 1:] - weights * bias, bias
