//! Finding out in Node what a page runs at first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::split::Marked;

/// The workload: what a page does until it shows numbers, and at its first edits.
const WORKLOAD: &str = "crates/wasm/first/run.js";

/// Runs the workload on the package in `folder`, whose WebAssembly is the marked one; gives the places of the functions run.
pub fn functions(root: &Path, folder: &Path, marked: &Marked) -> Result<BTreeSet<usize>, String> {
    let wasm = folder.join("bellwether_bg.wasm");
    fs::write(&wasm, &marked.wasm).map_err(|why| format!("cannot write {}: {why}", wasm.display()))?;
    let output = Command::new("node")
        .arg(root.join(WORKLOAD))
        .arg(folder)
        .args([marked.address.to_string(), marked.count.to_string()])
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|why| format!("Node cannot be started, which finds out what a page runs at first: {why}"))?;
    if !output.status.success() {
        return Err(format!("{WORKLOAD} failed"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let places = text
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<BTreeSet<usize>, _>>();
    places.map_err(|why| format!("{WORKLOAD} wrote something else: {why}"))
}
