//! Names and remarks.

pub const NAME_FIRST: [&str; 48] = [
    "Alder", "Amber", "Anchor", "Aspen", "Beacon", "Birch", "Bluebell", "Bridge", "Cedar", "Chestnut", "Clover",
    "Copper", "Coral", "Corner", "Crane", "Daisy", "Dune", "Elm", "Falcon", "Fern", "Fjord", "Garnet", "Harbour",
    "Hazel", "Heron", "Hill", "Iris", "Juniper", "Lake", "Lantern", "Linden", "Maple", "Meadow", "Mill", "Oak",
    "Orchard", "Otter", "Pine", "Quarry", "River", "Rowan", "Saffron", "Silver", "Swan", "Thistle", "Valley", "Willow",
    "Yarrow",
];

pub const NAME_SECOND: [&str; 32] = [
    "Accounts",
    "Architects",
    "Bakery",
    "Bikes",
    "Books",
    "Brewery",
    "Cafe",
    "Carpentry",
    "Clinic",
    "Consulting",
    "Dental",
    "Design",
    "Electrics",
    "Events",
    "Farm",
    "Florist",
    "Foods",
    "Garage",
    "Gym",
    "Hardware",
    "Hotel",
    "Interiors",
    "Legal",
    "Logistics",
    "Nursery",
    "Optics",
    "Pharmacy",
    "Physio",
    "Plumbing",
    "Print",
    "Studio",
    "Travel",
];

pub const PLEASED: [&str; 14] = [
    "Just works.",
    "Sorted on the first call, thank you",
    "Fast and friendly",
    "No outages all year",
    "The engineer came on time and explained everything",
    "Good value for what we get",
    "Setup took ten minutes",
    "Always a person on the line, never a menu",
    "Clear bill, no surprises",
    "You called back when you said you would",
    "Support knew our account before I explained it",
    "Switching over the weekend was painless",
    "Best provider we have had",
    "The new portal is easy to use",
];

pub const INDIFFERENT: [&str; 12] = [
    "It is fine",
    "Fine, but the price went up again",
    "Does the job, could be faster in the evening",
    "Took two calls to fix",
    "The portal is slow",
    "OK so far",
    "Would like fewer emails",
    "Good line, average support",
    "Had to explain my problem twice",
    "The bill could be clearer",
    "Average",
    "Nothing special, nothing bad",
];

pub const CROSS: [&str; 16] = [
    "Three calls for one fault",
    "Still waiting for the engineer",
    "Line drops every afternoon",
    "Nobody called back",
    "Charged twice in March, still not refunded",
    "I was passed from one desk to the next",
    "Far too hard to reach a person",
    "The bill is impossible to understand",
    "Price up, service down",
    "We lost a day of sales",
    "Promised a call on Tuesday, it never came",
    "The contract is not what I was told on the phone",
    "Same fault for the fourth time",
    "Chat closed on me twice",
    "Looking at other providers",
    "Too many hand-overs, nobody owns the problem",
];

/// What the declining region says when it is not content: the cause, for those who read the remarks.
pub const NORTH: [&str; 4] = [
    "Since the depot in the north closed, visits take a week",
    "The engineer now comes from two hours away",
    "Another week for a visit, it used to be two days",
    "Service was better when the depot was here",
];
