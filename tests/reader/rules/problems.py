"""Problems in many people's words, each with what it means; `a`, `b`, … are the decisions in order."""

from __future__ import annotations

__all__ = ["PROBLEMS"]

PROBLEMS: dict[str, tuple[str, str]] = {
    "workshop": (
        "A workshop makes desks and chairs. A desk takes 4 hours of carpentry and 2 hours of "
        "painting, a chair 3 hours of carpentry and 1 hour of painting. There are 240 hours of "
        "carpentry and 100 hours of painting a week. A desk earns $70 and a chair $50. How many of "
        "each should it make to earn the most profit?",
        "max 70a+50b; 4a+3b<=240; 2a+b<=100",
    ),
    "bakery": (
        "Our bakery bakes rye bread, wheat bread and rolls. A rye bread needs 500 g of flour and 40 "
        "minutes of oven time, a wheat bread needs 400 g of flour and 30 minutes of oven time, and a "
        "roll needs 60 g of flour and 5 minutes of oven time. We have 50000 g of flour and 3000 "
        "minutes of oven time. Profit is $2 per rye bread, $1.5 per wheat bread and $0.3 per roll. "
        "Maximize profit.",
        "max 2a+1.5b+0.3c; 500a+400b+60c<=50000; 40a+30b+5c<=3000",
    ),
    "diet": (
        "I want the cheapest lunch of beans and rice. A cup of beans costs $0.8 and has 15 g of "
        "protein and 200 calories; a cup of rice costs $0.5 and has 4 g of protein and 240 calories. "
        "I need at least 40 g of protein and at least 700 calories.",
        "min 0.8a+0.5b; 15a+4b>=40; 200a+240b>=700",
    ),
    "vans": (
        "We move 300 guests with vans and buses. A van carries 8 guests and costs $90, a bus carries "
        "40 guests and costs $350. At least 300 guests must be carried and we can hire at most 6 "
        "buses. Minimize the cost.",
        "min 90a+350b; 8a+40b>=300; b<=6",
    ),
    "fields": (
        "A farmer has 80 acres for corn and oats. An acre of corn brings $300 and needs 10 hours of "
        "work; an acre of oats brings $200 and needs 4 hours of work. 600 hours of work are "
        "available. How many acres of each crop maximize revenue?",
        "max 300a+200b; 10a+4b<=600; a+b<=80",
    ),
    "respectively": (
        "A factory produces lamps and clocks. Lamps and clocks sell for $30 and $45 respectively, "
        "and take 2 and 5 minutes of assembly respectively. At most 600 minutes of assembly are "
        "available. No more than 100 clocks can be sold. Maximize revenue.",
        "max 30a+45b; 2a+5b<=600; b<=100",
    ),
    "twice": (
        "A shop sells red candles and blue candles. A red candle earns $3, a blue candle $4. It can "
        "make at most 120 candles in total and must make at least twice as many red candles as blue "
        "candles. Maximize profit.",
        "max 3a+4b; a+b<=120; a>=2b",
    ),
    "percent": (
        "A radio station airs news and music. Each hour of news costs $200 and draws 900 listeners, "
        "each hour of music costs $80 and draws 500 listeners. At least 30% of all hours must be "
        "news. The budget is $5000. Maximize the number of listeners.",
        "max 900a+500b; a>=0.3(a+b); 200a+80b<=5000",
    ),
    "difference": (
        "A school buys tablets and laptops. A tablet costs $200 and a laptop costs $600. It needs at "
        "least 10 more tablets than laptops and at least 15 laptops. Minimize the total cost.",
        "min 200a+600b; a>=b+10; b>=15",
    ),
    "each": (
        "A florist makes roses bouquets and tulip bouquets. A rose bouquet takes 12 stems and sells "
        "for $25; a tulip bouquet takes 10 stems and sells for $18. There are 600 stems. At least 5 "
        "of each must be made. Maximize revenue.",
        "max 25a+18b; 12a+10b<=600; a>=5; b>=5",
    ),
    "not more": (
        "A gym buys treadmills and bikes. A treadmill costs $2000 and serves 10 members; a bike "
        "costs $500 and serves 6 members. The gym cannot spend more than $20000. The number of "
        "treadmills must not exceed the number of bikes. Maximize the number of members served.",
        "max 10a+6b; 2000a+500b<=20000; a<=b",
    ),
    "ranges": (
        "A dairy sells butter and cheese. A kg of butter earns $3 and a kg of cheese earns $5. It "
        "can make between 20 and 80 kg of butter and at most 60 kg of cheese. A kg of butter takes "
        "20 minutes and a kg of cheese takes 30 minutes. 2400 minutes are available. Maximize profit.",
        "max 3a+5b; a>=20; a<=80; b<=60; 20a+30b<=2400",
    ),
    "elliptic": (
        "A potter throws mugs and vases. A mug takes 20 minutes to throw while a vase takes 45. A "
        "mug needs 300 g of clay, a vase 900 g. He has 40000 g of clay and 2400 minutes. Mugs bring "
        "$12 each and vases $30. Maximize income.",
        "max 12a+30b; 300a+900b<=40000; 20a+45b<=2400",
    ),
    "fraction": (
        "A printer prints posters and flyers. A poster earns $4 and a flyer earns $1. At most a "
        "third of all prints can be posters. The press can print at most 900 prints in total. "
        "Maximize profit.",
        "max 4a+b; a<=1/3(a+b); a+b<=900",
    ),
    "count": (
        "A council can buy small bins and large bins. A small bin holds 60 litres, a large bin holds "
        "240 litres. At least 6000 litres must be held and at least 10 small bins are needed. "
        "Minimize the total number of bins.",
        "min a+b; 60a+240b>=6000; a>=10",
    ),
    "passive": (
        "Soap and shampoo are made in a small plant. For one litre of soap 3 units of oil are used, "
        "for one litre of shampoo 5 units of oil are used. 400 units of oil are in stock. Every "
        "litre of soap earns $2 and every litre of shampoo earns $4. Maximize the profit.",
        "max 2a+4b; 3a+5b<=400",
    ),
    "imperative": (
        "Maximize profit. Products: tables and stools. Each table gives $80 profit, each stool gives "
        "$25. Wood: 20 feet per table, 6 feet per stool, 1000 feet available.",
        "max 80a+25b; 20a+6b<=1000",
    ),
    "three ads": (
        "A startup advertises by radio, newspaper and web. A radio ad costs $400 and reaches 3000 "
        "people, a newspaper ad costs $300 and reaches 2000 people, a web ad costs $100 and reaches "
        "1000 people. The budget is $10000. At most 10 radio ads can be run. How many ads of each "
        "kind maximize the people reached?",
        "max 3000a+2000b+1000c; 400a+300b+100c<=10000; a<=10",
    ),
    "staff": (
        "A clinic hires nurses and aides. A nurse costs $400 per shift and treats 12 patients; an "
        "aide costs $220 per shift and treats 5 patients. At least 200 patients need to be treated, "
        "and at least 4 nurses must be hired. Minimize the wage cost.",
        "min 400a+220b; 12a+5b>=200; a>=4",
    ),
    "less than": (
        "A smith forges knives and axes. Knives take 2 hours each and axes take 5 hours each; fewer "
        "than 100 hours are available. A knife earns $40, an axe earns $90. Maximize profit.",
        "max 40a+90b; 2a+5b<100",
    ),
    "invest": (
        "I want to invest $50000 in bonds and stocks. Bonds return 4% and stocks return 9%. At most "
        "$20000 can go into stocks. Maximize the return.",
        "max 4%a+9%b; b<=20000; a+b<=50000",
    ),
    "for every": (
        "A camp hires guides and cooks. A guide costs $100, a cook costs $90. For every cook there "
        "must be at least 3 guides. At least 40 people must be hired in total. Minimize cost.",
        "min 100a+90b; a>=3b; a+b>=40",
    ),
    "exact": (
        "A mill blends wheat and barley. A ton of wheat costs $200, a ton of barley costs $150. "
        "Exactly 100 tons must be blended in total and at least 60% of the blend must be wheat. "
        "Minimize the cost.",
        "min 200a+150b; a+b==100; a>=0.6(a+b)",
    ),
    "names with numbers": (
        "A lab uses method 1 and method 2. Method 1 yields 20 units of dye and takes 3 hours; method "
        "2 yields 35 units of dye and takes 5 hours. 60 hours are available. Maximize the dye "
        "produced.",
        "max 20a+35b; 3a+5b<=60",
    ),
    "letters": (
        "Plant A and plant B make cement. Plant A makes 50 tons a day and costs $900 a day; plant B "
        "makes 80 tons a day and costs $1500 a day. At least 1000 tons are needed. How many days "
        "should each plant run to minimize the cost?",
        "min 900a+1500b; 50a+80b>=1000",
    ),
    "net": (
        "A tailor makes shirts and coats. A shirt sells for $40 and costs $15 of cloth; a coat sells "
        "for $120 and costs $50 of cloth. A shirt takes 2 hours, a coat takes 7 hours, and 140 hours "
        "are available. Maximize net profit.",
        "max 40a-15a+120b-50b; 2a+7b<=140",
    ),
    "or more": (
        "A zoo feeds hay and pellets. A bag of hay has 20 units of fiber and costs $6, a bag of "
        "pellets has 12 units of fiber and costs $9. 500 units of fiber or more are needed. 10 bags "
        "of pellets or more must be used. Minimize cost.",
        "min 6a+9b; 20a+12b>=500; b>=10",
    ),
    "maximum after": (
        "A studio records albums and singles. An album takes 60 hours and earns $5000; a single "
        "takes 12 hours and earns $900. Studio time: 600 hours maximum. Maximize earnings.",
        "max 5000a+900b; 60a+12b<=600",
    ),
    "both": (
        "A plant assembles routers and switches. Both need 2 hours of testing. A router needs 3 "
        "hours of assembly and a switch needs 4 hours of assembly. 200 hours of testing and 300 "
        "hours of assembly are available. A router earns $50 and a switch earns $65. Maximize profit.",
        "max 50a+65b; 2a+2b<=200; 3a+4b<=300",
    ),
    "as possible": (
        "A carrier uses trucks and trains. A truck moves 20 tons and costs $500; a train moves 300 "
        "tons and costs $4000. At least 2000 tons have to be moved and at least 10 trucks must be "
        "used. How many of each should it use so that the cost is as low as possible?",
        "min 500a+4000b; 20a+300b>=2000; a>=10",
    ),
    "lowest": (
        "A caterer offers pasta and salad. A tray of pasta costs $12 and feeds 10 guests, a tray of "
        "salad costs $8 and feeds 6 guests. 120 guests have to be fed. At most 8 trays of pasta can "
        "be made. What is the lowest cost?",
        "min 12a+8b; 10a+6b>=120; a<=8",
    ),
    "bullets": (
        "Two products: jam and honey.\n- jam: profit $3, 2 jars of fruit\n- honey: profit $5, 4 jars "
        "of fruit\n200 jars of fruit are available. Maximize profit.",
        "max 3a+5b; 2a+4b<=200",
    ),
    "semicolons": (
        "Kites and drones are built by a club; a kite takes 2 hours, a drone takes 9 hours; the club "
        "has 90 hours; a kite sells for $15, a drone sells for $80; at most 8 drones can be sold; "
        "maximize sales.",
        "max 15a+80b; 2a+9b<=90; b<=8",
    ),
    "money words": (
        "A theatre sells balcony seats and stalls seats. A balcony seat brings 20 dollars and a "
        "stalls seat brings 35 dollars. There is room for at most 400 seats in total, and at least "
        "100 balcony seats must be sold. Maximize the revenue.",
        "max 20a+35b; a+b<=400; a>=100",
    ),
    "half": (
        "A brewer brews ale and stout. A barrel of ale earns $90 and a barrel of stout earns $120. "
        "At least half of all barrels must be ale. At most 60 barrels can be brewed. Maximize profit.",
        "max 90a+120b; a>=1/2(a+b); a+b<=60",
    ),
    "units of": (
        "A vitamin mix is made of pills and powders. One pill contains 3 units of zinc and 5 units "
        "of iron. One powder contains 6 units of zinc and 2 units of iron. The mix needs at least 60 "
        "units of zinc and at least 50 units of iron. A pill costs $0.2 and a powder costs $0.3. "
        "Minimize the cost.",
        "min 0.2a+0.3b; 3a+6b>=60; 5a+2b>=50",
    ),
    "question first": (
        "How many scarves and hats should Ana knit to maximize her profit? A scarf takes 3 hours and "
        "2 balls of wool, a hat takes 2 hours and 1 ball of wool. She has 60 hours and 35 balls of "
        "wool. A scarf earns $20 and a hat earns $12.",
        "max 20a+12b; 3a+2b<=60; 2a+b<=35",
    ),
    "symbols": (
        "Make apples pies and plum pies. Apple pie: $5 profit, 20 minutes. Plum pie: $6 profit, 30 "
        "minutes. Minutes <= 900. Maximize profit.",
        "max 5a+6b; 20a+30b<=900",
    ),
    "combined": (
        "A garage services cars and vans. A car takes 2 hours and earns $80; a van takes 3 hours and "
        "earns $130. 120 hours are available. Cars and vans combined must be at least 30. Maximize "
        "earnings.",
        "max 80a+130b; 2a+3b<=120; a+b>=30",
    ),
    "no less than": (
        "A nursery grows firs and pines. A fir needs 3 square feet and earns $7. A pine needs 4 "
        "square feet and earns $8. The nursery has 4000 square feet. No less than 200 firs and no "
        "more than 600 pines should be grown. Maximize profit.",
        "max 7a+8b; 3a+4b<=4000; a>=200; b<=600",
    ),
    "four products": (
        "A plant makes bolts, nuts, screws and nails. A box of bolts takes 5 minutes, a box of nuts "
        "4 minutes, a box of screws 6 minutes and a box of nails 2 minutes. The profits per box are "
        "$9, $7, $10 and $3, respectively. There are 2400 minutes. At least 50 boxes of nails must "
        "be made. Maximize profit.",
        "max 9a+7b+10c+3d; 5a+4b+6c+2d<=2400; d>=50",
    ),
    "shared head": (
        "A phone maker makes basic and smart phones. A basic phone takes 2 hours and a smart phone "
        "takes 5 hours. 500 hours are available. The profit on a basic phone is $30 and on a smart "
        "phone it is $90. At most 60 smart phones can be sold. Maximize profit.",
        "max 30a+90b; 2a+5b<=500; b<=60",
    ),
    "reason": (
        "A ferry takes cars and trucks. A car takes up 5 meters and pays $30; a truck takes up 12 "
        "meters and pays $80. The deck has 240 meters. Since trucks are heavy, at most 10 trucks can "
        "be taken. Maximize income.",
        "max 30a+80b; 5a+12b<=240; b<=10",
    ),
    "must be": (
        "A shop needs signs and banners. A sign costs $20 and a banner costs $50. The number of "
        "signs must be at least 15 and the number of banners must be at least 6. The number of signs "
        "has to be at least three times the number of banners. Minimize the cost.",
        "min 20a+50b; a>=15; b>=6; a>=3b",
    ),
    "one type": (
        "A chef prepares soups and stews. A soup uses 2 carrots and 1 onion, and a stew uses 3 "
        "carrots and 4 onions. There are 90 carrots and 80 onions. A soup sells for $6 and a stew "
        "for $11. Maximize sales.",
        "max 6a+11b; 2a+3b<=90; a+4b<=80",
    ),
    "storage": (
        "A warehouse stores crates and pallets. A crate takes 2 cubic meters and weighs 50 kg; a "
        "pallet takes 3 cubic meters and weighs 120 kg. Space is limited to 300 cubic meters and the "
        "total weight must be below 9000 kg. Storing a crate pays $4 and storing a pallet pays $7. "
        "Maximize the pay.",
        "max 4a+7b; 2a+3b<=300; 50a+120b<9000",
    ),
    "spelled": (
        "A toymaker makes puppets and trains. A puppet takes two hours and a train takes three "
        "hours. He has forty hours. He must make at least five trains. A puppet earns ten dollars "
        "and a train earns eighteen dollars. Maximize profit.",
        "max 10a+18b; 2a+3b<=40; b>=5",
    ),
    "water": (
        "A town cleans water with filter X and filter Y. Filter X cleans 40 litres a minute and uses "
        "3 kWh. Filter Y cleans 70 litres a minute and uses 5 kWh. At most 150 kWh can be used. How "
        "many of each filter should be installed to maximize the litres cleaned?",
        "max 40a+70b; 3a+5b<=150",
    ),
    "first person": (
        "I sell lemonade and iced tea. Each lemonade brings me $1.50 and each iced tea brings me $2. "
        "A lemonade needs 2 lemons, an iced tea needs 1 lemon. I have 80 lemons. I want to sell at "
        "least 10 lemonades and at most 40 iced teas. Maximize my profit.",
        "max 1.5a+2b; 2a+b<=80; a>=10; b<=40",
    ),
    "equal": (
        "A band sells shirts and posters. A shirt earns $12, a poster earns $5. It must sell as many "
        "shirts as posters or more. At most 300 items can be carried. Maximize profit.",
        "max 12a+5b; a>=b; a+b<=300",
    ),
    "outnumber": (
        "A park plants oaks and maples. An oak costs $60 and a maple costs $40. Maples must "
        "outnumber oaks. At least 30 oaks must be planted. Minimize cost.",
        "min 60a+40b; b>a; a>=30",
    ),
    "hours each": (
        "Two machines are used for gears and shafts. A gear needs 2 hours on the lathe and 1 hour on "
        "the mill; a shaft needs 1 hour on the lathe and 3 hours on the mill. The lathe runs at most "
        "40 hours and the mill at most 45 hours. A gear earns $10, a shaft $12. Maximize profit.",
        "max 10a+12b; 2a+b<=40; a+3b<=45",
    ),
    "per": (
        "The profit per sofa is $200 and the profit per armchair is $120. Each sofa requires 8 yards "
        "of fabric and each armchair requires 5 yards of fabric. Only 400 yards of fabric are "
        "available. How many sofas and armchairs should be made to maximize the profit?",
        "max 200a+120b; 8a+5b<=400",
    ),
    "coffee": (
        "A roaster sells house blend and dark blend. A bag of house blend uses 300 g of beans and "
        "earns $4. A bag of dark blend uses 350 g of beans and earns $5. 70000 g of beans are on "
        "hand. Dark blend must make up no more than 40% of the bags. Maximize profit.",
        "max 4a+5b; 300a+350b<=70000; b<=0.4(a+b)",
    ),
    "cleaning": (
        "A company cleans offices and houses. Cleaning an office takes 4 hours and earns $150. "
        "Cleaning a house takes 3 hours and earns $100. There are 160 hours available. At least 8 "
        "houses have to be cleaned. Maximize earnings.",
        "max 150a+100b; 4a+3b<=160; b>=8",
    ),
    "pesticide": (
        "Spray P and spray Q protect an orchard. Spray P costs $12 a can and treats 30 trees. Spray "
        "Q costs $15 a can and treats 40 trees. All 1200 trees must be treated. At most 20 cans of "
        "spray Q are in stock. Minimize the cost.",
        "min 12a+15b; 30a+40b>=1200; b<=20",
    ),
    "power": (
        "Solar panels and wind turbines power a village. A solar panel gives 2 MWh and costs $900. A "
        "wind turbine gives 25 MWh and costs $9000. The village requires 500 MWh. Solar panels must "
        "give way: no more than 100 solar panels fit. Minimize the cost.",
        "min 900a+9000b; 2a+25b>=500; a<=100",
    ),
    "sewing": (
        "Lia sews bags and pouches. She needs 3 hours for a bag and 1 hour for a pouch. She uses 5 "
        "feet of cloth for a bag and 2 feet of cloth for a pouch. She has 45 hours and 80 feet of "
        "cloth. She earns $25 per bag and $9 per pouch. Maximize her earnings.",
        "max 25a+9b; 3a+b<=45; 5a+2b<=80",
    ),
    "courses": (
        "A college offers lectures and labs. A lecture serves 100 students and costs $3000; a lab "
        "serves 20 students and costs $1000. The college wants to serve at least 1500 students. "
        "There must be at least 2 labs for every lecture. Minimize the cost.",
        "min 3000a+1000b; 100a+20b>=1500; b>=2a",
    ),
    "pets": (
        "A shelter houses cats and dogs. A cat needs 1 kg of food a week and 2 hours of care; a dog "
        "needs 4 kg of food a week and 5 hours of care. The shelter has 120 kg of food and 200 hours "
        "of care. It can house up to 50 animals. Maximize the number of animals housed.",
        "max a+b; a+4b<=120; 2a+5b<=200; a+b<=50",
    ),
    "rates": (
        "A salon hires stylists and trainees. A stylist can serve 3 clients an hour and a trainee 2. A "
        "stylist is paid $30 an hour and a trainee $14. At least 24 clients must be served every hour, "
        "and there can be no more than 11 staff in total. Minimize the hourly cost.",
        "min 30a+14b; 3a+2b>=24; a+b<=11",
    ),
    "repeated verbs": (
        "A gallery orders prints and frames. A print costs $20 and draws 300 visitors; a frame costs $45 "
        "and draws 700. The budget is $2000. There can be at most 40 prints and at most 25 frames. Draw as "
        "many visitors as possible.",
        "max 300a+700b; 20a+45b<=2000; a<=40; b<=25",
    ),
    "blend": (
        "A mill blends oats and bran. Oats cost $3 per kg and bran $2 per kg. Fibre content: oats 10%, bran "
        "40%. 60 kg of blend are required with at most 20% fibre. Blend at minimum cost.",
        "min 3a+2b; a+b>=60; 0.1a+0.4b<=0.2(a+b)",
    ),
}  # fmt: skip
