"""Words that the readers of classes know: nouns that take an identifier, and words that are no names."""

from __future__ import annotations

__all__ = ["AFTER_NAME", "NO_NAME", "OPENERS", "TYPE_NOUNS", "stem", "words"]

from functools import lru_cache

_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "factories": "factory",
    "wharves": "wharf",
    "shelves": "shelf",
    "knives": "knife",
    "loaves": "loaf",
    "buses": "bus",
    "businesses": "business",
    "hypotheses": "hypothesis",
}
_KEPT = {
    "bus",
    "gas",
    "lens",
    "canvas",
    "atlas",
    "news",
    "series",
    "texas",
    "dallas",
    "kansas",
    "paris",
    "vegas",
}


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word in lower case without the ending of the plural.

    >>> stem("Factories"), stem("boxes"), stem("stores"), stem("glass")
    ('factory', 'box', 'store', 'glass')
    """
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _KEPT or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def words(listed: str) -> frozenset[str]:
    """The words of a list with blanks between them."""
    return frozenset(listed.split())


TYPE_NOUNS = words(
    """
    applicant bank client mall post singer solo song yard delivery kitchen dish book agent airport
    analyst area artist assistant athlete bakery barge base bay bin boat branch brewery builder bus
    campaign campus candidate cargo car carrier case center centre chef clerk client clinic coach city
    community consultant contract contractor cook courier course crew customer dairy dealer dealership
    depot designer destination developer device director district dock doctor driver drone editor
    electrician employee engineer experiment facility factory farm farmer field friend garage gallery
    garden grower gym harbor harbour hall hangar hospital hotel house hub initiative instructor
    investment island item job judge lab laboratory language lawyer lecturer lesson library line load
    location machine manager manufacturer market measure mechanic medic member mill mine mission module
    musician nurse office officer operator opportunity option orchard order outlet package painter paper
    park parcel parish part party patient person pharmacist pharmacy photographer picker pilot place
    plant player plot plumber pool port position post printer producer product program programme
    programmer project proposal quarry reader refinery region reporter researcher resort restaurant
    retailer reviewer rider river road robot role room route runner school scientist section server
    shelter shift shipment ship shop site source spot square stadium stall stand station storehouse
    store street student subject supermarket supplier swimmer task tank teacher team technician tenant
    terminal territory theater theatre tool topic tour town track trainer translator trip truck tutor
    van vehicle vendor venue village volunteer ward warehouse well wholesaler winery worker workshop
    yard zone consumer
    """
)
"""Nouns that a letter or a number may tell apart (`plant A`, `worker 2`)."""

NO_NAME = words(
    """
    lp ilp milp ip usd eur gbp inc ltd corp co llc gmbh monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november
    december i we they it he she you the each every all both either that which who there this these
    those what how if when while where is are be been has have had can could must should would will
    might cannot minimize minimise maximize maximise formulate determine find decide assign ship
    transport choose select please not no than at least most more less per from into with without total
    cost costs profit profits unit units hour hours respectively for of by on as to so whose their its
    his her our my your
    """
)
"""Words that are no part of a name, whatever their capitals."""

OPENERS = words(
    """
    a an another any as assume at because before below besides but by choose consider cost costs
    currently decide delivering demand demands each either every few find following for freight from
    given here how however if in it its let likewise maximize minimize moving no not now of on only
    opening or other our over per please profit profits sending several shipping shipments similarly
    since so some still suppose supplies supply that the their then there these they this those to today
    total transporting two three four five six unit unlike use we what when where which while who with
    would you your finally also first second third next last furthermore moreover additionally meanwhile
    together once within after hauling assigning hiring both none nothing everything all
    """
)
"""Words that begin a sentence with a capital and are no name."""

AFTER_NAME = words(
    """
    has have had can cannot could may must should needs need needed requires require required wants want
    is are was takes take charges charge costs cost holds hold supplies supply produces produce makes
    make sells sell orders order demands demand ships ship earns earn brings bring gets get gives give
    offers offer asks ask keeps keep stocks stock uses use and or but to from in at on for with by
    weighs weigh yields yield returns return scores score pays pay does do receives receive expects
    expect consumes consume buys buy carries carry provides provide delivers deliver stores handles
    handle serves serve spends spend finishes finish completes complete would will
    """
)
"""Verbs and small words that follow a name at the beginning of a sentence."""
