//! Compiling the crate, and the folder of the package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{bind, order, run, split};

/// Where the package is put.
const PACKAGE: &str = "crates/wasm/pkg";

/// Where one with names is put.
const NAMED: &str = "target/wasm-named";

/// The WebAssembly that every page needs, and the one that it needs later.
const FIRST: &str = "bellwether_bg.wasm";
const REST: &str = "bellwether_rest.wasm";

/// The most that each may take on its way to a page, in brotli: what they take now, with little room, so that they do not grow
/// unseen.
const MOST_OF_FIRST: usize = 620_000;
const MOST_OF_REST: usize = 590_000;

/// Crates that bring random numbers: results must not depend on any.
const RANDOM: [&str; 6] = ["getrandom", "rand", "rand_core", "fastrand", "wasi", "uuid"];

/// Builds the package; says how large it is.
pub fn package(root: &Path) -> Result<String, String> {
    no_random_numbers(root)?;
    let wasm = compile(root, &root.join("target"))?;
    let folder = root.join(PACKAGE);
    write(root, &wasm, &folder)?;
    let mut told = Vec::new();
    let mut is_large = false;
    for (name, most) in [(FIRST, MOST_OF_FIRST), (REST, MOST_OF_REST)] {
        let bytes = fs::read(folder.join(name)).map_err(|why| format!("cannot read the package: {why}"))?;
        let packed = bind::brotli_bytes(&bytes)?;
        is_large |= packed > most;
        told.push(format!(
            "{PACKAGE}/{name}: {} kB of WebAssembly, {} kB in brotli (at most {} kB)",
            bytes.len().div_ceil(1000),
            packed.div_ceil(1000),
            most / 1000
        ));
    }
    let told = told.join("\n");
    if is_large {
        return Err(format!("{told}\ntoo large"));
    }
    Ok(told)
}

/// Builds once more from a copy of the sources in a folder of another name, and compares.
pub fn again(root: &Path) -> Result<(), String> {
    let copy = root.join("target/wasm-again/another-name");
    let sources = copy.join("sources");
    // Only the copy is made anew; what its target folder holds of other crates may stay.
    let _ = fs::remove_dir_all(&sources);
    for file in committed(root)? {
        let (from, to) = (root.join(&file), sources.join(&file));
        let Some(folder) = to.parent() else { continue };
        fs::create_dir_all(folder).map_err(|why| format!("cannot create {}: {why}", folder.display()))?;
        // A file that was deleted and not yet committed is still listed.
        if from.is_file() {
            fs::copy(&from, &to).map_err(|why| format!("cannot copy {}: {why}", from.display()))?;
        }
    }
    let wasm = compile(&sources, &copy.join("target"))?;
    let folder = copy.join("pkg");
    write(&sources, &wasm, &folder)?;
    let first = root.join(PACKAGE);
    for name in names(&first)? {
        let same = fs::read(first.join(&name)).ok() == fs::read(folder.join(&name)).ok();
        if !same {
            return Err(format!(
                "{} has other bytes when it is built in another folder",
                name.display()
            ));
        }
    }
    Ok(())
}

/// The files that git knows, and those that it would.
fn committed(root: &Path) -> Result<Vec<PathBuf>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cannot ask git for the sources: {why}"))?;
    let text = String::from_utf8(listed.stdout).map_err(|why| format!("a name of a file is no text: {why}"))?;
    // The data of tests are large, and nothing reads them; the examples are run to cut the WebAssembly in two.
    let needed = text
        .lines()
        .filter(|line| line.starts_with("examples/") || !line.ends_with(".csv") && !line.ends_with(".parquet"));
    Ok(needed.map(PathBuf::from).collect())
}

fn names(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |why: std::io::Error| format!("cannot read {}: {why}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        names.push(PathBuf::from(entry.map_err(unreadable)?.file_name()));
    }
    names.sort();
    Ok(names)
}

/// Builds one file with the names of its functions, for who looks with a profiler where the time goes; says where it is.
pub fn named(root: &Path) -> Result<String, String> {
    let wasm = compile(root, &root.join("target"))?;
    let folder = root.join(NAMED);
    bindings(root, &wasm, &folder, bind::Names::Kept)?;
    Ok(format!(
        "{NAMED}: the package in one file, with the names of its functions"
    ))
}

/// Fails when a crate with random numbers is linked.
fn no_random_numbers(root: &Path) -> Result<(), String> {
    let tree = cargo()
        .args([
            "tree",
            "--package",
            "bellwether-wasm",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cannot ask cargo for its tree: {why}"))?;
    if !tree.status.success() {
        return Err(format!("cargo tree failed: {}", String::from_utf8_lossy(&tree.stderr)));
    }
    let text = String::from_utf8_lossy(&tree.stdout).into_owned();
    let linked = text.lines().filter_map(|line| line.split(' ').next());
    match linked.into_iter().find(|name| RANDOM.contains(name)) {
        Some(name) => Err(format!(
            "`{name}` is linked, a source of random numbers: results must not depend on any"
        )),
        None => Ok(()),
    }
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Compiles the crate; gives the path of the WebAssembly. Nothing in it tells where it was built.
fn compile(root: &Path, target: &Path) -> Result<PathBuf, String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut flags = vec![
        "-Ctarget-feature=+simd128".to_owned(),
        // What cargo leaves behind names the types of each function, for who looks into its size.
        "-Csymbol-mangling-version=v0".to_owned(),
        format!("--remap-path-prefix={}=/bellwether", root.display()),
    ];
    flags.extend(home.map(|home| format!("--remap-path-prefix={}=/cargo", home.display())));
    let listed: Vec<String> = flags.iter().map(|flag| format!("{flag:?}")).collect();
    let status = cargo()
        .args([
            "build",
            "--locked",
            "--package",
            "bellwether-wasm",
            "--lib",
            "--profile",
            "wasm",
        ])
        .args(["--target", "wasm32-unknown-unknown", "--config"])
        .arg(format!(
            "target.wasm32-unknown-unknown.rustflags=[{}]",
            listed.join(",")
        ))
        .arg("--target-dir")
        .arg(target)
        .current_dir(root)
        // A crate seeds its hashes when it is compiled; the seed is this word, so that every build has the same.
        .env("CONST_RANDOM_SEED", "bellwether")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .map_err(|why| format!("cannot start cargo: {why}"))?;
    if status.success() {
        Ok(target.join("wasm32-unknown-unknown/wasm/bellwether_wasm.wasm"))
    } else {
        Err("the crate was not compiled".to_owned())
    }
}

/// Writes the folder of the package.
fn write(root: &Path, wasm: &Path, folder: &Path) -> Result<(), String> {
    bindings(root, wasm, folder, bind::Names::Removed)?;
    let whole = folder.join(FIRST);
    let bytes = fs::read(&whole).map_err(|why| format!("cannot read {}: {why}", whole.display()))?;
    let bytes = order::merged(&bytes)?;
    let run = run::functions(root, folder, &split::marked(&bytes)?)?;
    let parts = split::split(&bytes, &run)?;
    for (name, bytes) in [(FIRST, parts.first), (REST, parts.rest)] {
        fs::write(folder.join(name), order::ordered(&bytes)?).map_err(|why| format!("cannot write {name}: {why}"))?;
    }
    Ok(())
}

/// Writes the folder with the WebAssembly in one file, and everything beside it.
fn bindings(root: &Path, wasm: &Path, folder: &Path, names_of_functions: bind::Names) -> Result<(), String> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).map_err(|why| format!("cannot create {}: {why}", folder.display()))?;
    bind::bindings(wasm, folder, names_of_functions)?;
    let here = root.join("crates/wasm");
    for (from, endings) in [("js", [".js"].as_slice()), ("types", &[".d.ts"])] {
        for name in names(&here.join(from))? {
            let wanted = endings.iter().any(|ending| name.to_string_lossy().ends_with(ending));
            if wanted {
                copy(&here.join(from).join(&name), &folder.join(&name))?;
            }
        }
    }
    for (from, to) in [
        (here.join("README.md"), "README.md"),
        (root.join("LICENSE-MIT"), "LICENSE-MIT"),
        (root.join("LICENSE-APACHE"), "LICENSE-APACHE"),
    ] {
        copy(&from, &folder.join(to))?;
    }
    let description = here.join("package.json");
    let text =
        fs::read_to_string(&description).map_err(|why| format!("cannot read {}: {why}", description.display()))?;
    let text = text.replace("\"0.0.0\"", &format!("{:?}", env!("CARGO_PKG_VERSION")));
    fs::write(folder.join("package.json"), text).map_err(|why| format!("cannot write package.json: {why}"))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map_err(|why| format!("cannot copy {}: {why}", from.display()))?;
    Ok(())
}
