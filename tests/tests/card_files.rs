//! What the card files say about themselves, before any engine: typos that fit their card, data that are there.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use bellwether_tests::card;

#[test]
fn every_typo_changes_its_card() {
    let cards = card::all();
    assert!(
        cards.len() >= 13,
        "twelve folders, one of them with two cards: found {}",
        cards.len()
    );
    for case in &cards {
        for typo in &case.typos {
            assert_ne!(case.mistyped(typo), case.text, "{}: {}", case.name, typo.about);
            assert!(!typo.expect.is_empty(), "{}: {} expects nothing", case.name, typo.about);
        }
    }
}

#[test]
fn the_tables_of_made_cards_lie_beside_them() {
    for case in card::all().iter().filter(|case| case.data.needs.is_none()) {
        let folder = case.data_folder().expect("made cards need no environment");
        for (name, file) in &case.data.tables {
            assert!(
                folder.join(&file.path).is_file(),
                "{}: no file for the table {name}",
                case.name
            );
        }
    }
}
