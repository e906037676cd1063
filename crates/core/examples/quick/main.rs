#![allow(missing_docs, clippy::all, dead_code)]
mod hostile;
#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seen = {
        let stack = std::env::var("QUICK_STACK")
            .ok()
            .and_then(|s| s.parse().ok())
            .unwrap_or(1 << 20);
        hostile::script::run_on(&hostile::Case::read(std::path::Path::new(&arguments[2])), stack)
    };
    println!("{}", seen.line());
}
