//! The browser's half of the application: `app` as WebAssembly with its JavaScript glue, named
//! as leptos's `HydrationScripts` asks for them (`/pkg/observatory.js`, `/pkg/observatory_bg.wasm`).

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::console;
use crate::packages::{self, WEB_RUST, find_program};
use crate::process;
use crate::site;
use crate::stamp::{Digest, Stamp};
use crate::workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";

pub fn build() -> Result<()> {
    // Cargo knows best whether anything changed; it takes under a second to say no.
    let module = compile()?;
    let output = workspace::site_root().join("pkg");
    let stamp = Stamp::new("browser-half", Digest::default().path(&module)?);
    if stamp.is_current() && output.join("observatory_bg.wasm").exists() {
        return Ok(());
    }
    fs::create_dir_all(&output).with_context(|| format!("cannot create {}", output.display()))?;
    Bindgen::new()
        .input_path(&module)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .out_name("observatory")
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate(&output)
        })
        .context("wasm-bindgen cannot write the JavaScript glue")?;
    let size = site::compress(&output.join("observatory_bg.wasm"))?;
    site::compress(&output.join("observatory.js"))?;
    console::say(&format!("the browser's half is built: {size} of WebAssembly"));
    stamp.write()
}

fn compile() -> Result<PathBuf> {
    let mut cargo = toolchain()?.cargo();
    let target_dir = workspace::target_dir().join("front");
    cargo.args(["build", "-p", "app", "--lib", "--no-default-features", "--features", "hydrate"]);
    cargo.args(["--profile", PROFILE, "--target", TARGET, "--target-dir"]).arg(&target_dir);
    process::run(&mut cargo)?;
    Ok(target_dir.join(TARGET).join(PROFILE).join("app.wasm"))
}

enum Toolchain {
    /// The toolchain that runs xtask has the target.
    Own,
    /// Debian's newer Rust builds the standard library for the target as well; its linker for
    /// WebAssembly is borrowed from our own toolchain.
    Debian { linker: PathBuf },
}

impl Toolchain {
    fn cargo(&self) -> Command {
        match self {
            Self::Own => workspace::cargo(),
            Self::Debian { linker } => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo.current_dir(workspace::root());
                workspace::forget_own_package(&mut cargo);
                cargo
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1") // -Zbuild-std is not stable
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .env_remove("LD_LIBRARY_PATH") // points into our own toolchain
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env_remove("CARGO")
                    .arg("-Zbuild-std=std,panic_abort");
                cargo
            }
        }
    }
}

fn toolchain() -> Result<Toolchain> {
    let sysroot = sysroot()?;
    let has_target = || sysroot.join("lib/rustlib").join(TARGET).exists();
    if !has_target() && !(WEB_RUST.is_met)() && find_program("rustup").is_some() {
        console::say("asking rustup for the WebAssembly target");
        // A machine that cannot reach rustup's servers goes on with Debian's packages.
        let _ = process::run(Command::new("rustup").args(["target", "add", TARGET]));
    }
    if has_target() {
        return Ok(Toolchain::Own);
    }
    packages::ensure(&[WEB_RUST])?;
    Ok(Toolchain::Debian { linker: linker(&sysroot)? })
}

fn sysroot() -> Result<PathBuf> {
    let beside_cargo = env::var_os("CARGO").map(|cargo| Path::new(&cargo).with_file_name("rustc"));
    let rustc = beside_cargo.filter(|rustc| rustc.exists()).unwrap_or_else(|| "rustc".into());
    let path = process::output(Command::new(rustc).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(OsString::from(path.trim())))
}

fn linker(sysroot: &Path) -> Result<PathBuf> {
    let hosts = fs::read_dir(sysroot.join("lib/rustlib")).into_iter().flatten().flatten();
    hosts
        .map(|host| host.path().join("bin/rust-lld"))
        .find(|linker| linker.exists())
        .or_else(|| find_program("wasm-ld"))
        .context("no linker for WebAssembly: neither rust-lld in the toolchain nor wasm-ld in PATH")
}
