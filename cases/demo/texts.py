"""What stands in the demo's cases: short Swedish texts in the words of those who write them, at least eight
of a sort.

In braces stand blanks that `rows.py` fills in. Nothing here is about violence, misuse or crime, and no text
holds a name or a number of a person.
"""

from cases.law import InformationKind as Kind

# A sort is a tuple of (heading, text).
Sort = tuple[tuple[str, str], ...]

# ── The blanks ──────────────────────────────────────────────────────────────────────────────────────────────
HOURS = ("två timmar om dagen", "tre timmar om dagen", "fyra timmar om dagen", "tre förmiddagar i veckan")
WEEKS = ("fyra", "sex", "åtta", "tolv")
NTHS = ("annan", "tredje", "fjärde")
PLACES = (
    "ett bibliotek",
    "ett växthus",
    "en återbruksbutik",
    "ett skolkök",
    "ett lager",
    "en förskola",
    "ett kontor",
    "en cykelverkstad",
)
SUPPORTS = (
    "fysisk aktivitet på recept",
    "grupp om stresshantering",
    "arbetsterapeutens aktivitetsgrupp",
    "sömnskola",
    "grupp om ångesthantering",
    "trädgårdsrehabilitering",
    "samtal varannan vecka",
    "promenadgrupp",
)
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

# ── The clinic's items ──────────────────────────────────────────────────────────────────────────────────────
OFFERS: Sort = (
    ("Erbjuden stöd av rehabkoordinator", "Tackade ja. Vill ha hjälp att hålla ihop kontakterna."),
    ("Erbjuden koordinering, tackade ja", "Önskar att vi tar kontakt med arbetsgivaren tidigt."),
    ("Fråga om koordinering ställd", "Ville tänka till nästa besök och tackade då ja."),
    ("Erbjuden stöd inför återgång i arbete", "Tackade ja. Behöver mest hjälp med planeringen."),
    ("Erbjuden kontakt med rehabkoordinator", "Tackade ja. Har många kontakter och tappar tråden."),
    ("Koordinering erbjuden vid läkarbesök", "Tackade ja samma dag. Första samtal bokat."),
    ("Erbjuden samordning av insatser", "Tackade ja. Vill att en i taget hör av sig."),
    ("Erbjuden stöd i kontakten med andra", "Tackade ja. Vill vara med när något lämnas vidare."),
    ("Erbjuden plan tillsammans med teamet", "Tackade ja. Tar gärna emot tider på förmiddagen."),
)
MAPPINGS: Sort = (
    ("Kartläggning: vardag och dygnsrytm", "Sover oregelbundet. Vill börja med en fast tid för att gå upp."),
    ("Kartläggning: arbete och ork", "Orkar koncentrera sig en halvtimme. Behöver paus efter möten."),
    ("Kartläggning av behov av stöd", "Behöver hjälp med struktur i veckan. Har god hjälp av en anhörig."),
    ("Kartläggning: vad som fungerar", "Klarar inköp och matlagning. Promenerar varje dag."),
    ("Kartläggning av hinder", "Resor i rusningstid är svåra. Fungerar bra att komma till mottagningen."),
    (
        "Kartläggning: utbildning och erfarenhet",
        "Gymnasium klart. Har arbetat inom service och vill prova kontor.",
    ),
    ("Kartläggning: aktivitetsbalans", "För mycket på förmiddagen, tomt på kvällen. Veckoschema påbörjat."),
    ("Kartläggning med arbetsterapeut", "Planering i liten skala fungerar. Behöver påminnelser i telefonen."),
    ("Kartläggning: mål med egna ord", "Vill kunna arbeta halvtid och orka träffa vänner igen."),
)
STATEMENTS: Sort = (
    ("", "Utfärdat vid läkarbesök. Uppföljning planerad till {month}."),
    ("", "Förlängning. Bedömningen är oförändrad sedan förra intyget."),
    ("", "Kopia lämnad till patienten. Skickat elektroniskt till Försäkringskassan."),
    ("", "Ny bedömning efter teamkonferens."),
    ("", "Utfärdat efter telefonbesök. Nästa bedömning på mottagningen i {month}."),
    ("", "Beskriver behov av stegvis ökning från {month}."),
    ("", "Kompletterat med uppgift om planerade åtgärder."),
    ("", "Utfärdat efter avslutad utredning."),
)
DIAGNOSES: Sort = (
    ("", "Registrerad i journalen efter bedömning i team."),
    ("", "Ställd vid läkarbesök."),
    ("", "Kvarstår vid ny bedömning."),
    ("", "Ställd efter utredning på mottagningen."),
    ("", "Enligt tidigare utredning, bekräftad här."),
    ("", "Preliminär, utredning pågår."),
    ("", "Bedömd tillsammans med psykolog."),
    ("", "Enligt remiss, bekräftad vid nybesök."),
)
# Block and name as a heading. The blocks are those of the demo's distribution.
BLOCKS = {
    "F10–F19": "Substansrelaterade tillstånd",
    "F20–F29": "Psykossjukdom",
    "F30–F31": "Bipolär sjukdom",
    "F32–F33": "Depression",
    "F40–F42": "Ångest och tvångssyndrom",
    "F43": "Stressreaktion",
    "F43.8A": "Utmattningssyndrom",
    "F60–F61": "Personlighetssyndrom",
    "F70": "Lindrig intellektuell funktionsnedsättning",
    "F84": "Autism",
    "F90": "Adhd",
}
TREATMENTS: Sort = (
    ("Samtalsbehandling pågår", "Åtta av tolv samtal genomförda. God effekt på sömnen."),
    ("Medicinen justerad", "Tätare uppföljning de första {weeks} veckorna."),
    ("Gruppbehandling avslutad", "Deltog vid alla tillfällen. Fortsätter med egna övningar."),
    ("Behandling hos arbetsterapeut", "Arbetar med dagsstruktur. Märkbart bättre ork på förmiddagen."),
    ("Fysioterapi påbörjad", "Två tillfällen i veckan under {weeks} veckor."),
    ("Behandlingen utvärderad", "Mindre ångest, fortfarande trött. Planen ligger fast."),
    ("Psykologkontakt inledd", "Varannan vecka. Fokus på att våga mer steg för steg."),
    ("Behandling i vila", "Uppehåll över sommaren, återupptas i {month}."),
    ("Psykopedagogisk kurs genomförd", "Anhörig var med vid ett tillfälle."),
)
ABILITIES: Sort = (
    ("Klarar {hours} i lugn miljö", "Behöver kort paus varje timme. Går bra med en uppgift i taget."),
    ("Arbetsförmågan ökar långsamt", "Har ökat till {hours} utan bakslag."),
    ("Klarar inte arbete just nu", "Orkar korta ärenden. Ny bedömning i {month}."),
    ("Kan pröva {hours}", "Vanliga uppgifter men utan kundkontakt den första tiden."),
    ("Koncentrationen är begränsad", "Håller i ungefär fyrtio minuter. Bättre på förmiddagen."),
    ("Klarar rutinuppgifter", "Svårt med snabba byten. Skriftliga instruktioner hjälper."),
    ("Orken varierar", "Två goda dagar följs av en tung. Jämn arbetstid är viktigare än lång."),
    ("Beräknas klara halvtid i {month}", "Förutsätter att ökningen sker stegvis."),
    ("Klarar arbete med stöd", "Behöver en handledare som är lätt att nå."),
    ("Arbetsförmågan bedömd i team", "{hours} är rimligt de närmaste {weeks} veckorna."),
)
STEPS_FORWARD: Sort = (
    ("Steg framåt: kommer iväg varje dag", "Egen skattning och teamets bedömning stämmer överens."),
    ("Steg framåt: provar arbetsuppgifter", "Tar egna initiativ till nästa steg."),
    ("Steg framåt: har börjat studera", "En kurs på kvartsfart fungerar bra."),
    ("Steg framåt: sover bättre", "Orkar mer på dagen och har fasta rutiner."),
    ("Steg framåt: ökat arbetstiden", "Ökningen till {hours} gick som planerat."),
    ("Steg framåt: fler sociala kontakter", "Deltar i grupp en gång i veckan."),
    ("Steg framåt: klarar resan själv", "Åker kollektivt till mottagningen sedan i {month}."),
    ("Steg framåt: tydligare mål", "Har en egen plan för hösten och våren."),
)
STEPS_SAME: Sort = (
    ("Oförändrat sedan förra skattningen", "Fortsätter enligt planen."),
    ("Oförändrat: väntar på start av insats", "Insatsen börjar i {month}."),
    ("Oförändrat, men stabilt", "Håller rutinerna. Nästa skattning om tre månader."),
    ("Oförändrat: samma arbetstid", "Vill vänta med att öka till efter ledigheten."),
)
STEPS_BACK: Sort = (
    ("Steg bakåt: sämre sömn", "Takten sänkt under {weeks} veckor."),
    ("Steg bakåt: pausad arbetsträning", "Tas upp igen efter läkarbesöket i {month}."),
    ("Steg bakåt: orkade inte ökningen", "Tillbaka till tidigare nivå, ny plan görs."),
)
MEASURES: Sort = (
    ("{support}", "Start enligt plan, {weeks} veckor."),
    ("Arbetsträning på {place}", "{hours}, handledare på plats. Uppföljning i {month}."),
    ("{support}", "Start i {month}. Patienten är informerad."),
    ("Besök på {place}", "Studiebesök för att prova miljön innan beslut om fortsättning."),
    ("Veckoschema med arbetsterapeut", "Schemat används dagligen. Justeras vid varje besök."),
    ("Trepartssamtal planerat", "Patienten, arbetsplatsen och vi. Datum föreslås i {month}."),
    ("{support}", "Patienten vill fortsätta på egen hand efteråt."),
    ("Arbetsprövning på {place}", "{weeks} veckor, {hours}. Patienten skattar orken varje vecka."),
    ("Stöd av hälsocoach", "Sex samtal. Mål: promenad varje dag."),
    ("Kontakt med studievägledare", "Tid bokad i {month} om kurs på kvartsfart."),
)
PLANS: Sort = (
    ("Plan: {hours} från {month}", "Stegvis ökning var {nth} vecka. Uppföljning på mottagningen."),
    (
        "Rehabiliteringsplan tillsammans med patienten",
        "Mål: halvtid i {month}. Ansvarig för nästa steg är mottagningen.",
    ),
    ("Plan för våren och hösten", "Först {support}, därefter arbetsträning på {place}."),
    ("Plan efter teamkonferens", "Behandlingen fortsätter. Arbetsträning prövas i {month}."),
    (
        "Plan för återgång i arbete",
        "Börjar med {hours} i anpassade uppgifter. Avstämning efter {weeks} veckor.",
    ),
    ("Plan: studier på kvartsfart", "Kurs från {month}. Stöd av studievägledare och arbetsterapeut."),
    ("Reviderad plan", "Takten sänkt. {support} i {weeks} veckor, sedan ny bedömning."),
    ("Plan: daglig sysselsättning", "Studiebesök i {month}. Patienten väljer mellan två platser."),
    ("Plan inför nytt beslut", "Utlåtande skrivs i {month}. Kartläggningen är underlag."),
)
# With an employer; the blanks are filled from the case.
EMPLOYED: Sort = (
    ("Anställd som {job} hos {employer}", "Tillsvidare. Chefen är positiv till stegvis återgång."),
    ("Anställd som {job} hos {employer}", "Skiftarbete i vanliga fall. Dagtid är möjligt under återgången."),
    ("{employer}: anpassade uppgifter finns", "Arbetar som {job}. Kan börja med administrativa uppgifter."),
    ("{employer}: kontakt tagen", "Patienten har själv pratat med chefen och vill ha med oss nästa gång."),
    ("Arbetar som {job} hos {employer}", "Trivs med arbetet. Det är tempot som är svårt."),
    (
        "{employer}: plan för återgång efterfrågad",
        "Anställd som {job}. Arbetsgivaren vill ha möte i {month}.",
    ),
    ("Anställd som {job} hos {employer}", "Vikariat som löper vidare. Ingen kontakt med arbetsgivaren ännu."),
    ("{employer}: omplacering utreds", "Arbetar som {job}. Prövar annan avdelning i {month}."),
)
WITHOUT_EMPLOYER = {
    "af": (
        ("Arbetssökande, inskriven hos Arbetsförmedlingen", "Har kontakt med arbetsförmedlare vid behov."),
        ("Arbetssökande", "Senaste anställningen tog slut före sjukskrivningen."),
        ("Saknar anställning", "Vill pröva nytt yrke. Intresserad av praktik på {place}."),
        ("Arbetssökande med planering på paus", "Planeringen tas upp när orken räcker till {hours}."),
    ),
    "soc": (
        ("Saknar anställning, får försörjningsstöd", "Har kontakt med socialtjänsten om planering."),
        ("Utan arbete", "Har handläggare hos socialtjänsten. Vill ha ett gemensamt möte."),
        ("Utan arbete och utan a-kassa", "Ekonomin oroar och tar kraft från rehabiliteringen."),
    ),
    "studies": (
        ("Studerar, pausat terminen", "Skolan har stödperson. Återstart i {month}."),
        ("Studier på halvfart före sjukskrivningen", "Vill fortsätta, först på kvartsfart."),
        ("Inskriven på folkhögskola", "Skolan är informerad av patienten själv."),
    ),
    "none": (
        ("Har inte arbetat ännu", "Gymnasiet avslutat. Vill pröva {place}."),
        ("Ingen anställning och ingen praktik", "Först behövs en fast dygnsrytm."),
        ("Har bara haft korta anställningar", "Trivdes bäst med praktiskt arbete."),
    ),
}
ECONOMIES: Sort = (
    ("Ekonomin är ordnad", "Ersättningen räcker. Ingen fråga till socialtjänsten nu."),
    ("Oro för hyran", "Har sökt budgetrådgivning i kommunen."),
    ("Nollklassad SGI enligt patienten", "Undrar vad som gäller om hen börjar arbeta deltid."),
    ("Får försörjningsstöd", "Nytt beslut varje månad. Handläggaren är informerad av patienten."),
    ("Ekonomisk osäkerhet inför nytt beslut", "Nuvarande period går ut i {month} enligt patienten."),
    ("Skulder, har fått kontakt med rådgivare", "Första mötet är i {month}."),
    ("Väntar på beslut om ersättning", "Lever på sparade pengar tills vidare."),
    ("Delar hushåll", "Sambon arbetar. Ingen akut oro för ekonomin."),
)
SUPPORTS_AT_HOME: Sort = (
    ("Boendestöd två gånger i veckan", "Hjälp med struktur och inköp."),
    ("Bor hos föräldrarna", "Söker egen bostad genom kommunen."),
    ("Hemtjänst under en period", "Handling och städning varannan vecka."),
    ("Söker boende med stöd", "Ansökan är inskickad till kommunen."),
    ("Delar bostad med en vän", "Fungerar bra. Eget rum."),
    ("Kontaktperson genom kommunen", "Träffas varannan vecka."),
    ("Bor i egen lägenhet", "Klarar hushållet med påminnelser."),
    ("Stöd av anhörig", "Syskon hjälper till med post och räkningar."),
)
# A note's writer chooses its kind.
NOTES: tuple[tuple[Kind, str, str], ...] = (
    (Kind.PLAN, "Nästa steg bestämt", "Ringer patienten i {month} om start av {support}."),
    (Kind.PLAN, "Möte flyttat", "Ny tid i {month}. Patienten är informerad."),
    (Kind.ABILITY, "Orken efter semestern", "Beskriver sig som piggare. Vill öka försiktigt."),
    (Kind.EMPLOYMENT, "Samtal om arbetsplatsen", "Patienten ringer chefen själv och återkommer."),
    (Kind.PLAN, "Väntar på besked", "Arbetsterapeuten återkommer om plats på {place}."),
    (Kind.SOCIAL, "Fråga om boende", "Har lämnat in ansökan till kommunen."),
    (Kind.ABILITY, "Avstämning på telefon", "Klarar {hours}. Sover bättre."),
    (Kind.PLAN, "Uteblev, ny tid skickad", "Svarar på telefon och vill fortsätta."),
    (Kind.MEDICAL, "Läkartid bokad", "Uppföljning i {month}."),
)
DECLINED: Sort = (
    ("Fråga om samtycke ställd", "Vill inte att något lämnas till Försäkringskassan just nu."),
    ("Tackade nej till samtycke", "Frågan ställs igen vid nästa besök om patienten vill."),
    ("Samtycke diskuterat", "Vill själv lämna sina papper. Vi hjälper till att skriva ut."),
)
WAITING = {
    "consent_missing": (
        "Samtycket har gått ut",
        "Frågan till Försäkringskassan ligger pausad. Fråga om ett nytt samtycke vid besöket nästa vecka.",
    ),
    "withdrawn": (
        "Patienten har tagit tillbaka sitt samtycke",
        "Ringde och tog tillbaka. Kvitto lämnat. Vill prata om det vid nästa besök.",
    ),
    "no_plan": (
        "Perioden går ut om fem månader",
        "Det finns ingen plan ännu. Behöver tid med teamet innan utlåtandet skrivs.",
    ),
}

# ── Försäkringskassan's items ───────────────────────────────────────────────────────────────────────────────
GRANTED: Sort = (
    ("", "Beslutet är skickat till den försäkrade."),
    ("", "Beslutet grundas på utlåtandet och planen."),
    ("", "Ny prövning görs innan perioden går ut."),
    ("", "Beviljat för hela den sökta tiden."),
    ("", "Beviljat för kortare tid än den sökta."),
    ("", "Kan läggas vilande vid arbete eller studier efter ansökan."),
    ("", "Fast handläggare är utsedd."),
    ("", "Uppföljning med den försäkrade planeras under perioden."),
)
REFUSED: Sort = (
    ("", "Underlaget beskriver inte att arbetsförmågan är nedsatt i den omfattning som söks."),
    ("", "Beslutet kan omprövas. Den försäkrade har fått information om det."),
    ("", "Aktivitetsbegränsningarna behöver beskrivas tydligare."),
    ("", "Arbetsförmågan bedöms mot ett vanligt förekommande arbete."),
    ("", "Den försäkrade är hänvisad till Arbetsförmedlingen."),
    ("", "Kommunicerat med den försäkrade före beslutet."),
    ("", "Underlag om åtgärder saknas för den sökta perioden."),
    ("", "Ny ansökan kan göras när det finns ett nytt underlag."),
)
FK_NOTES: Sort = (
    (
        "Planering: uppföljning i {month}",
        "Handläggaren ringer den försäkrade. Inget nytt underlag behövs nu.",
    ),
    ("Planering: avstämningsmöte önskas", "Förslag på tid i {month}. Vården och arbetsgivaren bjuds in."),
    ("Planering: ny bedömning i kedjan", "Handläggaren går igenom ärendet i {month}."),
    ("Planering: kontakt med arbetsgivaren", "Plan för återgång i arbete är begärd."),
    ("Planering: information om vilande ersättning", "Lämnad vid telefonsamtal."),
    ("Planering: arbetsträning kan starta", "Från {month}, {hours}."),
    ("Planering: byte av handläggare", "Ny handläggare tar kontakt inom två veckor."),
    ("Planering: underlag mottaget", "Räcker för den period som söks."),
)

# ── The others' items ───────────────────────────────────────────────────────────────────────────────────────
OF_AF: Sort = (
    ("Planering hos Arbetsförmedlingen", "Inskrivningssamtal genomfört. Nästa samtal i {month}."),
    ("Praktikplats ordnad på {place}", "{hours} under {weeks} veckor."),
    ("Arbetsträning erbjuden", "Start i {month} om vården inte ser något hinder."),
    ("Stöd av arbetsterapeut hos oss", "Besök på praktikplatsen i {month}."),
    ("Stöd och matchning på paus", "Återupptas när det går att delta {hours}."),
    ("Anställning med stöd utreds", "Svar väntas i {month}."),
    ("Vägledande samtal bokat", "Om yrkesval och kortare utbildning."),
    ("Förstärkt samarbete föreslås", "Gemensam kartläggning med Försäkringskassan."),
)
OF_SOC: Sort = (
    ("Planering hos socialtjänsten", "Möte var {nth} vecka. Vi följer den gemensamma planen."),
    ("Boendestöd beviljat", "Två tillfällen i veckan från {month}."),
    ("SIP föreslås", "Vi kan kalla i {month} om den enskilde vill."),
    ("Arbetsmarknadsenheten", "Plats på {place}, {hours}."),
    ("Budgetrådgivning pågår", "Tre möten genomförda."),
    ("Kontaktperson utsedd", "Första träffen är i {month}."),
    ("Insatsen fortsätter", "Ingen ändring sedan förra avstämningen."),
    ("Hembesök genomfört", "Klarar vardagen med visst stöd."),
)
OF_EMPLOYER_PLAN: Sort = (
    ("Plan för återgång i arbete", "{hours} från {month}. Uppföljning med närmaste chef var {nth} vecka."),
    ("Plan för återgång, reviderad", "Ökning skjuts fram till {month}."),
    ("Plan: börjar på annan avdelning", "Lugnare tempo de första {weeks} veckorna."),
    ("Plan: fasta arbetstider", "Dagtid under hela återgången."),
    ("Plan: dubbelbemanning", "En kollega finns med de första {weeks} veckorna."),
    ("Plan: avstämning varje fredag", "Kort samtal med chefen om veckan som gått."),
    ("Plan: halvtid i {month}", "Om avstämningen går bra."),
    ("Plan: delvis hemarbete", "Två dagar i veckan hemifrån."),
)
OF_EMPLOYER_WORK: Sort = (
    ("Anpassning: lugn arbetsplats", "Eget rum kan användas vid behov."),
    ("Anpassning: inga kvällspass", "Gäller till och med {month}."),
    ("Anpassning: skriftliga instruktioner", "Chefen går igenom veckans uppgifter på måndagar."),
    ("Anpassning: längre pauser", "Egen planering av pauser under passet."),
    ("Anpassning: färre möten", "Endast veckomötet den första tiden."),
    ("Anpassning: handledare", "En erfaren kollega är utsedd."),
    ("Anpassning: lättare uppgifter", "Inga tunga lyft under {weeks} veckor."),
    ("Anpassning: ny arbetsordning", "Kundkontakt bara på förmiddagar."),
)
OF_PRIMARY_CARE: Sort = (
    ("Fysisk aktivitet på recept", "Uppföljning hos fysioterapeut i {month}."),
    ("Plan hos vårdcentralen", "Kroppsliga besvär följs upp här. Sjukskrivningen sköts av psykiatrin."),
    ("Rehabkoordinator hos oss är kontaktperson", "Ring gärna före större ändringar i planen."),
    ("Kontroll genomförd", "Inget som hindrar planerad arbetsträning."),
    ("Smärtskola erbjuden", "Grupp med start i {month}."),
    ("Uppföljning av blodtryck och sömn", "Nytt besök om {weeks} veckor."),
    ("Remiss till fysioterapeut", "Första besök i {month}."),
    ("Samordnat med mottagningen", "En gemensam plan är skriven i journalen."),
)

# ── Consents and states ─────────────────────────────────────────────────────────────────────────────────────
ORAL_HOW = (
    "Vid telefonsamtal, informationen uppläst.",
    "Vid besök på mottagningen, antecknat i journalen samma dag.",
    "Vid hembesök, informationen gicks igenom tillsammans.",
    "Vid videosamtal, den enskilde upprepade med egna ord.",
    "Vid telefonsamtal med tolk.",
    "Vid läkarbesök, rehabkoordinatorn var med.",
    "Vid besök tillsammans med anhörig.",
    "Vid gemensamt möte, alla närvarande antecknade.",
)
YEARLY = "Frågan ställs på nytt efter ett år och svaret antecknas."
IDENTITY = (
    "Känd sedan tidigare",
    "Legitimation visad",
    "Legitimation visad vid nybesök",
    "Känd på mottagningen",
)
EXCLUDED = (
    "Inget om min familj.",
    "Inget om min tidigare arbetsplats.",
    "Inget om samtalen hos psykologen.",
    "Inget om min boendesituation.",
)
PAUSES = (
    "Heldygnsvård, ärendet tas upp efter utskrivning.",
    "Patienten vill ha en paus över sommaren.",
    "Väntar på utredning som är klar om några veckor.",
    "Föräldraledig, återkommer själv.",
    "Bortrest en längre tid.",
)
# Outcome at closing, in the words of the one who closes.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "work": (
        "Åter i arbete på heltid.",
        "Åter i arbete, deltid enligt plan.",
        "Ny anställning, klarar sig utan stöd.",
    ),
    "studies": ("Börjat studera.", "Studerar på halvfart, skolan ger stöd."),
    "work_and_studies": ("Arbetar deltid och studerar.",),
    "job_seeking": ("Aktivt arbetssökande hos Arbetsförmedlingen.", "Överlämnad till Arbetsförmedlingen."),
    "continued": (
        "Fortsatt rehabilitering hos vårdcentralen.",
        "Fortsatt ersättning, ingen koordinering behövs nu.",
        "Fortsatt behandling utan koordinering.",
    ),
    "moved": ("Flyttat till annan region.", "Avslutad på egen begäran."),
    "mistake": ("Felregistrerad.",),
}

# Why, when it was not that the work was done.
CAUSES: dict[str, str] = {
    "Flyttat till annan region.": "moved",
    "Avslutad på egen begäran.": "declined",
    "Felregistrerad.": "wrong_person",
}
_BEFORE = {"livelihood_before": "sickness_benefit", "occupation_before": "none"}
AFTER: dict[str, dict[str, str]] = {
    "work": _BEFORE
    | {
        "livelihood_after": "wages",
        "occupation_after": "work",
        "step_health": "1",
        "step_activity": "1",
        "step_work": "1",
    },
    "studies": _BEFORE
    | {
        "livelihood_after": "student_aid",
        "occupation_after": "studies",
        "step_health": "0",
        "step_activity": "1",
        "step_work": "1",
    },
    "work_and_studies": _BEFORE
    | {
        "livelihood_after": "wages",
        "occupation_after": "work_and_studies",
        "step_health": "1",
        "step_activity": "1",
        "step_work": "1",
    },
    "job_seeking": _BEFORE
    | {
        "livelihood_after": "unemployment",
        "occupation_after": "seeks_work",
        "step_health": "1",
        "step_activity": "0",
        "step_work": "1",
    },
    "continued": _BEFORE
    | {
        "livelihood_after": "sickness_benefit",
        "occupation_after": "none",
        "step_health": "0",
        "step_activity": "1",
        "step_work": "0",
    },
}
