//! Large blocks are to lie on large pages, on a system that has them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

/// The flags of the mapping that an address lies in, as the kernel tells them.
fn flags(address: usize) -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let mut within = false;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let ends = range.and_then(|(low, high)| {
            let end = |text| usize::from_str_radix(text, 16).ok();
            Some(end(low)?..end(high)?)
        });
        if let Some(ends) = ends {
            within = ends.contains(&address);
        }
        if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| within) {
            return flags.split_whitespace().map(str::to_owned).collect();
        }
    }
    panic!("no mapping holds {address:#x}")
}

fn is_on_large_pages(block: &[u8]) -> bool {
    let middle = block.as_ptr().addr() + block.len() / 2;
    flags(middle).iter().any(|flag| flag == "hg")
}

#[test]
fn large_blocks_are_asked_to_lie_on_large_pages() {
    if std::fs::metadata("/sys/kernel/mm/transparent_hugepage").is_err() {
        eprintln!("SKIPPED: this kernel has no large pages for blocks of memory");
        return;
    }
    let zeroed = black_box(vec![0_u8; 64 << 20]);
    assert!(is_on_large_pages(&zeroed));
    let mut grown = black_box(Vec::<u8>::with_capacity(1 << 20));
    grown.extend_from_slice(&[1; 100]);
    grown.reserve_exact(64 << 20);
    grown.resize(64 << 20, 2);
    assert!(is_on_large_pages(&grown));
    // What was asked for changes nothing of what stands there.
    assert_eq!(
        (&grown[..100], grown[100], zeroed.iter().max()),
        (&[1; 100][..], 2, Some(&0))
    );

    // A small block does not ask.
    let small = black_box(vec![0_u8; 1 << 20]);
    assert!(!is_on_large_pages(&small));
}
