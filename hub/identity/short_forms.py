"""Given names that one person may go by. They lead to a review, never to a join on their own."""

from __future__ import annotations

_GROUPS = """
abigail abbie abby gail
albert bert bertie al
alexander alex sandy alec alistair
alfred alf alfie fred
alice ali
andrew andy drew
anne ann anna annie nan nancy
anthony antony tony ant
arthur art archie
barbara babs barb
benjamin ben benny
bernard bernie
bridget biddy bridie
catherine katherine kathryn catharine kathleen cath cathy kath kathy kate katie kitty kay
charles charlie chas chuck
charlotte lottie charley
christine christina chris chrissie tina
christopher chris kit
constance connie
cynthia cindy
daniel dan danny
david dave davy
deborah debbie deb
derek del
donald don
dorothy dorothea dot dottie dolly dora
edith edie
edna eddie
edward eddie ed ned ted teddy
eleanor ellen nell nellie ella nora
elizabeth liz lizzie beth betty bess bessie eliza elsie libby lisbeth
emily em emmie
ernest ernie
ethel eth
eveline evelyn eve evie
florence flo florrie flossie
frances fran fanny francie
francis frank frankie
frederick fred freddie
geoffrey jeffrey geoff jeff
george georgie
gerald gerry jerry
gertrude gertie trudy
gillian gill jill
gladys glad
gordon gordie
gwendoline gwen gwendolyn
harold harry hal
henry harry hank hal
herbert herb bert
hilda hildy
irene rene renie
isabel isabella isobel bella belle izzy
jacqueline jackie jacqui
james jim jimmy jamie jem
jane janie jenny janet
janet jan
jean jeannie
jennifer jenny jen
jessica jess jessie
joan joanie
john jack johnny jon
jonathan jon johnny
joseph joe joey
josephine jo josie
joyce joy
judith judy jude
kenneth ken kenny
laurence lawrence larry laurie
leonard len lenny leo
leslie les
lilian lillian lily lil
louisa louise lou
lucy lucia lucille
mabel may
margaret maggie peggy meg margie madge daisy greta rita peg
marjorie marge margie
martha mattie patty
mary molly polly may mae moll
matilda tilly
matthew matt
maureen mo
michael mike mick micky
mildred millie
muriel mu
nicholas nick nicky
nora norah
norman norm
olive ollie
pamela pam
patricia pat patsy tricia trish paddy
patrick pat paddy
pauline paula
peter pete
philip phil pip
phyllis phyl
rachel rae
raymond ray
rebecca becky becca
reginald reg reggie
richard dick rich rick ricky
robert bob bobby rob robbie bert
roger rodge
ronald ron ronnie
rosemary rose rosie
rupert bert
ruth ruthie
samuel sam sammy
sandra sandy
sarah sally sadie sara
sidney sydney sid syd
stanley stan
stephen steven steve
susan sue susie suzanne
sylvia syl
terence terry tel
theodore ted teddy theo
thomas tom tommy
timothy tim
valerie val
veronica ronnie vera
victor vic
victoria vicky tory
vincent vince
violet vi
virginia ginny
walter wally walt
wilfred wilf
william bill billy will willie liam
winifred win winnie freda
yvonne evie
"""


def _by_name() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for line in _GROUPS.strip().splitlines():
        names = line.split()
        for name in names:
            groups.setdefault(name, {name}).add(names[0])
    return {name: frozenset(full) for name, full in groups.items()}


# Each name with the full names that it may stand for.
SHORT_FORMS = _by_name()
