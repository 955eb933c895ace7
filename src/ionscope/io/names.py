"""The names that columns go by in instrument files, in several languages, and the roles they stand for.

Names are written as `columns` normalises them: lower case, without spaces, underscores, dots and asterisks.
"""

_NAMES = {
    "frequency": """
        f freq frequ frequency frequencies freqs frq frequenz fréquence frequence frecuencia frequenza
        frequência frequencia frekvens frekvence частота 频率 周波数 acfrequency testfrequency fac freq(f) eisfreq
        frequency(f)
    """,
    "angular": """ω omega angularfrequency angularfreq kreisfrequenz pulsation w""",
    "real": """
        z' zre zreal re(z) rez zr re real real(z) realz realpart realimpedance impedancereal zs' z'(a)
        realteil realteil(z) partieréelle partiereelle resistance r rs zprime z1' re{z} re[z] z(re) z(real)
        zrealpart realpartofimpedance realpart(z) reimp 实部 zreell resistancers realz' z'real z're rezs
        zsreal wirkwiderstand z1 rho' re(rho) resistivity' realresistivity
    """,
    "imaginary": """
        z'' zim zimag zimg im(z) imz zi im imag imaginary imag(z) imagz imagpart imaginarypart
        imaginaryimpedance impedanceimag impedanceimaginary imaginaryz zs'' z''(b) imaginärteil
        imaginaerteil imaginärteil(z) partieimaginaire reactance x xs zdoubleprime zimaginary z1'' im{z}
        im[z] z(im) z(imag) zimagpart imaginarypartofimpedance imaginarypart(z) imimp 虚部 img imagz''
        z''imag z''im z2 imag(z'') imzs zsimag imaginary(z) blindwiderstand rho'' im(rho) resistivity''
    """,
    "modulus": """
        |z| z zmod mod(z) abs(z) zabs absz modz magnitude magnitude(z) zmag modulus impedance
        impedancemagnitude impedancemodulus betrag betrag(z) mag mag(z) |zs| module impedanz impedance|z|
        |impedance| module(z) zmodulus zmagnitude modulusz modulus(z) abs 阻抗 阻抗模
    """,
    "phase": """
        phase phase(z) theta θ phi φ ϕ zphz zphase phasez angle theta(z) phaseangle arg(z) argz phasenwinkel
        winkel phaseofz angle(z) phz zangle ztheta phi(z) θ(z) φ(z) zphi deg phasendegree phasedegree
        phaseshift phasenverschiebung arg zarg phs impedancephase phaseangle(z) phasedegrees theta-z phase(zs)
        相位 相位角 位相 位相角
    """,
    "admittance_real": """y' re(y) rey yre yreal conductance g real(y) gp yr yp'""",
    "admittance_imaginary": """y'' im(y) imy yim yimag susceptance b imag(y) bp yi yp''""",
    "admittance_modulus": """|y| y ymod abs(y) admittance yabs mod(y) ymag""",
    "admittance_phase": """phase(y) arg(y) yphase theta(y) yphz phasey theta-y""",
    "conductivity_real": """sig' sigma' σ' re(σ) re(sigma) sigre conductivity'""",
    "conductivity_imaginary": """sig'' sigma'' σ'' im(σ) im(sigma) sigim conductivity''""",
    "permittivity_real": """eps' epsilon' ε' ϵ' re(ε) re(eps) epsre permittivity'""",
    "permittivity_imaginary": """eps'' epsilon'' ε'' ϵ'' im(ε) im(eps) epsim permittivity''""",
    "capacitance_parallel": """cp c' parallelcapacitance capacitanceparallel capacitance(parallel) cparallel""",
    "capacitance_series": """cs seriescapacitance capacitanceseries capacitance(series) cseries""",
    "resistance_parallel": """rp zp' parallelresistance resistanceparallel resistance(parallel) rparallel""",
    "reactance_parallel": """zp''""",
    "loss": """
        d df tanδ tan(δ) tand tan(d) tandelta tan(delta) losstangent losstan lossfactor dissipation dissipationfactor
        verlustfaktor
    """,
    "temperature": """t temp temperature temperatur température sampletemperature tsample temperatura mtemp 温度""",
    "thickness": """thickness samplethickness pelletthickness l""",
    "area": """area electrodearea samplearea a""",
    "specimen": """specimen sample samplename sampleid pellet""",
    "sweep": """
        cyclenumber cycle sweep sweepnumber sweepno loop loopnumber loopindex spectrum spectrumnumber scan scannumber
        run repeat measurement cyclenr repetition spectrumindex
    """,
    "index": """pt point index no # nr number n i pointnumber point# pt# unnamed:0 points id row 序号""",
}

ROLE_OF = {name: role for role, names in _NAMES.items() for name in names.split()}
"""Role of each normalised name; ``angular`` is a frequency in rad/s, the others are `columns.ROLES`."""
