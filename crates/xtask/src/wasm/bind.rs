//! The bindings between JavaScript and the WebAssembly, and what the latter takes when it is packed.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

/// What becomes of the names of functions, which only a profiler or a debugger reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// They stay.
    Kept,
    /// They go.
    Removed,
}

/// Writes the WebAssembly and its bindings, without the names of tools.
pub fn bindings(wasm: &Path, folder: &Path, names: Names) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .input_path(wasm)
        .out_name("bellwether")
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .remove_name_section(names == Names::Removed)
                .remove_producers_section(true)
                .generate(folder)
        });
    made.map_err(|why| format!("cannot write the bindings: {why:#}"))
}

/// How many bytes it takes in brotli, at the quality that servers of static files keep.
pub fn brotli_bytes(bytes: &[u8]) -> Result<usize, String> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters).map_err(|why| format!("cannot pack: {why}"))?;
    Ok(packed.len())
}
