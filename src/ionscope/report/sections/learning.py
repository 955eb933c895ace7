"""Spectra, smoothing, and what the autoencoder and the kernel made of them."""

from __future__ import annotations

import pandas as pd

from ionscope.report import figures, markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import MissingFile


def nyquist(page: Page) -> str:
    spectra = page.run.spectra()
    caption = (
        "Nyquist plots of a few specimens of every material and electrode at all temperatures, times electrode area. "
        "Symbols stand at whole decades of frequency, and tell specimens apart. Axes end at 1.6 times the largest "
        "resistance shown; tails of blocking electrodes go on beyond."
    )
    return page.figure("nyquist", caption, lambda path: figures.figure_nyquist(spectra, path))


def bode(page: Page) -> str:
    spectra = page.run.spectra()
    caption = "Bode plots of the same specimens, told apart by line style; the colour is the temperature."
    return page.figure("bode", caption, lambda path: figures.figure_bode(spectra, path))


def smoothing(page: Page) -> str:
    candidates = page.run.table("preprocess/smoothing.csv")
    choice = page.run.json("preprocess/smoothing.json")
    caption = (
        "Savitzky-Golay filters tried on training spectra: error at points held back from the fit, and what the "
        "filter does to the ends of the band. A window of 0 or 1 point is no filter."
    )
    drawn = page.figure("smoothing", caption, lambda path: figures.figure_smoothing(candidates, choice, path))
    return drawn + markup.key_table(choice, "The choice, from preprocess/smoothing.json")


def reconstruction(page: Page) -> str:
    examples = page.run.table("evaluation/reconstruction_examples.csv")
    variant = page.run.variant
    caption = f"Held-out spectra before and after the autoencoder of the variant {variant}."

    return page.figure(
        "reconstruction", caption, lambda path: figures.figure_reconstruction(examples, path, variant=variant)
    )


def reconstruction_error(page: Page) -> str:
    errors = page.run.table("evaluation/reconstruction.csv")
    paper = page.run.paper("C3a")
    caption = (
        "Reconstruction error of every spectrum. The units are those of each variant's own normalisation: a small "
        "error does not mean that the conductivity is still in the curve."
    )
    drawn = page.figure(
        "reconstruction_error", caption, lambda path: figures.figure_reconstruction_error(errors, path, paper)
    )
    names = [name for name in ("rmse_normalised", "rmse_relative") if name in errors]
    rows = [
        {"variant": variant, "spectra": len(group)}
        | {
            f"{name} {label}": group[name].quantile(q)
            for name in names
            for label, q in (("median", 0.5), ("p95", 0.95))
        }
        for variant, group in errors.groupby("variant", sort=True)
    ]
    return drawn + markup.table(pd.DataFrame(rows), "Reconstruction error by variant", digits=3)


def latent(page: Page) -> str:
    points = page.run.table("evaluation/latent.csv")
    caption = (
        "Latent means of all spectra on their two principal components: by total conductivity, and by material and "
        "electrode."
    )
    return page.figure("latent", caption, lambda path: figures.figure_latent(points, path))


def training(page: Page) -> str:
    history = page.run.table(page.run.training("history.csv"))
    caption = (
        "Training of the final model: the terms of the loss, the error on validation specimens and the learning rate. "
        "An axis with negative values is linear between -1 and 1 and logarithmic beyond. Dotted lines part the phases."
    )
    return page.figure("training", caption, lambda path: figures.figure_training(history, path))


def bandwidth(page: Page) -> str:
    trajectory = page.run.table(page.run.training("bandwidth.csv"))
    caption = (
        "The kernel's bandwidth and ridge as Bayesian optimisation chose them again and again while the encoder "
        "trained, and the error of each choice on validation specimens."
    )
    return page.figure("bandwidth", caption, lambda path: figures.figure_bandwidth(trajectory, path))


def settings(page: Page) -> str:
    """settings.csv: whether other settings of the variants read training specimens better that they had not seen."""
    try:
        table = page.run.table("evaluation/settings.csv")
    except MissingFile:
        return markup.paragraph(
            "Whether other settings would do better is part of make ablations (learning.search) and was not asked for "
            "in this run."
        )
    tried = table[~table["configured"]]
    clear = tried[tried["difference"] < -2 * tried["standard_error"]]
    better = ", ".join(
        f"{name} = {float(value):g} of {variant}"
        for variant, name, value in clear[["variant", "setting", "value"]].to_numpy()
    )
    words = (
        "One setting at a time, on the folds of the training specimens; no test specimen was looked at. The error is "
        "the mean robust error of log10 R that the bandwidth is chosen by, in decades; its difference to the "
        "configured value is paired over the folds. "
        + (
            f"Better by more than two standard errors: {better}."
            if better
            else "No other value is better by more than two standard errors."
        )
    )
    headings = {"error_sd": "its sd over folds", "rmse": "RMSE, decades", "median": "median error, decades"}
    return markup.paragraph(words) + markup.table(
        table, "Settings tried, from evaluation/settings.csv", headings, digits=3
    )


SECTIONS = (
    Section("gallery", "Spectra", (nyquist, bode)),
    Section("smoothing", "Smoothing", (smoothing,)),
    Section("reconstruction", "Reconstruction", (reconstruction, reconstruction_error)),
    Section("latent", "Latent space", (latent,)),
    Section("training", "Training and bandwidth", (training, bandwidth, settings)),
)
