"""The words the rule reader knows, as data: grammar, measures, comparisons, cues.

Entries are in lower case. Nouns of a trade (`flour`, `welding`) are in no list: they are known by
their place.
"""

from __future__ import annotations

__all__ = [
    "ALL_WORDS",
    "AMBIGUOUS",
    "AUXILIARIES",
    "AVAILABLE",
    "BEFORE_GOAL",
    "BREAKS",
    "COMPARISONS",
    "CONCEPTS",
    "CONJUNCTIONS",
    "DEMAND",
    "DETERMINERS",
    "ENDS_GOAL",
    "GENERIC",
    "HEADS_OF_TYPE",
    "LARGE",
    "LOWERING",
    "MEASURES",
    "MULTIPLE",
    "NEGATIONS",
    "NUMBERLESS",
    "OTHER_WORDS",
    "PARTS",
    "PREPOSITIONS",
    "PRONOUNS",
    "RAISING",
    "REGRETS",
    "SMALL",
    "SUPERLATIVES",
    "TOGETHER",
    "VERBS",
    "words_of",
]

from agentopt.reader.reading import Relation


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


MULTIPLE: Relation = ">="
"""How "there must be twice as many vans as cars" is meant: nobody who says so minds a van more."""

DETERMINERS = words_of(
    "a an the this that these those each every any some another no its their his her our your my own"
)
PREPOSITIONS = words_of(
    "of in on at by for with from to into onto per as through using via within between among under over "
    "above below during before after about against across without including toward towards upon than "
    "throughout like despite regarding concerning due"
)
CONJUNCTIONS = words_of("and or nor plus &")
PRONOUNS = words_of(
    "i you he she it we they them him us me which who whom whose what that there one's both either "
    "neither each all these those this everyone someone himself herself themselves itself"
)
AUXILIARIES = words_of(
    "is are was were be been being am has have had having do does did can could may might must shall "
    "should will would cannot can't won't doesn't don't isn't aren't mustn't shouldn't not need needs let "
    "let's i'd i'll we'd they'd"
)
OTHER_WORDS = words_of(
    "how many much more most less least fewer fewest only also just exactly approximately roughly "
    "currently respectively however furthermore moreover additionally finally conversely otherwise "
    "instead therefore thus hence then else so too very well long if when while whereas since because "
    "although though but unless until whether where why once twice times time's always never usually "
    "often sometimes still already again at least up out off down away together altogether combined "
    "overall total totally maximum minimum max min available extra additional further addition order even "
    "same different such other others new possible able average averages suppose assume assuming given "
    "consider formulate solve find determine help please etc e.g i.e now today lp linear programming e g "
    "optimal best ahead both either first second third next last every daily weekly monthly yearly "
    "annually hourly per exceed exceeds exceeding available"
)

VERBS = words_of(
    "make produce sell grow build manufacture use require take consume contain provide earn generate give "
    "buy purchase want wish hire employ serve carry transport hold deliver move prepare cook bake brew "
    "invest put place allocate spend pay get eat schedule create assemble extract increase reduce attract "
    "reach clean collect catch emit treat plan decide choose expect involve include go keep maintain meet "
    "satisfy ensure receive yield raise save lose obtain gain bring come become consist operate occupy "
    "occur add accept handle complete feature offer own open close sit stand cause utilize utilise "
    "achieve acquire absorb accommodate advertise aim allow agree apply assign associate attend avoid "
    "base begin believe book burn care charge commit compete complain comprise contribute convert craft "
    "cut decrease demand depend describe desire determine develop distribute divide earn enjoy establish "
    "estimate examine exceed feed fill fit fly follow force gather help improve know know lead learn "
    "leave lend let limit live look love manage maximize minimise maximise minimize measure meal-prep "
    "need net number obey order outsource output pack package perform permit pick plant prefer prescribe "
    "prevent process promise purify read realize receive recommend refuse release rent represent reserve "
    "restrict return ride run satisfy say see seem send set share ship show spray start stay stock stop "
    "store study suggest supply support supplement teach tell think train travel try turn understand "
    "visit wait watch water wear weigh work write cost entertain delight sew knit bottle deliver "
    "introduce implement install deploy bake roast specialize specialise lack construct sow dig harvest "
    "retail boast assemble bear host design paint print publish guarantee incur fetch market harvest mine "
    "refine stitch mix"
)
AMBIGUOUS = words_of(
    "cost order plant supply offer use need work ship store run paint process stock mix feed profit yield "
    "cook train produce harvest mine design drink open close limit demand number pack package water book "
    "share show start market return charge gain raise fit fill cut spray supplement support measure "
    "network pick place plan set play print promise rent stand study visit wait watch wear catch clean "
    "care book bottle model fly lead net own release output care estimate force craft market sale box "
    "ride meal pick stay stop turn try travel treat document exercise coach tutor guard bus truck drone"
)
"""Verbs whose form is as often a noun."""

BREAKS = words_of(
    "while whereas but however although though because since therefore conversely so if unless when "
    "whilst yet where"
)
"""Words that begin a clause."""

TOGETHER = words_of("total combined together altogether overall collectively sum combination totally jointly")
ALL_WORDS = words_of("each both either every all")
PARTS = words_of("of total all number amount entire whole overall")

MEASURES: dict[str, str] = {
    **dict.fromkeys(sorted(words_of(
        "dollar dollars usd euro euros eur pound-sterling gbp cent cents rupee rupees yen yuan bucks"
    )), "money"),
    **dict.fromkeys(sorted(words_of(
        "second seconds minute minutes min mins hour hours hr hrs day days week weeks month months year "
        "years h"
    )), "time"),
    **dict.fromkeys(sorted(words_of(
        "kg kgs kilogram kilograms kilo kilos g gram grams mg milligram milligrams lb lbs pound pounds oz "
        "ounce ounces ton tons tonne tonnes t"
    )), "mass"),
    **dict.fromkeys(sorted(words_of(
        "l liter liters litre litres ml milliliter milliliters millilitres gallon gallons barrel barrels "
        "pint pints quart quarts cup cups"
    )), "volume"),
    **dict.fromkeys(sorted(words_of(
        "acre acres hectare hectares sqft feet foot ft meter meters metre metres yard yards m inch inches "
        "mile miles km kilometer kilometers kilometre kilometres"
    )), "extent"),
    **dict.fromkeys(sorted(words_of(
        "unit units au kwh kw mwh calorie calories kcal iu point points"
    )), "units"),
}  # fmt: skip

GENERIC = words_of(
    "product products item items unit units good goods type types kind kinds option options method "
    "methods piece pieces one ones variety model models version versions vehicle vehicles trip trips "
    "container containers"
)
HEADS_OF_TYPE = words_of(
    "type types kind kinds sort sorts variety varieties style styles model models version versions brand "
    "brands grade grades category categories size sizes flavor flavors flavour flavours method methods "
    "way ways option options product products item items form forms choice choices class classes source "
    "sources product product-lines products experiments techniques technique alternatives"
)

COMPARISONS: dict[str, tuple[Relation, bool]] = {
    "at most": ("<=", False), "at the most": ("<=", False), "no more than": ("<=", False),
    "not more than": ("<=", False), "no greater than": ("<=", False), "not greater than": ("<=", False),
    "no larger than": ("<=", False), "no higher than": ("<=", False), "no longer than": ("<=", False),
    "not longer than": ("<=", False), "not be more than": ("<=", False),
    "not be greater than": ("<=", False), "not be over": ("<=", False), "not be larger than": ("<=", False),
    "not be higher than": ("<=", False), "not be above": ("<=", False), "not exceed": ("<=", False),
    "cannot exceed": ("<=", False), "not exceeding": ("<=", False), "can't exceed": ("<=", False),
    "never exceed": ("<=", False), "without exceeding": ("<=", False), "doesn't exceed": ("<=", False),
    "mustn't exceed": ("<=", False), "shouldn't exceed": ("<=", False), "not go over": ("<=", False),
    "not surpass": ("<=", False), "not reach": ("<=", True), "not to exceed": ("<=", False),
    "not go above": ("<=", False), "no exceed": ("<=", False), "up to": ("<=", False),
    "maximum of": ("<=", False), "maximum": ("<=", False), "max of": ("<=", False), "max": ("<=", False),
    "maximally": ("<=", False), "as much as": ("<=", False), "upper limit of": ("<=", False),
    "limited to": ("<=", False), "limit of": ("<=", False), "capped at": ("<=", False),
    "cap of": ("<=", False), "restricted to": ("<=", False), "limiting": ("<=", False),
    "within": ("<=", False), "ceiling of": ("<=", False), "not use more than": ("<=", False),
    "not have more than": ("<=", False), "can only": ("<=", False), "less than or equal to": ("<=", False),
    "smaller than or equal to": ("<=", False), "less than": ("<=", True), "fewer than": ("<=", True),
    "smaller than": ("<=", True), "lower than": ("<=", True), "below": ("<=", True), "under": ("<=", True),
    "shorter than": ("<=", True), "≤": ("<=", False), "<": ("<=", True), "≥": (">=", False),
    ">": (">=", True), "< =": ("<=", False), "> =": (">=", False), "= <": ("<=", False),
    "= >": (">=", False), "=": ("==", False), "= =": ("==", False), "at least": (">=", False),
    "at the least": (">=", False), "at the very least": (">=", False), "at the minimum": (">=", False),
    "at a minimum": (">=", False), "no less than": (">=", False), "no fewer than": (">=", False),
    "not less than": (">=", False), "not fewer than": (">=", False), "no smaller than": (">=", False),
    "no lower than": (">=", False), "not be less than": (">=", False), "not be fewer than": (">=", False),
    "not be below": (">=", False), "not be under": (">=", False), "not be lower than": (">=", False),
    "not be smaller than": (">=", False), "not fall below": (">=", False), "not go below": (">=", False),
    "not drop below": (">=", False), "not below": (">=", False), "minimum of": (">=", False),
    "minimum": (">=", False), "min of": (">=", False), "minimally": (">=", False),
    "lower limit of": (">=", False), "as little as": (">=", False), "as few as": (">=", False),
    "greater than or equal to": (">=", False), "more than or equal to": (">=", False),
    "larger than or equal to": (">=", False), "no fewer": (">=", False), "more than": (">=", True),
    "greater than": (">=", True), "larger than": (">=", True), "higher than": (">=", True),
    "in excess of": (">=", True), "upwards of": (">=", True), "exceed": (">=", True),
    "exceeds": (">=", True), "exceeding": (">=", True), "over": (">=", True), "above": (">=", True),
    "longer than": (">=", True), "surpass": (">=", True), "outnumber": (">=", True),
    "outnumbers": (">=", True), "exactly": ("==", False), "precisely": ("==", False),
    "equal to": ("==", False), "equals": ("==", False), "equal": ("==", False),
    "the same as": ("==", False),
}  # fmt: skip
"""Words before a number, the relation they state and whether it is strict; the longest that fits counts."""

REGRETS = words_of(
    "complain trouble waste wasted problem fail illegal unacceptable pointless unavailable impossible "
    "forbidden penalty fine unhappy useless unsold angry risky expensive upset"
)
NEGATIONS = words_of("not no never cannot cant neither nor without nobody none unable unwilling")
NUMBERLESS = words_of("exceed exceeds exceeding outnumber outnumbers surpass")

AVAILABLE = words_of(
    "available has have having budget capacity limit limited access stock supply supplies only employed "
    "allocated possesses hand accommodate fit fits had owns own open remaining left can spend maximum "
    "stocks purchases cap allotted allowance ceiling max inventory reserve reserves receives limitation "
    "limits restricted budgeted obtain get set aside permits allows arrive room bought"
)
DEMAND = words_of(
    "need needs needed require requires required requirement requirements must demand demands want wants "
    "wish wishes expect expects order orders ordered contract contracts meet satisfy goal target "
    "necessary quota minimum requiring committed commitment promised minimum should deliver requested "
    "reserved booked preordered agreed agreement owes owe owed counting load "
    "peak fill covers cover asks asked"
)

LARGE = words_of(
    "many much high great large big most highest largest greatest biggest maximum max maximal best utmost"
)
SMALL = words_of(
    "few little low small cheap cheaply least lowest smallest fewest cheapest minimum min minimal cheaply "
    "economically"
)
SUPERLATIVES = words_of(
    "most highest largest greatest biggest maximum max maximal least lowest smallest fewest cheapest "
    "minimum min minimal cheaply"
)
BEFORE_GOAL = words_of(
    "the for total find its with ensure earn make makes get achieve obtain reach gives yields what "
    "at determine give bring brings leave leaves seek want wants possible aim goal"
)
RAISING = words_of("boost boosts increase increases raise raises bring drive push expand grow improve")
LOWERING = words_of(
    "reduce reduces decrease decreases lower lowers bring brings cut cuts keep hold limit trim curb "
    "lessen reducing lowering save"
)
ENDS_GOAL = words_of(
    ". ? ; : , if while given subject without such how what whilst but provided assuming when"
)

CONCEPTS: dict[str, str] = {
    **dict.fromkeys(sorted(words_of(
        "cost costs costing spend spends spending spent budget price priced prices pay pays paid wage "
        "wages bucks expense expenses buy buys buying expense "
        "capital salary salaries bill invest investment investing expenditure "
        "charge charges money fund funds purchase purchasing averages averaging"
    )), "@cost"),
    **dict.fromkeys(sorted(words_of(
        "profit profits revenue revenues earn earns earning earnings return returns income yield yields "
        "sell sells selling sold sale sales margin margins gain fundraise fundraised gains profitable "
        "worth profiting contribution contributes contribute brings interest"
    )), "@gain"),
    **dict.fromkeys(sorted(words_of(
        "carry carries carrying transport transports transported transporting hold holds take takes "
        "deliver delivers delivered delivering move moves moved moving store stores ship ships shipped "
        "shipping capacity fit fits accommodate accommodates accommodated delivery transportation seat "
        "seats"
    )), "@carry"),
    **dict.fromkeys(sorted(words_of(
        "person persons people worker workers employee employees staff labor labour laborer laborers "
        "labourers man men crew operator operators manpower"
    )), "@people"),
    **dict.fromkeys(sorted(words_of(
        "time times minute minutes hour hours day days second seconds duration long"
    )), "@time"),
    **dict.fromkeys(sorted(words_of(
        "pollution pollutants emission emissions emit emits pollute carbon"
    )), "@pollution"),
    **dict.fromkeys(sorted(words_of(
        "space area room footage"
    )), "@space"),
    **dict.fromkeys(sorted(words_of(
        "view views viewer viewers viewership audience exposure exposures reach reaches"
    )), "@audience"),
    **dict.fromkeys(sorted(words_of(
        "teach teaches teaching work works working"
    )), "@work"),
}  # fmt: skip
"""Words of one meaning, so that "a budget of $200" finds the attribute "costs $10"."""
