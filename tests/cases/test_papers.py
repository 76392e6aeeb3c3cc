"""The papers of a case: what stands on them, for whom they are drawn, how long they are, and that a validator finds nothing."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from django.utils import timezone

from audit import ledger
from cases import papers
from cases.actions import case as case_verbs
from cases.actions import consent as consent_verbs
from cases.deciding import last_day
from cases.law import CONSENT_KINDS, Act, Ground, grounds_for
from cases.models import Case, ConsentLine
from initiatives.models import Initiative, Participation
from parties.access import acting
from parties.models import Organisation, Party, PartyKind, Role, Unit
from tests.factories import make_case, make_consent, make_disclosure, make_item, make_line, make_member
from tests.reports import pdftext, pdfua

pytestmark = pytest.mark.django_db

NAME = "Kanaria Fågelsångsdotter"
DIGITS, NUMBER = "198507099805", "19850709-9805"


@pytest.fixture
def case(cast) -> Case:
    return make_case(cast.coordinator, name=NAME, number=DIGITS, home_municipality="Fågelvik")


def printed(client, case: Case, *units: Unit, purpose: str = ""):
    return client.post(
        f"/cases/{case.number}/consents/print/", {"units": [u.pk for u in units], "purpose": purpose}
    )


def words(pdf: bytes) -> str:
    """All the text of the paper, running heads and feet with it."""
    return pdftext.words(pdf, top=0, bottom=900)


def number_of_pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


@pytest.fixture
def rows(monkeypatch) -> list[tuple]:
    """What is written in the ledger, as (kind, unit, persons, note): a reading's row lies in a transaction of its own."""
    written: list[tuple] = []
    write = ledger._write

    def noted(alias, kind, by, case, persons, basis, request, note):
        written.append((kind, by and by.unit_id, list(persons), note))
        write(alias, kind, by, case, persons, basis, request, note)

    monkeypatch.setattr(ledger, "_write", noted)
    return written


def in_an_insats(cast, case: Case, *parties: Party) -> Initiative:
    initiative = Initiative.objects.create(
        name="Steget vidare", kind="individual", starts_on="2020-01-01", created_by=cast.project_lead
    )
    owner = cast.coordinator.party
    for party, role in ((owner, "owner"), *((p, "party") for p in parties)):
        Participation.objects.create(
            initiative=initiative,
            party=party,
            name=party.name,
            kind=party.kind,
            role=role,
            from_on="2020-01-01",
        )
    with acting(cast.coordinator):
        Case.objects.filter(pk=case.pk).update(initiative=initiative)
    return initiative


def test_the_form_says_who_what_and_the_lines_of_r16(cast, case, sign_in):
    answer = printed(sign_in(cast.coordinator), case, cast.investigator.unit)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert NAME not in str(answer.headers) and DIGITS not in str(answer.headers)
    text = words(answer.content)
    for said in (
        NAME,
        NUMBER,
        case.number,
        "Mottagningen får skicka detta samtycke till dem jag har kryssat för.",
        "Försäkringskassan får använda uppgifterna när den bedömer min rätt till ersättning. "
        "Jag får se underlaget innan ett beslut går mig emot.",
        "Myndigheter kan enligt lag vara skyldiga att berätta för varandra om en ersättning kan ha blivit fel.",
        "Nej påverkar inte min vård.",
        "Uppgifter om våldsutsatthet, missbruk och brott lämnas aldrig",
        "högst 12 månader",
        "planering under tid med aktivitetsersättning",
    ):
        assert said in text, said
    assert "Fågelvik" not in text


def test_the_boxes_are_those_the_matrix_knows_a_consent_for(cast, case):
    """Each box against the matrix itself, for every kind of other party; no box for violence, misuse and crime."""
    others = [
        m.unit
        for m in (
            cast.investigator, cast.health_centre, cast.private_care, cast.af_officer, cast.soc_officer, cast.employer,
        )
    ]  # fmt: skip
    own = cast.coordinator.unit
    paper = papers.consent_form(case, own, others, "", "2222-2222")
    assert [k.kind for k in paper["kinds"]] == [k.value for k in CONSENT_KINDS]
    assert len(paper["pairs"]) == len(others)
    for other, pair in zip(others, paper["pairs"], strict=True):
        assert [row.out for row in pair] == [True, False]
        for row in pair:
            giver, receiver = (own, other) if row.out else (other, own)
            codes = (PartyKind(giver.party.kind).matrix, PartyKind(receiver.party.kind).matrix)
            for cell in row.cells:
                known = grounds_for(Act.INFORMATION, *codes, cell.kind)
                assert cell.allowed == (Ground.CONSENT in known), (codes, cell.kind)
    employers = paper["pairs"][-1]
    assert not {c.kind for row in employers for c in row.cells if c.allowed} & {
        "medical",
        "certificate",
        "social",
    }


def test_a_direction_the_law_knows_nothing_of_is_not_on_the_form(cast, sign_in):
    """The social services and an employer may give each other nothing: no paper, and a sentence at the field."""
    case = make_case(cast.soc_officer)
    answer = printed(sign_in(cast.soc_officer), case, cast.employer.unit)
    assert answer["Content-Type"].startswith("text/html")
    assert "Det finns inget lagligt sätt att lämna detta mellan dessa parter." in answer.content.decode()


def _long(kind: PartyKind, organisation: str, party: str, unit: str) -> Unit:
    row, _ = Organisation.objects.get_or_create(name=organisation)
    return Unit.objects.create(
        party=Party.objects.create(organisation=row, kind=kind, name=party), name=unit,
        phone="060-555 01 20", phone_hours="vardagar 8.00–10.00 och 13.00–15.00",
    )  # fmt: skip


def test_every_paper_is_clean_and_the_longest_form_is_two_pages(cast, sign_in):
    own = _long(
        PartyKind.PSYCHIATRY, "Region Ekelunda", "Region Ekelunda, vuxenpsykiatri",
        "Vuxenpsykiatriska öppenvårdsmottagningen Ekelunda Norra",
    )  # fmt: skip
    coordinator = make_member("lena", own, Role.COORDINATOR)
    others = [
        _long(PartyKind.FK, "Kassan", "Kassan för försäkring", "Kassans lokala försäkringscenter Ekelunda och Västra Näset"),
        _long(PartyKind.PRIMARY_CARE, "Region Ekelunda", "Region Ekelunda, primärvården", "Hälsocentralen Gamla Slakthuset i Ekelunda tätort"),
        _long(PartyKind.AF, "Förmedlingen", "Förmedlingen", "Förmedlingen Ekelunda, rehabilitering till arbete"),
        _long(PartyKind.SOCIAL_SERVICES, "Ekelunda kommun", "Ekelunda kommun, socialförvaltningen", "Enheten för ekonomiskt bistånd och arbetsmarknad i Ekelunda"),
        _long(PartyKind.EMPLOYER, "Grossisterna", "Ekelunda Livsmedelsgrossister Aktiebolag", "Ekelunda Livsmedelsgrossister Aktiebolag, personalavdelningen"),
    ]  # fmt: skip
    case = make_case(coordinator, name="Anna-Karin Exempelsson Långtnamn Fågelsångsdotter")
    unnamed = make_case(coordinator, number=DIGITS, protected=True)
    files = {
        "longest": printed(sign_in(coordinator), case, *others).content,
        "one": printed(sign_in(coordinator), case, others[0], purpose="sip").content,
        "protected": printed(sign_in(coordinator), unnamed, *others).content,
    }
    initiative = Initiative.objects.create(
        name="En insats med ett långt namn " * 3,
        kind="individual",
        starts_on="2020-01-01",
        created_by=cast.project_lead,
    )
    with acting(coordinator):
        Case.objects.filter(pk=case.pk).update(initiative=initiative)
    files["statistics"] = sign_in(coordinator).post(f"/cases/{case.number}/consents/statistics/").content
    assert pdfua.problems(files) == {}
    assert {name: number_of_pages(pdf) for name, pdf in files.items()} == {
        "longest": 2,
        "one": 2,
        "protected": 2,
        "statistics": 1,
    }
    assert "Samordnad individuell plan (SIP)" in words(files["one"])
    assert "kontakt med min arbetsgivare" not in words(files["one"])


def test_a_sixth_unit_gets_a_form_of_its_own(cast, case, sign_in):
    everyone = (
        cast.investigator, cast.other_fk_unit, cast.health_centre, cast.private_care, cast.af_officer, cast.soc_officer,
    )  # fmt: skip
    six = [m.unit for m in everyone]
    answer = printed(sign_in(cast.coordinator), case, *six)
    assert "En blankett gäller högst fem." in answer.content.decode()
    assert printed(sign_in(cast.coordinator), case, *six[:5])["Content-Type"] == "application/pdf"


def test_only_those_who_concern_the_case_can_be_named(cast, case, sign_in):
    """The insats' parties and employers; another authority's unit neither stands on the page nor gets through."""
    in_an_insats(cast, case, cast.investigator.party)
    left = Participation.objects.create(
        initiative=Initiative.objects.get(), party=cast.af_officer.party, name="AF", kind="af", from_on="2020-01-01",
        to_on=timezone.localdate() - timedelta(days=1),
    )  # fmt: skip
    client = sign_in(cast.coordinator)
    page = client.get(f"/cases/{case.number}/consents/print/").content.decode()
    assert "FK Prov A" in page and "FK Prov B" in page and "Prov Livs" in page
    assert "Socialkontor Prov" not in page and "AF Prov" not in page
    assert printed(client, case, cast.soc_officer.unit)["Content-Type"].startswith("text/html")
    Participation.objects.filter(pk=left.pk).update(to_on=timezone.localdate())
    assert "AF Prov" in client.get(f"/cases/{case.number}/consents/print/").content.decode()


def test_protected_and_without_personal_data_print_the_case_number_alone(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
        anonymous = case_verbs.open_case(
            by=cast.coordinator,
            number=None,
            sex="female",
            home_municipality="Fågelvik",
            opened_on=timezone.localdate(),
        )
    for each, said in ((case, "Skyddade personuppgifter."), (anonymous, "Deltagare utan personuppgifter.")):
        text = words(printed(client, each, cast.investigator.unit).content)
        assert said in text and each.number in text
        assert not any(secret in text for secret in (NAME, NUMBER, DIGITS, "Fågelvik"))


def test_statistics_is_a_paper_of_its_own(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/consents/statistics/"
    assert client.post(address).status_code == 404, "a case outside every insats is counted by none"
    in_an_insats(cast, case, cast.investigator.party)
    text = words(client.post(address).content)
    assert NAME in text and "Jag räknas anonymt." in text and cast.coordinator.party.name in text
    assert client.get(address).status_code == 405
    form = words(printed(client, case, cast.investigator.unit).content)
    assert "anonymt" not in form and "statistik" not in form.lower()
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
    assert client.post(address).status_code == 404


def test_everyone_at_the_door(cast, case, sign_in):
    """The unit's coordinators and clinicians print; its manager sees the case and may not; to others nothing is there."""
    in_an_insats(cast, case, cast.investigator.party)
    for name, member in cast.everyone.items():
        client = sign_in(member)
        expected = {"coordinator": 200, "colleague": 200, "manager": 403}.get(
            name, 302 if member is None else 404
        )
        for ask in (
            lambda c=client: c.get(f"/cases/{case.number}/consents/print/"),
            lambda c=client: printed(c, case, cast.investigator.unit),
            lambda c=client: c.post(f"/cases/{case.number}/consents/statistics/"),
        ):
            answer = ask()
            assert answer.status_code == expected or (
                name in ("ended_member", "stranger") and answer.status_code != 200
            ), (
                name,
                answer.status_code,
            )
            if expected != 200:
                assert b"%PDF" not in answer.content


def test_a_printing_leaves_its_row_with_the_number_on_the_paper(cast, case, sign_in, rows):
    client = sign_in(cast.coordinator)
    answer = printed(client, case, cast.investigator.unit)
    [(unit, persons, note)] = [row[1:] for row in rows if row[0] == "consent.form_printed"]
    assert (unit, persons) == (cast.coordinator.unit_id, [case.person_id])
    assert note in words(answer.content) and note in answer["Content-Disposition"]
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", note)
    rows.clear()
    printed(client, case)
    assert [row[0] for row in rows] == ["case.read"], "a page with an error is no printing"


def test_no_row_no_paper(cast, case, sign_in, monkeypatch):
    client = sign_in(cast.coordinator)
    write = ledger._write

    def broken(alias, kind, *more):
        if kind == "consent.form_printed":
            raise OSError("no ledger")
        write(alias, kind, *more)

    monkeypatch.setattr(ledger, "_write", broken)
    with pytest.raises(OSError, match="no ledger"):
        printed(client, case, cast.investigator.unit)


def given_under_a_consent(cast, case):
    """A consent both ways with FK, and one plan given to FK under it."""
    consent = make_consent(cast.coordinator, case, excluded="Ingenting om min syster")
    for kind in ("existence", "plan", "medical"):
        make_line(consent, cast.coordinator, cast.coordinator, cast.investigator.unit, kind)
    make_line(consent, cast.coordinator, cast.investigator, cast.coordinator.unit, "existence")
    plan = make_item(cast.coordinator, case, heading="Hemlig rubrik", text="Hemlig text")
    make_disclosure(cast.coordinator, case, cast.investigator.unit)
    make_disclosure(cast.coordinator, case, cast.investigator.unit, plan)
    return consent


def test_the_sheet_tells_what_is_shared_with_whom_until_when_and_what_was_given(cast, case, sign_in):
    consent = given_under_a_consent(cast, case)
    client = sign_in(cast.coordinator)
    answer = client.post(f"/cases/{case.number}/shared/")
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    text = words(answer.content)
    until = papers.in_long(last_day(timezone.now() + timedelta(days=30)))
    for said in (
        "Detta delas om dig",
        f"{cast.coordinator.unit.name} får lämna till FK Prov A:",
        "diagnos, behandling och resultat av behandling",
        f"Till och med {until}.",
        "Du har sagt ja till det.",
        "Från Mottagning Norr till FK Prov A",
        "vad som är planerat och gjort för din rehabilitering",
        "Ingenting om min syster",
        "Försäkringskassan får använda uppgifterna när den bedömer din rätt till ersättning.",
        "Så frågar du de andra om deras logg",
        "Du kan ändra dig",
    ):
        assert said in text, said
    assert "Hemlig" not in text, "the sheet tells the kinds, not the words"
    assert "Visas inte längre" not in text
    assert "beslut om din ersättning" not in text, "a kind that nobody said yes to"
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    text = words(client.post(f"/cases/{case.number}/shared/").content)
    assert "Just nu delas ingenting om dig med andra." in text
    assert "Visas inte längre" in text and "får lämna till" not in text


def test_what_stands_on_another_ground_is_told_with_its_ground(cast, case, sign_in):
    make_disclosure(
        cast.coordinator, case, cast.investigator.unit, basis="fk_duty", request=1, decided_by="Läkare",
        until_at=timezone.now() + timedelta(days=90),
    )  # fmt: skip
    text = words(sign_in(cast.coordinator).post(f"/cases/{case.number}/shared/").content)
    assert "FK Prov A ser detta från Mottagning Norr:" in text
    assert "Försäkringskassan frågade, och enligt lag ska frågan besvaras." in text
    assert "Just nu delas ingenting" not in text


def test_the_receipt_tells_what_was_withdrawn_and_what_had_been_given(cast, case, sign_in):
    consent = given_under_a_consent(cast, case)
    client = sign_in(cast.coordinator)
    address = f"/cases/{case.number}/consents/{consent.number}/receipt/"
    assert client.post(address).status_code == 404, "nothing is withdrawn yet"
    page = client.get(f"/cases/{case.number}/consents/{consent.number}/").content.decode()
    assert "Skriv ut kvittot" not in page
    with acting(cast.coordinator):
        line = ConsentLine.objects.get(consent=consent, kind="plan")
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent, lines=[line.pk])
        ended_at = timezone.localtime(ConsentLine.objects.get(pk=line.pk).ended_at)
    page = client.get(f"/cases/{case.number}/consents/{consent.number}/").content.decode()
    assert "Skriv ut kvittot" in page
    text = words(client.post(address).content)
    for said in (
        "Kvitto: du har tagit tillbaka en del av ditt samtycke",
        "Mottagning Norr får inte längre lämna till FK Prov A:",
        f"Det gäller från {papers.in_long(ended_at.date())} klockan {ended_at:%H.%M}.",
        "FK Prov A ser inte längre en uppgift i portalen.",
        "Detta gäller fortfarande",
        "De andra får inte veta varför.",
    ):
        assert said in text, said
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    text = words(client.post(address).content)
    assert "Kvitto: du har tagit tillbaka ditt samtycke" in text and "Detta gäller fortfarande" not in text


def test_the_papers_to_the_person_are_clean_also_when_there_is_little_to_tell(cast, case, sign_in):
    client = sign_in(cast.coordinator)
    files = {"nothing": client.post(f"/cases/{case.number}/shared/").content}
    assert "Ingenting har lämnats ännu." in words(files["nothing"])
    consent = given_under_a_consent(cast, case)
    files["shared"] = client.post(f"/cases/{case.number}/shared/").content
    with acting(cast.coordinator):
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent)
    files["receipt"] = client.post(f"/cases/{case.number}/consents/{consent.number}/receipt/").content
    with acting(cast.coordinator):
        case_verbs.protect(by=cast.coordinator, case=case)
    files["protected"] = client.post(f"/cases/{case.number}/shared/").content
    assert NAME in words(files["shared"]) and NAME not in words(files["protected"])
    assert pdfua.problems(files) == {}


def test_the_persons_papers_are_the_owners_alone_to_print(cast, case, sign_in, rows):
    """FK, to whom the case is given, sees it and may not tell for the clinic (R13); to others it is not there."""
    consent = given_under_a_consent(cast, case)
    with acting(cast.coordinator):
        line = ConsentLine.objects.get(consent=consent, kind="plan")
        consent_verbs.withdraw(by=cast.coordinator, case=case, consent=consent, lines=[line.pk])
    owners = {"coordinator", "colleague", "manager"}
    receivers = {"investigator", "unassigned_officer"}
    for name, member in cast.everyone.items():
        client = sign_in(member)
        for address, given in (
            (f"/cases/{case.number}/shared/", 403),
            (f"/cases/{case.number}/consents/{consent.number}/receipt/", 404),
        ):
            rows.clear()
            answer = client.post(address)
            if name in owners:
                assert answer.status_code == 200, (name, address)
                assert [r[0] for r in rows][-1].endswith("_printed") and rows[-1][2] == [case.person_id]
            elif name in receivers:
                assert answer.status_code == given, (name, address)
            elif member is None or name == "ended_member":
                assert answer.status_code != 200
            else:
                assert answer.status_code == 404, (name, address)
            assert name in owners or b"%PDF" not in answer.content
