"""Norfolk towns and the villages about them: names, coordinates and postcode sectors are facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A town or village; the sector is the postcode without its last two letters."""

    name: str
    sector: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Patch:
    """A town, which comes first, and its villages: one area for a coordinator to plan."""

    town: str
    places: tuple[Place, ...]

    @property
    def sectors(self) -> tuple[str, ...]:
        """Each of them belongs to one patch only."""
        return tuple(sorted({place.sector for place in self.places}))


PATCHES = (
    Patch(
        "Aylsham",
        (
            Place("Aylsham", "NR11 6", 52.796, 1.252),
            Place("Reepham", "NR10 4", 52.763, 1.113),
            Place("Cawston", "NR10 4", 52.769, 1.164),
            Place("Marsham", "NR10 5", 52.769, 1.256),
            Place("Buxton", "NR10 5", 52.757, 1.308),
            Place("Hevingham", "NR10 5", 52.747, 1.254),
            Place("Erpingham", "NR11 7", 52.843, 1.272),
            Place("Ingworth", "NR11 6", 52.822, 1.263),
            Place("Banningham", "NR11 7", 52.820, 1.293),
        ),
    ),
    Patch(
        "North Walsham",
        (
            Place("North Walsham", "NR28 9", 52.821, 1.388),
            Place("Mundesley", "NR11 8", 52.877, 1.432),
            Place("Bacton", "NR12 0", 52.854, 1.464),
            Place("Worstead", "NR28 9", 52.779, 1.410),
            Place("Trunch", "NR28 0", 52.864, 1.394),
            Place("Honing", "NR28 9", 52.802, 1.454),
            Place("Happisburgh", "NR12 0", 52.823, 1.533),
            Place("Knapton", "NR28 0", 52.851, 1.421),
            Place("Swafield", "NR28 0", 52.841, 1.393),
        ),
    ),
    Patch(
        "Cromer",
        (
            Place("Cromer", "NR27 9", 52.931, 1.302),
            Place("Overstrand", "NR27 0", 52.917, 1.342),
            Place("Sidestrand", "NR27 0", 52.904, 1.364),
            Place("Northrepps", "NR27 0", 52.902, 1.338),
            Place("East Runton", "NR27 9", 52.936, 1.273),
        ),
    ),
    Patch(
        "Sheringham",
        (
            Place("Sheringham", "NR26 8", 52.944, 1.211),
            Place("Holt", "NR25 6", 52.906, 1.090),
            Place("Weybourne", "NR25 7", 52.942, 1.139),
            Place("High Kelling", "NR25 6", 52.912, 1.119),
            Place("Beeston Regis", "NR26 8", 52.938, 1.223),
            Place("Upper Sheringham", "NR26 8", 52.931, 1.189),
        ),
    ),
    Patch(
        "Fakenham",
        (
            Place("Fakenham", "NR21 9", 52.831, 0.848),
            Place("Hempton", "NR21 7", 52.823, 0.838),
            Place("Sculthorpe", "NR21 9", 52.842, 0.809),
            Place("Great Ryburgh", "NR21 0", 52.808, 0.909),
            Place("Little Walsingham", "NR22 6", 52.894, 0.874),
            Place("Pensthorpe", "NR21 8", 52.824, 0.890),
        ),
    ),
    Patch(
        "Dereham",
        (
            Place("Dereham", "NR19 1", 52.681, 0.940),
            Place("Toftwood", "NR19 1", 52.665, 0.945),
            Place("North Elmham", "NR20 5", 52.747, 0.942),
            Place("Swanton Morley", "NR20 4", 52.713, 0.984),
            Place("Yaxham", "NR19 1", 52.656, 0.965),
            Place("Shipdham", "IP25 7", 52.626, 0.893),
            Place("Mattishall", "NR20 3", 52.659, 1.034),
            Place("Gressenhall", "NR19 2", 52.705, 0.893),
            Place("Beetley", "NR20 4", 52.718, 0.918),
        ),
    ),
    Patch(
        "Swaffham",
        (
            Place("Swaffham", "PE37 7", 52.648, 0.688),
            Place("Necton", "PE37 8", 52.651, 0.771),
            Place("Sporle", "PE32 2", 52.668, 0.739),
            Place("Cockley Cley", "PE37 8", 52.604, 0.651),
            Place("Great Cressingham", "IP25 6", 52.582, 0.729),
            Place("Castle Acre", "PE32 2", 52.703, 0.689),
            Place("Narborough", "PE32 1", 52.680, 0.594),
        ),
    ),
    Patch(
        "Thetford",
        (
            Place("Thetford", "IP24 2", 52.413, 0.748),
            Place("Croxton", "IP24 1", 52.446, 0.755),
            Place("Kilverstone", "IP24 2", 52.424, 0.783),
        ),
    ),
    Patch(
        "Attleborough",
        (
            Place("Attleborough", "NR17 2", 52.518, 1.019),
            Place("Old Buckenham", "NR17 1", 52.485, 1.041),
            Place("Great Ellingham", "NR17 1", 52.531, 0.979),
            Place("Besthorpe", "NR17 2", 52.520, 1.041),
            Place("Rocklands", "NR17 1", 52.519, 0.937),
            Place("Morley St Botolph", "NR18 9", 52.555, 1.050),
        ),
    ),
    Patch(
        "Wymondham",
        (
            Place("Wymondham", "NR18 0", 52.570, 1.114),
            Place("Hethersett", "NR9 3", 52.597, 1.183),
            Place("Hingham", "NR9 4", 52.579, 0.984),
            Place("Barford", "NR9 4", 52.622, 1.132),
            Place("Little Melton", "NR9 3", 52.608, 1.196),
        ),
    ),
    Patch(
        "Diss",
        (
            Place("Diss", "IP22 4", 52.377, 1.108),
            Place("Roydon", "IP22 5", 52.380, 1.078),
            Place("Scole", "IP21 4", 52.367, 1.158),
            Place("Dickleburgh", "IP21 4", 52.396, 1.187),
            Place("Bressingham", "IP22 2", 52.389, 1.056),
            Place("Winfarthing", "IP22 2", 52.421, 1.102),
            Place("Shelfanger", "IP22 2", 52.408, 1.100),
            Place("Burston", "IP22 5", 52.404, 1.140),
            Place("Tivetshall St Mary", "NR15 2", 52.426, 1.184),
        ),
    ),
    Patch(
        "Loddon",
        (
            Place("Loddon", "NR14 6", 52.534, 1.483),
            Place("Chedgrave", "NR14 6", 52.538, 1.487),
            Place("Hales", "NR14 6", 52.519, 1.513),
            Place("Thurlton", "NR14 6", 52.523, 1.566),
            Place("Ditchingham", "NR35 2", 52.470, 1.443),
            Place("Earsham", "NR35 2", 52.452, 1.421),
            Place("Haddiscoe", "NR14 6", 52.514, 1.593),
            Place("Seething", "NR14 6", 52.533, 1.433),
        ),
    ),
    Patch(
        "Acle",
        (
            Place("Acle", "NR13 3", 52.637, 1.547),
            Place("Blofield", "NR13 4", 52.637, 1.447),
            Place("Lingwood", "NR13 4", 52.617, 1.490),
            Place("Brundall", "NR13 5", 52.624, 1.430),
            Place("Reedham", "NR13 3", 52.562, 1.563),
            Place("South Walsham", "NR13 6", 52.664, 1.495),
            Place("Upton", "NR13 6", 52.654, 1.531),
            Place("Freethorpe", "NR13 3", 52.590, 1.541),
            Place("Halvergate", "NR13 3", 52.604, 1.579),
        ),
    ),
    Patch(
        "Great Yarmouth",
        (
            Place("Great Yarmouth", "NR30 2", 52.608, 1.728),
            Place("Caister-on-Sea", "NR30 5", 52.650, 1.730),
            Place("Hemsby", "NR29 4", 52.696, 1.692),
            Place("Ormesby St Margaret", "NR29 3", 52.674, 1.695),
            Place("Filby", "NR29 3", 52.665, 1.644),
            Place("Fleggburgh", "NR29 3", 52.664, 1.611),
        ),
    ),
    Patch(
        "Gorleston",
        (
            Place("Gorleston-on-Sea", "NR31 7", 52.576, 1.722),
            Place("Bradwell", "NR31 8", 52.574, 1.695),
            Place("Belton", "NR31 9", 52.570, 1.661),
            Place("Hopton-on-Sea", "NR31 9", 52.540, 1.732),
            Place("Burgh Castle", "NR31 9", 52.583, 1.656),
            Place("Cobholm", "NR31 0", 52.607, 1.715),
        ),
    ),
    Patch(
        "Hoveton",
        (
            Place("Hoveton", "NR12 8", 52.713, 1.411),
            Place("Wroxham", "NR12 8", 52.705, 1.407),
            Place("Stalham", "NR12 9", 52.771, 1.517),
            Place("Horning", "NR12 8", 52.702, 1.465),
            Place("Ludham", "NR29 5", 52.709, 1.534),
            Place("Neatishead", "NR12 8", 52.735, 1.461),
        ),
    ),
    Patch(
        "King's Lynn",
        (
            Place("King's Lynn", "PE30 1", 52.754, 0.396),
            Place("South Wootton", "PE30 3", 52.779, 0.431),
            Place("North Wootton", "PE30 3", 52.789, 0.432),
            Place("Gaywood", "PE30 4", 52.757, 0.424),
            Place("West Winch", "PE33 0", 52.716, 0.408),
            Place("Terrington St Clement", "PE34 4", 52.756, 0.300),
            Place("Clenchwarton", "PE34 4", 52.757, 0.353),
        ),
    ),
    Patch(
        "Downham Market",
        (
            Place("Downham Market", "PE38 9", 52.603, 0.376),
            Place("Denver", "PE38 0", 52.589, 0.379),
            Place("Southery", "PE38 0", 52.528, 0.391),
            Place("Stoke Ferry", "PE33 9", 52.571, 0.515),
            Place("Wereham", "PE33 9", 52.582, 0.484),
            Place("Hilgay", "PE38 0", 52.559, 0.392),
            Place("Fincham", "PE33 9", 52.633, 0.494),
            Place("Outwell", "PE14 8", 52.609, 0.234),
        ),
    ),
    Patch(
        "Hunstanton",
        (
            Place("Hunstanton", "PE36 5", 52.939, 0.490),
            Place("Heacham", "PE31 7", 52.908, 0.493),
            Place("Dersingham", "PE31 6", 52.844, 0.504),
            Place("Snettisham", "PE31 7", 52.875, 0.503),
            Place("Ringstead", "PE36 5", 52.934, 0.542),
        ),
    ),
    Patch(
        "Sprowston",
        (
            Place("Sprowston", "NR7 8", 52.650, 1.326),
            Place("Thorpe St Andrew", "NR7 0", 52.630, 1.345),
            Place("Old Catton", "NR6 7", 52.661, 1.302),
            Place("Thorpe Hamlet", "NR1 4", 52.633, 1.318),
            Place("Spixworth", "NR10 3", 52.687, 1.319),
        ),
    ),
    Patch(
        "Drayton",
        (
            Place("Drayton", "NR8 6", 52.675, 1.222),
            Place("Taverham", "NR8 6", 52.683, 1.206),
            Place("Hellesdon", "NR6 5", 52.650, 1.248),
            Place("Costessey", "NR8 5", 52.660, 1.215),
            Place("Mile Cross", "NR3 2", 52.646, 1.279),
        ),
    ),
)
