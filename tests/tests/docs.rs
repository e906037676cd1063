//! Every block of Rhai in the documents compiles.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use std::fs;

use bellwether::limits::Limits;
use bellwether::script::{Compiler, Source};
use bellwether_tests::card::root;

/// Documents with blocks of Rhai.
const DOCUMENTS: [&str; 2] = ["README.md", "docs/language.md"];

/// A fenced block: what stands behind the fence, the first line of its text, the text.
struct Block {
    info: String,
    line: usize,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                open = Some(Block {
                    info: info.to_owned(),
                    line: at + 2,
                    text: String::new(),
                })
            }
            (Some(_), Some(block)) => found.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    found
}

#[test]
fn every_block_of_the_documents_compiles() {
    let compiler = Compiler::new(Limits::default());
    let mut tried = 0;
    let mut wrong = Vec::new();
    for name in DOCUMENTS {
        let Ok(document) = fs::read_to_string(root().join(name)) else {
            continue;
        };
        let blocks = blocks(&document);
        let preamble = blocks
            .iter()
            .find(|block| block.info == "rhai preamble")
            .map_or("", |block| &block.text);
        for block in blocks.iter().filter(|block| block.info == "rhai") {
            let whole = block.text.starts_with("scorecard(");
            let text = if whole {
                block.text.clone()
            } else {
                format!("{preamble}{}", block.text)
            };
            let place = format!("{name}:{}", block.line);
            let source = Source {
                name: &place,
                text: &text,
                modules: &[],
                params: &[],
            };
            let errors = compiler.compile(&source).diagnostics;
            wrong.extend(
                errors
                    .iter()
                    .filter(|finding| finding.is_error())
                    .map(|finding| format!("{place}: {}", finding.message)),
            );
            tried += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 10, "only {tried} blocks found");
}
