//! Which texts say what many say. Whole numbers only, so that every machine chooses the same.

use bellwether_order::{BTreeMap, BTreeSet};

/// Words of fewer letters join sentences and say nothing by themselves.
const SHORTEST: usize = 4;
/// A text of more words than this counts as if it had as many: long ones are not chosen for being long.
const LEAST_WORDS: u64 = 6;

/// The places of the texts to show, most typical first: of each word counts in how many texts it stands; a text gives the
/// sum over its words, for each of its words. Words that those chosen before have said no longer count. Words of one text
/// alone, and of more than half of at least ten texts, count nothing. Equal texts in the order given.
pub fn typical(texts: &[&str], most: usize) -> Vec<usize> {
    let words: Vec<BTreeSet<String>> = texts.iter().map(|text| words(text)).collect();
    let mut weight: BTreeMap<&str, u64> = BTreeMap::new();
    for word in words.iter().flatten() {
        *weight.entry(word).or_default() += 1;
    }
    let everywhere = if texts.len() >= 10 {
        texts.len() as u64 / 2
    } else {
        u64::MAX
    };
    weight.retain(|_, texts| (2..=everywhere).contains(texts));
    let mut left: Vec<usize> = (0..texts.len()).collect();
    let mut chosen = Vec::new();
    while chosen.len() < most && !left.is_empty() {
        let gain = |at: usize| {
            let words = words.get(at);
            let sum: u64 = words
                .into_iter()
                .flatten()
                .filter_map(|word| weight.get(word.as_str()))
                .sum();
            // For each word, as a fraction: sums are compared crosswise.
            (sum, words.map_or(0, |words| words.len() as u64).max(LEAST_WORDS))
        };
        let mut best = 0;
        let mut best_gain = (0, 1);
        for (place, &at) in left.iter().enumerate() {
            let (sum, count) = gain(at);
            if place == 0 || u128::from(sum) * u128::from(best_gain.1) > u128::from(best_gain.0) * u128::from(count) {
                (best, best_gain) = (place, (sum, count));
            }
        }
        let at = left.remove(best);
        for word in words.get(at).into_iter().flatten() {
            weight.remove(word.as_str());
        }
        chosen.push(at);
    }
    chosen
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() >= SHORTEST)
        .map(str::to_lowercase)
        .collect()
}
