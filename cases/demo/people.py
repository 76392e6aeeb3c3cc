"""Invented people on sick leave: names mixed from many lists, and test numbers that can belong to nobody.

Birth numbers 980–999 are set aside by Skatteverket for tests. The birthdays lie on the last days of a
month, so that a case list of other invented people, which knows only days that every month has, never meets
one of these.
"""

from datetime import date, timedelta
from random import Random

from cases.models import Sex

WOMEN = """
    Agnes Aino Aisha Alma Amina Anneli Astrid Beatrice Birgit Camilla Cecilia Daniela Ebba Elin Elina
    Emine Eva-Lena Fadumo Farah Frida Gunilla Hanna Hawa Ida Ingrid Ivana Jenny Jasmina Johanna Kajsa
    Karolina Katarzyna Khadija Lena Lina Linnea Lovisa Magdalena Malin Maria Mariam Matilda Mira Mona
    Nadia Narges Nina Olena Paula Rana Rebecka Ronja Samira Sanna Selma Shirin Siri Sofia Svetlana Tove
    Ulrika Veronica Vilma Wilma Yasmin Ylva Zahra Zeynep Åsa
"""
MEN = """
    Adam Ahmed Albin Ali Anders Andrzej Anton Arvid Bengt Björn Bogdan Daniel David Emil Erik Fabian
    Filip Fredrik Gustav Hamid Hassan Henrik Hugo Ibrahim Isak Ivan Jakob Joakim Johan Jonathan Kalle
    Karim Kevin Leo Linus Lukas Magnus Marcus Martin Mehmet Mikael Mohammed Nils Olle Omar Oskar Patrik
    Peter Rasmus Reza Robin Sami Sebastian Simon Tariq Thomas Tobias Viktor Wilhelm Yusuf Zoran Örjan
"""
SURNAMES = """
    Abdi Ahlgren Ahmadi Alm Asplund Backlund Berggren Björklund Brodin Bylund Cederholm Dahlberg Demir
    Edvall Ekdahl Eklöf Englund Eriksdotter Farah Fjellner Forsman Frisk Granath Grönlund Gunnarsdotter
    Hagström Haddad Hellgren Hosseini Hultin Isberg Ivarsson Jafari Jernberg Kallio Karlberg Kaya Kilman
    Koskinen Kovac Kowalska Lagerkvist Lidman Lindahl Ljungdahl Lundin Mahmoud Malmros Mattila Melin
    Mohamud Myrén Mårtensson Nasser Norell Norling Novak Nyström Oskarsdotter Palmgren Petrovic Pham
    Qvarnström Rahimi Ramberg Rosell Rydman Räsänen Sandell Selander Skoglund Sköld Sundin Svärd Tegner
    Tesfaye Thorell Tran Törnkvist Ulander Vikström Virtanen Wallin Wennberg Westling Yildirim
    Zetterlund Åberg Åkesson Ödman Östberg
"""

FIRST_BIRTHDAY = 29


def names(rng: Random, sexes: list[str]) -> list[str]:
    """A name for each, no two alike."""
    women, men, surnames = WOMEN.split(), MEN.split(), SURNAMES.split()
    taken: set[str] = set()
    out = []
    for sex in sexes:
        while True:
            name = f"{rng.choice(women if sex == Sex.FEMALE else men)} {rng.choice(surnames)}"
            if name not in taken:
                break
        taken.add(name)
        out.append(name)
    return out


def born_at(rng: Random, age: int, on: date) -> date:
    """A birthday, late in a month, of someone who is `age` whole years old on the day."""
    latest = _years_before(on, age)
    while True:
        day = latest - timedelta(days=rng.randrange(0, 365))
        if day.day >= FIRST_BIRTHDAY:
            return day


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def test_number_for(rng: Random, born: date, sex: str, taken: set[str]) -> str:
    """Twelve digits with a birth number 980–999 (even for women) and the right check digit; never the same
    twice.
    """
    odd = 0 if sex == Sex.FEMALE else 1
    while True:
        nine = f"{born:%y%m%d}{980 + 2 * rng.randrange(10) + odd}"
        total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
        digits = f"{born:%Y%m%d}{nine[6:]}{-total % 10}"
        if digits not in taken:
            taken.add(digits)
            return digits
