"""Small files of every format that is read, written from one spectrum; not copies of anybody's data."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np

from ionscope.io import write_netcdf
from ionscope.spectrum import Spectrum

F = np.logspace(5, -1, 25)
JW = 2j * np.pi * F
Z = 120 + 900 / (1 + (JW * 2e-4) ** 0.9) + 1 / (2e-5 * JW**0.85)
MODULUS, PHASE = np.abs(Z), np.degrees(np.angle(Z))
N = np.arange(25)


def rows(*columns, delimiter="\t", decimal=".", start="", end=""):
    """Rows of numbers, nine digits each."""
    return [
        start + delimiter.join(f"{value:.9E}".replace(".", decimal) for value in row) + end
        for row in zip(*columns, strict=True)
    ]


def eclab(f=F, z=Z, *, decimal=".", area="0.001", cycle=1.0, idle=0):
    names = [
        "freq/Hz",
        "Re(Z)/Ohm",
        "-Im(Z)/Ohm",
        "|Z|/Ohm",
        "Phase(Z)/deg",
        "time/s",
        "Cs/µF",
        "cycle number",
        "I Range",
    ]
    lines = [
        "EC-Lab ASCII FILE",
        "Nb header lines : 14                          ",
        "",
        "Potentio Electrochemical Impedance Spectroscopy",
        "",
        "Acquisition started on : 05/15/2025 01:18:45.867",
        "Device : SP-300 (SN 1)",
        "Comments : pellet, 25 C",
        f"Electrode surface area : {area} cm²",
        "Mode                Single sine         ",
        f"Va (mV)             10{decimal}0                ",
        "goto Ns'            0                   ",
        "",
        "\t".join(names) + "\t",
    ]
    cycles = np.broadcast_to(cycle, f.shape)
    table = [*rows(*np.zeros((9, idle)), decimal=decimal, end="\t")]
    table += rows(
        f, z.real, -z.imag, np.abs(z), np.degrees(np.angle(z)), f, f, cycles, f * 0 + 11, decimal=decimal, end="\t"
    )
    return "\r\n".join([*lines, *table, ""]).encode("latin-1")


def gamry(*, decimal=".", tag="EISPOT", area=1.0, drift=False, temperature=-327.67, count=""):
    def number(value):
        return f"{value:.6G}".replace(".", decimal)

    lines = [
        "EXPLAIN",
        f"TAG\t{tag}",
        "TITLE\tLABEL\tPotentiostatic EIS\tTest &Identifier",
        "DATE\tLABEL\t4/23/2018\tDate",
        "NOTES\tNOTES\t1\t&Notes...",
        "\t",
        "PSTAT\tPSTAT\tREF3000-1\tPotentiostat",
        f"VAC\tQUANT\t{number(10.0)}\tAC &Voltage (mV rms)",
        f"AREA\tQUANT\t{number(area)}\t&Area (cm^2)",
        "OCVCURVE\tTABLE\t3",
        "\tPt\tT\tVf\tVm\tAch\tOver\tTemp",
        "\t#\ts\tV vs. Ref.\tV\tV\tbits\tdeg C",
        *(
            f"\t{i}\t{number(i + 0.5)}\t{number(0.1)}\t{number(0.1)}\t0\t...........\t{number(temperature)}"
            for i in range(3)
        ),
        f"EOC\tQUANT\t{number(0.369)}\tOpen Circuit (V)",
        f"ZCURVE\tTABLE{count}",
    ]
    names = ["Pt", "Time", "Freq", "Zreal", "Zimag", "Zsig", "Zmod", "Zphz"]
    units = ["#", "s", "Hz", "ohm", "ohm", "V", "ohm", "°"]
    z = Z * 1.02 if drift else Z
    columns = [N, N, F, z.real, z.imag, N * 0 + 1, np.abs(z), np.degrees(np.angle(z))]
    if drift:
        names += ["ZrealDrCor", "ZimagDrCor", "ZmodDrCor", "ZphzDrCor"]
        units += ["ohm", "ohm", "ohm", "°"]
        columns += [Z.real, Z.imag, MODULUS, PHASE]
    lines += ["\t" + "\t".join([*names, "IERange"]), "\t" + "\t".join([*units, "#"])]
    lines += rows(*columns, N * 0 + 7, decimal=decimal, start="\t")
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def zplot(*, points=25, area="1"):
    lines = [
        "ZPLOT2 ASCII",
        "  Measured Data, ZPlot:       3.2c",
        "  Date:                       10-12-2018",
        "  Begin Information:          Cell Information",
        f"    Surface Area:             {area}",
        "  End Information:            Cell Information",
        f"  Data Points:                {points}",
        "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange",
        "End Comments",
    ]
    return "\r\n".join([*lines, *rows(F, N * 0, N * 0, N, Z.real, Z.imag, N * 0, N * 0, N), ""]).encode()


def autolab():
    head = ['"Z60W Data File: Version 1.1"', *['""'] * 7, "0,2,0,1,0.1,10000", "25"]
    names = "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range\""
    table = rows(F, N * 0, N * 0, N * 0, Z.real, Z.imag, N * 0, N * 0, N * 0, delimiter=",")
    return ("\ufeff" + "\n".join([*head, names, *table, ""])).encode()


def versastudio(*, area="1"):
    lines = [
        "<Application>",
        "Name=VersaStudio",
        "</Application>",
        "",
        "<Action0>",
        f"Working Electrode Area (cm2)={area}",
        "Amplitude (mV RMS)=20",
        "</Action0>",
        "<Instrument>",
        "Type=VersaSTAT4",
        "</Instrument>",
        "<Experiment>",
        "DateAcquired=Thursday, July 19, 2018",
        "</Experiment>",
        "<Segment1>",
        "Type=2",
        "Definition=Segment #, Point #, E(V), Frequency(Hz), E Real, Z Real, Z Imag, Z2 Real, Z2 Imag, 0",
    ]
    table = rows(N * 0, N, N, F, N, Z.real, Z.imag, N, N, delimiter=",")
    return "\r\n".join([*lines, *table, "</Segment1>", "<Graph1>", "Type=Unknown", "</Graph1>", ""]).encode()


def parstat():
    names = (
        "Potential (V)\tCurrent (A)\tElapsed Time (s)\tFrequency (Hz)\tZre (ohms)\tZim (ohms)\t|Vac| (V)\t|Iac| (A)\t"
    )
    idle = rows(N + 1, N, N, N * 0, N * 0, N * 0, N * 0, N * 0, end="\t")
    return "\r\n".join([names, *idle, *rows(N, N, N, F, Z.real, Z.imag, N, N, end="\t"), ""]).encode()


def chi():
    head = ["Feb. 20, 2020   15:55:08", "A.C. Impedance", "Data Source:  Experiment", "Instrument Model:  CHI660E", ""]
    head += [
        "High Frequency (Hz) = 2e+6",
        "Amplitude (V) = 0.025",
        "",
        "Freq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg",
        "",
    ]
    return "\r\n".join([*head, *rows(F, Z.real, Z.imag, MODULUS, PHASE, delimiter=", "), ""]).encode()


def powersuite():
    return "\r\r\n".join(["Frequency\t Zre\t Zimg", *rows(F, Z.real, Z.imag, delimiter="\t "), ""]).encode()


def novocontrol(*, celsius=None):
    fixed = "AC Volt [Vrms]=7.1000e-03  " if celsius is None else f"Temp. [°C]={celsius:.4e}, AC Volt [Vrms]=7.1000e-03"
    head = ["LAGP dynamicVT, 1.12.2020, 14:42", f"Fixed value(s) :  {fixed}", " Freq. [Hz]\t Zs' [Ohms]\t Zs'' [Ohms]"]
    return "\n".join([*head, *rows(F, Z.real, Z.imag), ""]).encode("latin-1")


def novocontrol_temperatures(celsius=(20.0, 40.0)):
    head = [
        "pellet 7",
        "Fixed value(s) :  AC Volt [Vrms]=1.0e-01",
        " Freq. [Hz]\t Temp. [°C]\t Zs' [Ohms]\t Zs'' [Ohms]",
    ]
    table = [row for t in celsius for row in rows(F, N * 0 + t, Z.real * 30 / (t + 10), Z.imag * 30 / (t + 10))]
    return "\n".join([*head, *table, ""]).encode("latin-1")


def novocontrol_dielectric():
    sigma = 0.04 / 0.5 / Z
    head = [
        "pellet 7, 9.4.2019, 19:3",
        "Diameter[mm] 7.978845608  Thickness[mm] 4.000e-01  Spacer Capacity[pF] 1.000e+00  Spacer Area[mm^2] 0.000e+00",
        "Fixed value(s) :  Temp. [K]=2.9815e+02  AC Volt  [Vrms]=1.000e+00",
        " Freq. [Hz]\t Eps'    \t Sig' [S/cm]\tTan(Delta)  \tM Time M[s]",
    ]
    permittivity = sigma.imag / (JW.imag * 8.8541878128e-14)
    table = rows(F, permittivity, sigma.real, sigma.real / sigma.imag, N * 4.0, delimiter=" ")
    return "\n".join([*head, *table, ""]).encode()


def novocontrol_parallel():
    admittance = 1 / Z
    head = ["pellet 7", "Fixed value(s) :  AC Volt  [Vrms]=1.000e+00", " Freq. [Hz]\t Zp' [Ohms]\t Zp'' [Ohms]"]
    return "\n".join([*head, *rows(F, 1 / admittance.real, 1 / admittance.imag), ""]).encode()


def novocontrol_conductivity():
    """The imaginary part is that of a cell without its vacuum, and negative."""
    sigma = 0.04 / 0.5 / Z
    head = [
        "Diameter[mm] 7.978845608  Thickness[mm] 4.000e-01",
        "Fixed value(s) :  AC Volt  [Vrms]=1.000e+00",
        " Freq. [Hz]\t Sig' [S/cm]\t Sig'' [S/cm]",
    ]
    return "\n".join([*head, *rows(F, sigma.real, JW.imag * 8.8541878128e-14 - sigma.imag), ""]).encode()


def lcr_meter():
    admittance = 1 / Z
    table = rows(F, admittance.imag / JW.imag, admittance.real / admittance.imag, delimiter=",")
    return "\r\n".join(["Mode,Cp-D", "Level (V),0.1", "Frequency (Hz),Cp (F),D", *table, ""]).encode()


def solartron_smart(*, celsius=(25.0,)):
    names = [
        *("Result Number", "Sweep Number", "Point Number", "Time", "Frequency (Hz)", "AC Level (V)", "Set Point ('C)"),
        *("Temperature ('C)", "Impedance Magnitude (Ohms)", "Impedance Phase Degrees (')", "Admittance Magnitude (S)"),
    ]
    lines = ["pellet 7", "Experiment start time : 01/02/2020 10:00:00", ",".join(names)]
    for i, t in enumerate(celsius, 1):
        size = MODULUS * 30 / (t + 5)
        numbers = rows(F, N * 0 + 0.1, N * 0 + t, N * 0 + t, size, PHASE, 1 / size, delimiter=";", decimal=",", end=";")
        lines += [f"{k};{i};{k};10:00:{k:02d};{row}" for k, row in enumerate(numbers, 1)]
    return "\r\n".join([*lines, ""]).encode()


def keysight():
    names = "Frequency(Hz), |Z|(Ohm)-data, |Z|(Ohm)-mem, theta-z(deg)-data, theta-z(deg)-mem"
    head = ["!Agilent Technologies,E4990A,MY1,A.02.12", "!Date: Wed Jan 01 10:00:00 2020", "BEGIN CH1_DATA", names]
    table = rows(F, MODULUS, MODULUS * 2, PHASE, PHASE / 2, delimiter=", ")
    return "\r\n".join([*head, *table, "END", ""]).encode()


def agilent(first=None, second=None, *, imaginary=None):
    """Two traces one below the other, by default modulus and phase."""
    traces = [(MODULUS if first is None else first, imaginary), (PHASE if second is None else second, imaginary)]
    lines = ['"4294A REV1.11"', '"OSC LEVEL: 0.5 VOLT"', '""']
    for letter, (values, other) in zip("AB", traces, strict=True):
        lines += [f'"TRACE: {letter}"', '""', '"Frequency"\t"Data Trace Real"\t"Data Trace Imag"']
        lines += [*rows(F, values, N * 0 if other is None else other), '""']
    return "\r\n".join([*lines, ""]).encode()


def labone(*, factors=(1.0,), spoil=""):
    lines = ["chunk;timestamp;size;fieldname"]
    for chunk, factor in enumerate(factors):
        fields = {"absz": factor * MODULUS, "frequency": F, "grid": F, "phasez": np.radians(PHASE)}
        for name, values in fields.items():
            cells = [f"{value:.12g}" for value in values]
            cells[10] = spoil if spoil and name == "absz" else cells[10]
            lines.append(";".join([str(chunk), "11257490332120", "25", name, *cells, "nan", "nan"]))
    return "\n".join([*lines, ""]).encode()


def palmsens(*, factors=(1.0,)):
    """UTF-16, most lines in one pair of quotes."""
    lines = ['"File date:,2024-01-01 10:00:00"']
    for channel, k in enumerate(factors, 1):
        lines += ['"Measurement:,Impedance Spectroscopy"', '"Notes:,"', "", f"CH {channel}: Fixed at 25 freqs"]
        lines += ["\"freq / Hz,neg. Phase / °,Idc / uA,Z / Ohm,Z' / Ohm,-Z'' / Ohm,Cs / F,\""]
        columns = (F, -PHASE, N, k * MODULUS, k * Z.real, -k * Z.imag, N)
        lines += rows(*columns, delimiter=",", start='"', end=',"')
    return "\r\n".join([*lines, ""]).encode("utf-16")


def relaxis():
    head = ["RelaxIS 3.0 Spectrum export", "Date: 12/16/2025 2:29:15 PM"]
    head += [
        "Data: Frequency\tData: Z'\tData: Z''\tData: |Z|\tData: Theta (Z)",
        "DC=0, TM=3\tModel: none\t(WE/RE) a.mpr_1\t\t",
    ]
    return "\r\n".join([*head, *rows(F, Z.real, Z.imag, MODULUS, PHASE), ""]).encode()


def autolab_p00():
    head = ["Procedure : Some title", "1.1.2020 10:00 - 1.1.2020 11:00", "Description", "t =  736.4 s"]
    head += [" f/Hz       \t Z'/Ohm     \t -Z''/Ohm   \t time/s    \t", " 25 "]
    return "\r\n".join([*head, *rows(F, Z.real, -Z.imag, N, start=" ", end="\t"), ""]).encode()


def csv(*, delimiter=",", decimal="."):
    names = delimiter.join(["f/Hz", "Re(Z)/ohm", "-Im(Z)/ohm"])
    return "\n".join([names, *rows(F, Z.real, -Z.imag, delimiter=delimiter, decimal=decimal), ""]).encode()


def headerless():
    return "\n".join([*rows(F, Z.real, Z.imag, delimiter="  "), ""]).encode()


def utf16():
    return csv(delimiter="\t", decimal=",").decode().encode("utf-16")


def wide(count=3, *, spoil=None):
    names = [f"{part}{f:.6g}" for f in np.sort(F) for part in ("Re(Z)", "-Im(Z)")]
    lines = [",cycle," + ",".join(names) + ",I(uA)"]
    for i in range(count):
        cells = [f"{value:.9E}" for z in Z[::-1] * (1 + i / 10) for value in (z.real, -z.imag)]
        if spoil is not None and i == 1:
            cells[spoil] = "NaN"
        lines.append(f"{i},{i + 1}.0," + ",".join(cells) + ",20.0")
    return "\n".join([*lines, ""]).encode()


def workbook(*, extra_sheet=False):
    """Bytes of an .xlsx with a preamble, names and numbers."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Thickness (mm)", 1.2])
    sheet.append([])
    sheet.append(["Frequency (Hz)", "Z' (Ohm)", "-Z'' (Ohm)", "note"])
    for f, z in zip(F, Z, strict=True):
        sheet.append([float(f), float(z.real), float(-z.imag), "=1+1"])
    if extra_sheet:
        book.create_sheet("Notes").append(["nothing to see here"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def complex_cells():
    names = "Frequency (Hz),Z (Ohm),note"
    return "\n".join([names, *(f"{f:.9E},{z:.9E},ok" for f, z in zip(F, Z, strict=True)), ""]).encode()


def netcdf():
    """Bytes of a file that ionscope itself wrote."""
    with tempfile.TemporaryDirectory() as folder:
        write_netcdf([Spectrum.from_points(F, Z)], f"{folder}/a.nc")
        return Path(folder, "a.nc").read_bytes()


FAMILIES = {
    "eclab": eclab,
    "gamry": gamry,
    "zplot": zplot,
    "autolab": autolab,
    "versastudio": versastudio,
    "parstat": parstat,
    "chi": chi,
    "powersuite": powersuite,
    "novocontrol": novocontrol,
    "novocontrol_temperatures": novocontrol_temperatures,
    "novocontrol_dielectric": novocontrol_dielectric,
    "novocontrol_parallel": novocontrol_parallel,
    "novocontrol_conductivity": novocontrol_conductivity,
    "lcr_meter": lcr_meter,
    "solartron_smart": solartron_smart,
    "keysight": keysight,
    "agilent": agilent,
    "labone": labone,
    "palmsens": palmsens,
    "relaxis": relaxis,
    "autolab_p00": autolab_p00,
    "csv": csv,
    "headerless": headerless,
    "utf16": utf16,
    "wide": wide,
    "workbook": workbook,
    "complex_cells": complex_cells,
    "netcdf": netcdf,
}
"""One writer for each family of formats, as bytes."""
