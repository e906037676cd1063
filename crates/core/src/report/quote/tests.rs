use super::choose::typical;
use super::mask;

#[track_caller]
fn check(text: &str, shown: &str) {
    assert_eq!(mask(text).text, shown, "of {text:?}");
}

#[test]
fn addresses_numbers_and_links_are_masked_and_words_are_not() {
    check("write to a.b+c@mail.example.org.", "write to [e-mail].");
    check("(jo@example.org)", "([e-mail])");
    check("mailto:jo@example.org, please", "mailto:[e-mail], please");
    check("jo (at) example.org", "[e-mail]");
    check("jo@localhost", "[e-mail]");
    check("ask @jo_doe", "ask [name]");
    check("jo\u{ff20}example.org", "[e-mail]");
    check("jo\u{200b}@example.org", "[e-mail]");
    check("call 030/90 18 20", "call [number]");
    check("call +1 (555) 010-9999!", "call [number]!");
    check("(030) 901820 any time", "[number] any time");
    check("my number is 123456", "my number is [number]");
    check("account AB123456789", "account AB[number]");
    check("card 4111 1111 1111 1111 was charged", "card [number] was charged");
    check("٠٣٠٩٠١٨٢٠", "[number]");
    check("see https://example.org/u/17?x=jo@example.org now", "see [link] now");
    check("see www.example.org.", "see [link].");
    check(
        "I waited 45 minutes on 3 calls in 2026",
        "I waited 45 minutes on 3 calls in 2026",
    );
    check("paid 12,345.50 for 24/7", "paid 12,345.50 for 24/7");
    check("  two\n\tlines \u{202e}turned ", "two lines turned");
}

#[test]
fn a_mask_leaves_nothing_to_mask() {
    for text in [
        "jo@example.org +49 30 901820 www.a.b @x 1234567",
        "x@y@z (at) 12-34-56-78 ((((+1 555 010 9999",
        "@",
        "+(+(+",
        "1 2 3 4 5 6 7 8",
    ] {
        let once = mask(text).text;
        assert_eq!(mask(&once).text, once, "of {text:?}");
        assert!(!once.contains('@') && !once.contains("://"), "{once}");
    }
}

#[test]
fn a_long_text_is_cut_between_words() {
    let cut = mask(&"word ".repeat(200)).text;
    assert!(cut.ends_with("word …"), "{cut}");
    assert!(cut.chars().count() <= 402);
}

#[test]
fn the_typical_text_says_what_most_say_and_the_next_says_something_else() {
    let texts = [
        "Parking was far away",
        "The invoice was wrong again",
        "A wrong invoice, and nobody answers",
        "The invoice is wrong since March",
        "Nobody answers the telephone",
        "My cat likes the box",
    ];
    // By hand: `invoice` and `wrong` stand in three texts each, `nobody` and `answers` in two. Text 2 has all four, and its
    // four words count as six: 10/6. After it nothing counts any more, and the first that is left comes next.
    assert_eq!(typical(&texts, 2), [2, 0]);
    assert_eq!(typical(&texts, 0), Vec::<usize>::new());
    assert_eq!(typical(&[], 3), Vec::<usize>::new());
    assert_eq!(typical(&["a", "b"], 5), [0, 1]);
}
