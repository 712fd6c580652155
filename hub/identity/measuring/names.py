"""Names for invented people, common ones more often, as in an English county. Any likeness is chance."""

from __future__ import annotations

from random import Random


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


# The commonest first; how often a name comes falls with its rank.
_FAMILY = _words(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Robinson Thompson White Edwards "
    "Walker Green Hall Clarke Wood Lewis Khan Harris Roberts Martin Jackson Cooper Hill Ward Turner Moore "
    "O'Neill O'Brien Nguyễn Kowalski Silva Popescu Kaur Begum Ahmed Okafor Mensah Chen Rossi Ferreira Müller "
    "Bullock Gooch Howes Catchpole Thaxter Kett Fiddy Cubitt Barwick Harmer Duffield Sayer Whiting Goodrum "
    "Starling Nudd Riches Beales Youngs Woodrow Claxton Hewitt Eastoe Utting Moy Gaze Tooley Dack Purdy"
)
_FIRST = _words(
    "Ald Ash Bar Beck Brad Bram Carl Chal Cran Dal Dray East El Fair Farn Gar Hal Hart Hol Kel Lang Len Lin "
    "Marl Mel Nor Oak Pem Pres Rad Red Sel Shel Stan Ston Thorn Wal West Whit Wood"
)
_LAST = _words(
    "bourne brook bury by combe cott dale den don field ford gate ham hurst ley low man mere more stead "
    "stock stone ton well wick wood worth"
)
_GIVEN_F = _words(
    "Margaret Mary Joan Jean Dorothy Patricia Sheila Doreen Barbara Joyce Maureen Shirley Brenda Pamela "
    "Eileen Elizabeth Audrey Beryl Sylvia Kathleen Irene Hazel Betty June Ann Marjorie Phyllis Catherine "
    "Christine Susan Janet Rosemary Gillian Ivy Iris Daphne Hilda Freda Olive Violet Edna Winifred Gladys "
    "Florence Susanna Anna Jane Janice Valerie Josephine Siobhán Zofia Amina Fatima Hương Maria Mabel May"
)
_GIVEN_M = _words(
    "John William Peter Ronald Derek Kenneth Dennis Brian George James Robert Raymond Alan Roy Thomas David "
    "Gordon Donald Stanley Leonard Frederick Arthur Albert Ernest Walter Harold Norman Reginald Douglas "
    "Maurice Michael Anthony Geoffrey Trevor Clive Barry Malcolm Sidney Herbert Cyril Bernard Edward Henry "
    "Francis Joseph Charles Richard Stephen Steven Philip Roger Tomasz João Amir Kwame Seán Lucas Ivan"
)
# How somebody else writes the same given name down.
OTHERWISE = {
    "Margaret": _words("Peggy Maggie Meg Margret"),
    "Dorothy": _words("Dot Dorothea Dolly"),
    "Patricia": _words("Pat Tricia"),
    "Elizabeth": _words("Betty Liz Beth Elisabeth"),
    "Catherine": _words("Katherine Kathryn Cath Kate"),
    "Kathleen": _words("Kath Kathy"),
    "Susan": _words("Sue"),
    "Christine": _words("Chris Tina"),
    "Pamela": _words("Pam"),
    "Barbara": _words("Barb Babs"),
    "Joan": _words("Joanie"),
    "Ann": _words("Anne Annie"),
    "Sylvia": _words("Silvia"),
    "Winifred": _words("Win Winnie"),
    "Robert": _words("Bob Rob"),
    "William": _words("Bill Will"),
    "Ronald": _words("Ron"),
    "Kenneth": _words("Ken"),
    "Frederick": _words("Fred Frederic"),
    "Geoffrey": _words("Geoff Jeffrey"),
    "Edward": _words("Ted Eddie"),
    "Richard": _words("Dick Rick"),
    "Charles": _words("Charlie"),
    "James": _words("Jim"),
    "Michael": _words("Mick Mike"),
    "Thomas": _words("Tom"),
    "Anthony": _words("Tony Antony"),
    "Stephen": _words("Steve Steven"),
    "David": _words("Dave"),
    "Stanley": _words("Stan"),
    "Philip": _words("Phil Phillip"),
    "Siobhán": _words("Siobhan"),
    "Seán": _words("Sean Shaun"),
    "João": _words("Joao"),
}
STREETS = tuple(
    f"{first} {last}"
    for last in _words("Road Lane Street Close Avenue Drive Crescent Gardens")
    for first in _words(
        "Mill Church Station School Orchard Heath Chapel Manor Park Norwich Beech Staithe Holman"
    )
)
TOWNS = {
    "Aylsham": "NR11 6",
    "Holt": "NR25 6",
    "Dereham": "NR19 1",
    "Diss": "IP22 4",
    "Fakenham": "NR21 8",
    "Swaffham": "PE37 7",
    "Thetford": "IP24 2",
    "Wymondham": "NR18 0",
    "Norwich": "NR2 3",
    "Hunstanton": "PE36 5",
}


def family(rng: Random) -> str:
    """A family name: half of the people share a few dozen."""
    if rng.random() < 0.45:
        return _common(_FAMILY, rng)
    return rng.choice(_FIRST) + rng.choice(_LAST)


def given(gender: str, rng: Random) -> str:
    """A given name of somebody born between the wars or after."""
    return _common(_GIVEN_F if gender == "F" else _GIVEN_M, rng)


def _common(names: tuple[str, ...], rng: Random) -> str:
    return names[min(int(rng.expovariate(1 / (len(names) / 2.5))), len(names) - 1)]
