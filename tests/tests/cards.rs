//! The twelve cards of `tests/cards`, and the cards that a reader meets first.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use bellwether::limits::Limits;
use bellwether::script::{Compiler, Source};
use bellwether_tests::card;

#[test]
fn every_card_compiles_without_errors() {
    let compiler = Compiler::new(Limits::default());
    let mut wrong = Vec::new();
    let mut check = |name: &str, text: &str, modules: &[(String, String)]| {
        let compiled = compiler.compile(&Source {
            name,
            text,
            modules,
            params: &[],
        });
        wrong.extend(
            compiled
                .diagnostics
                .iter()
                .filter(|found| found.is_error())
                .map(|found| format!("{name}: {}", found.message)),
        );
    };
    for case in card::all() {
        check(&case.name, &case.text, &case.modules);
    }
    for (name, _, text) in card::shown() {
        check(&name, &text, &[]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
