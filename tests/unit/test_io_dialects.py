"""A matrix of table dialects: each is read right or refused with the line at fault; none is read wrong."""

from __future__ import annotations

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra

F = np.logspace(5, -1, 25)
JW = 2j * np.pi * F
Z = 120 + 900 / (1 + (JW * 2e-4) ** 0.9) + 1 / (2e-5 * JW**0.85)
Y = 1 / Z
MODULUS, PHASE = np.abs(Z), np.degrees(np.angle(Z))


def number(value: float, decimal: str = ".") -> str:
    return f"{value:.9e}".replace(".", decimal)


def table(*columns, delimiter=",", decimal=".", header=None, before="", after="", end="\n") -> str:
    """Columns of numbers as text, below an optional header and preamble."""
    rows = [delimiter.join(number(value, decimal) for value in row) for row in zip(*columns, strict=True)]
    return before + end.join(([header] if header else []) + rows) + end + after


ZRE, ZIM = Z.real, Z.imag
N = np.arange(1, 26)
EPSILON = 0.1 / 0.5 * Y / (2j * np.pi * F * 8.8541878128e-14)  # between electrodes of 0.5 cm2, 0.1 cm apart
CP, CS, DISSIPATION = Y.imag / JW.imag, -1 / (JW.imag * Z.imag), Y.real / Y.imag


def cells(form, *, header="", delimiter=","):
    """One complex number a row, written by `form` from real and imaginary part."""
    lines = [f"{f:.9g}{delimiter}{form(z)}" for f, z in zip(F, Z, strict=True)]
    return "\n".join([*([header] if header else []), *lines, ""])


def matlab(z):
    return f"{z.real:.9g}{z.imag:+.9g}i"


RIGHT: dict[str, str | bytes] = {
    # complex numbers in one cell
    "complex, Python": cells(str, header="frequency,impedance"),
    "complex, MATLAB": cells(matlab, header="f/Hz;Z/Ohm", delimiter=";"),
    "complex, blanks inside": cells(lambda z: matlab(z).replace("-", " - ").replace("e - ", "e-"), header="f,Z_ohm"),
    "complex, kohm": cells(lambda z: matlab(z / 1e3), header="f (Hz)\tZ (kOhm)", delimiter="\t"),
    "complex, decimal comma": cells(lambda z: matlab(z).replace(".", ","), header="f/Hz;Z/Ohm", delimiter=";").replace(
        ".", ","
    ),
    "complex admittance": cells(lambda z: str(1 / z), header="f/Hz,Y/S"),
    "complex, white space": cells(matlab, header="f/Hz Z/Ohm", delimiter="  "),
    "complex, quoted, other columns beside it": cells(
        lambda z: f'"({z.real:.9g}{z.imag:+.9g}j)",ok', header="f/Hz,Z,note"
    ),
    "complex, no names": cells(str),
    # facts and units written elsewhere
    "separator line of a spreadsheet": "sep=;\n" + table(F, ZRE, ZIM, delimiter=";", header="f/Hz;Re(Z)/ohm;Im(Z)/ohm"),
    "old Macintosh line ends": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm").replace("\n", "\r"),
    # an LCR meter's: names set apart by two tabs, cells by one, and a name without a column
    "doubled tabs between names": table(
        F, MODULUS, PHASE, delimiter="\t", decimal=",", header="F[Hz]\t\tZ[Ohm]\t\tTheta\t\tTemperatur[°C]"
    ),
    "summary below": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm") + "\nTotal: 25 points\nEnd\n",
    # delimiters and decimals
    "comma": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm"),
    "comma and blank": table(F, ZRE, ZIM, delimiter=", ", header="f/Hz, Re(Z)/ohm, Im(Z)/ohm"),
    "semicolon": table(F, ZRE, ZIM, delimiter=";", header="f/Hz;Re(Z)/ohm;Im(Z)/ohm"),
    "tab": table(F, ZRE, ZIM, delimiter="\t", header="f/Hz\tRe(Z)/ohm\tIm(Z)/ohm"),
    "pipe": table(F, ZRE, ZIM, delimiter=" | ", header="f/Hz | Re(Z)/ohm | Im(Z)/ohm"),
    "blanks": table(F, ZRE, ZIM, delimiter="   ", header="f/Hz  Re(Z)/ohm  Im(Z)/ohm"),
    "blanks, units in brackets": table(F, ZRE, ZIM, delimiter=" ", header="Freq (Hz) Zreal (Ohm) Zimag (Ohm)"),
    "leading blanks": "".join(f"   {f:.8e}   {z.real:.9e}  {z.imag:.9e}\n" for f, z in zip(F, Z, strict=True)),
    "semicolon, decimal comma": table(F, ZRE, ZIM, delimiter=";", decimal=",", header="f/Hz;Re(Z)/ohm;Im(Z)/ohm"),
    "tab, decimal comma": table(F, ZRE, ZIM, delimiter="\t", decimal=",", header="f/Hz\tRe(Z)/ohm\tIm(Z)/ohm"),
    "blank, decimal comma, no names": table(F, ZRE, ZIM, delimiter=" ", decimal=","),
    "comma-blank, decimal comma": table(F, ZRE, ZIM, delimiter=", ", decimal=",", header="f/Hz, Re(Z)/ohm, Im(Z)/ohm"),
    "quoted cells": "\n".join(
        [
            '"f/Hz","Re(Z)/ohm","Im(Z)/ohm"',
            *(f'"{f:.9e}","{z.real:.9e}","{z.imag:.9e}"' for f, z in zip(F, Z, strict=True)),
        ]
    ),
    "quoted rows": "\n".join(f'"{line}"' for line in table(F, ZRE, ZIM, header="f/Hz,Z'/ohm,Z''/ohm").splitlines()),
    "quoted cells, decimal comma": "\n".join(
        ['"f/Hz","Re(Z)/ohm","Im(Z)/ohm"']
        + [",".join(f'"{number(v, ",")}"' for v in (f, z.real, z.imag)) for f, z in zip(F, Z, strict=True)]
    ),
    "thousands by comma, quoted": "\n".join(
        [
            "f/Hz,Re(Z)/ohm,Im(Z)/ohm",
            *(f'"{f:,.9f}","{z.real:,.9f}","{z.imag:,.9f}"' for f, z in zip(F, Z, strict=True)),
        ]
    ),
    "Fortran exponents": table(F, ZRE, ZIM, delimiter="  ").replace("e", "D"),
    "line ends of Windows": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", end="\r\n"),
    "doubled carriage returns": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", end="\r\r\n"),
    "line ends of old Macs": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", end="\r"),
    "a blank line between rows": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", end="\n\n"),
    "empty rows of a spreadsheet": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", after=",,\n,,\n"),
    "empty last columns": "".join(f"{f:.9e};{z.real:.9e};{z.imag:.9e};;\n" for f, z in [*zip(F, Z, strict=True)]),
    # encodings
    "byte-order mark": "\ufeff".encode() + table(F, ZRE, ZIM, header="f/Hz,Re(Z)/Ω,Im(Z)/Ω").encode(),
    "UTF-16": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/Ω,Im(Z)/Ω").encode("utf-16"),
    "UTF-16 without a mark": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm").encode("utf-16-le"),
    "Latin-1": table(F, ZRE, ZIM, header="Fréquence/Hz,Re(Z)/ohm,Im(Z)/ohm", before="# Mesuré à Liège\n").encode(
        "latin-1"
    ),
    "Chinese": table(F, ZRE * 1e3, ZIM * 1e3, MODULUS * 1e3, header="频率（Hz）,Z'(mΩ),Z''(mΩ),阻抗(mΩ)").encode(
        "gb18030"
    ),
    "Chinese, no unit": table(F, ZRE, ZIM, header="频率,实部,虚部").encode("gb18030"),
    "Korean": table(F, ZRE / 1e3, ZIM / 1e3, header="Freq (Hz),Zreal (kΩ),Zimag (kΩ)").encode("cp949"),
    "Japanese": table(F, MODULUS / 1e3, PHASE, header="周波数(Hz),Z(kΩ),位相(°)").encode("shift_jis"),
    "typographic minus": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm").replace("-", "−"),
    # preambles and comments
    "preamble": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", before="Sample: LLZO 3\nDate: 2024-05-01\n\n"),
    "preamble of numbers": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", before="10 20\n25\n3;4\n"),
    "commented header": table(F, ZRE, ZIM, delimiter=" ", header="# f Re(Z) Im(Z)"),
    "comments throughout": table(F, ZRE, ZIM, header="# made by hand\nf/Hz,Re(Z)/ohm,Im(Z)/ohm").replace(
        "\n", "\n# a remark\n", 6
    ),
    "footer": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm", after="\nEnd of data\n"),
    "units in their own line": table(F, ZRE, ZIM, delimiter="\t", header="Frequency\tZ'\tZ''\nHz\tOhm\tOhm"),
    "separator hint of a spreadsheet": table(F, ZRE, ZIM, delimiter=";", header="sep=;\nf/Hz;Re(Z)/ohm;Im(Z)/ohm"),
    # names and units
    "kHz and kOhm": table(F / 1e3, ZRE / 1e3, ZIM / 1e3, header="Frequency (kHz),Z' (kOhm),Z'' (kOhm)"),
    "MHz and MOhm": table(F / 1e6, ZRE / 1e6, ZIM / 1e6, header="f [MHz],Zre [MΩ],Zim [MΩ]"),
    "mHz and mOhm": table(F * 1e3, ZRE * 1e3, ZIM * 1e3, header="f_mHz,Z_real_mOhm,Z_imag_mOhm"),
    "angular frequency": table(2 * np.pi * F, ZRE, ZIM, header="omega (rad/s),Re(Z) (ohm),Im(Z) (ohm)"),
    "log of the frequency": table(np.log10(F), ZRE, ZIM, header="log10(f/Hz),Re(Z)/ohm,Im(Z)/ohm"),
    "negated": table(F, ZRE, -ZIM, header="freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm"),
    "negated, typographic": table(F, ZRE, -ZIM, header="Frequency / Hz,Z′ / Ω,−Z″ / Ω"),
    "negated, NOVA": "Index;Frequency (Hz);Z' (Ω);-Z'' (Ω);Z (Ω);-Phase (°);Time (s)\n"
    + table(N, F, ZRE, -ZIM, MODULUS, -PHASE, N, delimiter=";"),
    "modulus and phase": table(F, MODULUS, PHASE, header="Frequency (Hz),|Z| (ohm),Phase (deg)"),
    "modulus and phase in radians": table(F, MODULUS, np.radians(PHASE), header="f/Hz,|Z|/ohm,theta/rad"),
    "phase without a unit": table(F, MODULUS, np.radians(PHASE), header="f/Hz,|Z|/ohm,phase"),
    "negated phase": table(F, MODULUS, -PHASE, header="f/Hz,|Z|/ohm,-phase/deg"),
    "log of the modulus": table(F, np.log10(MODULUS), PHASE, header="f/Hz,log10(|Z|/ohm),phase/deg"),
    "admittance": table(F, Y.real, Y.imag, header="f/Hz,Y'/S,Y''/S"),
    "conductance and susceptance": table(F, 1e3 * Y.real, 1e3 * Y.imag, header="Frequency (Hz),G (mS),B (mS)"),
    "resistance and reactance": table(F, ZRE, ZIM, header="FREQ(Hz),R(ohm),X(ohm)"),
    "parallel capacitance and dissipation": table(F, CP, DISSIPATION, header="f/Hz,Cp/F,D"),
    "parallel capacitance and conductance": table(F, 1e12 * CP, 1e6 * Y.real, header="Freq (Hz),Cp (pF),G (uS)"),
    "parallel capacitance and resistance": table(F, 1e9 * CP, 1e-3 / Y.real, header="Freq,Cp [nF],Rp [kOhm]"),
    "series capacitance and resistance": table(F, 1e6 * CS, 1e-3 * ZRE, header="f/Hz,Cs (µF),Rs (kohm)"),
    "series capacitance and loss": table(F, CS, DISSIPATION, header="f/Hz,Cs,tan δ"),
    "a gap in a capacitance beside": table(F, ZRE, ZIM, CP, header="f/Hz,Rs/ohm,X/ohm,Cp/F").replace(number(CP[3]), ""),
    "settings among the names": table(
        F, ZRE, ZIM, header="_ excitation /V : 1.0E-1, average : 5, Frequency /Hz, Z_r, Z_im, cycle : 0", delimiter="\t"
    ),
    "German": table(F, ZRE, ZIM, delimiter=";", decimal=",", header="Frequenz [Hz];Realteil [Ohm];Imaginärteil [Ohm]"),
    "columns in another order": table(-ZIM, ZRE, N, F, header="-Z''/ohm,Z'/ohm,point,f/Hz"),
    "other columns beside": table(N, F, N, ZRE, ZIM, N, header="Pt,Freq/Hz,time/s,Zreal/ohm,Zimag/ohm,Idc/A"),
    "text beside": "\n".join(
        ["date,f/Hz,Re(Z)/ohm,Im(Z)/ohm,range"]
        + [f"2024-05-01 10:00,{f:.9e},{z.real:.9e},{z.imag:.9e},auto" for f, z in zip(F, Z, strict=True)]
    ),
    # no names
    "no names": table(F, ZRE, ZIM),
    "no names, negated": table(F, ZRE, -ZIM, delimiter="\t"),
    "no names, ascending": table(F[::-1], ZRE[::-1], -ZIM[::-1], delimiter=" "),
    "no names, counted": "".join(
        f"{i},{f:.9e},{z.real:.9e},{z.imag:.9e}\n" for i, (f, z) in enumerate(zip(F, Z, strict=True))
    ),
    "no names, modulus and phase beside": table(F, ZRE, ZIM, MODULUS, PHASE),
    "no names, modulus and phase only": table(F, MODULUS, PHASE),
    "names nobody knows": table(F, ZRE, ZIM, header="A,B,C"),
    "names nobody knows, in other units": table(
        F / 1e3, ZRE / 1e3, ZIM / 1e3, header="Sweep var. [kHz],Trace1: R(kohm),Trace2: X (kOhm)"
    ),
    "names nobody knows, last words are no units": table(F, ZRE, ZIM, header="Channel A,Channel C,Channel F"),
    # signs at odds with their labels
    "labelled Im(Z), holds -Im(Z)": table(F, ZRE, -ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm"),
    "labelled -Im(Z), holds Im(Z)": table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,-Im(Z)/ohm"),
    "shuffled": table(
        *(column[np.random.default_rng(0).permutation(25)] for column in (F, ZRE, ZIM)), header="f,Z',Z''"
    ),
}

GEOMETRY = {
    "area-specific": table(F, ZRE * 0.5, ZIM * 0.5, header="f/Hz,Z'/ohm cm2,Z''/ohm cm2"),
    "area-specific, typographic": table(F, ZRE * 5e-4, -ZIM * 5e-4, header="f (Hz),Z' (kΩ·cm²),-Z'' (kΩ·cm²)"),
    "resistivity": table(F, ZRE * 5, ZIM * 5, header="f/Hz,Re(Z) (Ohm.cm),Im(Z) (Ohm.cm)"),
    "resistivity in ohm m": table(F, ZRE * 0.05, ZIM * 0.05, header="f/Hz,Re(Z) [Ohm m],Im(Z) [Ohm m]"),
    "specific admittance": table(F, Y.real / 0.5, Y.imag / 0.5, header="f/Hz,Y' (S/cm2),Y'' (S/cm2)"),
    "conductivity": table(F, Y.real / 5, Y.imag / 5, header="f/Hz,Sig' [S/cm],Sig'' [S/cm]"),
    "conductivity in S/m": table(F, Y.real * 20, Y.imag * 20, header="f/Hz,σ' (S/m),σ'' (S/m)"),
    "permittivity": table(F, EPSILON.real, -EPSILON.imag, header="Freq. [Hz],Eps',Eps''"),
    "conductivity and permittivity": table(
        F, EPSILON.real, Y.real / 5, np.tan(1 / N.clip(1)), header="Freq. [Hz],Eps',Sig' [S/cm],Tan(Delta)"
    ),
    "permittivity and loss": table(F, EPSILON.real, DISSIPATION, header="f/Hz,epsilon',tan(delta)"),
}

LONGER = (np.append(ZRE, 1e4), np.append(ZIM, -1e4))

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": ("\n  \n\n", "no text"),
    "prose": ("This file has\nno numbers in it.\n", "line 1.*no table"),
    "two columns": (table(F, ZRE, header="f/Hz,Re(Z)/ohm"), "no imaginary part"),
    "two columns, no names": (table(F, ZRE), "line 1.*2 columns"),
    "no imaginary part": (table(F, ZRE, N, header="f/Hz,Re(Z)/ohm,time/s"), "no imaginary part"),
    "no frequency": (table(N, ZRE, ZIM, header="time/s,Re(Z)/ohm,Im(Z)/ohm"), "no frequency"),
    "permittivity without geometry": (table(F, ZRE, ZRE, header="f/Hz,Eps',Eps''"), "Eps'' and Eps' need thickness"),
    "half a permittivity": (table(F, ZRE, N, header="f/Hz,Eps',time/s"), "no impedance among its columns.*Eps'"),
    "a unit no impedance has": (table(F, Y.real, Y.imag, header="f/Hz,Y1 (S),Y2 (S)"), "line 1: 'Y1 .S.' is a name"),
    "half a capacitance": (table(F, CP, N, header="f/Hz,Cp/F,time/s"), "a capacitance but no.*D, G or Rp"),
    "a capacitance that is nobody's": (table(F, CP, DISSIPATION, header="f/Hz,C/F,D"), "no impedance among"),
    "a capacitance of zero": (table(F, np.where(N == 3, 0, CS), ZRE, header="f,Cs/F,Rs/ohm"), "line 4: Cs/F.*zero"),
    "an admittance of zero": (table(F, np.where(N == 3, 0, CP), Y.real / Y.imag, header="f,Cp,D"), "line 4: D.*zero"),
    "loss in per cent": (table(F, CP, DISSIPATION, header="f/Hz,Cp/F,D (%)"), "D .%.: the unit is not one"),
    "no phase": (table(F, MODULUS, N, header="f/Hz,|Z|/ohm,time/s"), "no phase"),
    "a word among the numbers": (table(F, ZRE, ZIM).replace(number(ZRE[11]), "overload"), "line 12.*overload"),
    "a word in the first row": (table(F, ZRE, ZIM, header="f,Z',Z''").replace(number(ZRE[0]), "over"), "line 2.*over"),
    "a word in the first row, no names": (table(F, ZRE, ZIM).replace(number(ZRE[0]), "over"), "line 1.*over"),
    "not a number": (table(F, ZRE, ZIM).replace(number(ZRE[11]), "NaN"), "line 12.*NaN.*finite"),
    "infinite": (table(F, ZRE, ZIM).replace(number(ZRE[11]), "inf"), "line 12.*inf.*finite"),
    "error of a spreadsheet": (table(F, ZRE, ZIM).replace(number(ZRE[11]), "#DIV/0!"), "line 12.*DIV/0"),
    "an empty cell": (table(F, ZRE, ZIM).replace(number(ZRE[11]), ""), "line 12"),
    "frequency of zero": (table(np.append(F, 0), *LONGER, header="f,Z',Z''"), "line 27.*0 Hz"),
    "negative frequency": (table(np.append(F, -1), *LONGER, header="f,Z',Z''"), "line 27.*-1 Hz"),
    "few points": (table(F[:7], ZRE[:7], ZIM[:7], header="f,Z',Z''"), "7 points.*at least 8"),
    "cut in a row": (table(F, ZRE, ZIM, header="f,Z',Z''")[:-18], "line 26.*truncated"),
    "header only": ("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n", "no table"),
    "the same frequency twice": (
        table(np.append(F, F[3]), np.append(ZRE, 2 * ZRE[3]), np.append(ZIM, ZIM[3]), header="f,Z',Z''"),
        "occurs 2 times",
    ),
    "mixed signs": (table(F, ZRE, np.where(N % 5 < 2, -ZIM, ZIM), header="f/Hz,Z'/ohm,Z''/ohm"), "changes its sign"),
    "decimal comma beside comma": (table(F, ZRE, ZIM, decimal=",", header="f,Re(Z),Im(Z)"), "cannot be told apart"),
    "decimal comma beside comma, no names": (table(F, ZRE, ZIM, decimal=","), "6 columns"),
    "no impedance": (table(N, np.sin(N), np.cos(N)), "no impedance"),
    "time, potential, current": (table(N, np.sin(N), np.cos(N), header="time/s,E/V,I/A"), "names.*not known"),
    "four columns without names": (table(F, ZRE, ZIM, N * 7.0), "4 columns without known names"),
    "unknown unit": (table(F, ZRE, ZIM, header="f/Hz,Re(Z)/furlong,Im(Z)/furlong"), "unit is not known"),
    "milli or mega": (table(F * 3e-3, ZRE, ZIM, header="f/mhz,Re(Z)/ohm,Im(Z)/ohm"), "milli or mega"),
    "area-specific": (GEOMETRY["area-specific"], "needs the electrode area"),
    "resistivity": (GEOMETRY["resistivity"], "needs thickness and area"),
    "columns that disagree": (
        table(F, ZRE, ZIM, 1e3 * MODULUS, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm,|Z|/ohm"),
        "not the modulus",
    ),
    "an inductor": (table(F, 0 * F + 5, 1e-3 * JW.imag, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm"), "inductive.*sign"),
    "a resistor": (table(F, 0 * F + 5, np.where(N % 2, 1e-3, -1e-3)), "sign"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "NUL bytes": (table(F, ZRE, ZIM).replace(number(ZRE[11]), "1.0\0"), "line 12.*NUL"),
    "zipped": (b"PK\x03\x04" + bytes(200), "archive"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
    "a second table": (
        table(F, ZRE, ZIM, header="f,Re(Z),Im(Z)") + table(F, MODULUS, PHASE, header="f/Hz,|Z|/ohm,phase/deg"),
        "line 27.*second table",
    ),
}  # fmt: skip


def write(tmp_path, content):
    path = tmp_path / "spectrum.dat"  # the name tells nothing
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def check(spectrum):
    np.testing.assert_allclose(spectrum.frequency, F[::-1], rtol=1e-7)
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-7)


def test_the_matrix_is_large():
    assert len(RIGHT) + len(GEOMETRY) + len(REFUSED) >= 100


@pytest.mark.parametrize("name", RIGHT)
def test_read_right(name, tmp_path):
    (spectrum,) = read_spectra(write(tmp_path, RIGHT[name]))
    check(spectrum)


@pytest.mark.parametrize("name", GEOMETRY)
def test_read_right_with_the_geometry(name, tmp_path):
    (spectrum,) = read_spectra(write(tmp_path, GEOMETRY[name]), area=0.5, thickness=0.1)
    check(spectrum)
    assert spectrum.area == 0.5 and any("geometry" in told for told in spectrum.assumptions)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(name, tmp_path):
    content, message = REFUSED[name]
    path = write(tmp_path, content)
    with pytest.raises(InputDataError, match=message) as caught:
        read_spectra(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in RIGHT if "no names" in name or "labelled" in name])
def test_every_decision_on_the_sign_is_told_and_can_be_overridden(name, tmp_path):
    path = write(tmp_path, RIGHT[name])
    (spectrum,) = read_spectra(path)
    assert any("sign" in told and "Kramers-Kronig" in told for told in spectrum.assumptions)
    (as_is,), (negated,) = read_spectra(path, sign="as-is"), read_spectra(path, sign="negated")
    np.testing.assert_array_equal(as_is.impedance.real, negated.impedance.real)
    np.testing.assert_array_equal(as_is.impedance.imag, -negated.impedance.imag)
    assert any("as asked" in told for told in as_is.assumptions)
    assert not any("Kramers-Kronig" in told and "sign" in told for told in as_is.assumptions)


@pytest.mark.parametrize("sign", ["as-is", "negated"])
def test_a_capacitance_has_no_sign_to_choose(tmp_path, sign):
    path = write(tmp_path, RIGHT["parallel capacitance and dissipation"])
    (spectrum,) = read_spectra(path, sign=sign)
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-6)
    assert any("Cp/F has no sign to choose" in told for told in spectrum.assumptions)


def test_labels_that_agree_with_the_data_need_no_assumption(tmp_path):
    (spectrum,) = read_spectra(write(tmp_path, RIGHT["negated"]))
    assert spectrum.assumptions == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["Temperature: 25 °C", "Thickness: 1.2 mm", "Area: 0.785 cm2"],
        ["T = 298.15 K", "L = 0.12 cm", "A = 0.785 cm2"],
        ["Temperature;25;°C", "Thickness;1.2;mm", "Area;78.5;mm²"],
        ["# temperature_C: 25", "# thickness_mm: 1.2", "# area_cm2: 0.785"],
        ["Temp /K before measurement : 298.15", "Thickness: 1.2 mm", "Area: 0.785 cm2"],
        ["Temperature set: 25 C", "Pellet thickness (um)\t1200", "Electrode area [cm^2]\t0.785"],
        ["Temperatur: 25 °C", "Dicke: 1,2 mm", "Fläche: 0,785 cm²"],
    ],
)
def test_geometry_temperature_amplitude_and_date_above_the_table_are_kept(lines, tmp_path):
    above = "\n".join([*lines, "Amplitude: 10 mV", "Date: 2024-05-01", ""])
    content = above + table(F, ZRE, ZIM, delimiter=";", header="f/Hz;Re(Z)/ohm;Im(Z)/ohm")
    (spectrum,) = read_spectra(write(tmp_path, content))
    check(spectrum)
    assert (spectrum.temperature, spectrum.thickness, spectrum.area) == pytest.approx((298.15, 0.12, 0.785))
    assert spectrum.metadata["amplitude_v"] == pytest.approx(0.01) and spectrum.metadata["date"] == "2024-05-01"


@pytest.mark.parametrize("line", ["L = 2 uH", "A = 3", "l: 5 m/s", "a: 1 A"])
def test_short_names_of_other_things_are_no_geometry(line, tmp_path):
    content = line + "\n" + table(F, ZRE, ZIM, header="f/Hz,Re(Z)/ohm,Im(Z)/ohm")
    (spectrum,) = read_spectra(write(tmp_path, content))
    assert spectrum.thickness is None and spectrum.area is None and spectrum.assumptions == ()


@pytest.mark.parametrize("specimens", [False, True])
def test_direct_currents_recorded_between_sweeps_are_no_points(tmp_path, specimens):
    """As written by scripts that loop over a potentiostat: a row of zeros ends every loop."""
    lines = ["time/s,freq/Hz,|Z|/Ohm,Phase(Z)/deg,Ewe/V,loop_index" + ",specimen" * specimens]
    for loop, scale in enumerate((1.0, 1.1, 1.2)):
        name = f",p{loop}" * specimens
        lines += [f"1,{f},{scale * m},{p},3,{loop}{name}" for f, m, p in zip(F, MODULUS, PHASE, strict=True)]
        lines.append(f"2,0.0,0.0,0.0,3,{loop}{name}")
    path = tmp_path / "loops.csv"
    path.write_text("\n".join(lines))
    spectra = read_spectra(path)
    assert [len(spectrum) for spectrum in spectra] == [25, 25, 25]
    for spectrum, scale in zip(spectra, (1.0, 1.1, 1.2), strict=True):
        np.testing.assert_allclose(spectrum.impedance[::-1], scale * Z, rtol=1e-9)
        assert any("left out: 3 rows" in told for told in spectrum.assumptions)
    assert [spectrum.specimen for spectrum in spectra] == (["p0", "p1", "p2"] if specimens else [None] * 3)
