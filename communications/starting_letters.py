"""The supplied texts, written into a firm's rows in its language (SIS-27, SIS-30, SIS-32, SIS-36, O-40)."""

from __future__ import annotations

from dataclasses import dataclass

from clients.defaults import Words

GREETING = Words(
    "Gentile {{ client.first_name | default: client.full_name }},\n\n",
    "Dear {{ client.first_name | default: client.full_name }},\n\n",
)
INVITATION = Words(
    "\n\nSe l'argomento le interessa, risponda a questa mail o mi chiami: fissiamo un incontro senza impegno.",
    "\n\nIf this is of interest, reply to this mail or call me: we will find a date, without any obligation.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingLetter:
    """``service`` is the key of the service that it offers; none for a circular."""

    service: str
    name: Words
    subject: Words
    words: Words

    def body(self, language: str) -> str:
        parts = (GREETING, self.words, INVITATION) if self.service else (GREETING, self.words)
        return "".join(said(part, language) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingFrame:
    name: Words
    header: str
    closing: Words
    footer: Words


def said(words: Words, language: str) -> str:
    return words.en if language == "en" else words.it


LETTERS = (
    StartingLetter(
        service="pension_checkup",
        name=Words("Check-up previdenziale", "Pension check-up"),
        subject=Words(
            'La sua pensione: quanto prenderà, {{ client.first_name | default: "e quando" }}?',
            'Your pension: how much will it be, {{ client.first_name | default: "and when" }}?',
        ),
        words=Words(
            "pochi conoscono l'importo della propria pensione futura, e chi lo scopre tardi ha meno strade per "
            "rimediare.\n\n"
            "Con il **check-up previdenziale** rispondiamo insieme a tre domande:\n\n"
            "- quando potrà andare in pensione;\n"
            "- quanto prenderà rispetto al suo reddito di oggi;\n"
            "- quanto manca, e come colmare la differenza con gradualità.\n\n"
            "Basta l'estratto conto contributivo, che può scaricare dal sito dell'[INPS](https://www.inps.it).",
            "few people know what their pension will be, and those who find out late have fewer ways to mend it.\n\n"
            "The **pension check-up** answers three questions:\n\n"
            "- when you can retire;\n"
            "- how much you will receive compared with what you earn today;\n"
            "- how much is missing, and how to close the gap step by step.",
        ),
    ),
    StartingLetter(
        service="pension_fund",
        name=Words("Fondo pensione", "Pension fund"),
        subject=Words(
            "Fondo pensione: il vantaggio fiscale di quest'anno", "Pension fund: this year's tax relief"
        ),
        words=Words(
            "i versamenti a un **fondo pensione** si deducono dal reddito fino al limite previsto dalla legge: "
            "parte di quanto mette da parte le torna subito come minori imposte.\n\n"
            "Per valutarlo le preparo un confronto tra:\n\n"
            "- quanto può dedurre nella sua situazione;\n"
            "- le linee adatte al suo orizzonte;\n"
            "- che cosa cambia se vi destina anche il TFR.",
            "what you pay into a **pension fund** is deducted from your income up to the limit set by law: part "
            "of what "
            "you put aside comes back at once as lower taxes.\n\nI can prepare a comparison for you:\n\n"
            "- how much you can deduct;\n- the lines that fit your horizon;\n- what changes with your severance pay.",
        ),
    ),
    StartingLetter(
        service="pac",
        name=Words("PAC, piano di accumulo", "Savings plan"),
        subject=Words(
            "Investire un po' alla volta: il piano di accumulo", "Investing little by little: the savings plan"
        ),
        words=Words(
            "con un **piano di accumulo (PAC)** una cifra regolare, anche piccola, si investe ogni mese senza dover "
            "indovinare il momento giusto.\n\n"
            "{% if client.pac_amount %}\n"
            "Lei ha già un piano da {{ client.pac_amount }}: vale la pena verificare se l'importo e gli obiettivi sono "
            "ancora quelli giusti.\n"
            "{% else %}\n"
            "È adatto a chi vuole costruire un capitale per un obiettivo lontano: gli studi dei figli, una casa, la "
            "pensione.\n"
            "{% endif %}\n\n"
            "Come ogni investimento non è privo di rischi: li guardiamo insieme, prima di decidere.",
            "with a **savings plan** a regular sum, even a small one, is invested every month without having to "
            "guess the "
            "right moment.\n\n"
            "{% if client.pac_amount %}\n"
            "You already have a plan of {{ client.pac_amount }}: it is worth checking whether amount and aims "
            "still fit.\n"
            "{% else %}\n"
            "It suits those who build a capital for a distant aim: the children's studies, a home, the pension.\n"
            "{% endif %}\n\n"
            "Like every investment it has risks: we will look at them together before you decide.",
        ),
    ),
    StartingLetter(
        service="ltc",
        name=Words("Polizza LTC, non autosufficienza", "Long-term care policy"),
        subject=Words("E se un giorno avesse bisogno di aiuto?", "What if one day you needed care?"),
        words=Words(
            "l'assistenza a una persona non autosufficiente può costare più di una pensione, e dura spesso anni.\n\n"
            "Una **polizza LTC** versa una rendita quando non si riesce più a compiere da soli i gesti di ogni giorno. "
            "Prima la si sottoscrive, meno costa.\n\n"
            "Le propongo di guardare insieme che cosa copre già e che cosa resterebbe a carico suo o della famiglia.",
            "caring for somebody who can no longer look after himself may cost more than a pension, often for "
            "years.\n\n"
            "A **long-term care policy** pays an income when the everyday can no longer be managed alone. The "
            "earlier it "
            "is taken out, the less it costs.\n\nLet us look at what is covered already and what would fall to you.",
        ),
    ),
    StartingLetter(
        service="income_protection",
        name=Words("Protezione del reddito", "Income protection"),
        subject=Words(
            "Se il suo reddito venisse a mancare", "If your income should fail"
        ),
        words=Words(
            "mutuo, studi dei figli, spese di casa: quasi tutto dipende dal reddito di chi lavora.\n\n"
            "La **protezione del reddito** interviene in caso di morte, invalidità o malattia grave. Insieme "
            "calcoliamo:\n\n"
            "1. di quanto avrebbe bisogno la famiglia, e per quanto tempo;\n"
            "2. che cosa danno già INPS, contratto di lavoro e polizze esistenti;\n"
            "3. quanto resta da coprire.",
            "mortgage, studies, the household: almost everything depends on the income of who works.\n\n"
            "**Income protection** steps in upon death, disability or critical illness. Together we work out:\n\n"
            "1. how much the family would need, and for how long;\n"
            "2. what the state, the employer and existing policies give;\n3. what remains to be covered.",
        ),
    ),
    StartingLetter(
        service="succession",
        name=Words("Passaggio generazionale", "Succession planning"),
        subject=Words("Il patrimonio e chi viene dopo di lei", "Your wealth and those who come after you"),
        words=Words(
            "come passerà il suo patrimonio a chi viene dopo? Senza indicazioni decide la legge, non sempre come si "
            "vorrebbe.\n\n"
            "Nel servizio di **passaggio generazionale** mettiamo ordine:\n\n"
            "- chi sono gli eredi e quali quote spettano loro;\n"
            "- quali beni si dividono male, come la casa o l'impresa;\n"
            "- quali strumenti usare: testamento, donazione, polizze, patto di famiglia.\n\n"
            "Dove serve, con il notaio e il commercialista di sua fiducia.",
            "how will your wealth pass to those who come after you? Without instructions the law decides, not "
            "always as "
            "one would wish.\n\nIn **succession planning** we put things in order:\n\n"
            "- who the heirs are and what is due to them;\n- what is hard to divide, like the house or the business;\n"
            "- which means to use: will, donation, policies.\n\nWhere needed, with the notary whom you trust.",
        ),
    ),
    StartingLetter(
        service="billing_for_client",
        name=Words("Fatturazione c/terzi", "Billing for the client"),
        subject=Words("Le sue fatture le emettiamo noi", "We issue your invoices for you"),
        words=Words(
            "con il servizio **Fatturazione c/terzi** lei ci comunica che cosa fatturare e noi emettiamo, inviamo e "
            "conserviamo le fatture elettroniche per suo conto.\n\n"
            "- nessun programma da imparare;\n"
            "- le fatture arrivano in contabilità senza essere ricopiate;\n"
            "- gli scarti dello SDI li seguiamo noi.",
            "with **Billing for the client** you tell us what to invoice, and we issue, send and keep the electronic "
            "invoices for you.\n\n- no software to learn;\n- nothing is copied by hand;\n- we look after what "
            "is rejected.",
        ),
    ),
    StartingLetter(
        service="billing_online",
        name=Words("Fatturazione on line", "Billing on line"),
        subject=Words("Fatture elettroniche dal suo computer o telefono", "Electronic invoices from your own screen"),
        words=Words(
            "con la **Fatturazione on line** emette le sue fatture elettroniche dal nostro portale, anche dal "
            "telefono.\n\n"
            "Vede subito se il cliente le ha ricevute, e noi le abbiamo già in contabilità: niente invii, "
            "niente doppioni.",
            "with **Billing on line** you issue your electronic invoices on our portal, on the telephone as well.\n\n"
            "You see at once whether they were received, and we have them in the accounts already.",
        ),
    ),
    StartingLetter(
        service="software_online",
        name=Words("Gestionali on line", "Management software on line"),
        subject=Words("Il suo gestionale, sempre raggiungibile", "Your software, wherever you are"),
        words=Words(
            "con i **Gestionali on line** magazzino, ordini e scadenze sono raggiungibili da ogni luogo, aggiornati e "
            "salvati ogni giorno, e collegati al nostro studio.\n\n"
            "Le mostriamo volentieri come funziona, con i suoi dati, in mezz'ora.",
            "with **management software on line** stock, orders and due dates can be reached from anywhere, are "
            "backed up "
            "every day and linked to our office.\n\nWe gladly show you how it works, in half an hour.",
        ),
    ),
    StartingLetter(
        service="e_invoice_support",
        name=Words("Servizi di supporto ft. elettronica", "Help with electronic invoices"),
        subject=Words("Fattura elettronica: un aiuto quando serve", "Electronic invoices: help when you need it"),
        words=Words(
            "codici destinatario, scarti, conservazione, note di credito: la fattura elettronica fa perdere "
            "tempo proprio "
            "quando non se ne ha.\n\n"
            "Con i **servizi di supporto** una persona dello studio risponde alle sue domande e, dove serve, "
            "interviene al "
            "posto suo.",
            "recipient codes, rejections, archiving, credit notes: electronic invoices take time just when "
            "there is none."
            "\n\nWith our **support services** somebody of the firm answers your questions and steps in where needed.",
        ),
    ),
    StartingLetter(
        service="",
        name=Words("Circolare", "Circular"),
        subject=Words("Circolare informativa di {{ firm.name }}", "Circular of {{ firm.name }}"),
        words=Words(
            "la informiamo di una novità che può riguardarla.\n\n"
            "## Che cosa cambia\n\nDuplichi questo modello e scriva qui la novità, in poche righe.\n\n"
            "## Da quando\n\n…\n\n"
            "## Che cosa deve fare\n\n- …\n- …\n\nPer ogni chiarimento siamo a disposizione.",
            "this is to inform you of a change that may concern you.\n\n"
            "## What changes\n\nDuplicate this template and write here, in a few lines, what is new.\n\n"
            "## From when\n\n…\n\n## What you have to do\n\n- …\n- …\n\nWe are at your disposal for any question.",
        ),
    ),
)  # fmt: skip

FRAME = StartingFrame(
    name=Words("Modello gestione Relazione clienti", "Client relationship mail"),
    header="{{ firm.name }}",
    closing=Words(
        'Cordiali saluti\n\n**{{ advisor.name | default: firm.name }}**\n\n{% if advisor.signature %}\n'
        "{{ advisor.signature }}\n{% endif %}",
        'Kind regards\n\n**{{ advisor.name | default: firm.name }}**\n\n{% if advisor.signature %}\n'
        "{{ advisor.signature }}\n{% endif %}",
    ),
    footer=Words(
        "{{ firm.name }}{% if advisor.email %} · {{ advisor.email }}{% endif %}\n\n"
        "Riceve questa mail perché è in contatto con il nostro studio. I suoi dati sono trattati secondo il "
        "Regolamento (UE) 2016/679.",
        "{{ firm.name }}{% if advisor.email %} · {{ advisor.email }}{% endif %}\n\n"
        "You receive this mail because you are in contact with our firm. Your data are processed under Regulation (EU) "
        "2016/679.",
    ),
)  # fmt: skip
