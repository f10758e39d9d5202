"""Tables that belong to the system: provinces and countries (STY-12)."""

from __future__ import annotations

from babel import Locale
from django.utils.translation import get_language

ITALY = "IT"

_PROVINCES = """
AG Agrigento;AL Alessandria;AN Ancona;AO Aosta;AP Ascoli Piceno;AQ L'Aquila;AR Arezzo;AT Asti;AV Avellino;BA Bari;
BG Bergamo;BI Biella;BL Belluno;BN Benevento;BO Bologna;BR Brindisi;BS Brescia;BT Barletta-Andria-Trani;BZ Bolzano;
CA Cagliari;CB Campobasso;CE Caserta;CH Chieti;CL Caltanissetta;CN Cuneo;CO Como;CR Cremona;CS Cosenza;CT Catania;
CZ Catanzaro;EN Enna;FC Forlì-Cesena;FE Ferrara;FG Foggia;FI Firenze;FM Fermo;FR Frosinone;GE Genova;GO Gorizia;
GR Grosseto;IM Imperia;IS Isernia;KR Crotone;LC Lecco;LE Lecce;LI Livorno;LO Lodi;LT Latina;LU Lucca;
MB Monza e della Brianza;MC Macerata;ME Messina;MI Milano;MN Mantova;MO Modena;MS Massa-Carrara;MT Matera;NA Napoli;
NO Novara;NU Nuoro;OR Oristano;PA Palermo;PC Piacenza;PD Padova;PE Pescara;PG Perugia;PI Pisa;PN Pordenone;PO Prato;
PR Parma;PT Pistoia;PU Pesaro e Urbino;PV Pavia;PZ Potenza;RA Ravenna;RC Reggio Calabria;RE Reggio Emilia;RG Ragusa;
RI Rieti;RM Roma;RN Rimini;RO Rovigo;SA Salerno;SI Siena;SO Sondrio;SP La Spezia;SR Siracusa;SS Sassari;
SU Sud Sardegna;SV Savona;TA Taranto;TE Teramo;TN Trento;TO Torino;TP Trapani;TR Terni;TS Trieste;TV Treviso;UD Udine;
VA Varese;VB Verbano-Cusio-Ossola;VC Vercelli;VE Venezia;VI Vicenza;VR Verona;VT Viterbo;VV Vibo Valentia
"""
PROVINCES = dict(entry.strip().split(" ", 1) for entry in _PROVINCES.split(";"))

# Alpha-2 codes that babel knows and that are countries: not the continents (digits), not the Union, not the unknown.
_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
COUNTRY_CODES = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
)


def province_choices() -> list[tuple[str, str]]:
    return [(code, f"{name} ({code})") for code, name in sorted(PROVINCES.items(), key=lambda item: item[1])]


def country_choices() -> list[tuple[str, str]]:
    """Every country by its name in the active language."""
    names = Locale(get_language() or "it").territories
    return sorted(((code, str(names[code])) for code in COUNTRY_CODES if code in names), key=lambda item: item[1])


def country_name(code: str) -> str:
    return str(Locale(get_language() or "it").territories.get(code, code))
