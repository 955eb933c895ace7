"""The deep variational autoencoder: five convolutions to a latent distribution and back."""
