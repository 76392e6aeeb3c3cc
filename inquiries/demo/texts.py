"""Questions and their answers in the demo, in pairs: who asks whom, about what, and what comes back by
information kind.

A question tells no more than that the person has contact with the one who asks. In braces stand the same
blanks as in the texts of the cases.
"""

from cases.law import InformationKind as Kind
from inquiries.models import Category

Pair = tuple[str, dict[Kind, str]]

# Försäkringskassan asks the clinic.
FROM_FK: dict[str, tuple[Pair, ...]] = {
    Category.PLANNING: (
        (
            "Hur ser planeringen ut de närmaste månaderna?",
            {
                Kind.PLAN: "{support} pågår till {month}. Därefter prövas arbetsträning på {place}.",
                Kind.ABILITY: "Klarar {hours} enligt teamets bedömning.",
            },
        ),
        (
            "Finns det en rehabiliteringsplan, och när följs den upp?",
            {Kind.PLAN: "Ja, planen gjordes tillsammans med patienten. Uppföljning i {month}."},
        ),
        (
            "När räknar ni med att arbetsträning kan börja?",
            {
                Kind.PLAN: "Tidigast i {month}. Först ska {support} vara avslutad.",
                Kind.ABILITY: "Idag {hours} i lugn miljö, med ökning var {nth} vecka.",
            },
        ),
        (
            "Är det aktuellt med ett gemensamt möte om planeringen?",
            {Kind.PLAN: "Ja, gärna i {month}. Patienten vill att arbetsplatsen är med."},
        ),
        (
            "Vad är nästa steg, och vem tar det?",
            {Kind.PLAN: "Vi tar kontakt med {place} om plats. Svar väntas i {month}."},
        ),
    ),
    Category.CERTIFICATE: (
        (
            "När skrivs nästa intyg, och vilken tid kommer det att gälla?",
            {Kind.CERTIFICATE: "Nytt läkarbesök i {month}. Intyget skrivs då och skickas elektroniskt."},
        ),
        (
            "Vi saknar intyg för den senaste perioden. Är det utfärdat?",
            {Kind.CERTIFICATE: "Ja, det är utfärdat och skickas på nytt i dag."},
        ),
        (
            "Omfattningen skiljer mellan intyget och ansökan. Vilken gäller?",
            {
                Kind.CERTIFICATE: "Intyget gäller. Patienten är informerad och rättar sin ansökan.",
                Kind.ABILITY: "Klarar {hours} sedan början av månaden.",
            },
        ),
        (
            "Kan ni beskriva vad som har ändrats sedan förra intyget?",
            {
                Kind.CERTIFICATE: "Det senaste intyget är en förlängning, bedömningen är oförändrad.",
                Kind.ABILITY: "Koncentrationen håller längre än i våras, ungefär en timme i taget.",
            },
        ),
    ),
    Category.RETURN_TO_WORK: (
        (
            "Är det möjligt att gå tillbaka i arbete stegvis, och i vilken takt?",
            {
                Kind.ABILITY: "Börja med {hours} och öka var {nth} vecka.",
                Kind.PLAN: "Start i {month}, avstämning efter {weeks} veckor.",
            },
        ),
        (
            "Vilka anpassningar på arbetsplatsen behövs för att återgången ska hålla?",
            {
                Kind.ABILITY: "Lugn miljö, en uppgift i taget och fast arbetstid.",
                Kind.EMPLOYMENT: "Arbetsgivaren har erbjudit enklare uppgifter de första {weeks} veckorna.",
            },
        ),
        (
            "Har ni haft kontakt med arbetsgivaren om en plan för återgång?",
            {
                Kind.EMPLOYMENT: "Ja, arbetsgivaren lämnar sin plan i {month}.",
                Kind.PLAN: "Vi deltar i mötet på arbetsplatsen i {month}.",
            },
        ),
        (
            "Kan personen pröva andra uppgifter under en tid?",
            {Kind.ABILITY: "Ja, rutinuppgifter {hours} går bra att pröva."},
        ),
    ),
    Category.MEASURES: (
        (
            "Vilka insatser pågår, och finns det fler som behövs från oss?",
            {Kind.PLAN: "Hos oss pågår {support}. Från er behövs beslut om arbetsträning i {month}."},
        ),
        (
            "Flera är inblandade. Vem håller ihop planeringen?",
            {Kind.PLAN: "Rehabkoordinatorn här. Nästa gemensamma avstämning är i {month}."},
        ),
        (
            "Är en gemensam kartläggning med Arbetsförmedlingen aktuell nu?",
            {Kind.PLAN: "Inte riktigt än. Vi föreslår {month}, efter {support}."},
        ),
        (
            "Behövs en samordnad individuell plan med kommunen?",
            {Kind.PLAN: "Ja. Vi kallar till möte i {month} om patienten säger ja."},
        ),
    ),
    Category.TREATMENT: (
        (
            "Vad har behandlingen gett hittills?",
            {
                Kind.MEDICAL: "God effekt på sömn och ångest efter {weeks} veckor. Behandlingen fortsätter.",
                Kind.PLAN: "Utvärdering i {month}, därefter nästa steg.",
            },
        ),
        (
            "Är behandlingen avslutad eller pågår den?",
            {
                Kind.MEDICAL: "Den pågår. Ungefär hälften av tillfällena återstår.",
                Kind.PLAN: "{support} är avslutad och ersätts av egen träning.",
            },
        ),
        (
            "När väntas resultat av den behandling som beskrivs i underlaget?",
            {
                Kind.MEDICAL: "Tidigast i {month}. Hittills en svag förbättring.",
                Kind.PLAN: "Ny bedömning i team i {month}.",
            },
        ),
    ),
    Category.COMPENSATION: (
        (
            "Hur bedömer ni förutsättningarna inför nästa period?",
            {
                Kind.ABILITY: "Arbetsförmågan ökar långsamt. {hours} är rimligt under hösten.",
                Kind.PLAN: "{support} fortsätter. Utlåtande skrivs i {month}.",
            },
        ),
        (
            "Är det aktuellt med nytt utlåtande innan perioden går ut?",
            {Kind.PLAN: "Ja, läkartid är bokad i {month}."},
        ),
        (
            "Har det hänt något som gör att ersättningen bör prövas på nytt?",
            {
                Kind.ABILITY: "Klarar {hours} på {place} sedan några veckor.",
                Kind.PLAN: "Vi vill följa arbetsträningen i {weeks} veckor före ett nytt underlag.",
            },
        ),
        (
            "Vill personen ha sin ersättning vilande för studier?",
            {Kind.PLAN: "Frågan är väckt. Studiestart kan bli i {month}."},
        ),
    ),
    Category.PROGNOSIS: (
        (
            "När bedömer ni att arbete på halvtid kan vara möjligt?",
            {Kind.ABILITY: "Troligen i {month}, om ökningen går som planerat."},
        ),
        (
            "Är nedsättningen tillfällig eller väntas den bestå?",
            {
                Kind.ABILITY: "Väntas minska med anpassning och stegvis ökning.",
                Kind.MEDICAL: "Prognosen är god på sikt. Behandlingen behöver fortsätta till {month}.",
            },
        ),
        (
            "Vad skulle kunna påskynda återgången?",
            {Kind.ABILITY: "Fasta tider och en handledare som är lätt att nå."},
        ),
    ),
}

# The clinic asks Försäkringskassan.
TO_FK: dict[str, tuple[Pair, ...]] = {
    Category.PLANNING: (
        (
            "Vem är handläggare nu, och när är nästa kontakt planerad?",
            {Kind.PLAN: "Handläggaren ringer i {month}. Tiden är bokad."},
        ),
        (
            "Vi planerar start av arbetsträning. Behöver ni något från oss innan?",
            {Kind.PLAN: "Skicka planen med start och omfattning, så räcker det."},
        ),
        (
            "Hur går ni vidare efter vårt senaste underlag?",
            {Kind.PLAN: "Underlaget räcker. Uppföljning med den försäkrade i {month}."},
        ),
        (
            "När tar ni ställning till fortsatt planering?",
            {Kind.PLAN: "Senast i {month}. Den försäkrade får brev före beslutet."},
        ),
        ("Kan planeringen ligga fast över sommaren?", {Kind.PLAN: "Ja. Nästa avstämning blir i {month}."}),
    ),
    Category.COMPENSATION: (
        (
            "När väntas beslut på den senaste ansökan?",
            {
                Kind.DECISION: "Beslut väntas inom {weeks} veckor.",
                Kind.PLAN: "Handläggaren hör av sig om något saknas.",
            },
        ),
        (
            "Till vilket datum gäller nuvarande beslut?",
            {Kind.DECISION: "Till slutet av {month}. Ny ansökan bör göras två månader innan."},
        ),
        (
            "Vad gäller om personen vill pröva arbete några timmar i veckan?",
            {
                Kind.DECISION: "Det går att pröva inom ramen för beslutet. Anmäl det före start.",
                Kind.PLAN: "Vi ringer den försäkrade i {month} om upplägget.",
            },
        ),
        (
            "Vad saknades i det utlåtande som låg till grund för avslaget?",
            {Kind.DECISION: "Beskrivning av aktivitetsbegränsningar i vardagen."},
        ),
    ),
    Category.BENEFITS: (
        (
            "Finns det en fastställd SGI, och är den skyddad?",
            {Kind.DECISION: "Ja, den är skyddad så länge planen följs."},
        ),
        (
            "Påverkas ersättningen om studier på kvartsfart påbörjas?",
            {Kind.DECISION: "Det beror på omfattningen. Den försäkrade bör anmäla det före start."},
        ),
        (
            "Kan rehabiliteringspenning bli aktuell under arbetsträningen?",
            {Kind.DECISION: "Ja, om det finns en plan. Ansökan prövas för sig."},
        ),
        (
            "Personen är osäker på vilken ersättning som betalas ut. Vad gäller nu?",
            {
                Kind.DECISION: "Ersättningen betalas ut enligt det senaste beslutet till {month}.",
                Kind.SOCIAL: "Någon annan ersättning från oss finns inte.",
            },
        ),
    ),
    Category.MEETING: (
        (
            "Vi önskar ett avstämningsmöte. Vilka tider passar?",
            {Kind.PLAN: "Förslag: första veckan i {month}. Vi kallar de andra."},
        ),
        (
            "Kan avstämningsmötet hållas digitalt?",
            {Kind.PLAN: "Ja, det går bra. Länk skickas till den försäkrade."},
        ),
        (
            "Är arbetsgivaren inbjuden till avstämningsmötet?",
            {Kind.PLAN: "Ja, om den försäkrade säger ja. Svar väntas i {month}."},
        ),
        (
            "Behövs ett avstämningsmöte innan nästa bedömning?",
            {Kind.PLAN: "Vi ser gärna ett i {month}, trettio minuter räcker."},
        ),
    ),
    Category.RULES: (
        (
            "Hur länge kan arbetsprövning pågå utan att något nytt beslut behövs?",
            {Kind.PLAN: "I regel upp till tre månader, om planen följs upp."},
        ),
        (
            "Vilket underlag behövs vid en deltidsökning?",
            {Kind.PLAN: "Ett intyg med den nya omfattningen och från vilken dag."},
        ),
        (
            "Vad räknas som vanligt förekommande arbete i bedömningen?",
            {Kind.PLAN: "Ett arbete med normala krav på arbetsmarknaden. Vi kan förklara på mötet."},
        ),
        (
            "Behöver personen anmäla studier eller ideellt arbete?",
            {Kind.DECISION: "Ja, alltid före start. Det påverkar inte alltid ersättningen."},
        ),
    ),
}

# The clinic and the others, in both directions; the key is the other unit's kind of party.
TO_OTHERS: dict[str, dict[str, tuple[Pair, ...]]] = {
    "af": {
        Category.PLANNING: (
            (
                "När kan ett planeringssamtal hos er bli av?",
                {Kind.PLAN: "Tid finns i {month}. Vi skickar kallelse."},
            ),
            (
                "Vilket stöd kan ni erbjuda under arbetsträning?",
                {Kind.PLAN: "Arbetsterapeut hos oss kan följa med till platsen."},
            ),
        ),
        Category.RETURN_TO_WORK: (
            (
                "Finns det en praktikplats som går att börja på {hours}?",
                {Kind.EMPLOYMENT: "Ja, på {place}. Start i {month}."},
            ),
        ),
    },
    "social_services": {
        Category.MEASURES: (
            (
                "Vilka insatser pågår hos er?",
                {Kind.PLAN: "Boendestöd en gång i veckan. Plats på {place} från {month}."},
            ),
            ("Kan ni delta i ett gemensamt möte i {month}?", {Kind.PLAN: "Ja, förmiddagar passar bäst."}),
        ),
        Category.BENEFITS: (
            (
                "Är en ny planering för försörjningen på gång?",
                {Kind.SOCIAL: "Ja, nytt samtal är bokat i {month}."},
            ),
        ),
    },
    "employer": {
        Category.RETURN_TO_WORK: (
            (
                "Kan ni erbjuda {hours} i lättare uppgifter från {month}?",
                {
                    Kind.EMPLOYMENT: "Ja, på en annan avdelning till att börja med.",
                    Kind.PLAN: "Avstämning efter {weeks} veckor.",
                },
            ),
            (
                "När är er plan för återgång klar?",
                {Kind.PLAN: "Senast i {month}. Vi vill gärna ha ett kort möte först."},
            ),
            (
                "Vilka anpassningar har ni prövat?",
                {Kind.EMPLOYMENT: "Kortare pass och en handledare. Eget rum kan ordnas."},
            ),
        ),
    },
    "primary_care": {
        Category.PLANNING: (
            (
                "Följer ni upp något som påverkar planen hos oss?",
                {Kind.PLAN: "Fysioterapi till {month}. Inget hinder för arbetsträning."},
            ),
            (
                "Vem är kontaktperson hos er?",
                {Kind.PLAN: "Rehabkoordinatorn på vårdcentralen, telefontid varje dag."},
            ),
        ),
        Category.CERTIFICATE: (
            (
                "Är det ni eller vi som skriver nästa intyg?",
                {Kind.CERTIFICATE: "Ni. Vi har inte skrivit något sedan remissen."},
            ),
        ),
    },
    "private_primary_care": {
        Category.PLANNING: (
            (
                "Pågår någon behandling hos er som vi bör räkna med?",
                {Kind.PLAN: "Smärtskola i grupp till {month}."},
            ),
            ("Kan ni följa upp planen före {month}?", {Kind.PLAN: "Ja, besök är bokat."}),
        ),
    },
}
FROM_OTHERS: dict[str, dict[str, tuple[Pair, ...]]] = {
    "af": {
        Category.RETURN_TO_WORK: (
            (
                "Hur många timmar i veckan är rimligt att börja med?",
                {
                    Kind.ABILITY: "{hours} de första {weeks} veckorna.",
                    Kind.PLAN: "Ökning efter avstämning i {month}.",
                },
            ),
            (
                "Behövs anpassning på praktikplatsen?",
                {Kind.ABILITY: "Lugn miljö och skriftliga instruktioner."},
            ),
        ),
    },
    "social_services": {
        Category.PLANNING: (
            (
                "Hur ser er planering ut inför vårt möte?",
                {Kind.PLAN: "{support} pågår. Arbetsträning prövas i {month}."},
            ),
        ),
    },
    "employer": {
        Category.RETURN_TO_WORK: (
            (
                "Vad ska vi tänka på första veckan?",
                {
                    Kind.ABILITY: "Fasta tider, tydliga uppgifter och korta pauser.",
                    Kind.PLAN: "Kort avstämning på fredagen.",
                },
            ),
        ),
    },
    "primary_care": {
        Category.PLANNING: (
            ("Vad har ni planerat i höst?", {Kind.PLAN: "{support} till {month}, sedan ny bedömning."}),
        ),
    },
    "private_primary_care": {
        Category.PLANNING: (
            (
                "Behöver vi ta hänsyn till något i er plan?",
                {Kind.PLAN: "Tider på förmiddagen krockar med {support}. Eftermiddagar går bra."},
            ),
        ),
    },
}

# The one that is paused in the teaching case: asked while the consent stood.
PAUSED = (Category.COMPENSATION, "Räcker vårt senaste underlag för att ni ska kunna fatta beslut?")
