"""Words that stand before the names of places, and words that are no part of such a name."""

from __future__ import annotations

__all__ = ["NODE_NOUNS", "NO_PLACE", "UNITS"]

from agentopt.reader.families.nouns import words

NODE_NOUNS = words(
    """
    node vertex city town station junction point hub router switch place stop village hut pump site port
    intersection server location warehouse depot plant terminal airport house camp room building zone gate
    crossing substation reservoir tank well relay computer island platform hall bus state stage office
    """
)
"""Nouns before the letter or number of a place."""

NO_PLACE = words(
    """
    a able about above accommodate after again all allow allows along also although always am an and another
    any apart are arc arrow as at away be because been before begin begins being below best both bring brings
    bus but by cable cables can cannot capable capacities capacity carries carry carrying charge charged
    charges cheap cheaper cheapest cheaply choose compute connect connected connecting connection connections
    connects corridor corridors cost costing costs could day days deliver delivered demand determine
    direct direction directions directly distance distances do does done down drive driving duct ducts during
    each edge edges either end ends every everything expense far fast faster fastest fee fees feed feeds few
    find finally finish first fits flight flights flow flows fly for forward from fuel further gal
    gallons get gets
    give given gives go goes going goods handle handles has have have he her highest him his hold holds
    hour hours
    how however i if in into is it its itself journey joins join just kilometer kilometers kilometre
    kilometres km know largest last lead leading leads least leave leaves leaving leg legs length lengths let
    lets lie like limit limited limits line lines link linked linking links liters litres load long longer
    longest lowest made make makes maximal maximise maximize maximum may me means meters metres miles min
    minimal minimise minimize minimum minute minutes money more most move moves much must my need needed
    needs network next no not now of off on once one only onto open or order other our out over own pass
    passes passing path paths per permits pipe pipeline pipelines pipes please possible price prices
    quick quickest reach reached reaches reaching remain remaining require required requires respectively rest
    ride road roads route routed router routes run running runs same second seconds section sections segment
    segments send sending sends sent serves shall she ship shipment shipped shipping ships short shorter
    shortest should sits since single smallest so some start starts still straight
    stretch sum support supports take taken takes taking than that the their them then there these they
    third this those through throughput time times to toll tolls ton tonnes tons took total toward towards
    track tracks traffic train trains transfer transfers transport transported travel travels travelling
    traveling trip trips truck
    trucks tube tunnel tunnels two under unit units until up us use used uses using vehicles via volume
    walk walking want
    wants was water way ways we weight weights were what when where which while who whole will wire wires
    with within without would yes you your it's that's there's what's i'm i'd we'd eur usd euro euros dollar
    dollars cents pounds mbps gbps mb gb mw kw mbit gbit kwh barrels crates pallets cars people persons
    passengers data
    figure figures table below following minimizing maximizing respectively anyone somewhere quickly
    else here head heading arrive arrives arriving back destination source sink origin target too very
    nothing anything something both neither thanks hello hi dear today tomorrow yesterday morning evening
    """
)
"""Words that are no part of the name of a place."""

UNITS = words(
    """
    min mins minute minutes h hr hrs hour hours s sec second seconds day days km kms kilometer kilometers
    kilometre kilometres mile miles mi m meter meters metre metres euro euros eur usd dollar dollars cents ton
    tons tonne tonnes t unit units l litres liters gallons barrels mbps gbps mb gb mw kw cars trucks people
    persons vehicles crates pallets containers trains packets boxes
    """
)
"""Words behind a number that is an amount and no name."""
