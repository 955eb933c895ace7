"""Dynamic kernel adaptation: Gaussian-kernel regression on the latent space, its bandwidth re-tuned while training."""
