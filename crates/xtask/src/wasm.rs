//! `cargo xtask wasm`: the package `@bellwether/engine`, from the crate `bellwether-wasm` and the files beside it.

#[cfg(feature = "wasm")]
mod bind;
#[cfg(feature = "wasm")]
mod build;
#[cfg(feature = "wasm")]
mod order;
#[cfg(feature = "wasm")]
mod run;
#[cfg(feature = "wasm")]
mod split;

use std::path::Path;

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// The package.
    Package,
    /// The package, twice: both must have the same bytes.
    Twice,
    /// One file with the names of its functions, for a profiler.
    Named,
}

/// Builds the package, with the tool that writes the bindings.
#[cfg(feature = "wasm")]
pub fn package(root: &Path, wanted: Build) -> Result<String, String> {
    if wanted == Build::Named {
        return build::named(root);
    }
    let made = build::package(root)?;
    if wanted == Build::Package {
        return Ok(made);
    }
    build::again(root)?;
    Ok(format!("{made}\na second build in another folder has the same bytes"))
}

/// Calls itself with the tool that writes the bindings, which no other chore needs and which takes a minute to build.
#[cfg(not(feature = "wasm"))]
pub fn package(root: &Path, wanted: Build) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "wasm",
            "--",
            "wasm",
        ])
        .current_dir(root);
    match wanted {
        Build::Package => {}
        Build::Twice => {
            command.arg("--check");
        }
        Build::Named => {
            command.arg("--named");
        }
    }
    let status = command.status().map_err(|why| format!("cannot start cargo: {why}"))?;
    if status.success() {
        Ok("done".to_owned())
    } else {
        Err("the package was not built".to_owned())
    }
}
