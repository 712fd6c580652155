"""Names for invented people and streets. Any likeness to a real person is chance."""

from __future__ import annotations


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


FAMILY = _words(
    "Larter Bullock Gooch Howes Mace Catchpole Thaxter Bunn Kett Fiddy Gotts Blyth Cubitt Amis Daniels Pye "
    "Barwick Harmer Lambert Duffield Sayer Tuck Whiting Goodrum Fenn Rudd Starling Buck Nudd Riches Self "
    "Beales Rix Youngs Woodrow Claxton Hewitt Smith Brown Taylor Wilson Clarke Wright Green Walker Hall "
    "Cooper King Baker Carter Patel Kaur Begum Silva Pereira Kowalski Nowak Popescu Okafor Mensah Ahmed "
    "Chen Rossi Schmidt Murphy Campbell Jenkins Bishop Mallett Eastoe Utting Moy Gaze Bacon Tooley Dack Purdy"
)

GIVEN_F = _words(
    "Margaret Jean Patricia Dorothy Joan Sheila Barbara Doreen Brenda Maureen Shirley Joyce Audrey Beryl "
    "Pamela Eileen Hazel Rita Sylvia June Marjorie Phyllis Catherine Elizabeth Rosemary Gillian Ivy Iris "
    "Daphne Hilda Betty Freda Olive Violet Edna Winifred Susan Janet Christine Ann Judith Gloria Amina Zofia"
)

GIVEN_M = _words(
    "John Peter Ronald Derek Dennis Kenneth Brian Roy Raymond Gordon Donald Alan Stanley Leonard Frederick "
    "Arthur George Albert Ernest Walter Harold Norman Reginald Douglas Maurice Robert William James Thomas "
    "Michael David Anthony Geoffrey Trevor Clive Barry Malcolm Sidney Herbert Cyril Tomasz Joao Amir Kwame"
)

# How another agency may have written the same given name.
ALSO_KNOWN_AS = {
    "Margaret": "Peggy",
    "Dorothy": "Dot",
    "Elizabeth": "Betty",
    "Catherine": "Katherine",
    "Patricia": "Pat",
    "Robert": "Bob",
    "William": "Bill",
    "Ronald": "Ron",
    "Kenneth": "Ken",
    "Frederick": "Fred",
    "Geoffrey": "Jeffrey",
    "Jean": "Jeanne",
    "Ann": "Anne",
    "Sylvia": "Silvia",
    "Brian": "Bryan",
    "Alan": "Allan",
    "Phyllis": "Phylis",
    "Susan": "Sue",
    "James": "Jim",
    "Michael": "Mick",
}

# Names that software trips over.
AWKWARD = (
    ("O'Neill", "Siobhán"),
    ("Nguyễn", "Thị Hương"),
    ("Featherstonehaugh-Cholmondeley-Wolstenholme-Beauchamp", "Wilhelmina Georgiana Alexandrina"),
)

STREETS = (
    "Mill Road",
    "Church Lane",
    "Station Road",
    "Norwich Road",
    "Market Street",
    "School Lane",
    "The Street",
    "Back Lane",
    "Orchard Close",
    "Heath Road",
    "Common Lane",
    "Chapel Street",
    "Manor Road",
    "Park Avenue",
    "Holman Close",
    "Blacksmiths Lane",
    "Hungate Street",
    "Old Hall Drive",
    "Pound Lane",
    "White Hart Street",
    "Rectory Road",
    "Gashouse Hill",
    "Burgh Road",
    "Cawston Road",
    "Sapwell Close",
    "Oakfield Road",
    "Beech Avenue",
    "Willow Way",
    "Ferry Road",
    "Staithe Lane",
)
STREET_WORDS = {"Road": "Rd", "Lane": "Ln", "Street": "St", "Close": "Cl", "Avenue": "Ave", "Drive": "Dr"}
